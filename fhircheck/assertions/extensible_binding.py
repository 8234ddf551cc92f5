"""Extensible bindings, and the outermost value set that one may have (terminologies.html#extensible)."""

from typing import Any

from fhircheck.assertions.assertion import Spot, Surroundings
from fhircheck.assertions.binding import SYSTEM
from fhircheck.assertions.bound_value import CODED, bound_types, judge, shown_codes
from fhircheck.model.issue import IssueKind
from fhircheck.model.protocols import Gate
from fhircheck.terminology.membership import Answer

CLAUSE = "http://hl7.org/fhir/R4/terminologies.html#extensible"
FHIRPATH_TYPES = "http://hl7.org/fhirpath/System."
MAXIMUM_EXTENSION = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet"
KIND = IssueKind(
    name="extensible-binding",
    severity="warning",
    code="code-invalid",
    summary="A code is not in the value set that its element should take codes from.",
    why="Receivers know the codes of the value set; another is right only where the value set has none that fits.",
    clause=CLAUSE,
    fix="Look for a code of the value set that says the same; keep yours only where there is none.",
    english="Code {code} is not in the extensible value set {valueset}",
    german="Code {code} ist nicht im erweiterbaren ValueSet {valueset}",
    failing='{"resourceType": "Patient", "maritalStatus": {"coding": [{"system":'
    ' "http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "code": "OTH"}]}}',
    passing='{"resourceType": "Patient", "maritalStatus": {"coding": [{"system":'
    ' "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M"}]}}',
)
MISSING = IssueKind(
    name="extensible-binding-code-missing",
    severity="warning",
    code="code-invalid",
    summary="A concept has no code, though its element should take one from a value set.",
    why="A text alone cannot be compared, counted or mapped.",
    clause=CLAUSE,
    fix="Add a coding from the value set beside the text.",
    english="No code given, one from the value set {valueset} should be",
    german="Kein Code angegeben, einer aus dem ValueSet {valueset} sollte es sein",
    failing='{"resourceType": "Patient", "maritalStatus": {"text": "married"}}',
    passing='{"resourceType": "Patient", "maritalStatus": {"coding": [{"system":'
    ' "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M"}], "text": "married"}}',
)
MAXIMUM_CLAUSE = "http://hl7.org/fhir/R4/extension-elementdefinition-maxvalueset.html"
MAXIMUM = IssueKind(
    name="maximum-binding",
    severity="error",
    code="code-invalid",
    summary="A code is not in the value set that no code of its element may leave.",
    why="The profile lets senders add codes, but only those of this wider value set.",
    clause=MAXIMUM_CLAUSE,
    fix="Use a code of the wider value set, best one of the narrower.",
    english="Code {code} is not in the maximum value set {valueset}",
    german="Code {code} ist nicht im größten erlaubten ValueSet {valueset}",
    failing='{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "no_such"}]}}',
    passing='{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "de-CH"}]}}',
)
MAXIMUM_MISSING = IssueKind(
    name="maximum-binding-code-missing",
    severity="error",
    code="code-invalid",
    summary="A concept has no code, though a value set is named that no code of its element may leave.",
    why="A text alone cannot be compared, counted or mapped.",
    clause=MAXIMUM_CLAUSE,
    fix="Add a coding from the value set beside the text.",
    english="No code given, one from the maximum value set {valueset} is needed",
    german="Kein Code angegeben, einer aus dem größten erlaubten ValueSet {valueset} ist nötig",
    failing='{"language": {"text": "Swiss German"}}',
    passing='{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "de-CH"}]}}',
)


class ExtensibleBinding:
    """The value is a member of the value set that it should be taken from."""

    name = "extensible_binding"
    summary = KIND.summary
    clause = CLAUSE
    kinds = (KIND, MISSING)
    applies: frozenset[str] | None = CODED

    def compile(self, definition: dict[str, Any], types: list[str]) -> Any | None:
        """Canonical of the extensible value set and what the types are, or None."""
        binding = definition.get("binding", {})
        if binding.get("strength") != "extensible" or not binding.get("valueSet"):
            return None
        kept = bound_types(types)
        if kept is None:
            return None
        return {"valueSet": str(binding["valueSet"]), **kept}

    def gate(self, facet: Any, around: Surroundings) -> Gate:
        """True where the value is a member, or where that cannot be told (which is counted)."""
        members = around.terminology.membership(facet["valueSet"])
        return lambda value: _of_fhirpath(value) or judge(facet, value, members, around)[0] is not Answer.NOT_MEMBER

    def explain(self, facet: Any, value: Any, spot: Spot, around: Surroundings) -> None:
        """Report, as a warning, a code that is no member, or a concept without any code."""
        canonical = facet["valueSet"]
        answer, codings = judge(facet, value, around.terminology.membership(canonical), around)
        if answer is not Answer.NOT_MEMBER or _of_fhirpath(value):
            return
        if codings:
            spot.add(KIND, code=shown_codes(codings), valueset=canonical)
        else:
            spot.add(MISSING, valueset=canonical)


class MaximumBinding:
    """The value is a member of the value set that the binding must not leave."""

    name = "maximum_binding"
    summary = MAXIMUM.summary
    clause = MAXIMUM_CLAUSE
    kinds = (MAXIMUM, MAXIMUM_MISSING)
    applies: frozenset[str] | None = CODED

    def compile(self, definition: dict[str, Any], types: list[str]) -> Any | None:
        """Canonical of the maximum value set of an extensible binding and what the types are, or None.

        With a preferred binding the reference does not enforce it, and neither is it here.
        """
        binding = definition.get("binding", {})
        maximum = maximum_of(binding)
        kept = bound_types(types)
        if maximum is None or kept is None or binding.get("strength") != "extensible":
            return None
        return {"valueSet": maximum, **kept}

    def gate(self, facet: Any, around: Surroundings) -> Gate:
        """True where the value is a member, or where that cannot be told (which is counted)."""
        members = around.terminology.membership(facet["valueSet"])
        return lambda value: judge(facet, value, members, around)[0] is not Answer.NOT_MEMBER

    def explain(self, facet: Any, value: Any, spot: Spot, around: Surroundings) -> None:
        """Report a code that is no member, or a concept without any code."""
        canonical = facet["valueSet"]
        answer, codings = judge(facet, value, around.terminology.membership(canonical), around)
        if answer is not Answer.NOT_MEMBER:
            return
        if not codings:
            spot.add(MAXIMUM_MISSING, valueset=canonical)
            return
        if value.__class__ is str:
            spot.add(SYSTEM, code=shown_codes(codings), valueset=canonical)
        spot.add(MAXIMUM, code=shown_codes(codings), valueset=canonical)


def _of_fhirpath(value: Any) -> bool:
    """Whether a plain code is a type of FHIRPath: definitions name them where FHIR's own types have no name."""
    return value.__class__ is str and value.startswith(FHIRPATH_TYPES)


def maximum_of(binding: dict[str, Any]) -> str | None:
    """The canonical in the binding's extension maxValueSet, or None."""
    for each in binding.get("extension") or ():
        if each.get("url") == MAXIMUM_EXTENSION:
            return each.get("valueCanonical") or each.get("valueUri") or None
    return None
