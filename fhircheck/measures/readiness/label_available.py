"""label-available: is what a model should learn to tell there for those it is to be told of? (LABEL-1)"""

from collections.abc import Sequence

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.use_case import LabelFacts

NO_CASE = "labels belong to a use case: name one with --use-case"


def judge(merged: Merged) -> Judged:
    """Count labels over all use cases that were asked for."""
    cases = merged.tools.use_cases
    return Judged(merged.tally, NO_CASE) if cases is None else judge_labels(cases.labels(merged))


def judge_labels(labels: Sequence[LabelFacts]) -> Judged:
    """Eligible patients with a label of all eligible ones, over the use cases given."""
    tally = Tally()
    for each in labels:
        tally.merge(each.available)
    return Judged(tally)


MEASURE = CountedMeasure(
    name="label-available",
    code="LABEL-1",
    summary="Eligible patients who have the label of the use case.",
    why="Without a label nothing can be learned from a patient and no model can be tested on one; those without are "
    "seldom a random part.",
    category=Category.COMPLETENESS,
    subcategory=Subcategory.NONE,
    context=Context.VALIDATION,
    dimension="ai-readiness",
    formula="One item is an eligible patient of a use case that was asked for and that has a requirement in the role "
    "of label (per use case, not per occurrence). Patients who meet every such requirement in its time window / "
    "eligible patients. A label that could not be judged is 'cannot tell'.",
    source="ours; the question after METRIC (target class) and Data Readiness Levels (band A)",
    published=False,
    threshold=None,
    types=frozenset(),
    failing='[{"resourceType": "Patient", "id": "1"}, {"resourceType": "Patient", "id": "2"}, '
    '{"resourceType": "Condition", "code": {"coding": [{"system": "http://fhir.de/CodeSystem/bfarm/icd-10-gm", '
    '"code": "I10.90"}]}, "subject": {"reference": "Patient/1"}}]',
    passing='[{"resourceType": "Patient", "id": "1"}, '
    '{"resourceType": "Condition", "code": {"coding": [{"system": "http://fhir.de/CodeSystem/bfarm/icd-10-gm", '
    '"code": "I10.90"}]}, "subject": {"reference": "Patient/1"}}]',
    judge=judge,
    people=True,
)
