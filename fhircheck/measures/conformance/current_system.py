"""current-system: do code systems have the URL that is in use today? (CODE-5)"""

from fhircheck.measures.coded_elements import CODED
from fhircheck.measures.coded_look import CURRENT as NAME
from fhircheck.measures.coded_look import part_of
from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.report import Detail


def judge(merged: Merged) -> Judged:
    """With the number of codings for each obsolete URL; the names are those of the table, none of the data."""
    tally = part_of(merged, NAME)
    found = [(name[0], number) for name, number in tally.counts]
    details = tuple(Detail("obsolete-system", number, "codings", of=url) for url, number in found)
    return Judged(tally, details=details)


MEASURE = CountedMeasure(
    name=NAME,
    code="CODE-5",
    summary="Codings whose system has its current URL.",
    why="A query for the current URL does not find the old one: the same diagnoses stand under two names, and half of "
    "the patients are missed.",
    category=Category.CONFORMANCE,
    subcategory=Subcategory.VALUE,
    context=Context.VERIFICATION,
    dimension="interoperability",
    formula="One item is a coding with a system (per occurrence), in the elements of code-valid. Codings whose system "
    "is not in the table of obsolete URLs (those of the DIMDI, of FHIR STU3, OIDs of systems that have a URL) / "
    "codings. The table is ours, with the current URL and the source of each row.",
    source="HL7 PIQI Obsolete (a dimension); the table is ours",
    published=False,
    threshold=None,
    types=frozenset(CODED),
    failing='{"resourceType": "Condition", "code": {"coding": [{"system": "http://fhir.de/CodeSystem/dimdi/icd-10-gm", '
    '"version": "2020", "code": "I10.90"}]}, "subject": {"reference": "Patient/1"}}',
    passing='{"resourceType": "Condition", "code": {"coding": [{"system": "http://fhir.de/CodeSystem/bfarm/icd-10-gm", '
    '"version": "2020", "code": "I10.90"}]}, "subject": {"reference": "Patient/1"}}',
    judge=judge,
)
