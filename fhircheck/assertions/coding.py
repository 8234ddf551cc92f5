"""Codes in their own code systems, bound or not: they exist, and their displays are right (datatypes.html#Coding)."""

from typing import Any

from fhircheck.assertions.assertion import Spot, Surroundings
from fhircheck.assertions.bound_value import QUANTITIES, language_of, shown_code
from fhircheck.assertions.coding_kinds import (
    CLAUSE,
    DISPLAY,
    FORM,
    INACTIVE,
    KINDS,
    NO_SYSTEM,
    NOT_IN_FRAGMENT,
    RELATIVE,
    SUPPLEMENT,
    UNIT,
    UNKNOWN,
    VALUE_SET,
)
from fhircheck.model.issue import IssueKind
from fhircheck.model.protocols import Gate
from fhircheck.terminology.code_verdict import CodeStatus, CodeVerdict

UCUM = "http://unitsofmeasure.org"
CODED = QUANTITIES | {"Coding"}
TEXT = (str, type(None))
KNOWN, CANNOT_TELL = CodeStatus.KNOWN, CodeStatus.CANNOT_TELL
# status -> kind of the finding, and the member it stands at; within a concept all that is about the system stands there
FINDINGS: dict[CodeStatus, tuple[IssueKind, str]] = {
    CodeStatus.UNKNOWN: (UNKNOWN, "code"),
    CodeStatus.NOT_IN_FRAGMENT: (NOT_IN_FRAGMENT, "code"),
    CodeStatus.SUPPLEMENT: (SUPPLEMENT, "system"),
    CodeStatus.RELATIVE_SYSTEM: (RELATIVE, ""),
    CodeStatus.VALUE_SET: (VALUE_SET, ""),
}


class CodingAssertion:
    """A code exists in the system that it names, and its display is one that the system has for it."""

    name = "coding"
    summary = UNKNOWN.summary
    clause = CLAUSE
    applies: frozenset[str] | None = CODED
    kinds = KINDS

    def compile(self, definition: dict[str, Any], types: list[str]) -> Any | None:
        """Whether the element is a coding of a concept, and whether it can be a Coding; None where it has no system."""
        if not any(each in CODED for each in types):
            return None
        in_concept = types == ["Coding"] and str(definition.get("path", "")).endswith(".coding")
        bound = str(definition.get("binding", {}).get("strength", "example")) != "example"
        return {"inConcept": in_concept, "coding": "Coding" in types, "bound": bound}

    def gate(self, facet: Any, around: Surroundings) -> Gate:
        """True where nothing is wrong with the code, or where that cannot be told (which is counted)."""
        check = around.terminology.check_code
        is_coding = facet["coding"]

        def gate(value: Any) -> bool:
            if value.__class__ is not dict:
                return True
            code = value.get("code")
            if code.__class__ is not str:
                return True  # no code, or an object of another type of a choice
            system = value.get("system")
            if not system:
                return not is_coding or _is_quantity(value)
            display, version = value.get("display"), value.get("version")
            if system.__class__ is not str or version.__class__ not in TEXT or display.__class__ not in TEXT:
                return True  # malformed: its type says so
            verdict = check(system, code, version, display, language_of(around) if display else None)
            if verdict.status is KNOWN:
                return not verdict.inactive and not (verdict.displays and around.settings.wrong_displays != "ignore")
            if verdict.status is CANNOT_TELL and not verdict.odd:
                around.undecided(verdict.reason, verdict.detail)
                return True
            return False

        return gate

    def explain(self, facet: Any, value: Any, spot: Spot, around: Surroundings) -> None:
        """Report what is wrong, each at the member that is wrong."""
        if self.gate(facet, around)(value):
            return
        system, code = value.get("system"), value["code"]
        if not system:
            spot.add(NO_SYSTEM)
            return
        display = value.get("display")
        verdict = around.terminology.check_code(
            system, code, value.get("version"), display, language_of(around) if display else None
        )
        _report(verdict, shown_code(code), _shown_system(system), facet, spot, around)


def _report(verdict: CodeVerdict, code: str, system: str, facet: Any, spot: Spot, around: Surroundings) -> None:
    in_concept = facet["inConcept"]
    if verdict.status in FINDINGS:
        kind, member = FINDINGS[verdict.status]
        if kind is RELATIVE:
            (spot.child("system") if in_concept or facet["bound"] else spot).add(kind)
        elif kind is UNKNOWN and system == UCUM:
            spot.child(member).add(UNIT, code=code)
        elif kind is VALUE_SET:
            (spot.child("system") if in_concept else spot).add(kind, system=system)
        else:
            shown: dict[str, Any] = {} if kind is SUPPLEMENT else {"code": code}
            spot.child(member).add(kind, system=system, **shown)
    wrong = around.settings.wrong_displays
    if verdict.displays and wrong != "ignore":
        displays = ", ".join(f"'{each}'" for each in verdict.displays[:3])
        spot.child("display").add(DISPLAY, severity=wrong, code=code, system=system, displays=displays)
    if verdict.inactive:
        spot.add(INACTIVE, code=code, system=system)
    if verdict.odd:
        spot.child("code").add(FORM, code=code, system=system)


def _is_quantity(value: dict[str, Any]) -> bool:
    """Whether an object of a choice is a Quantity rather than a Coding."""
    return "value" in value or "unit" in value or "comparator" in value


def _shown_system(system: str) -> str:
    """A code system's URL as it may be shown: short, and without blanks."""
    return system if len(system) <= 200 and not any(each.isspace() for each in system) else "(value)"
