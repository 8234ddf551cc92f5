"""The running server: started once for all that use it, stopped by its own number when the last of them is done."""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import time
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.servers.hapi.build import ServerUnusable, built, command, locked

START_SECONDS = 300
KEPT = "kept"


@dataclass(frozen=True, slots=True)
class HapiServer:
    """base: for all. secured: the same data, for who signs in with token, or user and password. pid: of the process."""

    base: str
    secured: str
    token: str
    user: str
    password: str
    pid: int


class HapiRun:
    """One server and its folder: what runs, who uses it, what it said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = folder / "lock"
        self.log = folder / "server.log"
        self._state = folder / "state.json"
        self._users = folder / "users"

    def enter(self, user: str) -> HapiServer:
        """The server, started where it does not run; it stays until `user` leaves. Raises ServerUnusable."""
        program = built()
        with locked(self.lock):
            self._users.mkdir(parents=True, exist_ok=True)
            server = self.running() or self._start(program)
            (self._users / user).touch()
            return server

    def leave(self, user: str) -> None:
        """`user` is done; the last one stops the server."""
        with locked(self.lock):
            (self._users / user).unlink(missing_ok=True)
            if not any(_alive(path.name) for path in self._users.glob("*")):
                self._stop()

    def stop(self) -> bool:
        """Stop it whoever uses it; whether it ran."""
        with locked(self.lock):
            for path in self._users.glob("*"):
                path.unlink()
            return self._stop()

    def running(self) -> HapiServer | None:
        """The server where it runs."""
        try:
            server = HapiServer(**json.loads(self._state.read_text()))
        except (OSError, ValueError, TypeError):
            return None
        return server if _is_server(server.pid) else None

    def _start(self, program: Path) -> HapiServer:
        token, user, password = (secrets.token_urlsafe(18) for _ in range(3))
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        access = {"HAPI_TEST_TOKEN": token, "HAPI_TEST_USER": user, "HAPI_TEST_PASSWORD": password}
        settings = {**os.environ, **access, "HAPI_TEST_STARTER": str(os.getpid())}
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                command(program, port_file), env=settings, cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        try:
            root = f"http://127.0.0.1:{self._port(process, port_file)}"
            _asked(f"{root}/fhir/metadata?_summary=true")
        except BaseException:
            process.kill()
            process.wait()
            raise
        server = HapiServer(f"{root}/fhir", f"{root}/secured", token, user, password, process.pid)
        self._state.touch(mode=0o600)
        self._state.write_text(json.dumps(asdict(server)))
        return server

    def _port(self, process: "subprocess.Popen[bytes]", port_file: Path) -> int:
        deadline = time.monotonic() + START_SECONDS
        while not port_file.exists():
            if process.poll() is not None:
                raise ServerUnusable(f"HAPI FHIR ended with {process.returncode} before it answered: see {self.log}")
            if time.monotonic() > deadline:
                raise ServerUnusable(f"HAPI FHIR did not answer within {START_SECONDS} s: see {self.log}")
            time.sleep(0.2)
        return int(port_file.read_text())

    def _stop(self) -> bool:
        server = self.running()
        self._state.unlink(missing_ok=True)
        for left in ("port", "loaded.json"):
            (self.folder / left).unlink(missing_ok=True)
        if server is None:
            return False
        os.kill(server.pid, signal.SIGTERM)
        deadline = time.monotonic() + 20
        while _is_server(server.pid) and time.monotonic() < deadline:
            _reaped(server.pid)
            time.sleep(0.1)
        if _is_server(server.pid):
            os.kill(server.pid, signal.SIGKILL)
            _reaped(server.pid)
        return True


def _asked(url: str) -> None:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=120) as answer:
        answer.read()


def _reaped(pid: int) -> None:
    """Take the end of a process that this one started; another's is none of ours."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _is_server(pid: int) -> bool:
    """Whether process `pid` is such a server: numbers are given again."""
    shown = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, check=False).stdout
    return b"fhircheck.testserver" in shown


def _alive(user: str) -> bool:
    """Whether a user of the server is still there: ``kept``, or a process by its number."""
    if user == KEPT:
        return True
    try:
        os.kill(int(user), 0)
    except ProcessLookupError:
        return False
    return True
