"""Functions for worker processes: they are found by their name in a process started by spawn too."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Answer = tuple[Any, int, int]
"""result, process that made it, how many chunks that process had prepared for"""


class Refused(Exception):
    """What a function of ours may raise."""


def squares(plan: dict[str, int]) -> Callable[[int], Answer]:
    """Squares plus ``plan["add"]``; the earlier chunks take longer."""
    calls = [0]

    def work(chunk: int) -> Answer:
        calls[0] += 1
        time.sleep(max(0, 3 - chunk) * plan.get("sleep", 0) / 1000)
        return chunk * chunk + plan["add"], os.getpid(), calls[0]

    return work


def refusing(plan: int) -> Callable[[int], int]:
    """Raises at the chunk `plan`."""

    def work(chunk: int) -> int:
        if chunk == plan:
            raise Refused(f"chunk {chunk} is refused")
        return chunk

    return work


def _kill_me() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(plan: int) -> Callable[[int], int]:
    """Its process is killed at the chunk `plan`, as the system does when memory runs out; -1: at every chunk."""

    def work(chunk: int) -> int:
        if plan in (chunk, -1):
            _kill_me()
        return chunk

    return work


def dying_at(plan: frozenset[int]) -> Callable[[list[int]], list[int]]:
    """Its process is killed at a chunk that holds one of some numbers."""

    def work(chunk: list[int]) -> list[int]:
        if plan & set(chunk):
            _kill_me()
        return chunk

    return work


def dying_early(plan: None) -> Callable[[int], int]:
    """Its process is killed before it is ready."""
    _kill_me()
    return lambda chunk: chunk


def dying_once(plan: tuple[str, tuple[int, ...]]) -> Callable[[int], int]:
    """Its process is killed at some chunks, the first time each."""
    folder, victims = plan

    def work(chunk: int) -> int:
        mark = Path(folder, f"died-{chunk}")
        if chunk in victims and not mark.exists():
            mark.touch()
            _kill_me()
        return chunk

    return work


def out_of_memory(plan: int) -> Callable[[int], int]:
    """No memory is left at the chunk `plan`."""

    def work(chunk: int) -> int:
        if chunk == plan:
            raise MemoryError
        return chunk

    return work


def watching(plan: tuple[str, int]) -> Callable[[int], int]:
    """Its process is killed at one chunk, and leaves a note of the chunks that others work on."""
    folder, victim = Path(plan[0]), plan[1]

    def work(chunk: int) -> int:
        own = folder / f"working-{chunk}"
        own.touch()
        time.sleep(0.01)
        if chunk == victim:
            own.unlink()
            tries = len(list(folder.glob("tried-*")))
            (folder / f"tried-{tries}").write_text(" ".join(each.name for each in folder.glob("working-*")))
            _kill_me()
        own.unlink()
        return chunk

    return work


def returning(plan: None) -> Callable[[Any], Any]:
    """What it is given."""
    return lambda chunk: chunk


class Sum:
    """A result that merges."""

    def __init__(self, number: int) -> None:
        self.total = number
        self.seen = [number]

    def merge(self, other: "Sum") -> None:
        self.total += other.total
        self.seen += other.seen


def summing(plan: None) -> Callable[[int], Sum]:
    """Sums."""
    return Sum


inherited: list[str] = []
"""What a test puts in here is seen by processes that are forked, and by no others."""


def surroundings(plan: None) -> Callable[[int], tuple[bool, bool]]:
    """Whether the process shares the memory of its parent, and whether Ctrl-C reaches it."""
    return lambda chunk: (bool(inherited), signal.getsignal(signal.SIGINT) is not signal.SIG_IGN)


def never_ready(plan: str) -> Callable[[int], int]:
    """Fails before the first chunk."""
    raise Refused(plan)


def marking(folder: str) -> Callable[[int], int]:
    """Leaves a file for each process that prepared and each chunk that was worked on."""
    Path(folder, f"prepared-{os.getpid()}").touch()

    def work(chunk: int) -> int:
        Path(folder, f"chunk-{chunk}").touch()
        return chunk

    return work


def dying_of_a_record(plan: Any) -> Callable[[Any], Any]:
    """The first pass, whose process is killed by a record that holds the word killer."""
    from fhircheck.first_pass import first_pass

    check = first_pass(plan)

    def work(chunk: Any) -> Any:
        if any(b"killer" in piece.data for piece in chunk):
            _kill_me()
        return check(chunk)

    return work


def environment(plan: str) -> Callable[[int], str | None]:
    """What the variable `plan` says in the worker."""
    return lambda _: os.environ.get(plan)
