"""The reports as they are drawn, kept as files; ``pytest --update-golden`` writes them anew for a person to read."""

import re
from pathlib import Path

import pytest

from fhircheck.model.report import RunReport
from fhircheck.report import RENDERERS, messages
from fhircheck.report.shown import View
from tests.golden.sample_reports import CLEAN, EVERYTHING, FINDINGS, KINDS

FOLDER = Path(__file__).parent / "report"
CASES = [
    (name, command, form, language)
    for name in ("clean", "everything")
    for command, form, language in (
        ("check", "text", "en"),
        ("check", "text", "de"),
        ("validate", "text", "en"),
        ("validate", "text", "de"),
        ("check", "json", "en"),
        ("validate", "ndjson", "en"),
        ("check", "markdown", "en"),
        ("check", "markdown", "de"),
        ("check", "csv", "en"),
        ("check", "csv-measures", "en"),
        ("check", "sarif", "en"),
        ("check", "code-quality", "en"),
        ("check", "junit", "en"),
        ("check", "junit", "de"),
        ("check", "operation-outcome", "en"),
    )
]
ENDINGS = {"text": "txt", "markdown": "md", "csv-measures": "measures.csv", "junit": "junit.xml",
           "code-quality": "code-quality.json", "operation-outcome": "operation-outcome.json"}  # fmt: skip


def drawn(report: RunReport, findings: list, view: View, form: str) -> str:
    """All that a renderer writes, findings one list at a time."""
    written: list[str] = []
    renderer = RENDERERS[form]
    sink = renderer.sink(view, written.append)
    if sink:
        for each in findings:
            sink([each])
    renderer.finish(report, view, written.append)
    return "".join(written)


@pytest.fixture(autouse=True)
def own_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The texts of findings belong to other stages: here they are fixed."""
    monkeypatch.setattr(messages, "ISSUE_KINDS", KINDS)


@pytest.mark.parametrize(("name", "command", "form", "language"), CASES, ids=["-".join(case) for case in CASES])
def test_report_is_drawn_as_kept(name: str, command: str, form: str, language: str, golden) -> None:
    report, findings = (CLEAN, []) if name == "clean" else (EVERYTHING, FINDINGS)
    text = drawn(report, findings, View(command, language), form)
    golden(FOLDER / f"{name}-{command}.{language}.{ENDINGS.get(form, form)}", text)


@pytest.mark.parametrize("language", ["en", "de"])
def test_sentences_fit_80_columns(language: str) -> None:
    """Only places and URLs may be longer: they are kept whole, to be clicked and searched for."""
    text = drawn(EVERYTHING, [], View("check", language), "text")
    too_long = [line for line in text.splitlines() if len(line) > 80]
    assert [line for line in too_long if not re.search(r"://|/.*:\d|#", line)] == []


def test_plain_text_has_no_escapes_and_no_markup_is_obeyed() -> None:
    text = drawn(EVERYTHING, FINDINGS, View("validate"), "text") + drawn(EVERYTHING, [], View("check"), "text")
    assert "\x1b" not in text
    assert r"[red]x[/red]\x1b[31m" in text


def test_color_only_adds_escapes() -> None:
    plain = drawn(EVERYTHING, FINDINGS, View("validate"), "text")
    color = drawn(EVERYTHING, FINDINGS, View("validate", color=True), "text")
    assert "\x1b[" in color
    assert re.sub(r"\x1b\[[0-9;]*m", "", color) == plain
