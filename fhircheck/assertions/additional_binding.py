"""Additional bindings: further value sets of an element, each with a purpose of its own.

R5 has them in ElementDefinition.binding.additional, R4 by extension:
http://hl7.org/fhir/R5/elementdefinition-definitions.html#ElementDefinition.binding.additional
"""

from typing import Any

from fhircheck.assertions.assertion import Spot, Surroundings
from fhircheck.assertions.bound_value import CODED, bound_types, judge, shown_codes
from fhircheck.model.issue import IssueKind, Severity
from fhircheck.model.protocols import Gate
from fhircheck.terminology.membership import Answer

CLAUSE = "http://hl7.org/fhir/R5/elementdefinition-definitions.html#ElementDefinition.binding.additional"
EXTENSIONS = frozenset(
    (
        "http://hl7.org/fhir/tools/StructureDefinition/additional-binding",
        "http://hl7.org/fhir/StructureDefinition/additional-binding",
        "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.binding.additional",
    )
)
STRENGTHS: dict[str, Severity] = {"required": "error", "maximum": "error", "extensible": "warning"}
"""Purposes that are checked; the others (current, minimum, starter, ui ...) are no demands on data."""
USAGE = "additional-binding-usage"

KIND = IssueKind(
    name="additional-binding",
    severity="error",
    code="code-invalid",
    summary="A code is not in a further value set that its element is bound to.",
    why="A profile may ask for more than one value set, each for its own readers.",
    clause=CLAUSE,
    fix="Use a code of the value set that is named, or add a coding from it.",
    english="Code {code} is not in the value set {valueset} of an additional binding ({purpose})",
    german="Code {code} ist nicht im ValueSet {valueset} einer zusätzlichen Bindung ({purpose})",
    failing='{"code": {"coding": [{"system": "http://loinc.org", "code": "100066-0"}]}}',
    passing='{"code": {"coding": [{"system": "http://snomed.info/sct", "code": "252829002"}]}}',
)
MISSING = IssueKind(
    name="additional-binding-code-missing",
    severity="error",
    code="code-invalid",
    summary="A concept has no code, though its element is bound to a further value set.",
    why="A text alone cannot be compared, counted or mapped.",
    clause=CLAUSE,
    fix="Add a coding from the value set beside the text.",
    english="No code given, one from the value set {valueset} of an additional binding ({purpose}) is asked for",
    german="Kein Code angegeben, einer aus dem ValueSet {valueset} einer zusätzlichen Bindung ({purpose}) ist gefragt",
    failing='{"code": {"text": "blood pressure"}}',
    passing='{"code": {"coding": [{"system": "http://snomed.info/sct", "code": "252829002"}]}}',
)


class AdditionalBinding:
    """The value is a member of every additional value set that is asked for."""

    name = "additional_binding"
    summary = KIND.summary
    clause = CLAUSE
    kinds = (KIND, MISSING)
    applies: frozenset[str] | None = CODED

    def compile(self, definition: dict[str, Any], types: list[str]) -> Any | None:
        """The value sets with their purposes and what the types are, or None."""
        kept = bound_types(types)
        found = [_parts(each) for each in definition.get("binding", {}).get("extension") or ()
                 if each.get("url") in EXTENSIONS]  # fmt: skip
        bindings = [each for each in found if each["purpose"] in STRENGTHS and each["valueSet"]]
        return {"bindings": bindings, **kept} if kept is not None and bindings else None

    def gate(self, facet: Any, around: Surroundings) -> Gate:
        """True where the value is a member of all, or where that cannot be told (which is counted)."""
        return lambda value: all(_refused(facet, each, value, around) is None for each in facet["bindings"])

    def explain(self, facet: Any, value: Any, spot: Spot, around: Surroundings) -> None:
        """Report every value set of which the value is no member."""
        for each in facet["bindings"]:
            refused = _refused(facet, each, value, around)
            if refused is None:
                continue
            purpose, severity = each["purpose"], STRENGTHS[each["purpose"]]
            if refused:
                spot.add(KIND, severity=severity, code=refused, valueset=each["valueSet"], purpose=purpose)
            else:
                spot.add(MISSING, severity=severity, valueset=each["valueSet"], purpose=purpose)


def _parts(extension: dict[str, Any]) -> dict[str, Any]:
    """purpose and value set of one additional binding, and whether it holds only in some contexts of use."""
    found: dict[str, Any] = {"purpose": "", "valueSet": "", "usage": False}
    for each in extension.get("extension") or ():
        value = next((value for name, value in each.items() if name.startswith("value")), None)
        if each.get("url") in ("purpose", "valueSet"):
            found[each["url"]] = str(value or "")
        elif each.get("url") == "usage":
            found["usage"] = True
    return found


def _refused(facet: dict[str, Any], binding: dict[str, Any], value: Any, around: Surroundings) -> str | None:
    """The codes that are no members, as they may be shown; empty for a concept without any, None where all is well."""
    if binding["usage"]:
        around.undecided(USAGE, binding["valueSet"])
        return None
    answer, codings = judge(facet, value, around.terminology.membership(binding["valueSet"]), around)
    return shown_codes(codings) if answer is Answer.NOT_MEMBER else None
