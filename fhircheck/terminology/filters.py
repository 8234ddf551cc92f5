"""ValueSet.compose.include.filter: which codes of a complete code system pass (valueset-filter-operator.html)."""

from collections.abc import Callable
from typing import Any

from fhircheck.definitions.code_system import CodeTable
from fhircheck.fhirpath.errors import FhirPathError
from fhircheck.fhirpath.patterns import searched

OF_EVERY_CODE = ("concept", "code", "parent", "child", "display")
CodesOf = Callable[[str, str], set[str] | None]
"""(value set, system) -> its codes, or None where they are not all known."""


def passing(table: CodeTable, filter_: dict[str, Any], codes_of: CodesOf) -> set[str] | None:
    """Codes that pass one filter, None where that cannot be decided (a property that is defined elsewhere, say)."""
    name, op, value = (str(filter_.get(key, "")) for key in ("property", "op", "value"))
    if name in ("concept", "code", "parent", "subsumedBy") and op in HIERARCHY:
        return HIERARCHY[op](table, value) if value in table.codes else None
    if name not in OF_EVERY_CODE and not any(name in each for each in table.properties.values()):
        return None  # defined elsewhere, or computed: that no concept states it does not mean that none has it
    if op == "exists":
        there = {code for code in table.codes if _values(table, code, name)}
        return there if value == "true" else set(table.codes) - there
    if op == "regex":
        return _matching(table, name, value)
    wanted = _wanted(table, op, value, codes_of)
    if wanted is None:
        return None
    found = {code for code in table.codes if wanted & _values(table, code, name)}
    return set(table.codes) - found if op == "not-in" else found


def _wanted(table: CodeTable, op: str, value: str, codes_of: CodesOf) -> set[str] | None:
    """The property values that the filter names."""
    if op == "=":
        return {value}
    if op not in ("in", "not-in"):
        return None
    if "://" in value or value.startswith("urn:"):
        return codes_of(value, table.url)
    return {each.strip() for each in value.split(",")}


def _matching(table: CodeTable, name: str, pattern: str) -> set[str] | None:
    """Codes of which a value of the property matches `pattern` as a whole."""
    try:
        return {
            code
            for code in table.codes
            if any(searched(pattern, value, whole=True) for value in _values(table, code, name))
        }
    except FhirPathError:
        return None


def _values(table: CodeTable, code: str, name: str) -> set[str]:
    if name in ("concept", "code"):
        return {code}
    if name == "display":
        return {table.codes[code]}
    if name == "parent":
        return table.parents.get(code, set())
    if name == "child":
        return set(table.children(code))
    values = table.properties.get(code, {}).get(name, ())
    return {str(value.get("code")) if isinstance(value, dict) else str(value).lower()
            if isinstance(value, bool) else str(value) for value in values}  # fmt: skip


def _generalizing(table: CodeTable, code: str) -> set[str]:
    """`code` and all codes above it."""
    found, waiting = {code}, [code]
    while waiting:
        for parent in table.parents.get(waiting.pop(), ()):
            if parent not in found and parent in table.codes:
                found.add(parent)
                waiting.append(parent)
    return found


def _leaves(table: CodeTable, top: str) -> set[str]:
    return {code for code in table.below(top) if not table.children(code)}


HIERARCHY: dict[str, Callable[[CodeTable, str], set[str]]] = {
    "is-a": lambda table, top: table.below(top) | {top},
    "descendent-of": lambda table, top: table.below(top),
    "is-not-a": lambda table, top: set(table.codes) - table.below(top) - {top},
    "generalizes": _generalizing,
    "child-of": lambda table, top: set(table.children(top)),
    "descendent-leaf": _leaves,
}
