"""ValueSet.compose (or a ready expansion) to a Membership, by the loaded packages alone.

http://hl7.org/fhir/R4/valueset.html#compositions: the includes are joined, within one include its
system and each valueSet are intersected, the excludes are taken away. What depends on content that is
not there stays open; it is never taken for empty.
"""

from dataclasses import dataclass, field
from typing import Any

from fhircheck.definitions.code_system import CodeTable
from fhircheck.model.protocols import Conformance
from fhircheck.terminology.code_systems import NO_VERSION, CodeSystems
from fhircheck.terminology.filters import passing
from fhircheck.terminology.known_systems import KNOWN_SYSTEMS
from fhircheck.terminology.membership import NO_CONTENT, WHOLE, Membership

NO_VALUE_SET = "value-set-missing"
NO_FILTER = "value-set-filter"
IMPORT_LIMIT = 30
NOT_WHOLE = (
    "http://hl7.org/fhir/StructureDefinition/valueset-toocostly",
    "http://hl7.org/fhir/StructureDefinition/valueset-unclosed",
)
"""Extensions of an expansion that does not hold all codes of its value set."""


@dataclass(slots=True)
class Content:
    """Codes by system while a value set is put together, and what stays open.

    among: the only codes of an open system that may be members beside those known, where that much is known.
    """

    systems: dict[str, set[str]] = field(default_factory=dict)
    folded: set[str] = field(default_factory=set)
    open_systems: dict[str, str] = field(default_factory=dict)
    among: dict[str, set[str]] = field(default_factory=dict)

    def possible(self, system: str) -> set[str] | None:
        """All codes of `system` that may be members; None where there is no bound."""
        if "*" in self.open_systems or (system in self.open_systems and system not in self.among):
            return None
        return self.systems.get(system, set()) | self.among.get(system, set())

    def join(self, other: "Content") -> None:
        """Union, in place."""
        for system, codes in other.systems.items():
            self.systems.setdefault(system, set()).update(codes)
        self.folded |= other.folded
        bounds = {system: (self.possible(system), other.possible(system)) for system in self.among | other.among}
        self.among = {system: one | two for system, (one, two) in bounds.items() if one is not None and two is not None}
        whole = {system for each in (self, other) for system, reason in each.open_systems.items() if reason == WHOLE}
        self.open_systems |= other.open_systems | dict.fromkeys(whole, WHOLE)

    def meet(self, other: "Content") -> "Content":
        """Intersection. Where one side is open for a system, the other's codes stay open there too."""
        met = Content(folded=self.folded | other.folded)
        for system in self.systems.keys() | other.systems.keys():
            both = self.systems.get(system, set()) & other.systems.get(system, set())
            if both:
                met.systems[system] = both
        for mine, theirs in ((self, other), (other, self)):
            for system, reason in mine.open_systems.items():
                if reason == WHOLE:
                    met._meet_whole(system, theirs)
                elif system == "*" or system in theirs.systems or theirs.open_systems.keys() & {system, "*"}:
                    met.open_systems[system] = reason
        for system in met.open_systems:
            bounds = [each for each in (self.possible(system), other.possible(system)) if each is not None]
            if bounds:
                met.among[system] = set.intersection(*bounds)
        return met

    def _meet_whole(self, system: str, theirs: "Content") -> None:
        """All codes of `system` on one side: what the other side has of it."""
        if system in theirs.systems:
            self.systems.setdefault(system, set()).update(theirs.systems[system])
        reason = theirs.open_systems.get(system) or theirs.open_systems.get("*")
        if reason:
            self.open_systems[system] = reason

    def let_go(self, system: str) -> None:
        """No code of `system` is a member, in place."""
        self.systems.pop(system, None)
        self.open_systems.pop(system, None)
        self.among.pop(system, None)

    def take_away(self, other: "Content") -> None:
        """Difference, in place; what `other` cannot tell becomes open here."""
        for system, codes in other.systems.items():
            if system in self.systems:
                self.systems[system] -= codes
            if system in self.among:
                self.among[system] -= codes
            if self.open_systems.get(system) == WHOLE:
                self.open_systems[system] = NO_CONTENT
        for system, reason in other.open_systems.items():
            for mine in list(self.systems) if system == "*" else [system]:
                bound = self.possible(mine)
                if self.systems.pop(mine, None):
                    self.open_systems[mine] = NO_CONTENT if reason == WHOLE else reason
                    if bound is not None:
                        self.among[mine] = bound
            if reason == WHOLE:
                self.open_systems.pop(system, None)


