"""What is said of single codings: a system that is expected, a code that exists, a display that fits, a current URL, an
owner who publishes for everybody."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fhircheck.measures.coded_elements import PATHS
from fhircheck.measures.outcome import Item
from fhircheck.measures.owners import owned_name, owners_of
from fhircheck.measures.tables import Tables
from fhircheck.model.errors import UsageError
from fhircheck.terminology.code_verdict import CodeStatus

if TYPE_CHECKING:
    from fhircheck.measures.tools import Tools

TWIN, ALONE = "twin", "alone"
"""Whether a code of a house's own stands beside a public one, which says the same."""
NO_CODE = frozenset({CodeStatus.UNKNOWN, CodeStatus.RELATIVE_SYSTEM, CodeStatus.VALUE_SET, CodeStatus.SUPPLEMENT})


@dataclass(slots=True)
class Found:
    """Items of one resource, by measure."""

    expected: list[Item] = field(default_factory=list)
    valid: list[Item] = field(default_factory=list)
    display: list[Item] = field(default_factory=list)
    current: list[Item] = field(default_factory=list)
    public: list[Item] = field(default_factory=list)


class Judge:
    """Judges the codings of one resource. language: what the resource states, if it is a text."""

    def __init__(self, tools: "Tools", language: Any) -> None:
        self._codes = tools.codes
        self._expected = expected_systems(tools.tables)
        self._obsolete = obsolete_systems(tools.tables)
        self._language = language if language.__class__ is str else ""
        self._replaced: Counter[tuple[str, ...]] = Counter()
        self._public = owners_of(tools.tables).public
        self._own: Counter[tuple[str, ...]] = Counter()

    def obsolete_counts(self) -> tuple[tuple[tuple[str, ...], int], ...]:
        """How often each obsolete system was met: ((url in the table,), times)."""
        return tuple(sorted(self._replaced.items()))

    def own_counts(self) -> tuple[tuple[tuple[str, ...], int], ...]:
        """How often a system of a house or a vendor was met: ((url, TWIN or ALONE), times)."""
        return tuple(sorted(self._own.items()))

    def element(self, path: str, where: str, values: list[tuple[str, Any]], found: Found) -> None:
        """Judge one element of the resource: all its concepts together, and each of their codings."""
        systems = self._expected.get(path)
        fits = present = unsure = False
        for place, value in values:
            found_codings = codings(value)
            if found_codings is None:
                unsure = True
                found.valid.append((path, place, None))
                continue
            present = present or bool(found_codings) or "text" in value or "display" in value
            for step, coding in found_codings:
                self._coding(path, f"{place}{step}", coding, found)
                fits = fits or (systems is not None and _text(coding.get("system")) in systems)
            self._whose(path, place, found_codings, found)
        if systems is not None and (present or unsure):
            found.expected.append((path, where, None if unsure and not fits else fits))

    def _whose(self, path: str, where: str, among: list[tuple[str, dict[str, Any]]], found: Found) -> None:
        """Whose the codes of one concept are."""
        systems = systems_of(among)
        if systems:
            passed, own = whose(systems, self._public)
            found.public.append((path, where, passed))
            self._own.update(own)

    def _coding(self, path: str, where: str, coding: dict[str, Any], found: Found) -> None:
        system, code = _text(coding.get("system")), _text(coding.get("code"))
        if not system:
            return
        replaced = obsolete(system, self._obsolete)
        if replaced:
            self._replaced[(replaced,)] += 1
        found.current.append((path, where, not replaced))
        if not code:
            return
        version, display = _text(coding.get("version")), _text(coding.get("display"))
        valid, matches = self._asked(system, code, version, display)
        found.valid.append((path, where, valid))
        if display:
            found.display.append((path, where, matches))

    def _asked(self, system: str, code: str, version: str, display: str) -> tuple[bool | None, bool | None]:
        """Whether the code is valid, and whether the display is one of its texts; None where that cannot be told."""
        if self._codes is None:
            return None, None
        verdict = self._codes.verdict(system, code, version, display, self._language)
        if verdict.status in NO_CODE:
            return False, None
        if verdict.status is not CodeStatus.KNOWN:
            return None, None
        if verdict.displays:
            return not verdict.inactive, False
        compared = display and self._codes.compares(system, code, version)
        return not verdict.inactive, True if compared else None


def systems_of(among: list[tuple[str, dict[str, Any]]]) -> tuple[str, ...]:
    """The systems of the codings of one concept, of those that have a code too."""
    systems = (_text(each.get("system")) for _, each in among if _text(each.get("code")))
    return tuple(each for each in systems if each)


def whose(systems: tuple[str, ...], public: Mapping[str, bool | None]) -> tuple[bool | None, list[tuple[str, ...]]]:
    """Whether one of the systems of a concept is published for everybody, and those that are a house's or a vendor's.

    public: see owners.Owners. None: no owner is known.
    """
    verdicts = [public[each] for each in systems]
    beside = TWIN if True in verdicts else ALONE
    own: list[tuple[str, ...]] = [
        (owned_name(each), beside) for each, verdict in zip(systems, verdicts, strict=True) if verdict is False
    ]
    return (True if True in verdicts else None if None in verdicts else False), own


def _text(value: Any) -> str:
    return value.strip() if value.__class__ is str else ""


def codings(value: Any) -> list[tuple[str, dict[str, Any]]] | None:
    """(step from the concept on, coding) of a CodeableConcept or Coding; None for what is neither."""
    if value.__class__ is not dict:
        return None
    found = value.get("coding")
    if found is None:
        return [("", value)] if "system" in value or "code" in value else []
    if found.__class__ is not list:
        return None
    return [(f".coding[{index}]", each) for index, each in enumerate(found) if each.__class__ is dict]


@lru_cache(maxsize=8)
def expected_systems(tables: Tables) -> dict[str, frozenset[str]]:
    """Element path -> the systems expected there. Raises UsageError for an element that is not looked at."""
    found: dict[str, set[str]] = {}
    for row in tables.rows("systems"):
        if row["element"] not in PATHS:
            raise UsageError(f"systems.csv: {row['element'][:80]} is no element whose codes are looked at")
        found.setdefault(row["element"], set()).add(row["system"])
    return {path: frozenset(systems) for path, systems in found.items()}


@lru_cache(maxsize=8)
def obsolete_systems(tables: Tables) -> dict[str, str]:
    """Obsolete URL (or its beginning, with a star) -> the current one."""
    return {row["obsolete"]: row["current"] for row in tables.rows("obsolete_systems")}


def obsolete(system: str, table: dict[str, str]) -> str:
    """The entry of `table` that says that `system` is obsolete, empty where none does."""
    if system in table:
        return system
    stem = system.rpartition("/")[0] + "/*"
    return stem if stem in table else ""
