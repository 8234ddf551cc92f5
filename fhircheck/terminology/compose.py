"""ValueSet.compose (or a ready expansion) to a Membership, by the loaded packages alone.

http://hl7.org/fhir/R4/valueset.html#compositions: the includes are joined, within one include its
system and each valueSet are intersected, the excludes are taken away. What depends on content that is
not there stays open; it is never taken for empty.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fhircheck.definitions.code_system import CodeTable, code_table
from fhircheck.model.protocols import Conformance
from fhircheck.terminology.membership import Membership

NO_CONTENT = "code-system-content"
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
    """Codes by system while a value set is put together, and what stays open."""

    systems: dict[str, set[str]] = field(default_factory=dict)
    folded: set[str] = field(default_factory=set)
    open_systems: dict[str, str] = field(default_factory=dict)

    def join(self, other: "Content") -> None:
        """Union, in place."""
        for system, codes in other.systems.items():
            self.systems.setdefault(system, set()).update(codes)
        self.folded |= other.folded
        self.open_systems |= other.open_systems

    def meet(self, other: "Content") -> "Content":
        """Intersection. Where one side is open for a system, the other's codes stay open there too."""
        met = Content(folded=self.folded | other.folded)
        for system in self.systems.keys() | other.systems.keys():
            both = self.systems.get(system, set()) & other.systems.get(system, set())
            if both:
                met.systems[system] = both
        for mine, theirs in ((self, other), (other, self)):
            for system, reason in mine.open_systems.items():
                if system == "*" or system in theirs.systems or theirs.open_systems.keys() & {system, "*"}:
                    met.open_systems[system] = reason
        return met

    def take_away(self, other: "Content") -> None:
        """Difference, in place; what `other` cannot tell becomes open here."""
        for system, codes in other.systems.items():
            if system in self.systems:
                self.systems[system] -= codes
        for system, reason in other.open_systems.items():
            for mine in list(self.systems) if system == "*" else [system]:
                if self.systems.pop(mine, None):
                    self.open_systems[mine] = reason


class Composer:
    """Puts value sets together out of one set of definitions."""

    def __init__(self, definitions: Conformance) -> None:
        self._definitions = definitions
        self._tables: dict[str, CodeTable | None] = {}
        self._made: dict[tuple[str, str], Content] = {}

    def compose(self, canonical: str) -> Membership:
        """What is known of the value set `canonical` (``url`` or ``url|version``)."""
        self._made.clear()
        content = self._value_set(canonical, ())
        systems = {system: frozenset(codes) for system, codes in content.systems.items()}
        return Membership.build(canonical, systems, content.folded & systems.keys(), content.open_systems)

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
        content = Content()
        for include in compose.get("include") or ():
            content.join(self._include(include, (*above, canonical)))
        for exclude in compose.get("exclude") or ():
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
        tables = {system: self._table(system) for system in content.systems}
        content.folded = {system for system, table in tables.items() if table and not table.case_sensitive}
        marked = any(each.get("url") in NOT_WHOLE for each in expansion.get("extension") or ())
        if marked or length < (expansion.get("total") or 0):
            content.open_systems["*"] = NO_VALUE_SET
        return content

    def _include(self, include: dict[str, Any], above: tuple[str, ...]) -> Content:
        parts = [self._value_set(each, above) for each in include.get("valueSet") or ()]
        if include.get("system"):
            parts.append(self._system(include))
        if not parts:
            return Content()
        content = parts[0]
        for part in parts[1:]:
            content = content.meet(part)
        return content

    def _system(self, include: dict[str, Any]) -> Content:
        system = str(include["system"])
        version = f"|{include['version']}" if include.get("version") else ""
        table = self._table(system + version) or self._table(system)
        folded = set() if table is None or table.case_sensitive else {system}
        if include.get("concept"):
            codes = {each["code"] for each in include["concept"] if each.get("code")}
            return Content({system: codes}, folded)
        if table is None or not table.complete:
            return Content(open_systems={system: NO_CONTENT})
        codes = set(table.codes)
        for filter_ in include.get("filter") or ():
            passed = self._filter(table, filter_)
            if passed is None:
                return Content(open_systems={system: NO_FILTER})
            codes &= passed
        return Content({system: codes}, folded)

    def _table(self, canonical: str) -> CodeTable | None:
        if canonical not in self._tables:
            resource = self._definitions.find(canonical, "CodeSystem")
            self._tables[canonical] = code_table(resource) if resource else None
        return self._tables[canonical]

    def _filter(self, table: CodeTable, filter_: dict[str, Any]) -> set[str] | None:
        """Codes that pass one filter, None where this version cannot decide it (a regex, say)."""
        name, op, value = (str(filter_.get(key, "")) for key in ("property", "op", "value"))
        if name in ("concept", "code", "parent", "subsumedBy") and op in HIERARCHY:
            return HIERARCHY[op](table, value) if value in table.codes else None
        if name not in OF_EVERY_CODE and not any(name in each for each in table.properties.values()):
            return None  # defined elsewhere, or computed: that no concept states it does not mean that none has it
        if op == "exists":
            there = {code for code in table.codes if _values(table, code, name)}
            return there if value == "true" else set(table.codes) - there
        if op in ("=", "in", "not-in"):
            wanted = {each.strip() for each in value.split(",")} if op != "=" else {value}
            found = {code for code in table.codes if wanted & _values(table, code, name)}
            return set(table.codes) - found if op == "not-in" else found
        return None


OF_EVERY_CODE = ("concept", "code", "parent")


def _values(table: CodeTable, code: str, name: str) -> set[str]:
    if name in ("concept", "code"):
        return {code}
    if name == "parent":
        return table.parents.get(code, set())
    values = table.properties.get(code, {}).get(name, ())
    return {str(value.get("code")) if isinstance(value, dict) else str(value).lower()
            if isinstance(value, bool) else str(value) for value in values}  # fmt: skip


HIERARCHY: dict[str, Callable[[CodeTable, str], set[str]]] = {
    "is-a": lambda table, top: table.below(top) | {top},
    "descendent-of": lambda table, top: table.below(top),
    "is-not-a": lambda table, top: set(table.codes) - table.below(top) - {top},
}