class Composer:
    """Puts value sets together out of one set of definitions."""

    def __init__(self, definitions: Conformance, code_systems: CodeSystems | None = None) -> None:
        self._definitions = definitions
        self._code_systems = code_systems or CodeSystems(definitions, lambda key, make: make())
        self._made: dict[tuple[str, str], Content] = {}

    def compose(self, canonical: str) -> Membership:
        """What is known of the value set `canonical` (``url`` or ``url|version``)."""
        self._made.clear()
        content = self._value_set(canonical, ())
        systems = {system: frozenset(codes) for system, codes in content.systems.items()}
        among = {system: frozenset(codes) for system, codes in content.among.items() if system in content.open_systems}
        return Membership.build(canonical, systems, content.folded, content.open_systems, among)

    def _value_set(self, canonical: str, above: tuple[str, ...]) -> Content:
        """Content of a value set that those in `above` import, one the other; each is made once."""
        if canonical in above or len(above) > IMPORT_LIMIT:
            return Content(open_systems={"*": NO_VALUE_SET})
        key = (canonical, above[-1] if above else "")
        if key not in self._made:
            self._made[key] = self._composed(self._definitions.find(canonical, "ValueSet", key[1]), canonical, above)
        return self._made[key]

    def _composed(self, resource: dict[str, Any] | None, canonical: str, above: tuple[str, ...]) -> Content:
        if resource is None:
            return Content(open_systems={"*": NO_VALUE_SET})
        compose = resource.get("compose")
        if not compose:
            return self._expansion(resource)
        content = self._by_compose(compose, canonical, above)
        if content.open_systems and "expansion" in resource:
            expanded = self._expansion(resource)
            return expanded if not expanded.open_systems else content
        return content

    def _by_compose(self, compose: dict[str, Any], canonical: str, above: tuple[str, ...]) -> Content:
        content = Content()
        for include in compose.get("include") or ():
            content.join(self._include(include, (*above, canonical)))
        if compose.get("inactive") is False:
            content.systems = {system: self._active(system, codes) for system, codes in content.systems.items()}
        for exclude in compose.get("exclude") or ():
            if exclude.keys() <= {"system", "extension", "id"}:  # all of it, known or not
                content.let_go(str(exclude.get("system")))
            content.take_away(self._include(exclude, (*above, canonical)))
        return content

    def _expansion(self, resource: dict[str, Any]) -> Content:
        if "expansion" not in resource:
            return Content(open_systems={"*": NO_VALUE_SET})
        content, expansion, length = Content(), resource["expansion"], 0
        waiting = list(expansion.get("contains") or ())
        while waiting:
            each = waiting.pop()
            length += 1
            waiting.extend(each.get("contains") or ())
            if each.get("code") and not each.get("abstract"):
                content.systems.setdefault(str(each.get("system", "")), set()).add(each["code"])
        tables = {system: self._code_systems.table(system) for system in content.systems}
        content.folded = {system for system, table in tables.items() if table and not table.case_sensitive}
        marked = any(each.get("url") in NOT_WHOLE for each in expansion.get("extension") or ())
        if marked or length < (expansion.get("total") or 0):
            content.open_systems["*"] = NO_VALUE_SET
        return content

    def _include(self, include: dict[str, Any], above: tuple[str, ...]) -> Content:
        parts = [self._value_set(each, above) for each in include.get("valueSet") or ()]
        if include.get("system"):
            parts.append(self._system(include, above[-1]))
        if not parts:
            return Content()
        content = parts[0]
        for part in parts[1:]:
            content = content.meet(part)
        return content

    def _active(self, system: str, codes: set[str]) -> set[str]:
        table = self._code_systems.table(system)
        return codes if table is None else {code for code in codes if not table.inactive(code)}

    def _system(self, include: dict[str, Any], referrer: str) -> Content:
        system = str(include["system"])
        version = str(include.get("version") or "")
        table = self._code_systems.table(f"{system}|{version}" if version else system, _own(referrer))
        loaded = table or (self._code_systems.table(system) if version else None)
        folded = set() if loaded is None or loaded.case_sensitive else {system}
        if include.get("concept"):
            codes = {each["code"] for each in include["concept"] if each.get("code")}
            return Content({system: codes}, folded)
        if table is None and loaded is not None and system not in KNOWN_SYSTEMS:
            return Content(open_systems={system: NO_VERSION})
        if table is None or not table.complete:
            return self._without_content(system, include, table)
        codes = set(table.codes)
        for filter_ in include.get("filter") or ():
            passed = passing(table, filter_, self._value_set_codes)
            if passed is None:
                return Content(open_systems={system: NO_FILTER})
            codes &= passed
        return Content({system: codes}, folded)

    def _without_content(self, system: str, include: dict[str, Any], table: CodeTable | None) -> Content:
        """Codes of a system that is not loaded whole: a filter hides which, otherwise all that there are."""
        if include.get("filter"):
            return Content(open_systems={system: NO_CONTENT})
        known = KNOWN_SYSTEMS.get(system)
        if known is not None and known.certain:
            return Content(open_systems={system: WHOLE})
        if table is None or table.content != "fragment":
            return Content(open_systems={system: NO_CONTENT})
        return Content({system: set(table.codes)}, set() if table.case_sensitive else {system}, {system: NO_CONTENT})

    def _value_set_codes(self, canonical: str, system: str) -> set[str] | None:
        """Codes of `system` in another value set, None where not all are known: for filters that name one."""
        content = self._value_set(canonical, ())
        if system in content.open_systems or "*" in content.open_systems:
            return None
        return content.systems.get(system, set())


def _own(value_set: str) -> str:
    """The value set that refers, where its package decides which version of a code system it means.

    HL7's own value sets mean what HL7's terminology package has.
    """
    return "" if value_set.startswith(("http://hl7.org/fhir/ValueSet/", "http://terminology.hl7.org/")) else value_set
