"""Required bindings: the code is in the value set (terminologies.html#required)."""

import re
from typing import Any

from fhircheck.assertions.assertion import Spot, Surroundings
from fhircheck.assertions.bound_value import CODED, bound_types, judge, shown_code, shown_codes
from fhircheck.assertions.near_codes import hint
from fhircheck.model.issue import IssueKind
from fhircheck.model.protocols import Gate
from fhircheck.terminology.membership import Answer

__all__ = ["KIND", "MISSING", "SYSTEM", "Binding", "codings_of", "shown_code"]

_OTHER_VERSION = re.compile(r"http://hl7\.org/fhir/[0-9]\.[0-9]/StructureDefinition/extension-").match
CLAUSE = "http://hl7.org/fhir/R4/terminologies.html#required"
KIND = IssueKind(
    name="required-binding",
    severity="error",
    code="code-invalid",
    summary="A code is not in the value set that its element is bound to.",
    why="Software that reads the element knows the codes of the value set only.",
    clause=CLAUSE,
    fix="Map the local code to one of the value set.",
    english="Code {code} is not in the required value set {valueset}{hint}",
    german="Code {code} ist nicht im verbindlichen ValueSet {valueset}{hint}",
    failing='{"resourceType": "Patient", "gender": "m"}',
    passing='{"resourceType": "Patient", "gender": "male"}',
)
MISSING = IssueKind(
    name="required-binding-code-missing",
    severity="error",
    code="code-invalid",
    summary="A concept has no code, though its element is bound to a value set.",
    why="A text alone cannot be compared, counted or mapped.",
    clause=CLAUSE,
    fix="Add a coding from the value set beside the text.",
    english="No code given, one from the required value set {valueset} is needed",
    german="Kein Code angegeben, einer aus dem verbindlichen ValueSet {valueset} ist nötig",
    failing='{"clinicalStatus": {"text": "active"}}',
    passing='{"clinicalStatus": {"coding": [{"system":'
    ' "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}}',
)
SYSTEM = IssueKind(
    name="code-system-undetermined",
    severity="error",
    code="not-found",
    summary="The code system of a plain code cannot be determined, since the bound value set has no such code.",
    why="A plain code has no system of its own: outside its element's value set it means nothing.",
    clause="http://hl7.org/fhir/R4/datatypes.html#code",
    fix="Use a code of the value set: then its system follows.",
    english="No code system can be determined for code {code} by the value set {valueset}",
    german="Für den Code {code} ergibt das ValueSet {valueset} kein Codesystem",
    failing='{"resourceType": "Patient", "gender": "m"}',
    passing='{"resourceType": "Patient", "gender": "male"}',
)


class Binding:
    """The value is a member of the required value set."""

    name = "binding"
    summary = KIND.summary
    clause = CLAUSE
    kinds = (KIND, MISSING, SYSTEM)
    applies: frozenset[str] | None = CODED

    def compile(self, definition: dict[str, Any], types: list[str]) -> Any | None:
        """Canonical of the required value set and what the types are, or None."""
        binding = definition.get("binding", {})
        if binding.get("strength") != "required" or not binding.get("valueSet"):
            return None
        kept = bound_types(types)
        return None if kept is None else {"valueSet": str(binding["valueSet"]), **kept}

    def gate(self, facet: Any, around: Surroundings) -> Gate:
        """True where the value is a member, or where that cannot be told (which is counted)."""
        members = around.terminology.membership(facet["valueSet"])
        codes = members.codes
        if members.closed and facet["plain"]:
            return codes.__contains__

        def gate(value: Any) -> bool:
            if value.__class__ is str and value in codes:
                return True
            return judge(facet, value, members, around)[0] is not Answer.NOT_MEMBER

        return gate

    def explain(self, facet: Any, value: Any, spot: Spot, around: Surroundings) -> None:
        """Report a code that is no member, or a concept without any code."""
        canonical = facet["valueSet"]
        members = around.terminology.membership(canonical)
        answer, codings = judge(facet, value, members, around)
        if answer is not Answer.NOT_MEMBER:
            return
        if not codings:
            spot.add(MISSING, valueset=canonical)
            return
        codes = shown_codes(codings)
        if value == "":
            spot.add(MISSING, valueset=canonical)
            return
        if value.__class__ is str:
            spot.add(SYSTEM, code=codes, valueset=canonical)
        spot.add(KIND, code=codes, valueset=canonical, hint=hint(codings, members))


def says_why(sibling: Any) -> bool:
    """Whether the extensions in place of a code carry the code of another FHIR version: then none is missing."""
    found = sibling.get("extension") if sibling.__class__ is dict else None
    urls = [each.get("url") for each in found if each.__class__ is dict] if found.__class__ is list else []
    return any(url.__class__ is str and _OTHER_VERSION(url) is not None for url in urls)


def code_missing(facet: Any, sibling: Any, spot: Spot) -> None:
    """Report extensions that stand alone where a required binding asks for a code."""
    if facet is not None and not says_why(sibling):
        spot.add(MISSING, valueset=facet["valueSet"])


def codings_of(value: Any) -> list[tuple[Any, Any]]:
    """(system, code) of a Coding, of each coding of a CodeableConcept, or of a Quantity's unit."""
    if value.__class__ is not dict:
        return []
    found = value.get("coding") if "coding" in value else [value]
    if found.__class__ is not list:
        return []
    return [(each.get("system") or "", each["code"]) for each in found if each.__class__ is dict and "code" in each]
