"""SARIF: against its own schema, what code hosts ask of it, and what it leaves out."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fhircheck.model.issue import Issue, Place
from fhircheck.model.report import RunReport, SourceSummary, Verdict
from fhircheck.report import RENDERERS, sarif
from fhircheck.report.shown import Disguise, View
from fhircheck.report.worst_findings import examples
from tests.form_schemas import SARIF, schema
from tests.golden.sample_reports import CLEAN, EVERYTHING, FINDINGS, HOSTILE

VIEW = View()


def log(report: RunReport, findings: list[Issue] | None, view: View = VIEW) -> dict[str, Any]:
    written: list[str] = []
    renderer = RENDERERS["sarif"]
    sink = renderer.sink(view, written.append) if findings is not None else None
    if sink and findings is not None:
        for each in findings:
            sink([each])
    renderer.finish(report, view, written.append)
    return json.loads("".join(written))


def run(report: RunReport, findings: list[Issue] | None, view: View = VIEW) -> dict[str, Any]:
    (found,) = log(report, findings, view)["runs"]
    return found


@pytest.mark.parametrize("report", [CLEAN, EVERYTHING], ids=["clean", "everything"])
@pytest.mark.parametrize("findings", [FINDINGS, [], None], ids=["streamed", "none", "examples"])
@pytest.mark.parametrize("view", [View(), View(language="de", show_values=True, names=Disguise(b"k"))])
def test_it_keeps_to_its_schema(report: RunReport, findings: list[Issue] | None, view: View) -> None:
    contract = json.loads(schema(SARIF).read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(contract).validate(log(report, findings, view))


def test_every_result_has_its_rule_its_file_and_fingerprints() -> None:
    found = run(EVERYTHING, FINDINGS)
    rules = [each["id"] for each in found["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    for result in found["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        location = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert found["artifacts"][location["index"]]["location"]["uri"] == location["uri"]
        assert result["partialFingerprints"]


def test_files_are_named_from_the_working_directory_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    places = {
        "data/a b.json": ("data/a%20b.json", True),
        str(tmp_path / "here.json"): ("here.json", True),
        "../elsewhere.json": ("file://" + str(tmp_path.parent / "elsewhere.json"), False),
        "https://fhir.example.org/Patient?_count=5": ("https://fhir.example.org/Patient?_count=5", False),
        "data/x.zip!in/y.json": ("/in/y.json", False),
        "-": ("-", True),
    }
    issues = [Issue("json-syntax", "error", Place(source)) for source in places]
    found = run(CLEAN, issues)
    named = [each["locations"][0]["physicalLocation"]["artifactLocation"] for each in found["results"]]
    assert [(each["uri"], "uriBaseId" in each) for each in named] == list(places.values())
    assert "uri" not in found["originalUriBaseIds"]["SRCROOT"], "the machine's folders are nobody's business"
    member = found["artifacts"][named[4]["index"]]
    assert found["artifacts"][member["parentIndex"]]["location"]["uri"] == "data/x.zip"


def test_a_place_without_a_line_is_where_its_record_begins() -> None:
    issues = [
        Issue("json-syntax", "error", place) for place in (Place("a", 1, offset=70), Place("a", 1, "", "", 9, 3, 2))
    ]
    regions = [each["locations"][0]["physicalLocation"]["region"] for each in run(CLEAN, issues)["results"]]
    assert regions == [{"byteOffset": 70, "byteLength": 0}, {"startLine": 3, "startColumn": 2}]


def test_what_is_too_much_is_left_out_mildest_first_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST", 3)
    warnings = [Issue("mojibake", "warning", Place("a", number)) for number in range(4)]
    errors = [Issue("json-syntax", "error", Place("b", number)) for number in range(2)]
    report = replace(CLEAN, totals=(("error", "json-syntax", 2), ("warning", "mojibake", 4)))
    found = run(report, warnings + errors)
    assert [each["ruleId"] for each in found["results"]] == ["mojibake", "json-syntax", "json-syntax"]
    assert found["properties"]["leftOut"] == {"warning": 3}
    (notice,) = found["invocations"][0]["toolExecutionNotifications"]
    assert notice["message"]["text"].startswith("3 further findings (warning)")


def test_a_stored_report_says_that_it_holds_examples_only() -> None:
    found = run(EVERYTHING, None)
    held = examples(EVERYTHING)
    assert found["properties"]["leftOut"]["error"] == 1242 - sum(each.severity == "error" for each in held)
    assert len(found["results"]) == len(held) + 1


def test_what_could_not_be_checked_is_no_success() -> None:
    bad = replace(CLEAN, verdict=Verdict(3, ("nothing was read",)))
    (invocation,) = run(bad, [])["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["exitCode"] == 3
    assert [each["level"] for each in invocation["toolExecutionNotifications"]] == ["error"]
    assert run(CLEAN, [])["invocations"][0]["executionSuccessful"] is True


def test_accepted_findings_are_suppressed_and_new_ones_beside_a_baseline_are_new() -> None:
    results = run(EVERYTHING, FINDINGS)["results"]
    suppressed = [each for each in results if "suppressions" in each]
    assert [each["suppressions"][0]["status"] for each in suppressed] == ["accepted"]
    assert suppressed[0]["occurrenceCount"] == 17
    assert {each.get("baselineState") for each in results if each not in suppressed} == {"new"}
    assert "baselineState" not in run(replace(EVERYTHING, baseline=None), FINDINGS)["results"][0]


def test_the_data_puts_no_link_into_a_message() -> None:
    issue = HOSTILE._replace(params=(("code", "[here](https://evil.example)"), ("valueset", "x")))
    (result,) = run(CLEAN, [issue])["results"]
    assert "\\[here\\](https://evil.example)" in result["message"]["text"]


def test_two_reports_at_once_do_not_mix() -> None:
    renderer, first, second = RENDERERS["sarif"], list[str](), list[str]()
    sinks = [renderer.sink(View(), each.append) for each in (first, second)]
    assert sinks[0]
    sinks[0]([HOSTILE])
    renderer.finish(CLEAN, View(), first.append)
    renderer.finish(CLEAN, View(), second.append)
    assert [len(json.loads("".join(each))["runs"][0]["results"]) for each in (first, second)] == [1, 0]


def test_a_folder_that_is_not_there_as_a_source() -> None:
    assert run(replace(CLEAN, sources=SourceSummary((), 0, 0, 0, 0)), [])["artifacts"] == []
