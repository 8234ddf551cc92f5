"""Run in several processes; results come back in the chunks' order, only some chunks are under way.

Neighbouring chunks go to a worker as one portion while many wait, and alone towards the end, so that no worker has
much left when the others are done. A worker that dies is replaced. The chunk it was at is tried once more, with
nothing beside it in the other workers; where it ends its worker again it is given up and named.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from fhircheck.distribute.staff import Portion, Staff, Worker
from fhircheck.distribute.worker import Answer
from fhircheck.model.errors import CouldNotCheck
from fhircheck.model.record import Lost

Plan = TypeVar("Plan")
Chunk = TypeVar("Chunk")
Result = TypeVar("Result")

AHEAD = 12
"""Chunks under way for each process: enough that none waits, few enough that memory stays bounded."""
PORTION = 4
"""Most chunks that a worker gets at once."""
QUEUED = 2
"""Portions a worker has: what it works on, and what comes next."""
TRIES = 2
"""Workers that a chunk may cost until it is given up."""
LOST = 8
"""So many chunks given up one after the other, and the machine is to blame, not the data."""


class Processes:
    """Processes that are replaced when they die, forked where the platform does so and spawned elsewhere."""

    name = "processes"
    summary = "Chunks are spread over several processes on this machine."

    def __init__(self, most_lost: int | None = None, ahead: int | None = None) -> None:
        self._most_lost, self._ahead = most_lost, ahead

    def run(
        self,
        prepare: Callable[[Plan], Callable[[Chunk], Result]],
        plan: Plan,
        chunks: Iterable[Chunk],
        jobs: int,
    ) -> Iterator[Result | Lost]:
        """Yield the results in the chunks' order: one for each chunk, or for some neighbours together if they merge.

        A chunk that twice ended the process that worked on it comes as Lost. Raises what the function raised, and
        CouldNotCheck where processes die whatever they work on.
        """
        with Staff(prepare, plan, jobs) as staff:
            yield from _Flow(staff, iter(chunks), jobs, self._most_lost or LOST, self._ahead or AHEAD).results()


class _Flow:
    """Chunks on their way to the workers and results on their way back.

    waiting: chunks nobody has. back: portions of workers that died, not begun. suspects: what they were at.
    done: answers by the number of their first chunk, with the number of chunks.
    """

    def __init__(self, staff: Staff, chunks: Iterator[Any], jobs: int, most_lost: int, ahead: int) -> None:
        self._staff, self._chunks, self._jobs, self._most_lost, self._ahead = staff, chunks, jobs, most_lost, ahead
        self._waiting: deque[Any] = deque()
        self._back: deque[Portion] = deque()
        self._suspects: deque[Portion] = deque()
        self._done: dict[int, tuple[int, Answer]] = {}
        self._taken = self._given = self._told = self._lost = 0
        self._ended = False

    def results(self) -> Iterator[Any]:
        while not self._ended or self._told < self._taken:
            self._take()
            self._hand_out()
            may_take = not self._ended and self._room
            for worker, answer in self._staff.listen(wait_for_one=not may_take and self._staff.busy):
                if answer is None:
                    self._died(worker)
                else:
                    self._answered(worker, answer)
            yield from self._tell()

    @property
    def _room(self) -> bool:
        return self._taken - self._told < self._jobs * self._ahead

    def _take(self) -> None:
        """Take one more chunk of the source, where there is room."""
        if self._ended or not self._room:
            return
        try:
            self._waiting.append(next(self._chunks))
            self._taken += 1
        except StopIteration:
            self._ended = True

    def _hand_out(self) -> None:
        if self._suspects:
            if not self._staff.busy and (worker := self._staff.idle(1)):
                worker.give(self._suspects.popleft())
            return
        while (self._back or self._waiting) and (worker := self._staff.idle(QUEUED)):
            worker.give(self._back.popleft() if self._back else self._next())

    def _next(self) -> Portion:
        """The next chunks: a part of those that wait, so that portions become small when few are left."""
        size = min(max(len(self._waiting) // (2 * self._jobs), 1), PORTION)
        portion = Portion(self._given, [self._waiting.popleft() for _ in range(size)])
        self._given += size
        return portion

    def _answered(self, worker: Worker, answer: Answer) -> None:
        if not worker.portions:
            assert answer.fault is not None  # it could not even get ready
            raise answer.fault
        portion = worker.portions.popleft()
        self._lost = 0
        self._done[portion.first] = (len(portion.chunks), answer)

    def _died(self, worker: Worker) -> None:
        """Give what it had to others: what it was at comes under suspicion."""
        if worker.ready and worker.portions:
            self._blame(worker.portions.popleft(), worker.at, worker.process_code or 0)
        self._back.extendleft(reversed(worker.portions))

    def _blame(self, portion: Portion, at: int, code: int) -> None:
        first, chunks, deaths = portion
        for start, innocent in ((first + at + 1, chunks[at + 1 :]), (first, chunks[:at])):
            if innocent:
                self._back.appendleft(Portion(start, innocent))
        if deaths < TRIES - 1:
            self._suspects.append(Portion(first + at, chunks[at : at + 1], deaths + 1))
            return
        self._lost += 1
        if self._lost >= self._most_lost:
            raise CouldNotCheck("worker processes die whatever they work on (killed, or out of memory)")
        self._done[first + at] = (1, Answer([Lost(chunks[at], code)]))

    def _tell(self) -> Iterator[Any]:
        """What comes next in the order of the chunks."""
        while self._told in self._done:
            count, answer = self._done.pop(self._told)
            self._told += count
            yield from answer.results
            if answer.fault is not None:
                raise answer.fault
