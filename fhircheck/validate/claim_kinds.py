"""What can be wrong with the claim of a profile, or with the profile itself."""

from fhircheck.model.issue import IssueKind

PROFILE_UNKNOWN = IssueKind(
    name="profile-unknown",
    severity="warning",
    code="not-found",
    summary="A profile that the resource claims is not among the loaded packages.",
    why="Whether the claim holds could not be checked.",
    clause="http://hl7.org/fhir/R4/resource-definitions.html#Meta.profile",
    fix="Install the package that defines the profile and name it with --package, or correct the URL.",
    english="Profile {profile} is not known: not checked{hint}",
    german="Profil {profile} ist nicht bekannt: nicht geprüft{hint}",
    failing='{"resourceType": "Patient", "meta": {"profile": ["http://example.org/StructureDefinition/none"]}}',
    passing='{"resourceType": "Patient"}',
)
PROFILE_UNUSABLE = IssueKind(
    name="profile-unusable",
    severity="warning",
    code="not-supported",
    summary="A profile that the resource claims is known, but cannot be compiled.",
    why="Whether the claim holds could not be checked.",
    clause="http://hl7.org/fhir/R4/profiling.html#snapshot",
    fix="Use a release of the package that ships snapshots.",
    english="Profile {profile} could not be used: {fault}",
    german="Profil {profile} ist nicht verwendbar: {fault}",
    failing='{"resourceType": "Patient", "meta": {"profile": ["http://example.org/StructureDefinition/no-snapshot"]}}',
    passing='{"resourceType": "Patient"}',
)
PROFILE_TYPE = IssueKind(
    name="profile-wrong-type",
    severity="error",
    code="structure",
    summary="A resource claims a profile that is made for another resource type.",
    why="The claim cannot be true, so whoever selects by profile gets what they did not ask for.",
    clause="http://hl7.org/fhir/R4/resource-definitions.html#Meta.profile",
    fix="Remove the claim, or send the resource as the type that the profile is made for.",
    english="Profile {profile} is for {expected}, not for {type}",
    german="Profil {profile} gilt für {expected}, nicht für {type}",
    failing='{"resourceType": "Patient", "meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/vitalsigns"]}}',
    passing='{"resourceType": "Observation", "meta": {"profile":'
    ' ["http://hl7.org/fhir/StructureDefinition/vitalsigns"]}}',
)
KINDS = (PROFILE_UNKNOWN, PROFILE_UNUSABLE, PROFILE_TYPE)
