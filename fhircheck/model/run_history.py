"""What a run knows of the runs before it: points of the trend, and what changed."""

from dataclasses import dataclass
from fractions import Fraction

from fhircheck.model.change import Change


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One run of the series. started: ISO 8601. scores: (name, value); measures: (name, passed, judged)."""

    number: int
    started: str
    outcome: str
    resources: int
    errors: int
    warnings: int
    scores: tuple[tuple[str, Fraction | None], ...] = ()
    measures: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RunHistory:
    """The series a run belongs to. points: earlier runs and this one, in the order of time, bounded.

    against: what the changes are measured against (``run 12``, ``the last 7 runs``, a baseline's name).
    """

    series: str
    points: tuple[TrendPoint, ...]
    against: str = ""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as a store lists it.

    started, finished: ISO 8601 in UTC. kept: why it is never pruned, empty for no reason.
    """

    series: str
    number: int
    started: str
    finished: str
    version: str
    outcome: str
    exit_code: int
    resources: int
    errors: int
    warnings: int
    coverage: Fraction | None = None
    scores: tuple[tuple[str, Fraction | None], ...] = ()
    kept: str = ""

    @property
    def name(self) -> str:
        """``series@number``, as commands take it."""
        return f"{self.series}@{self.number}"


@dataclass(frozen=True, slots=True)
class StoredSeries:
    """A series of runs in a store: how many are there, the first and the last of them."""

    name: str
    runs: int
    first: StoredRun
    last: StoredRun


@dataclass(frozen=True, slots=True)
class Spared:
    """A run that was to be pruned and stays. why: ``latest``, ``last-good``, ``kept``, ``answered``."""

    run: StoredRun
    why: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What pruning removed, or would remove, and what it left although it was old enough."""

    removed: tuple[StoredRun, ...]
    spared: tuple[Spared, ...] = ()
