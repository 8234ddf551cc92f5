"""What differs between two runs: one plain fact a change; its words are made when it is shown."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

ChangeKind = Literal[
    "verdict",
    "coverage",
    "score",
    "measure",
    "issue-kind-new",
    "issue-kind-gone",
    "issue-kind-count",
    "findings",
    "profile-new",
    "profile-gone",
    "system-new",
    "system-gone",
    "code-new",
    "code-gone",
    "unit-new",
    "unit-gone",
    "distribution",
    "volume",
    "feed-stopped",
    "interface",
    "regression",
    "use-case",
]
Amount = Fraction | int | float | str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two runs of the same series.

    what: a score, a measure, an issue kind, a profile, ``element|system``, ``system|code``, a type...: with `kind` it
    names the change, run after run. before, after: how it was and how it is. statistic, value, threshold, source: by
    what it was judged (``psi``, ``jensen-shannon``, ``points``...), and where that threshold was published, empty
    where it is ours. alarming: whether it is past its threshold. because: what it comes from (a measure, an issue
    kind) with the points or numbers it accounts for. group: the source, where sources are measured apart.
    """

    kind: ChangeKind
    what: str
    before: Amount = None
    after: Amount = None
    alarming: bool = False
    statistic: str = ""
    value: float | None = None
    threshold: float | None = None
    source: str = ""
    because: tuple[tuple[str, Fraction | int | float], ...] = ()
    group: str = ""

    @property
    def key(self) -> str:
        """The same change in another run has the same key: alerts are said once by it."""
        return f"{self.kind} {self.what}" + (f" {self.group}" if self.group else "")


@dataclass(frozen=True, slots=True)
class RunName:
    """A run, as it is named beside another: series and number in the history, or a file; when it began (ISO 8601)."""

    name: str
    started: str
    version: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class RunDiff:
    """Two runs beside each other. comparable: why not all can be compared (other rubric, sample, packages), if so."""

    before: RunName
    after: RunName
    changes: tuple[Change, ...]
    comparable: tuple[str, ...] = ()
