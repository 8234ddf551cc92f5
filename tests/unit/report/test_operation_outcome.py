"""OperationOutcome: sound by fhir.resources and by our own validator; bounded; never valid by silence."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import fhircheck
from fhircheck.model.issue import Issue, Place
from fhircheck.model.report import RunReport, Verdict
from fhircheck.report import RENDERERS, operation_outcome
from fhircheck.report.operation_outcome import operation_outcome as made
from fhircheck.report.shown import Disguise, View
from tests.golden.sample_reports import CLEAN, EVERYTHING, FINDINGS
from tests.needs import shared_path

VIEW = View()


def resource(report: RunReport, findings: list[Issue] | None, view: View = VIEW) -> dict[str, Any]:
    written: list[str] = []
    sink = RENDERERS["operation-outcome"].sink(view, written.append) if findings is not None else None
    if sink and findings is not None:
        sink(findings)
    RENDERERS["operation-outcome"].finish(report, view, written.append)
    return json.loads("".join(written))


@pytest.mark.parametrize("report", [CLEAN, EVERYTHING], ids=["clean", "everything"])
@pytest.mark.parametrize("view", [View(), View(language="de", show_values=True, names=Disguise(b"k"))])
def test_fhir_resources_takes_it(report: RunReport, view: View) -> None:
    from fhir.resources.R4B.operationoutcome import OperationOutcome

    OperationOutcome.model_validate(resource(report, FINDINGS, view))


def test_our_validator_finds_no_error(tmp_path: Path) -> None:
    """With the extensions' definitions: the reference has them in itself."""
    packages = [shared_path("packages", f"{name}.tgz")
                for name in ("hl7.fhir.uv.extensions.r4-5.3.0", "hl7.terminology.r4-6.4.0")]  # fmt: skip
    file = tmp_path / "outcome.json"
    file.write_text(json.dumps(resource(EVERYTHING, FINDINGS)), encoding="utf-8")
    report = fhircheck.validate(file, packages=[str(each) for each in packages], offline=True)
    assert [each for each in report.totals if each[0] in ("fatal", "error")] == []


def test_a_finding_stands_with_source_line_and_column() -> None:
    issue = Issue("cardinality-min", "error", Place("a.json", 0, "Patient/1", "Patient.name", 0, 3, 9),
                  definition="Patient.name", profile="http://p")  # fmt: skip
    found = made(CLEAN, [issue], View())["issue"][1]
    told = {each["url"].rpartition("operationoutcome-")[2]: list(each.values())[1] for each in found["extension"]}
    assert told == {"issue-source": "fhircheck", "file": "a.json", "issue-line": 3, "issue-col": "9"}
    assert found["expression"] == ["Patient.name"]
    assert found["location"] == ["Line[3] Col[9]"]
    assert found["details"]["coding"][0]["code"] == "cardinality-min"
    assert found["code"] == "required"
    assert found["diagnostics"] == "profile http://p, element Patient.name"


@pytest.mark.parametrize(
    ("changes", "severity"),
    [({}, "information"), ({"verdict": Verdict(3, ("nothing was read",))}, "error"), ({"resources": ()}, "error")],
)
def test_it_begins_with_how_the_run_ended(changes: dict[str, Any], severity: str) -> None:
    first = made(replace(CLEAN, **changes), [], View())["issue"][0]
    assert first["severity"] == severity


def test_it_is_bounded_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operation_outcome, "MOST", 2)
    issues = [Issue("mojibake", "warning", Place("a", number)) for number in range(5)]
    report = replace(CLEAN, totals=(("warning", "mojibake", 5),))
    found = resource(report, issues)["issue"]
    assert [each["code"] for each in found] == ["informational", *[found[1]["code"]] * 2, "incomplete"]
    assert found[-1]["details"]["text"].startswith("3 further findings (warning)")
