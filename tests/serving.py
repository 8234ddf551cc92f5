"""``fhircheck serve`` as a process of its own, for tests: the real command on a port that the system chooses."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from typing import Any

TYPE = {"Content-Type": "application/fhir+json"}
COMMAND = [sys.executable, "-m", "fhircheck", "serve", "--port", "0", "--offline"]


class Served:
    """A running server: its URL, and all lines it wrote."""

    def __init__(self, *options: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, *options],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
            start_new_session=True,
        )
        self.lines: list[str] = []
        self.url = ""
        self._told = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._told.wait(120)

    def _read(self) -> None:
        """All that it writes, so that it never waits for us."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)
            found = re.search(r"serving (\S+?)/ ", line)
            if found and not self.url:
                self.url = found[1]
                self._told.set()
        self._told.set()

    def post(self, path: str, data: bytes, context: Any = None, **headers: str) -> tuple[int, Any]:
        request = urllib.request.Request(self.url + path, data, {**TYPE, **headers}, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=20, context=context) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as fault:
            return fault.code, json.load(fault)

    def stop(self, number: int = signal.SIGINT) -> int:
        """End it by a signal; its exit code."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)  # as a terminal does: the workers get it too
        code = self.process.wait(timeout=20)
        self._reader.join(20)
        return code
