"""What is told of a run: what is alarming, since when, and to whom it was said."""

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from fhircheck.model.change import Change

ConditionKind = Literal["could-not-check", "findings", "change"]
Telling = Literal["alarm", "resolved", "reminder"]


@dataclass(frozen=True, slots=True)
class Condition:
    """Something a run found to be alarming. key: the same in every run. since: when the first such run began.

    reasons: why, as the verdict has it. change: what changed, for that kind.
    """

    key: str
    kind: ConditionKind
    since: str = ""
    reasons: tuple[str, ...] = ()
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class AlertItem:
    """One thing to tell. series, receiver: part of its id, which is the same whenever the same is told again.

    said: when it was told last, of a reminder; each reminder has an id of its own.
    """

    condition: Condition
    telling: Telling
    series: str
    receiver: str
    said: str = ""

    @property
    def id(self) -> str:
        """By this a receiver knows what it was told already."""
        parts = (self.series, self.receiver, self.condition.key, self.telling, self.condition.since)
        return identity(*parts, *((self.said,) if self.said else ()))


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What an alert says of the run itself. started: ISO 8601. outcome: valid, no-errors-found, invalid, not-checked.

    number: in its series, None where it was not remembered. fault: one line, where the run came to no report.
    reasons: of its verdict. duration: seconds. coverage: share.
    """

    series: str
    started: str
    outcome: str
    exit_code: int
    number: int | None = None
    version: str = ""
    duration: float = 0.0
    resources: int = 0
    errors: int = 0
    warnings: int = 0
    coverage: Fraction | None = None
    scores: tuple[tuple[str, Fraction | None], ...] = ()
    fault: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """All that a receiver is told at once. at: when (ISO 8601). link: to the reports. test: nothing is meant."""

    run: RunFacts
    items: tuple[AlertItem, ...]
    at: str
    link: str = ""
    test: bool = False

    @property
    def id(self) -> str:
        """The same where the same is told again."""
        return identity(*(each.id for each in self.items), self.at if self.test or not self.items else "")

    @property
    def telling(self) -> Telling:
        """What it is in all: an alarm where one thing is, else what all things are."""
        tellings = {each.telling for each in self.items}
        return next((each for each in ("alarm", "reminder", "resolved") if each in tellings), "alarm")


def identity(*parts: str) -> str:
    """A short text that is the same for the same parts."""
    return hashlib.blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()
