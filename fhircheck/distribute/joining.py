"""Joins across records in several processes: rows of some buckets go out, what was found of them comes back."""

from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from fhircheck.distribute.processes import Processes
from fhircheck.model.protocols import JoinTask, State
from fhircheck.model.record import Lost
from fhircheck.model.row_memory import GROWTH, limit_rows, row_memory

S = TypeVar("S", bound=State)
_AHEAD = 2
"""Tasks under way for each process: what it works on, and what comes next."""


class Joining:
    """So many processes for each join; they share the memory of a join in one process (model/row_memory.py)."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs

    def share(self, limit: int) -> int:
        """Bytes of rows for one process at once: it grows as any join, and tasks ahead are held here and there."""
        return limit // 2 // (GROWTH + 2 * _AHEAD) // self.jobs

    def results(self, part: Callable[..., S], tasks: Iterable[JoinTask], limit: int) -> Iterator[S | Lost]:
        """`part` of the rows of each task, in their order; Lost for a task that twice ended its process.

        Raises CouldNotCheck where processes die whatever they work on.
        """
        return Processes(ahead=_AHEAD).run(_join, (part, limit // self.jobs), tasks, self.jobs)


def _join(plan: tuple[Callable[..., Any], int]) -> Callable[[JoinTask], Any]:
    part, limit = plan
    limit_rows(limit)

    def work(task: JoinTask) -> Any:
        rows: list[array[int]] = task[1]
        return part(*rows)

    return work


@contextmanager
def joining(jobs: int) -> Iterator[None]:
    """Large joins inside are spread over `jobs` processes; with one, all stays in this process."""
    memory = row_memory()
    memory.workers = Joining(jobs) if jobs > 1 else None
    try:
        yield
    finally:
        memory.workers = None
