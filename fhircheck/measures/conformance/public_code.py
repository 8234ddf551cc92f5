"""public-code: can somebody else read the codes? (PORT-1)"""

from fhircheck.measures.coded_elements import CODED
from fhircheck.measures.coded_look import PUBLIC as NAME
from fhircheck.measures.coded_look import part_of
from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.portability import own_codes
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.report import Detail


def judge(merged: Merged) -> Judged:
    """With the codings of each system of a house or a vendor, and how many of them stand beside a public code."""
    tally = part_of(merged, NAME)
    details = []
    for own in own_codes(tally, merged.tools.options.smallest_cell):
        details.append(Detail("own-codings", own.count, "codings", of=own.of))
        if own.twins:
            details.append(Detail("own-codings-beside-a-public-one", own.twins, "codings", of=own.of))
    return Judged(tally, details=tuple(details))


MEASURE = CountedMeasure(
    name=NAME,
    code="PORT-1",
    summary="Coded elements with a code of a system that is published for everybody.",
    why="A code of a house's or a vendor's own catalogue says nothing to the next system: whoever changes the vendor, "
    "moves to another platform or shares data needs a mapping first.",
    category=Category.CONFORMANCE,
    subcategory=Subcategory.VALUE,
    context=Context.VERIFICATION,
    dimension="interoperability",
    formula="One item is a concept or Coding with a system and a code (per occurrence), in the elements of code-valid. "
    "Those with at least one system whose owner is in the table of public owners (standards bodies, authorities, "
    "registries; by the host of the URL) / concepts. An OID or URN whose owner the table does not know is 'cannot "
    "tell'; a system that is no URL has no owner and fails. Told apart as details: the codings of each system of a "
    "house or vendor, and those that stand beside a public code. The table is ours.",
    source="Data Act, Regulation (EU) 2023/2854 Art. 23-31 (switching; a purpose, no formula); the formula is ours",
    published=False,
    threshold=None,
    types=frozenset(CODED),
    failing='{"resourceType": "Condition", "code": {"coding": [{"system": "https://vendor.example/catalogue", '
    '"code": "HYP"}]}, "subject": {"reference": "Patient/1"}}',
    passing='{"resourceType": "Condition", "code": {"coding": [{"system": "https://vendor.example/catalogue", '
    '"code": "HYP"}, {"system": "http://fhir.de/CodeSystem/bfarm/icd-10-gm", "version": "2025", "code": "I10.90"}]}, '
    '"subject": {"reference": "Patient/1"}}',
    judge=judge,
)
