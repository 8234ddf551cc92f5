"""display-matches: does the text beside a code say what the code says? (CODE-4)"""

from fhircheck.measures.coded_elements import CODED
from fhircheck.measures.coded_look import DISPLAY as NAME
from fhircheck.measures.coded_look import part_of
from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.model.kahn import Category, Context, Subcategory


def judge(merged: Merged) -> Judged:
    """By what the look at all codes found."""
    return Judged(part_of(merged, NAME))


MEASURE = CountedMeasure(
    name=NAME,
    code="CODE-4",
    summary="Displays that are a text their code system has for the code.",
    why="People read the display, machines the code: where they differ, one of them is wrong, and nobody can tell "
    "which.",
    category=Category.CONFORMANCE,
    subcategory=Subcategory.VALUE,
    context=Context.VALIDATION,
    dimension="interoperability",
    formula="One item is a coding with system, code and display (per occurrence), in the elements of code-valid. "
    "Codings whose display is one of the code's texts, in the resource's language where it states one / codings whose "
    "texts are known. Compared as validation does it: letter case does not matter. A code that is not valid, or whose "
    "texts are not loaded, is 'cannot tell'.",
    source="HL7 PIQI Concept_IsConsistent",
    published=True,
    threshold=None,
    types=frozenset(CODED),
    failing='{"resourceType": "Observation", "status": "final", "category": [{"coding": [{"system": '
    '"http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory", "display": "Imaging"}]}], '
    '"code": {"text": "Hb"}}',
    passing='{"resourceType": "Observation", "status": "final", "category": [{"coding": [{"system": '
    '"http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory", "display": "Laboratory"}]}], '
    '"code": {"text": "Hb"}}',
    judge=judge,
)
