"""A command with all processes below it: peak memory and processor time of each, sampled from /proc (Linux)."""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.process import ROOT, as_installed

_TICK = os.sysconf("SC_CLK_TCK")
_HELPERS = ("resource_tracker", "forkserver")
"""Processes of Python's own that do no work of ours."""


@dataclass(slots=True)
class Watched:
    """What a command and its processes cost.

    seconds: wall time. cpu: processor time of all of them, those too that nobody waited for (sampled). own_cpu: of the
    command's first process alone. peak: largest resident set of that process, in bytes; workers: of each process below
    it, the largest first, without a Java machine, whose is jvm.
    together: largest sum of resident sets at one moment (shared pages count in each). said: its last line of errors.
    """

    seconds: float = 0.0
    cpu: float = 0.0
    own_cpu: float = 0.0
    peak: int = 0
    workers: list[int] = field(default_factory=list)
    jvm: int = 0
    together: int = 0
    code: int = 0
    said: str = ""


def watched(command: Sequence[str], extra: Mapping[str, str] | None = None, every: float = 1.0) -> Watched:
    """Run `command` with its output thrown away and look at its processes every so many seconds.

    A look takes 12 ms of processor time: five a second would be felt by a command that uses all processors.
    """
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**as_installed(), **(extra or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        look = _Look(process.pid, every)
        look.start()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, but still says what it took
        look.end()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        said = errors.read().decode(errors="replace").strip().rpartition("\n")[2]
    done = look.watched
    done.seconds, done.code, done.said = time.perf_counter() - start, process.returncode, said
    done.cpu = max(usage.ru_utime + usage.ru_stime, sum(look.cpus.values()))
    below = {pid: size for pid, size in look.peaks.items() if pid != process.pid}
    done.workers = sorted((size for pid, size in below.items() if pid not in look.java), reverse=True)
    done.jvm = max((size for pid, size in below.items() if pid in look.java), default=0)
    done.peak = look.peaks.get(process.pid, 0)
    return done


class _Look(threading.Thread):
    def __init__(self, root: int, every: float) -> None:
        super().__init__(daemon=True)
        self.watched, self.peaks, self.java = Watched(), dict[int, int](), set[int]()
        self.cpus = dict[int, float]()
        self._root, self._every, self._over = root, every, threading.Event()

    def run(self) -> None:
        while not self._over.wait(self._every):
            sizes = {pid: size for pid in _family(self._root) if (size := _resident(pid))}
            for pid, size in sizes.items():
                self.peaks[pid] = max(self.peaks.get(pid, 0), size)
                self.cpus[pid] = max(self.cpus.get(pid, 0.0), _cpu(pid))
                if _name(pid) == "java":
                    self.java.add(pid)
            self.watched.together = max(self.watched.together, sum(sizes.values()))

    def end(self) -> None:
        self._over.set()
        self.join()
        self.watched.own_cpu = self.cpus[self._root] = _cpu(self._root)


def _family(root: int) -> list[int]:
    """The process and all below it that work."""
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        try:
            told = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
            for task in Path(f"/proc/{pid}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except OSError:
            continue
        if not any(each in told for each in _HELPERS):
            found.append(pid)
    return found


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def _resident(pid: int) -> int:
    """Largest resident set so far (VmHWM), in bytes; 0 where the process has gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next((int(each.split()[1]) * 1024 for each in lines if each.startswith("VmHWM")), 0)
    except OSError:
        return 0


def _cpu(pid: int) -> float:
    """Seconds of processor time of the process itself, without those below it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICK
