"""origin-known: does the data say which system it is from? (PROV-1)"""

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.origin import SAID, TYPES, Missing, judge_missing, note_missing, note_provenance
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count a resource that names its source (R4 resource.html#Meta), or note that it does not.

    Looks at a resource after author-known has: one row tells what both found missing.
    """
    if seen.kind == "Provenance":
        note_provenance(node, seen)
        return
    meta = node.get("meta")
    source = meta.get("source") if meta.__class__ is dict else None
    if source.__class__ is str and source.strip():
        tally.repeat(SAID[seen.kind])
    else:
        seen.lacks |= 1
    if seen.lacks:
        note_missing(seen)


def judge(merged: Merged) -> Judged:
    """Ask the Provenance resources for those that do not say it themselves."""
    return Judged(judge_missing(merged, Missing.ORIGIN))


MEASURE = CountedMeasure(
    name="origin-known",
    code="PROV-1",
    summary="Clinical resources that name the system they are from, or that a Provenance is about.",
    why="When a value looks wrong, or two sources disagree, somebody must know where it came from: without an origin a "
    "fault can be neither traced nor mended, nor a source left out.",
    category=Category.COMPLETENESS,
    subcategory=Subcategory.NONE,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is a resource (per resource) of "
    + ", ".join(sorted(TYPES))
    + ". Those with meta.source, or that "
    "are a target of a Provenance in the data / all of them. In a sample, one without either is 'cannot tell'.",
    source="EHDS, Regulation 2025/327 Art. 78 (provenance); Bridge2AI criteria 1.a and 1.b; the formula is ours",
    published=False,
    threshold=None,
    types=TYPES | {"Provenance"},
    failing='[{"resourceType": "Condition", "id": "1", "code": {"text": "Asthma"}, "subject": {"reference": '
    '"Patient/1"}}, {"resourceType": "Provenance", "target": [{"reference": "Condition/2"}]}]',
    passing='[{"resourceType": "Condition", "id": "1", "code": {"text": "Asthma"}, "subject": {"reference": '
    '"Patient/1"}}, {"resourceType": "Provenance", "target": [{"reference": "Condition/1"}]}, {"resourceType": '
    '"Condition", "id": "2", "meta": {"source": "https://kis.example.org"}, "code": {"text": "Asthma"}}]',
    observe=observe,
    judge=judge,
)
