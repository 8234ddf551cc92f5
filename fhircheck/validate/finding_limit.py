"""What is said where a resource has more findings than are of use to anybody."""

from fhircheck.assertions.assertion import MOST, Findings
from fhircheck.model.issue import Issue, IssueKind, Place, params

KIND = IssueKind(
    name="too-many-findings",
    severity="error",
    code="too-costly",
    summary="A resource has so many findings that the rest of it was not checked.",
    why="All findings of a resource are held at once: without a bound one broken file could take all memory.",
    clause="http://hl7.org/fhir/R4/validation.html",
    fix="Mend what the first findings say: they have one cause, as a rule. The rest is checked in the next run.",
    english="More than {limit} {limit:finding|findings}: this resource was not checked further",
    german="Mehr als {limit} {limit:Befund|Befunde}: Diese Ressource ist nicht weiter geprüft",
    failing="(a resource with 100,001 unknown elements)",
    passing='{"resourceType": "Patient"}',
)


def cut(place: Place) -> Issue:
    """The finding that stands for all further ones at `place`."""
    return Issue(KIND.name, KIND.severity, place, params(limit=MOST))


def cut_off(findings: Findings, expression: str) -> None:
    """Say it among `findings`, for the resource at `expression`."""
    findings.issues.append(
        cut(Place(resource=findings.resource, expression=expression))._replace(profile=findings.profile)
    )
