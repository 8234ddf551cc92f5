"""Required bindings: the code is in the value set (terminologies.html#required)."""

import re
from typing import Any

from fhircheck.assertions.assertion import Spot, Surroundings
from fhircheck.model.issue import IssueKind
from fhircheck.model.protocols import Gate
from fhircheck.terminology.membership import Answer, Membership

CLAUSE = "http://hl7.org/fhir/R4/terminologies.html#required"
KIND = IssueKind(
    name="required-binding",
    severity="error",
    code="code-invalid",
    summary="A code is not in the value set that its element is bound to.",
    why="Software that reads the element knows the codes of the value set only.",
    clause=CLAUSE,
    fix="Map the local code to one of the value set.",
    english="Code {code} is not in the required value set {valueset}",
    german="Code {code} ist nicht im verbindlichen ValueSet {valueset}",
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

# Types a binding applies to; for the others of a choice (string, ...) it says nothing.
CODE_TYPES = frozenset({"code", "string", "uri", "canonical", "url", "oid", "uuid", "id"})
CODED = CODE_TYPES | {"Coding", "CodeableConcept", "Quantity", "Age", "Distance", "Duration", "Count", "Money"}

_CODE_LIKE = re.compile(r"[A-Za-z0-9._+/-]{1,24}")


def shown_code(code: Any) -> str:
    """A code as it may be shown: what looks like one, since free text in its place may name a person."""
    return f"'{code}'" if code.__class__ is str and _CODE_LIKE.fullmatch(code) else "(value)"


class Binding:
    """The value is a member of the required value set."""

    name = "binding"
    summary = KIND.summary
    clause = CLAUSE
    kinds = (KIND, MISSING)

    def compile(self, definition: dict[str, Any], types: list[str]) -> Any | None:
        """Canonical of the required value set and whether all types are plain codes, or None."""
        binding = definition.get("binding", {})
        if binding.get("strength") != "required" or not binding.get("valueSet"):
            return None
        if not any(each in CODED for each in types):
            return None
        return {"valueSet": str(binding["valueSet"]), "plain": all(each in CODE_TYPES for each in types)}

    def gate(self, facet: Any, around: Surroundings) -> Gate:
        """True where the value is a member, or where that cannot be told (which is counted)."""
        members = around.terminology.membership(facet["valueSet"])
        codes = members.codes
        decide = self._decide
        if members.closed and facet["plain"]:
            return codes.__contains__

        def gate(value: Any) -> bool:
            if value.__class__ is str:
                return value in codes or decide(members, [(None, value)], around) is not Answer.NOT_MEMBER
            codings = codings_of(value)
            return bool(codings) and decide(members, codings, around) is not Answer.NOT_MEMBER

        return gate

    def _decide(self, members: Membership, codings: list[tuple[Any, Any]], around: Surroundings) -> Answer:
        """Member where any coding is; cannot tell where any could not be told."""
        answers = [members.answer(system, code) for system, code in codings]
        if Answer.MEMBER in answers:
            return Answer.MEMBER
        if Answer.CANNOT_TELL in answers:
            around.undecided(*members.undecided)
            return Answer.CANNOT_TELL
        return Answer.NOT_MEMBER

    def explain(self, facet: Any, value: Any, spot: Spot, around: Surroundings) -> None:
        """Report a code that is no member, or a concept without any code."""
        canonical = facet["valueSet"]
        members = around.terminology.membership(canonical)
        codings = [(None, value)] if value.__class__ is str else codings_of(value)
        if not codings:
            spot.add(MISSING, valueset=canonical)
        elif self._decide(members, codings, around) is Answer.NOT_MEMBER:
            codes = ", ".join(shown_code(code) for _, code in codings[:3])
            spot.add(KIND, code=codes, valueset=canonical)


def codings_of(value: Any) -> list[tuple[Any, Any]]:
    """(system, code) of a Coding, of each coding of a CodeableConcept, or of a Quantity's unit."""
    if value.__class__ is not dict:
        return []
    found = value.get("coding") if "coding" in value else [value]
    if found.__class__ is not list:
        return []
    return [(each.get("system") or "", each["code"]) for each in found if each.__class__ is dict and "code" in each]
