"""min and max: how often an element occurs (conformance-rules.html#cardinality)."""

from fhircheck.assertions.assertion import Spot
from fhircheck.model.issue import IssueKind

CLAUSE = "http://hl7.org/fhir/R4/conformance-rules.html#cardinality"
MIN = IssueKind(
    name="cardinality-min",
    severity="error",
    code="required",
    summary="An element that must be there is missing, or occurs too seldom.",
    why="What is mandatory is what receivers and models rely on.",
    clause=CLAUSE,
    fix="Fill the element at its source; where the value is unknown, a data-absent-reason may be allowed.",
    english="{element}: at least {minimum} needed, found {found}",
    german="{element}: mindestens {minimum} nötig, gefunden {found}",
    failing='{"resourceType": "Observation", "code": {"text": "Glukose"}}',
    passing='{"resourceType": "Observation", "status": "final", "code": {"text": "Glukose"}}',
)
MAX = IssueKind(
    name="cardinality-max",
    severity="error",
    code="structure",
    summary="An element occurs more often than allowed, or is not allowed at all.",
    why="Receivers keep one of several values, and not always the right one.",
    clause=CLAUSE,
    fix="Send as many as the profile allows; others may belong into another element or an extension.",
    english="{element}: at most {maximum} allowed, found {found}",
    german="{element}: höchstens {maximum} erlaubt, gefunden {found}",
    failing='{"resourceType": "Patient", "contact": [{"name": {"family": "A"}, "gender": "male"}]}',
    passing='{"resourceType": "Patient"}',
)
KINDS = (MIN, MAX)


def explain(bounds: tuple[int, int | None], found: int, element: str, spot: Spot) -> None:
    """Report too few or too many of `element` in the object at `spot`."""
    minimum, maximum = bounds
    if found < minimum:
        spot.add(MIN, element=element, minimum=minimum, found=found)
    elif maximum is not None and found > maximum:
        spot.add(MAX, element=element, maximum=maximum, found=found)
