"""Code Quality: what GitLab asks of each entry."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fhircheck.model.issue import Issue, Place
from fhircheck.model.report import RunReport
from fhircheck.report import RENDERERS, code_quality
from fhircheck.report.shown import View
from tests.golden.sample_reports import CLEAN, EVERYTHING, FINDINGS


def entries(report: RunReport, findings: list[Issue] | None) -> list[dict[str, Any]]:
    written: list[str] = []
    sink = RENDERERS["code-quality"].sink(View(), written.append) if findings is not None else None
    if sink and findings is not None:
        sink(findings)
    RENDERERS["code-quality"].finish(report, View(), written.append)
    return json.loads("".join(written))


@pytest.mark.parametrize("findings", [FINDINGS, [], None], ids=["streamed", "none", "examples"])
def test_each_entry_has_what_gitlab_needs(findings: list[Issue] | None) -> None:
    found = entries(EVERYTHING, findings)
    for each in found:
        assert set(each) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert each["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert each["location"]["lines"]["begin"] >= 1
    assert len({each["fingerprint"] for each in found}) == len(found)


def test_findings_alike_are_told_apart() -> None:
    twice = [FINDINGS[0], FINDINGS[0]]
    assert len({each["fingerprint"] for each in entries(CLEAN, twice)}) == 2
    assert entries(CLEAN, twice) == entries(CLEAN, twice)


def test_paths_begin_at_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sources = (str(tmp_path / "a b.json"), "x.zip!in.json", "https://fhir.example.org/Patient")
    found = entries(CLEAN, [Issue("json-syntax", "error", Place(each)) for each in sources])
    assert [each["location"]["path"] for each in found] == ["a b.json", "x.zip", "https://fhir.example.org/Patient"]


def test_what_is_left_out_is_an_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_quality, "MOST", 1)
    report = replace(CLEAN, totals=(("warning", "mojibake", 3),))
    found = entries(report, [Issue("mojibake", "warning", Place("a", number)) for number in range(3)])
    assert [each["check_name"] for each in found] == ["mojibake", "left-out"]
    assert found[1]["description"].startswith("2 further findings")
