"""What a follower has to tell beside findings: silence, late data, clocks, files that are not as they were."""

from dataclasses import dataclass
from typing import Literal

NoticeKind = Literal[
    "silence", "data-again", "clock-ahead", "late-data", "duplicates", "line-unfinished", "file-unfinished",
    "file-replaced", "file-truncated", "file-rewritten", "file-unreadable", "input-lost",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Notice:
    """kind; at: when (seconds since 1970). of: a device, a system or a file, empty for the whole stream; no person.

    since: of silence and what waits, since when; seconds: how long, or how much too late or too early. count: how many.
    is_file: `of` is a file's name.
    """

    kind: NoticeKind
    at: float
    of: str = ""
    since: float = 0.0
    seconds: float = 0.0
    count: int = 0
    is_file: bool = False
