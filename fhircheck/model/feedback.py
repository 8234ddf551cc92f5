"""What clinic and IT answer to findings."""

from dataclasses import dataclass
from typing import Literal

State = Literal["open", "accepted", "assigned", "fixed", "returned"]
"""returned: was said to be fixed, and is found again. An expired acceptance is open again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to the findings of a fingerprint, in a series of runs; the last one counts.

    reason, expires (``YYYY-MM-DD``): needed to accept. owner: who is to mend it (a role or a team, not a practitioner).
    author: who answered. at: ISO 8601 with offset. origin: ``command``, ``csv``, ``task``, ``page``, ``run``.
    """

    fingerprint: str
    state: State
    reason: str = ""
    owner: str = ""
    expires: str = ""
    comment: str = ""
    author: str = ""
    at: str = ""
    origin: str = "command"


@dataclass(frozen=True, slots=True)
class FindingState:
    """Where the findings of one fingerprint stand. count: in the latest run. since: first run they were seen in."""

    fingerprint: str
    kind: str
    severity: str
    definition: str
    profile: str
    expression: str
    count: int
    answer: Answer | None = None
    since: str = ""
