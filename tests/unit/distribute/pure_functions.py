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


def dying(plan: int) -> Callable[[int], int]:
    """Its process is killed at the chunk `plan`, as the system does when memory runs out."""

    def work(chunk: int) -> int:
        if chunk == plan:
            os.kill(os.getpid(), signal.SIGKILL)
        return chunk

    return work


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
