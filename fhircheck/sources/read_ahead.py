"""Several iterators read ahead in threads, handed on in their own order, with bounded memory."""

import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
_INTERVAL = 0.0005
"""Seconds until a thread that computes lets another one go on. With Python's own 0.005 a thread that reads from a
server waits that long after each small step, many times a page, while records are checked beside it."""


class _Pace:
    """Python's switch interval: short while anything is read ahead, afterwards what it was."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._users = 0
        self._before = 0.0

    def quicken(self) -> None:
        """One more reads ahead."""
        with self._lock:
            if not self._users:
                self._before = sys.getswitchinterval()
                sys.setswitchinterval(min(self._before, _INTERVAL))
            self._users += 1

    def slow_down(self) -> None:
        """One less."""
        with self._lock:
            self._users -= 1
            if not self._users:
                sys.setswitchinterval(self._before)


_PACE = _Pace()


class _Shelf(Generic[Item]):
    """What one iterator gave and nobody took yet, up to `bound` in size; more waits until there is room."""

    def __init__(self, bound: int, stop: threading.Event) -> None:
        self._bound, self._stop = bound, stop
        self._items: deque[tuple[Item, int]] = deque()
        self._held = 0
        self._ended = False
        self._fault: BaseException | None = None
        self._changed = threading.Condition()

    def put(self, item: Item, size: int) -> bool:
        """Lay `item` down; False where nobody wants it any more."""
        with self._changed:
            while self._items and self._held + size > self._bound and not self._stop.is_set():
                self._changed.wait(0.5)
            self._items.append((item, size))
            self._held += size
            self._changed.notify_all()
        return not self._stop.is_set()

    def end(self, fault: BaseException | None = None) -> None:
        """Nothing more comes."""
        with self._changed:
            self._ended, self._fault = True, fault
            self._changed.notify_all()

    def taken(self) -> Iterator[Item]:
        """All items, as they come; raises what the iterator raised."""
        while True:
            with self._changed:
                while not self._items and not self._ended:
                    self._changed.wait()
                if not self._items:
                    if self._fault is not None:
                        raise self._fault
                    return
                item, size = self._items.popleft()
                self._held -= size
                self._changed.notify_all()
            yield item


class ReadAhead(Generic[Item]):
    """What the iterators of `makers` give, one iterator after the other; up to `threads` are read at a time.

    Reading begins at once, before the first item is asked for, and each iterator is ahead by up to `bound` in `size`.
    Where one raises, the exception comes in its place. The threads end when this is closed or nobody holds it any
    more, at the latest after the item they are at.
    """

    def __init__(
        self, makers: Sequence[Callable[[], Iterator[Item]]], threads: int, size: Callable[[Item], int], bound: int
    ) -> None:
        self._stop = stop = threading.Event()
        _PACE.quicken()
        shelves: list[_Shelf[Item]] = [_Shelf(bound, stop) for _ in makers]
        waiting = deque(zip(makers, shelves, strict=True))
        self._items = (item for shelf in shelves for item in shelf.taken())
        # the threads hold nothing of this object, so that it can go
        for number in range(min(threads, len(makers))):
            arguments = (waiting, stop, size)
            threading.Thread(target=_work, args=arguments, name=f"read-ahead-{number}", daemon=True).start()

    def __iter__(self) -> Iterator[Item]:
        return self

    def __next__(self) -> Item:
        return next(self._items)

    def close(self) -> None:
        """Read no further."""
        if not self._stop.is_set():
            self._stop.set()
            _PACE.slow_down()

    def __del__(self) -> None:
        self.close()


def _work(
    waiting: "deque[tuple[Callable[[], Iterator[Item]], _Shelf[Item]]]",
    stop: threading.Event,
    size: Callable[[Item], int],
) -> None:
    """One thread: an iterator after the other."""
    while not stop.is_set():
        try:
            maker, shelf = waiting.popleft()
        except IndexError:
            return
        try:
            for item in maker():
                if not shelf.put(item, size(item)):
                    break
            shelf.end()
        except BaseException as fault:  # the reader's to raise
            shelf.end(fault)
