"""A PostgreSQL server of the tests' own: made in a temporary folder, on a port the system chooses, gone afterwards.

It asks for a password (scram-sha-256), speaks TLS as localhost, and listens on loopback alone. PostgreSQL does not run
as root: where the tests do, it is given to an unprivileged user.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.certificates import Authority, Made
from tests.needs import lack

USER = "fhircheck"
_UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True)
class Postgres:
    """A server that runs. password: of its only user, a superuser. authority: who signed its certificate (PEM)."""

    port: int
    pid: int
    password: str = field(repr=False)
    authority: Path

    def url(self, database: str = "postgres", user: str = USER, password: str | None = None) -> str:
        """The URL of a database."""
        return f"postgresql://{user}{f':{password}' if password else ''}@127.0.0.1:{self.port}/{database}"

    def make(self, database: str) -> str:
        """Make an empty database; gives its URL."""
        self.do(f'CREATE DATABASE "{database}" TEMPLATE template0')
        return self.url(database)

    def do(self, statement: str, database: str = "postgres") -> None:
        """Execute a statement as the superuser."""
        import psycopg

        with psycopg.connect(self.url(database), password=self.password, autocommit=True) as connection:
            connection.execute(statement)


def programs() -> Path | None:
    """The folder with initdb and postgres; the newest version where there are several."""
    on_path = shutil.which("initdb")
    if on_path and (Path(on_path).parent / "postgres").exists():
        return Path(on_path).parent
    found = [each for each in Path("/usr/lib/postgresql").glob("*/bin") if (each / "initdb").exists()]
    return max(found, key=lambda each: int(each.parent.name) if each.parent.name.isdecimal() else 0, default=None)


@contextlib.contextmanager
def running() -> Iterator[Postgres]:
    """Make a server, start it, and stop it at the end; its folder goes with it."""
    bin_folder = programs()
    assert bin_folder is not None, "no PostgreSQL is installed"
    folder = Path(tempfile.mkdtemp(prefix="fhircheck-pg-"))
    account = _account()
    password = secrets.token_hex(12)
    try:
        (folder / "password").write_text(password)
        made = Authority(folder).issue("server", hosts=("localhost",))
        made.key.chmod(0o600)
        if account is not None:
            for each in (folder, *folder.iterdir()):
                os.chown(each, account.pw_uid, account.pw_gid)
        done = subprocess.run(
            [bin_folder / "initdb", "-D", folder / "data", "-U", USER, "--pwfile", folder / "password", "-E", "UTF8",
             "--no-locale", "--auth=scram-sha-256", "--no-sync"],
            capture_output=True, text=True, check=False, cwd=folder, **_as(account),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        server, process = _started(bin_folder, folder, account, password, made)
        try:
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # "fast": connections are ended
            process.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(
    bin_folder: Path, folder: Path, account: "pwd.struct_passwd | None", password: str, made: Made
) -> tuple[Postgres, "subprocess.Popen[bytes]"]:
    """The server and its process, once it answers."""
    tls = ["-c", "ssl=on", "-c", f"ssl_cert_file={made.certificate}", "-c", f"ssl_key_file={made.key}"]
    for _ in range(5):
        with socket.socket() as probe:  # the system chooses; whoever takes it before us makes us choose again
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with open(folder / "log", "ab") as log:
            process = subprocess.Popen(
                [bin_folder / "postgres", "-D", folder / "data", "-p", str(port), "-h", "127.0.0.1", "-k", folder,
                 "-c", "fsync=off", "-c", "max_connections=60", *tls],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=folder, **_as(account),
            )  # fmt: skip
        server = Postgres(port, process.pid, password, folder / "Test-Authority.pem")
        if _answers(process, server):
            return server, process
        process.kill()
        process.wait()
    raise AssertionError((folder / "log").read_text())


def _answers(process: "subprocess.Popen[bytes]", server: Postgres) -> bool:
    import psycopg

    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        try:
            server.do("SELECT 1")
            return True
        except psycopg.OperationalError:
            time.sleep(0.05)
    return False


def _account() -> "pwd.struct_passwd | None":
    """Who runs the server where we are root."""
    if os.geteuid() != 0:
        return None
    for name in _UNPRIVILEGED:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise AssertionError("root cannot run PostgreSQL, and there is no user nobody")


def _as(account: "pwd.struct_passwd | None") -> "dict[str, object]":
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server; skips where none is installed."""
    if programs() is None:
        lack("PostgreSQL", "no initdb on the PATH or under /usr/lib/postgresql")
    with running() as server:
        yield server
