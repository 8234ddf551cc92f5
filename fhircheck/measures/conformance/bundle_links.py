"""bundle-links: does what a Bundle or a resource holds together hold together? (LINK-3)"""

from fractions import Fraction

from fhircheck.measures.conformance.reference_integrity import verdicts_of
from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.plural import filled
from fhircheck.model.report import Threshold


def judge(merged: Merged) -> Judged:
    """From what became of all references (R4 bundle.html#references, references.html#contained)."""
    tally = verdicts_of(merged).within
    missing = tally.denominator - tally.numerator
    if merged.sampled and tally.cannot_tell:
        return Judged(tally, f"{tally.cannot_tell} not judged: in a sample the target may have been left out")
    said = "{missing} {missing:leads|lead} to nothing in {missing:its|their} resource or Bundle"
    return Judged(tally, filled(said, {"missing": missing}) if missing else "")


MEASURE = CountedMeasure(
    name="bundle-links",
    code="LINK-3",
    summary="References within a resource or a Bundle whose target is there.",
    why="A contained resource or an entry of a Bundle can be found nowhere else: a reference that misses it is lost "
    "for "
    "good as soon as the Bundle is taken apart.",
    category=Category.CONFORMANCE,
    subcategory=Subcategory.RELATIONAL,
    context=Context.VERIFICATION,
    dimension="interoperability",
    formula="One item is a reference that counts within its resource (#id) or its Bundle (urn:uuid:, urn:oid:) only "
    "(per "
    "occurrence). References to a contained resource or an entry's fullUrl that is there / such references. Of which "
    "type the target is, reference-resolves judges. All are 'cannot tell' in a sample.",
    source="R4 bundle.html#references and references.html#contained; threshold by analogy: OHDSI DataQualityDashboard "
    "isForeignKey",
    published=True,
    threshold=Threshold(
        Fraction(0), "nearest published: OHDSI DataQualityDashboard isForeignKey, 0 % violating rows", published=False
    ),
    types=frozenset(),
    failing='{"resourceType": "Observation", "contained": [{"resourceType": "Patient", "id": "p"}], "status": "final", '
    '"code": {"text": "Hb"}, "subject": {"reference": "#q"}}',
    passing='{"resourceType": "Observation", "contained": [{"resourceType": "Patient", "id": "p"}], "status": "final", '
    '"code": {"text": "Hb"}, "subject": {"reference": "#p"}}',
    judge=judge,
)
