"""What is known of one code in its own code system, whatever value set it is wanted for."""

from enum import Enum
from typing import NamedTuple


class CodeStatus(Enum):
    """Does the code system have the code?

    NOT_IN_FRAGMENT: not among the codes that are loaded, but others exist. CANNOT_TELL: see the verdict's reason.
    The last three say that `system` names no code system: a relative URL, a value set, a supplement.
    """

    KNOWN = "known"
    UNKNOWN = "unknown"
    NOT_IN_FRAGMENT = "not-in-fragment"
    CANNOT_TELL = "cannot-tell"
    RELATIVE_SYSTEM = "relative-system"
    VALUE_SET = "value-set"
    SUPPLEMENT = "supplement"


class CodeVerdict(NamedTuple):
    """The answer about one (system, code, version, display).

    version: of the code system that answered. displays: the right ones where the given display is none of them,
    empty otherwise. inactive, abstract: properties of a known code. odd: not written as codes of the system usually
    are. reason, detail: what to count where it cannot be told.
    """

    status: CodeStatus
    version: str = ""
    displays: tuple[str, ...] = ()
    inactive: bool = False
    abstract: bool = False
    reason: str = ""
    detail: str = ""
    odd: bool = False

    @property
    def sound(self) -> bool:
        """Whether nothing speaks against the code and its display."""
        return self.status in POSSIBLE and not self.displays


POSSIBLE = frozenset((CodeStatus.KNOWN, CodeStatus.NOT_IN_FRAGMENT, CodeStatus.CANNOT_TELL))
