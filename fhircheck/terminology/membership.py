"""What is known of one value set: which codes are members, which are not, and what cannot be told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

NO_CONTENT = "code-system-content"
WHOLE = "whole"
"""Reason of an open system all of whose codes are members: a code that exists is one."""


def _cannot_judge(system: str, code: str) -> bool | None:
    return None


class Answer(Enum):
    """Is the code in the value set?"""

    MEMBER = "member"
    NOT_MEMBER = "not-member"
    CANNOT_TELL = "cannot-tell"


@dataclass(slots=True)
class Membership:
    """Members of a value set by code system, as far as the loaded packages tell.

    systems: system URL -> its codes in the value set. folded: the same in lower case, for systems
    that are not case sensitive. open_systems: system URL -> why its members are not known; the key
    ``*`` stands for any system. among: the only codes of an open system that may be members beside the known ones,
    where that much is known; in lower case for a folded one. judge: (system, code) -> whether the code exists, for
    open systems.
    ask_server: (system or None, code) -> whether it is a member, or None; asked last.
    """

    canonical: str
    systems: dict[str, frozenset[str]] = field(default_factory=dict)
    folded: dict[str, frozenset[str]] = field(default_factory=dict)
    open_systems: dict[str, str] = field(default_factory=dict)
    codes: frozenset[str] = frozenset()
    among: dict[str, frozenset[str]] = field(default_factory=dict)
    judge: Callable[[str, str], bool | None] = field(default=_cannot_judge, compare=False)
    ask_server: Callable[[str, str], bool | None] = field(default=_cannot_judge, compare=False)

    @property
    def closed(self) -> bool:
        """Whether all members are known, and exactly as they are written."""
        return not self.open_systems and not self.folded

    @property
    def undecided(self) -> tuple[str, str]:
        """(reason, detail) of the first thing that is not known."""
        if not self.open_systems:
            return NO_CONTENT, self.canonical
        system, reason = min(self.open_systems.items())
        return NO_CONTENT if reason == WHOLE else reason, self.canonical if system == "*" else system

    def answer(self, system: Any, code: Any) -> Answer:
        """Whether `code` of `system` is a member; system None: the element implies the system."""
        if code.__class__ is not str or (system is not None and system.__class__ is not str):
            return Answer.NOT_MEMBER
        if system is None:
            known = code in self.codes or any(code.lower() in each for each in self.folded.values())
        else:
            known = code in self.systems.get(system, ()) or code.lower() in self.folded.get(system, ())
        if known:
            return Answer.MEMBER
        return self._open(system, code) if self.open_systems else Answer.NOT_MEMBER

    def _open(self, system: str | None, code: str) -> Answer:
        """The answer where `code` is none of the known members and others may exist."""
        answers = [
            self._in_open(each, reason, code)
            for each, reason in self.open_systems.items()
            if system is None or each in ("*", system)
        ]
        if Answer.CANNOT_TELL in answers:
            asked = self.ask_server(system or "", code)
            if asked is not None:
                return Answer.MEMBER if asked else Answer.NOT_MEMBER
        for answer in (Answer.MEMBER, Answer.CANNOT_TELL):
            if answer in answers:
                return answer
        return Answer.NOT_MEMBER

    def _in_open(self, system: str, reason: str, code: str) -> Answer:
        if system in self.among and (code.lower() if system in self.folded else code) not in self.among[system]:
            return Answer.NOT_MEMBER
        exists = None if system == "*" else self.judge(system, code)
        if exists is None:
            return Answer.CANNOT_TELL
        if not exists:
            return Answer.NOT_MEMBER
        return Answer.MEMBER if reason == WHOLE else Answer.CANNOT_TELL

    def systems_of(self, code: str) -> int:
        """In how many code systems `code` is a known member: for codings without a system."""
        return sum(code in codes for codes in self.systems.values())

    def to_json(self) -> dict[str, Any]:
        """Plain data for the cache, in a stable order."""
        return {
            "canonical": self.canonical,
            "systems": {system: sorted(codes) for system, codes in sorted(self.systems.items())},
            "folded": sorted(self.folded),
            "open": dict(sorted(self.open_systems.items())),
            "among": {system: sorted(codes) for system, codes in sorted(self.among.items())},
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Membership":
        """The Membership that `to_json` wrote."""
        systems = {system: frozenset(codes) for system, codes in data["systems"].items()}
        among = {system: frozenset(codes) for system, codes in data.get("among", {}).items()}
        return cls.build(data["canonical"], systems, set(data["folded"]), data["open"], among)

    @classmethod
    def build(
        cls,
        canonical: str,
        systems: dict[str, frozenset[str]],
        folded: set[str],
        open_systems: dict[str, str],
        among: dict[str, frozenset[str]] | None = None,
    ) -> "Membership":
        """A Membership over `systems`; those named in `folded` are compared without regard to case."""
        there = systems.keys() | (among or {}).keys()
        lower = {system: _lower(systems.get(system, frozenset())) for system in folded & there}
        bounds = {system: _lower(codes) if system in folded else codes for system, codes in (among or {}).items()}
        return cls(canonical, systems, lower, dict(open_systems), frozenset().union(*systems.values()), bounds)


def _lower(codes: frozenset[str]) -> frozenset[str]:
    return frozenset(code.lower() for code in codes)
