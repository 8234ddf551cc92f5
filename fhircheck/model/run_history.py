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
