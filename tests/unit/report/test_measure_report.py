"""Measures as FHIR: what the Bundle says, and that our validator and the reference find it sound."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import fhircheck
from fhircheck.measures import MEASURES
from fhircheck.model.report import MeasureResult, RunReport
from fhircheck.report.measure_report import bundle
from fhircheck.report.shown import View
from tests.golden.sample_reports import CLEAN
from tests.needs import lack, program, shared_path


def result(name: str, **more: Any) -> MeasureResult:
    entry = MEASURES[name]
    plain = MeasureResult(
        name, entry.category, entry.subcategory, entry.context, entry.dimension, "passed", 0, 0, 0, entry.threshold,
        code=entry.code,
    )  # fmt: skip
    return replace(plain, **more)


REPORT: RunReport = replace(
    CLEAN,
    measures=(
        result(
            "coded-concept",
            numerator=7,
            denominator=9,
            cannot_tell=3,
            status="failed",
            by=(("Condition.code", 4, 4), ("Observation.code", 3, 5)),
            reason='a <reason> & "more"',
        ),
        result("ucum-unit", status="not-applicable"),
        result("reference-resolves", status="cannot-tell", cannot_tell=2),
        result("date-sequence", status="error"),
    ),
)


def resources(kind: str, view: View | None = None) -> list[dict[str, Any]]:
    entries = bundle(REPORT, view or View())["entry"]
    return [each["resource"] for each in entries if each["resource"]["resourceType"] == kind]


def counts(part: dict[str, Any]) -> dict[str, int]:
    return {each["code"]["coding"][0]["code"]: each["count"] for each in part["population"]}


def test_every_result_has_a_measure_and_a_report_that_names_it() -> None:
    measures, reports = resources("Measure"), resources("MeasureReport")
    assert [f"{each['url']}|{each['version']}" for each in measures] == [each["measure"] for each in reports]
    assert [each["id"] for each in measures] == [each.name for each in REPORT.measures]


def test_populations_and_score() -> None:
    [group] = resources("MeasureReport")[0]["group"]
    assert counts(group) == {
        "initial-population": 12,
        "denominator": 12,
        "denominator-exclusion": 3,
        "numerator": 7,
    }
    assert group["measureScore"] == {"value": round(7 / 9, 6)}
    strata = group["stratifier"][0]["stratum"]
    assert [each["value"]["text"] for each in strata] == ["Condition.code", "Observation.code"]
    assert counts(strata[1])["denominator"] == 5
    assert counts(strata[1])["numerator"] == 3


def test_what_was_not_judged_has_no_score() -> None:
    reports = resources("MeasureReport")
    for number, why in ((1, "not-applicable"), (2, "unknown"), (3, "error")):
        score = reports[number]["group"][0]["measureScore"]
        assert "value" not in score
        assert score["_value"]["extension"][0]["valueCode"] == why
    assert [each["status"] for each in reports] == ["complete", "complete", "complete", "error"]


def test_measure_says_formula_source_threshold_and_category() -> None:
    entry, measure = MEASURES["coded-concept"], resources("Measure")[0]
    assert measure["group"][0]["description"] == entry.formula
    assert measure["relatedArtifact"][0]["citation"] == entry.source
    assert entry.threshold is not None
    assert entry.threshold.source in measure["usage"]
    assert "not published for this" in measure["usage"]
    assert {"text": "Kahn 2016: completeness"} in measure["topic"]
    assert measure["improvementNotation"]["coding"][0]["code"] == "increase"


def test_german_sentence_and_nothing_unescaped() -> None:
    div = resources("MeasureReport", View(language="de"))[0]["text"]["div"]
    assert "verfehlt" in div
    assert "77,8 %" in div
    assert "a &lt;reason&gt; &amp;" in div


def test_same_bytes_twice() -> None:
    assert bundle(REPORT, View()) == bundle(REPORT, View())


def test_without_measures_the_bundle_is_empty() -> None:
    assert "entry" not in bundle(replace(REPORT, measures=()), View())


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "measures.json"
    path.write_text(json.dumps(bundle(REPORT, View())), encoding="utf-8")
    return path


def test_our_validator_finds_no_error(written: Path) -> None:
    report = fhircheck.validate(written, offline=True)
    assert not report.count("error")
    assert not report.count("fatal")
    assert {name: bad for name, _, bad in report.resources} == {"Bundle": 0, "Measure": 0, "MeasureReport": 0}


def test_our_validator_finds_the_reports_true_to_their_measures(written: Path, tmp_path: Path) -> None:
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "package.json").write_text('{"name": "own.measures", "version": "1.0.0", "fhirVersions": ["4.0.1"]}')
    for each in resources("Measure"):
        (folder / f"Measure-{each['id']}.json").write_text(json.dumps(each), encoding="utf-8")
    report = fhircheck.validate(written, packages=folder, offline=True)
    kinds = {kind for _, kind, _ in report.totals}
    assert not report.count("error")
    assert "report-measure-unknown" not in kinds


def test_the_reference_finds_no_error(written: Path, tmp_path: Path) -> None:
    """With the Measures at hand, so that it holds the reports against them."""
    program("Java", "java")
    run = shared_path("reference", "run")
    home = os.environ.get("FHIRCHECK_REFERENCE_DIR") or Path.home() / ".cache/fhircheck-reference"
    if not (Path(home) / "hl7/ready").exists():
        lack("the reference validator", "not built yet: start ../shared/reference/run hl7 once")
    out, measures = tmp_path / "answers.jsonl", tmp_path / "measures"
    measures.mkdir()
    for each in resources("Measure"):
        (measures / f"Measure-{each['id']}.json").write_text(json.dumps(each), encoding="utf-8")
    done = subprocess.run(
        [run, "hl7", "--profiles", measures, "--out", out, written],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    issues = [each for line in out.read_text().splitlines() for each in json.loads(line)["issues"]]
    assert issues
    assert not [each for each in issues if each["severity"] in ("error", "fatal")]
