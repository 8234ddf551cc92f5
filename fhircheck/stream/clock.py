"""Time as a follower sees it: a parameter, so that weeks of a stream are tested in a second."""

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """now: seconds since 1970. wait: up to so many seconds, less where `wake` was called meanwhile (any thread)."""

    def now(self) -> float: ...

    def wait(self, seconds: float) -> None: ...

    def wake(self) -> None: ...


class SystemClock:
    """The machine's own clock."""

    def __init__(self) -> None:
        self._woken = threading.Event()

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def wait(self, seconds: float) -> None:
        """Sleep, unless woken."""
        if self._woken.wait(max(seconds, 0.0)):
            self._woken.clear()

    def wake(self) -> None:
        """End a `wait` that is under way, or the next one."""
        self._woken.set()
