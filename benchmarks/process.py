"""One run of a command in a fresh process: wall time, time to its first output, peak memory, hash of its output."""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FHIRCHECK = (sys.executable, "-m", "fhircheck")


@dataclass(frozen=True)
class Measured:
    """What a process cost.

    seconds: wall time. cpu: processor time of it and of the processes it waited for, which a busy machine
    changes least. peak: largest resident set of it or of one of those processes, in bytes. output: SHA-256 of
    what it printed. said: its last line on standard error.
    """

    seconds: float
    cpu: float
    first_output: float
    peak: int
    code: int
    output: str
    said: str


def as_installed() -> dict[str, str]:
    """The environment, but with bytecode kept between runs, as pip leaves an installed package."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def measured(command: Sequence[str]) -> Measured:
    """Run `command`, read its output as it comes, and say what it cost."""
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env=as_installed(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
        )
        assert process.stdout is not None
        digest, first = hashlib.sha256(), 0.0
        while block := os.read(process.stdout.fileno(), 1 << 16):
            first = first or time.perf_counter() - start
            digest.update(block)
        process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        said = errors.read().decode(errors="replace").strip().rpartition("\n")[2]
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    cpu = usage.ru_utime + usage.ru_stime
    return Measured(seconds, cpu, first or seconds, peak, process.returncode, digest.hexdigest(), said)
