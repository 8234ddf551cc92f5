"""What clinic and IT answer to findings."""

import hashlib
from dataclasses import dataclass
from typing import Literal, get_args

State = Literal["open", "accepted", "assigned", "fixed", "returned"]
STATES: tuple[State, ...] = get_args(State)
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

    @property
    def state(self) -> State:
        """Where they stand: as the last answer says, open without one."""
        return self.answer.state if self.answer else "open"


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer that came back in a file. place: where in it (``line 12``, ``Task 3``).

    revision: that of the answer it was made from; empty where the file does not say. written: revision of what the
    file said of it, where it cannot say all; empty for the same.
    """

    place: str
    revision: str
    answer: Answer
    written: str = ""


def revision(answer: Answer | None) -> str:
    """A short text that is the same as long as an answer says the same."""
    said = (
        (answer.state, answer.reason, answer.owner, answer.expires, answer.comment) if answer else ("open",) + ("",) * 4
    )
    return "r-" + hashlib.blake2b("\n".join(said).encode("utf-8", "replace"), digest_size=5).hexdigest()
