"""Limits that a definition states by extensions of its own: minLength, regex, maxSize, maxDecimalPlaces."""

from decimal import Decimal
from typing import Any

from fhircheck.assertions.assertion import Spot, Surroundings
from fhircheck.model.issue import IssueKind
from fhircheck.model.protocols import Gate

BASE = "http://hl7.org/fhir/StructureDefinition/"
NAMES = ("minLength", "regex", "maxSize", "maxDecimalPlaces")
CLAUSE = "http://hl7.org/fhir/R4/elementdefinition-extensions.html"
UNUSABLE = "pattern-unusable"
KIND = IssueKind(
    name="declared-limit",
    severity="error",
    code="value",
    summary="A value breaks a limit that the profile states by an extension (minLength, regex, maxSize, decimals).",
    why="Receivers built on the profile cannot store or read the value.",
    clause=CLAUSE,
    fix="Bring the value within the limit that the profile states.",
    english="Value does not keep to {limit} {bound}",
    german="Wert hält {limit} {bound} nicht ein",
    failing='{"value": "a"}',
    passing='{"value": "abc"}',
)


class DeclaredLimits:
    """The value keeps to the limits that extensions of its definition state."""

    name = "declared_limits"
    summary = KIND.summary
    clause = CLAUSE
    kinds = (KIND,)
    applies: frozenset[str] | None = None

    def compile(self, definition: dict[str, Any], types: list[str]) -> Any | None:
        """``{name: limit}`` of the limits stated, or None."""
        found = {}
        for each in definition.get("extension") or ():
            name = str(each.get("url", "")).removeprefix(BASE)
            stated = [value for key, value in each.items() if key.startswith("value")]
            if name in NAMES and stated:
                limit = stated[0] if name == "regex" else _whole(stated[0])
                if limit is not None and (name != "regex" or limit.__class__ is str):
                    found[name] = limit
        return found or None

    def gate(self, facet: Any, around: Surroundings) -> Gate:
        """True where every limit is kept, or where that cannot be told."""
        return lambda value: not _broken(facet, value, around)

    def explain(self, facet: Any, value: Any, spot: Spot, around: Surroundings) -> None:
        """Report each limit that is not kept."""
        for name in _broken(facet, value, around):
            bound = str(facet[name])
            spot.add(KIND, limit=name, bound=bound if len(bound) <= 100 else bound[:100] + "...")


def _whole(value: Any) -> int | None:
    """A whole number however it is written, None for what is none."""
    try:
        number = Decimal(str(value))
        return int(number) if number == int(number) and 0 <= number < 2**53 else None
    except (ArithmeticError, ValueError):
        return None


def _broken(facet: dict[str, Any], value: Any, around: Surroundings) -> list[str]:
    """The limits that `value` does not keep."""
    if value.__class__ is dict or value.__class__ is list or value is None or value == "":
        return []  # no value at all
    return [name for name, limit in facet.items() if not _kept(name, limit, value, around)]


def _kept(name: str, limit: Any, value: Any, around: Surroundings) -> bool:
    if name == "maxDecimalPlaces":
        exponent = value.as_tuple().exponent if value.__class__ is Decimal else 0
        return not isinstance(exponent, int) or -exponent <= int(limit)
    text = str(value).lower() if value.__class__ is bool else str(value)
    if name == "minLength":
        return len(text) >= int(limit)
    if name == "maxSize":
        compact = "".join(text.split())
        return len(compact) // 4 * 3 - (len(compact) - len(compact.rstrip("="))) <= int(limit)
    return _matches(str(limit), text, around)


def _matches(pattern: str, text: str, around: Surroundings) -> bool:
    """Whether all of `text` matches; a pattern that is none, or that takes too long, decides nothing."""
    from fhircheck.fhirpath.errors import FhirPathError
    from fhircheck.fhirpath.patterns import searched

    try:
        return searched(pattern, text, whole=True)
    except FhirPathError:
        around.undecided(UNUSABLE, "regex")
        return True
