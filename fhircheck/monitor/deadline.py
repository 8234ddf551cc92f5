"""The end of a run's time, and the signals that ask it to end: both leave nothing half done."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

Item = TypeVar("Item")
RESERVE_SHARE = 0.1
"""Part of the time that is kept for judging and writing what was checked."""
RESERVE_MOST = 120.0
_AGAIN = 0.5
_LOST = 0.4
"""Seconds after which a TimeUp that had no effect is taken for lost: less than until the timer rings again."""


class TimeUp(KeyboardInterrupt):
    """The deadline has come. It is no Exception, so that no handler of faults takes it for one."""


class Terminated(KeyboardInterrupt):
    """SIGTERM or SIGHUP came: as Ctrl-C. signal: its number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = number


class Deadline:
    """A deadline so many seconds from now, 0 for none; a context manager, in the main thread.

    Reading ends a little earlier (see RESERVE_SHARE), so that what was checked can be judged and written in time; what
    still runs at the deadline itself ends by TimeUp. passed: whether reading was ended.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.passed = False
        self._start = time.monotonic()
        self._reading = seconds - min(seconds * RESERVE_SHARE, RESERVE_MOST)
        self._waits = False
        self._quiet_until = 0.0
        self._before: Any = None

    def __enter__(self) -> "Deadline":
        if self.seconds and _can_signal() and hasattr(signal, "setitimer"):
            self._before = signal.signal(signal.SIGALRM, self._rung)
            # again and again: what is raised where Python ignores exceptions would be lost
            signal.setitimer(signal.ITIMER_REAL, max(self._reading, 0.001), _AGAIN)
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """No TimeUp comes any more."""
        if self._before is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)
            self._before = None

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start

    @property
    def left(self) -> float:
        """Seconds until reading ends; without a deadline a very long time."""
        return self._reading - self.spent if self.seconds else float("inf")

    @contextmanager
    def cutting(self) -> Iterator[None]:
        """The block is ended by TimeUp when reading has to end; the first item that `guard` gives ends this."""
        if self._ended():
            self.passed = True
            raise TimeUp
        self._waits = True
        try:
            yield
        except TimeUp:
            self.passed = True
            raise
        finally:
            self._waits = False

    def guard(self, items: Iterator[Item]) -> Iterator[Item]:
        """`items` until reading has to end; what was under way then is left out."""
        while not self._ended():
            try:
                self._waits = True
                item = next(items)
                self._waits = False
            except StopIteration:
                return
            except TimeUp:
                self.passed = True
                return
            finally:
                self._waits = False
            yield item
        self.passed = True

    def _ended(self) -> bool:
        return self.left <= 0

    def _rung(self, *_: object) -> None:
        """Raise TimeUp; once more where reading still goes on some time later: then Python ignored it (a finalizer, a
        callback of garbage collection), or what ends the reading hangs."""
        spent = self.spent
        if self._before is not None and (spent >= self.seconds or (self._waits and spent >= self._quiet_until)):
            self._quiet_until = spent + _LOST
            raise TimeUp


@contextmanager
def terminable() -> Iterator[None]:
    """SIGTERM and SIGHUP end the block by Terminated, so that locks are given back and temporary files go.

    What is ignored already (SIGHUP under nohup) stays so.
    """
    if not _can_signal():
        yield
        return
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    heard = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, _terminate) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _terminate(number: int, _frame: object) -> None:
    for each in ("SIGTERM", "SIGHUP"):  # a second one must not disturb the end
        if hasattr(signal, each):
            signal.signal(getattr(signal, each), signal.SIG_IGN)
    raise Terminated(number)


def _can_signal() -> bool:
    return threading.current_thread() is threading.main_thread()
