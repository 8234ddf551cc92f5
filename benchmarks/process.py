"""One run of a command in a fresh process: wall time, time to its first output, peak memory, hash of its output."""

import hashlib
import os
import subprocess
import sys
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
    changes least. peak: largest resident set of it or of one of those processes, in bytes.
    """

    seconds: float
    cpu: float
    first_output: float
    peak: int
    code: int
    output: str


def measured(command: Sequence[str]) -> Measured:
    """Run `command`, read its output as it comes, and say what it cost; `output` is the SHA-256 of its output."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert process.stdout is not None
    digest, first = hashlib.sha256(), 0.0
    while block := os.read(process.stdout.fileno(), 1 << 16):
        first = first or time.perf_counter() - start
        digest.update(block)
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    unit = 1 if sys.platform == "darwin" else 1024
    cpu, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit
    return Measured(seconds, cpu, first or seconds, peak, process.returncode, digest.hexdigest())
