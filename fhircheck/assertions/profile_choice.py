"""Profiles on a type: the value conforms to one of those named (elementdefinition.html, ElementDefinition.type)."""

from fhircheck.model.issue import IssueKind

CLAUSE = "http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.type.profile"
KIND = IssueKind(
    name="profile-choice",
    severity="error",
    code="structure",
    summary="A value conforms to none of the profiles that its element allows.",
    why="Receivers choose how to read the value by the profile that it conforms to.",
    clause=CLAUSE,
    fix="Choose the profile that is meant, and correct what the findings beside this one say about it.",
    english="Conforms to none of {profiles}",
    german="Entspricht keinem der Profile {profiles}",
    failing='{"address": [{"text": "neither a street address nor a post box address"}]}',
    passing='{"address": [{"type": "postal", "line": ["Postfach 1"], "city": "Ulm", "postalCode": "89073"}]}',
)
UNKNOWN = IssueKind(
    name="profile-on-type-unknown",
    severity="error",
    code="not-found",
    summary="A profile that the value of an element must conform to is not among the loaded packages.",
    why="What the profile asks of the value could not be checked.",
    clause=CLAUSE,
    fix="Install the package that defines the profile and name it with --package.",
    english="Profile {profile}, which the value must conform to, is not known",
    german="Profil {profile}, dem der Wert entsprechen muss, ist nicht bekannt",
    failing='{"identifier": [{"system": "http://fhir.de/sid/arge-ik/iknr", "value": "260326822"}]}',
    passing='{"identifier": [{"system": "http://example.org/any", "value": "1"}]}',
)
KINDS = (KIND, UNKNOWN)
