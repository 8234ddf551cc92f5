"""reference-resolves: do references lead to a resource of the data, of an allowed type? (LINK-2)"""

from fractions import Fraction

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.plural import filled
from fhircheck.model.report import Threshold
from fhircheck.resolve.links import LinkVerdicts, judge_links
from fhircheck.resolve.target_types import TargetTypes


def judge(merged: Merged) -> Judged:
    """Follow all references collected (R4 references.html#literal)."""
    verdicts = verdicts_of(merged)
    return Judged(verdicts.tally, _in_words(verdicts, merged.sampled))


def verdicts_of(merged: Merged) -> LinkVerdicts:
    """What became of all references; found once, for all measures that ask."""
    found: LinkVerdicts | None = merged.answers.get("links")
    if found is None:
        found = judge_links(merged.links, TargetTypes(merged.conformance()), merged.sampled)
        merged.answers["links"] = found
    return found


def _in_words(verdicts: LinkVerdicts, sampled: bool) -> str:
    """What is behind the number, as a reason."""
    external = verdicts.external.total()
    if sampled:
        return f"{external} not judged: in a sample the target may have been left out" if external else ""
    parts = (
        (verdicts.unresolved.total(), "{count:leads|lead} to nothing in the data"),
        (verdicts.wrong_type.total(), "{count:leads|lead} to a resource of a type the element does not allow"),
        (external, "{count:leads|lead} outside the data (cannot tell)"),
    )
    return "; ".join(filled(f"{{count}} {what}", {"count": number}) for number, what in parts if number)


MEASURE = CountedMeasure(
    name="reference-resolves",
    code="LINK-2",
    summary="References that lead to a resource of the data, of a type the element allows.",
    why="What is about a patient or a stay is found by its references: a laboratory value whose subject is missing "
    "belongs to nobody and drops out of every cohort, often unnoticed.",
    category=Category.CONFORMANCE,
    subcategory=Subcategory.RELATIONAL,
    context=Context.VERIFICATION,
    dimension="interoperability",
    formula="One item is a Reference with a literal reference (per occurrence; contained resources and extensions "
    "included, logical references with an identifier alone not counted). References whose target is in the data and of "
    "a type the base definition allows / references that could be judged. References to servers none of the data comes "
    "from, and conditional ones (Type?search), are 'cannot tell'; so are all references of a sample.",
    source="Qualifier q_ref_target_valid, over all reference elements of R4; OHDSI DataQualityDashboard isForeignKey",
    published=True,
    threshold=Threshold(Fraction(0), "OHDSI DataQualityDashboard isForeignKey: 0 % violating rows", published=True),
    types=frozenset(),
    failing='{"resourceType": "Observation", "status": "final", "code": {"text": "Hb"}, '
    '"subject": {"reference": "Patient/not-there"}}',
    passing='{"resourceType": "Observation", "contained": [{"resourceType": "Patient", "id": "p"}], "status": "final", '
    '"code": {"text": "Hb"}, "subject": {"reference": "#p"}}',
    judge=judge,
)
