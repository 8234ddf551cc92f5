"""What is planted in groups of people is what a use case's measures find, with the right action and its gain."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fhircheck.model.measure_options import MeasureOptions
from fhircheck.model.report import MeasureResult, RunReport
from fhircheck.run import RunOptions, run
from tests.planted.clinic import NOW
from tests.planted.group_defects import GROUP_PLANTERS, GroupPlanter, group_clinic, population, use_case

Check = Callable[[list[dict[str, Any]]], RunReport]
CRITERIA = ("patients-usable", "label-available", "class-balance", "subgroup-representation", "subgroup-completeness",
            "distribution-drift", "mix-drift")  # fmt: skip
RUBRIC = 'name = "all"\nsummary = "A project that weighs drift too."\n' + "".join(
    f'[[criterion]]\nscore = "use-case"\nmeasure = "{each}"\nweight = 1\nreason = "mine"\n' for each in CRITERIA
)


@pytest.fixture(scope="module")
def data() -> list[dict[str, Any]]:
    return group_clinic()


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory, data: list[dict[str, Any]]) -> Check:
    folder = tmp_path_factory.mktemp("planted")
    (folder / "tables").mkdir()
    (folder / "tables" / "reference_population.csv").write_text(population(data))
    (folder / "case.json").write_text(json.dumps(use_case()))
    (folder / "all.toml").write_text(RUBRIC)
    options = MeasureOptions(str(folder / "tables"), ("sex",), 6, de_identified=True)

    def run_over(nodes: list[dict[str, Any]]) -> RunReport:
        path: Path = folder / "clinic.ndjson"
        path.write_text("\n".join(map(json.dumps, nodes)), encoding="utf-8")
        return run(RunOptions((str(path),), offline=True, now=NOW, measures=options, rubric=str(folder / "all.toml"),
                              use_cases=(str(folder / "case.json"),)))  # fmt: skip

    return run_over


@pytest.fixture(scope="module")
def clean(check: Check, data: list[dict[str, Any]]) -> RunReport:
    return check(data)


def of(report: RunReport, name: str) -> MeasureResult:
    """The use case's result; of what no use case measures that of all data."""
    return next(each for each in (*report.use_cases[0].measures, *report.measures) if each.name == name)


@pytest.mark.parametrize("planter", GROUP_PLANTERS, ids=lambda each: f"{each.measure} {each.name}".replace(" ", "-"))
def test_the_report_finds_it_and_its_gain_is_what_the_repair_wins(
    planter: GroupPlanter, check: Check, clean: RunReport, data: list[dict[str, Any]]
) -> None:
    before = of(clean, planter.measure)
    assert before.denominator, "it judges something"
    assert before.numerator == before.denominator, "the clean clinic has no such defect"
    report = check(planter.spoil(data))
    result = of(report, planter.measure)
    assert result.denominator - result.numerator == planter.failing
    actions = [each for each in report.actions if each.measure == planter.measure]
    assert bool(actions) == planter.scored, "what no score weighs wins nothing"
    if not planter.scored:
        return
    assert report.actions[0].measure in (planter.measure, *planter.first)
    assert actions[0].count == planter.failing
    (gain,) = actions[0].gains
    (worse,), (repaired,) = report.scores, clean.scores
    assert gain.score == worse.name
    assert worse.value is not None
    assert repaired.value is not None
    assert gain.high > 0
    assert gain.low <= repaired.value - worse.value <= gain.high
