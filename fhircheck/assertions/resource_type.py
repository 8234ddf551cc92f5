"""resourceType: the resource is one that FHIR R4 defines and that its place allows."""

from fhircheck.model.issue import IssueKind

UNKNOWN = IssueKind(
    name="unknown-resource-type",
    severity="error",
    code="structure",
    summary="The resourceType is not one of FHIR R4, or is missing.",
    why="Nothing else about the resource can be checked, stored or used.",
    clause="http://hl7.org/fhir/R4/resource.html#Resource",
    fix="Correct the name; it is case sensitive.",
    english="Unknown resource type {type}{hint}",
    german="Unbekannter Ressourcentyp {type}{hint}",
    failing='{"resourceType": "patient"}',
    passing='{"resourceType": "Patient"}',
)
NOT_ALLOWED = IssueKind(
    name="resource-type-not-allowed",
    severity="error",
    code="structure",
    summary="A resource has a type that the profile does not allow in this place.",
    why="Receivers expect the types that the profile names.",
    clause="http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.type",
    fix="Put the resource where its type belongs.",
    english="Resource type {type} is not allowed here, only {allowed}",
    german="Ressourcentyp {type} ist hier nicht erlaubt, nur {allowed}",
    failing='{"resourceType": "Bundle", "type": "batch-response",'
    ' "entry": [{"response": {"status": "200", "outcome": {"resourceType": "Patient"}}}]}',
    passing='{"resourceType": "Bundle", "type": "collection"}',
)
KINDS = (UNKNOWN, NOT_ALLOWED)
