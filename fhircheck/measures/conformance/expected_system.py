"""expected-system: is the code from a system that readers expect at this element? (CODE-2)"""

from fhircheck.measures.coded_elements import CODED
from fhircheck.measures.coded_look import EXPECTED as NAME
from fhircheck.measures.coded_look import part_of
from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.model.kahn import Category, Context, Subcategory


def judge(merged: Merged) -> Judged:
    """By what the look at all codes found."""
    return Judged(part_of(merged, NAME))


MEASURE = CountedMeasure(
    name=NAME,
    code="CODE-2",
    summary="Coded elements with a code of a system that is expected there.",
    why="Codes of a house's own catalogue are codes, but nobody else can read them: without a standard system every "
    "study begins with a mapping.",
    category=Category.CONFORMANCE,
    subcategory=Subcategory.VALUE,
    context=Context.VERIFICATION,
    dimension="interoperability",
    formula="One item is a coded element of the table of expected systems that is there (per occurrence in a resource, "
    "all its repetitions together; a concept with text alone is there). Elements with at least one coding of an "
    "expected system / elements. The table is ours, read from the slices of the German profiles (MII, ISiK); "
    "malformed concepts are 'cannot tell'.",
    source="Qualifier q_system_use, with German systems in place of those of the USA",
    published=True,
    threshold=None,
    types=frozenset(CODED),
    failing='{"resourceType": "Condition", "code": {"coding": [{"system": "https://example.org/house-catalogue", '
    '"code": "HYP"}]}, "subject": {"reference": "Patient/1"}}',
    passing='{"resourceType": "Condition", "code": {"coding": [{"system": "https://example.org/house-catalogue", '
    '"code": "HYP"}, {"system": "http://fhir.de/CodeSystem/bfarm/icd-10-gm", "version": "2025", "code": "I10.90"}]}, '
    '"subject": {"reference": "Patient/1"}}',
    judge=judge,
)
