"""Run in this process, one chunk after the other."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Plan = TypeVar("Plan")
Chunk = TypeVar("Chunk")
Result = TypeVar("Result")


class Serial:
    """The plain loop: the meaning that every other executor must keep."""

    name = "serial"
    summary = "One chunk after the other in this process."

    def run(
        self,
        prepare: Callable[[Plan], Callable[[Chunk], Result]],
        plan: Plan,
        chunks: Iterable[Chunk],
        jobs: int,
    ) -> Iterator[Result]:
        """Yield the result of each chunk in order."""
        work = prepare(plan)
        for chunk in chunks:
            yield work(chunk)
