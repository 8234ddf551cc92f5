"""How many requests a second, and how many at a time."""

import threading
import time
from collections.abc import Callable
from types import TracebackType


class RateLimit:
    """Spaces requests evenly, over all threads. rate: requests a second, 0 for no limit."""

    def __init__(
        self, rate: float, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._gap = 1 / rate if rate > 0 else 0.0
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Return when the next request may be sent."""
        if not self._gap:
            return
        with self._lock:
            now = self._clock()
            turn = max(self._next, now)
            self._next = turn + self._gap
        if turn > now:
            self._sleep(turn - now)


class Turnstile:
    """Lets `places` threads in at a time; who is in may enter again: nested requests never wait for themselves."""

    def __init__(self, places: int) -> None:
        self._places = threading.BoundedSemaphore(max(places, 1))
        self._mine = threading.local()

    def __enter__(self) -> None:
        depth = getattr(self._mine, "depth", 0)
        if not depth:
            self._places.acquire()
        self._mine.depth = depth + 1

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._mine.depth -= 1
        if not self._mine.depth:
            self._places.release()
