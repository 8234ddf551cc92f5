"""What was planted is what the report finds: as many failing items, in those resources, and no score rises."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fhircheck.model.report import MeasureResult, RunReport
from fhircheck.run import RunOptions, run
from tests.planted.clinic import NOW, clinic
from tests.planted.defects import PLANTERS, Planted, Planter, planted

PATIENTS = 15
Check = Callable[[list[dict[str, Any]]], RunReport]


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Check:
    folder = tmp_path_factory.mktemp("planted")

    def run_over(data: list[dict[str, Any]]) -> RunReport:
        path: Path = folder / "clinic.ndjson"
        path.write_text("\n".join(map(json.dumps, data)), encoding="utf-8")
        return run(RunOptions((str(path),), offline=True, now=NOW))

    return run_over


@pytest.fixture(scope="module")
def clean(check: Check) -> RunReport:
    return check(clinic(PATIENTS))


@pytest.fixture(scope="module", params=PLANTERS, ids=lambda each: each.name.replace(" ", "-"))
def spoiled(request: pytest.FixtureRequest, check: Check) -> tuple[Planter, Planted, RunReport]:
    found = planted(request.param, clinic(PATIENTS))
    return request.param, found, check(found.data)


def of(report: RunReport, name: str) -> MeasureResult:
    return next(each for each in report.measures if each.name == name)


def test_the_clean_clinic_is_clean(clean: RunReport) -> None:
    assert not clean.count("error")
    failing = {each.name for each in clean.measures if each.status in ("failed", "error")}
    assert not failing
    for each in PLANTERS:
        before = of(clean, each.measure)
        assert before.denominator, f"{each.measure} judges something"
        assert before.numerator == before.denominator, each.measure


def test_every_planter_plants() -> None:
    for each in PLANTERS:
        assert planted(each, clinic(PATIENTS)).count, each.name


def test_as_many_fail_as_were_planted(spoiled: tuple[Planter, Planted, RunReport]) -> None:
    planter, found, report = spoiled
    result = of(report, planter.measure)
    assert result.denominator - result.numerator == found.count * planter.each
    assert result.resources_failed == found.count
    assert result.examples
    if planter.elsewhere:
        assert {found.data[each.record]["resourceType"] for each in result.examples} == {planter.elsewhere}
    else:
        assert {each.record for each in result.examples} <= set(found.places)


def test_no_score_rises(spoiled: tuple[Planter, Planted, RunReport], clean: RunReport) -> None:
    _, _, report = spoiled
    for before, after in zip(clean.scores, report.scores, strict=True):
        assert after.value is not None
        assert before.value is not None
        assert after.value <= before.value, before.name


def test_the_right_action_comes_first_and_its_gain_is_what_the_repair_wins(
    spoiled: tuple[Planter, Planted, RunReport], clean: RunReport
) -> None:
    """The clean clinic is the repaired one."""
    planter, found, report = spoiled
    if not any(part.weight for each in report.scores for part in each.parts if part.measure == planter.measure):
        assert all(each.measure != planter.measure for each in report.actions), "what no score weighs wins nothing"
        return
    assert report.actions[0].measure in (planter.measure, *planter.first)
    action = next(each for each in report.actions if each.measure == planter.measure)
    assert action.count == found.count * planter.each
    repaired = {each.name: each.value for each in clean.scores}
    gained = {each.score: each for each in action.gains}
    for each in report.scores:
        after, before = repaired[each.name], each.value
        assert after is not None
        assert before is not None
        if each.name in gained:
            assert gained[each.name].low <= after - before <= gained[each.name].high, each.name
