"""Arrays of primitives and their ``_name`` siblings fit together, item by item (json.html#primitive)."""

from typing import Any

from fhircheck.assertions.assertion import Spot
from fhircheck.model.issue import IssueKind

CLAUSE = "http://hl7.org/fhir/R4/json.html#primitive"
KIND = IssueKind(
    name="null-alignment",
    severity="error",
    code="structure",
    summary="An array of primitive values and its underscore sibling do not fit together.",
    why="An extension is taken for that of another value.",
    clause=CLAUSE,
    fix="Give both arrays the same length, with null where one has nothing, and never null in both.",
    english="{element}: {problem}",
    german="{element}: {problem}",
    failing='{"given": ["Anna", null], "_given": [null, null]}',
    passing='{"given": ["Anna", null], "_given": [null, {"extension": [{"url":'
    ' "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}]}]}',
)
KINDS = (KIND,)


def aligned(values: Any, siblings: Any) -> bool:
    """True where the array `values` and the array `siblings` (either may be None: absent) fit."""
    if values.__class__ is not list or siblings.__class__ is not list:
        present = siblings if values is None else values
        return present.__class__ is list and None not in present and (values is None or siblings is None)
    if len(values) != len(siblings):
        return False
    return all(value is not None or sibling is not None for value, sibling in zip(values, siblings, strict=True))


def explain(values: Any, siblings: Any, element: str, spot: Spot) -> None:
    """Report where two arrays that are arrays do not fit; `expression` is the element's."""
    if (values is not None and values.__class__ is not list) or (
        siblings is not None and siblings.__class__ is not list
    ):
        return
    if values is not None and siblings is not None and len(values) != len(siblings):
        problem = f"values: {len(values)}, entries in _{element}: {len(siblings)}"
        spot.add(KIND, element=element, problem=problem)
        return
    length = len(values if values is not None else siblings or [])
    for index in range(length):
        if (values is None or values[index] is None) and (siblings is None or siblings[index] is None):
            spot.item(index).add(KIND, element=element, problem="null without an extension")
