"""Over a clinic with any defects: one more never raises a score, a patient without one never lowers a share."""

from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fhircheck.measures import MEASURES
from fhircheck.measures.tools import Tools
from fhircheck.model.report import MeasureResult
from fhircheck.score import RUBRICS, load_rubric, score
from tests.planted.clinic import NOW, clinic
from tests.planted.defects import PLANTERS, Planter, planted
from tests.unit.measures.judged import judged

CLINIC = clinic(patients=3)
NEW_PATIENT = [each for each in clinic(patients=4) if "p3" in str(each)]
GROWS = frozenset({"Conformance", "Completeness", "Plausibility"})


def measured(data: list[dict[str, Any]]) -> dict[str, MeasureResult]:
    return judged(*data, tools=Tools(NOW), claimed=True)


def with_defects(planters: list[Planter], seed: int) -> list[dict[str, Any]]:
    data = CLINIC
    for each in planters:
        data = planted(each, data, seed).data
    return data


def scores(data: list[dict[str, Any]], rubric: str) -> dict[str, Fraction | None]:
    return {each.name: each.value for each in score(measured(data).values(), load_rubric(rubric))}


WITHIN = [each for each in PLANTERS if not each.doubles]
"""Defects of a record. One more record, doubled or not, may be sound in what others fail and so lift a share."""
SOME = st.lists(st.sampled_from(PLANTERS), max_size=4)


@settings(max_examples=25)
@given(SOME, st.sampled_from(WITHIN), st.integers(0, 3), st.sampled_from(RUBRICS))
def test_one_defect_more_never_raises_a_score(some: list[Planter], more: Planter, seed: int, rubric: str) -> None:
    data = with_defects(some, seed)
    before, after = scores(data, rubric), scores(planted(more, data, seed + 1).data, rubric)
    for name, value in before.items():
        assert value is None or (after[name] is not None and after[name] <= value), name


@settings(max_examples=25)
@given(SOME, st.integers(0, 3))
def test_a_patient_without_defect_never_lowers_a_share(some: list[Planter], seed: int) -> None:
    data = with_defects(some, seed)
    before, after = measured(data), measured([*data, *NEW_PATIENT])
    for name, result in before.items():
        if MEASURES[name].category.value in GROWS and result.share is not None:
            share = after[name].share
            assert share is not None, name
            assert share >= result.share, name
