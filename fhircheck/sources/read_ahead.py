"""Several iterators read ahead in threads, handed on in their own order, with bounded memory."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")


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


def read_ahead(
    makers: Sequence[Callable[[], Iterator[Item]]], threads: int, size: Callable[[Item], int], bound: int
) -> Iterator[Item]:
    """What the iterators of `makers` give, one iterator after the other; up to `threads` are read at a time.

    Each is read ahead up to `bound` in `size`. Where one raises, the exception comes in its place. The threads end
    when this is closed, at the latest after the item they are at.
    """
    stop = threading.Event()
    shelves: list[_Shelf[Item]] = [_Shelf(bound, stop) for _ in makers]
    waiting = deque(zip(makers, shelves, strict=True))

    def work() -> None:
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

    for number in range(min(threads, len(makers))):
        threading.Thread(target=work, name=f"read-ahead-{number}", daemon=True).start()
    try:
        for shelf in shelves:
            yield from shelf.taken()
    finally:
        stop.set()
