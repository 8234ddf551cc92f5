"""Several files of one report: the form by the ending, each whole or not at all."""

import json
from pathlib import Path

import pytest

from fhircheck.model.errors import UsageError
from fhircheck.report import RENDERERS
from fhircheck.report.endings import ENDINGS, form_of
from fhircheck.report.shown import View
from fhircheck.report.write_report import report_files, together, write_report, write_reports
from tests.golden.sample_reports import CLEAN, EVERYTHING, FINDINGS


def test_every_form_has_an_ending_and_every_ending_a_form() -> None:
    assert set(ENDINGS.values()) == set(RENDERERS.names)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.JSON", "json"),
        ("a.b.measures.csv", "csv-measures"),
        ("measures.csv", "csv"),
        ("a.junit.xml", "junit"),
        ("a.sarif.json", "sarif"),
        ("a", ""),
        ("json", ""),
    ],
)
def test_the_longest_ending_counts(name: str, form: str) -> None:
    assert form_of(name) == form


def test_files_of_a_report_that_is_there(tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in ("r.md", "r.csv", "r.json", "r.sarif")]
    left = write_reports(EVERYTHING, View(width=120, color=True), paths)
    assert [count > 0 for count in left.values()] == [False, True, False, False]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["r.csv", "r.json", "r.md", "r.sarif"]
    assert json.loads((tmp_path / "r.json").read_text())["format"] == "fhircheck-report"


def test_a_list_of_all_findings_misses_none(tmp_path: Path) -> None:
    assert write_reports(CLEAN, View(), [str(tmp_path / "r.ndjson")]) == {str(tmp_path / "r.ndjson"): 0}


def test_what_fails_leaves_what_was_there(tmp_path: Path) -> None:
    for name in ("r.md", "r.csv"):
        (tmp_path / name).write_text("before")
    paths = [str(tmp_path / name) for name in ("r.md", "r.csv")]

    def failing() -> None:
        with report_files(paths, View()) as files:
            assert files.sink
            files.sink(FINDINGS)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {"r.md": "before", "r.csv": "before"}


@pytest.mark.parametrize(
    ("name", "measured", "told"),
    [
        ("r.docx", True, "its ending says no form"),
        ("missing/r.md", True, "cannot write there"),
        ("r.measures.csv", False, "measures are counted by fhircheck check alone"),
        ("folder.md", True, "is a folder"),
    ],
)
def test_what_cannot_be_written_is_said_first(tmp_path: Path, name: str, measured: bool, told: str) -> None:
    (tmp_path / "folder.md").mkdir()
    with pytest.raises(UsageError, match=told), report_files([str(tmp_path / name)], View(), measured):
        raise AssertionError("begun all the same")


def test_findings_go_to_every_form_that_wants_them(tmp_path: Path) -> None:
    with report_files([str(tmp_path / name) for name in ("r.csv", "r.ndjson", "r.md")], View("validate")) as files:
        assert files.sink
        files.sink(FINDINGS[:2])
        files.sink(FINDINGS[2:])
        files.complete(EVERYTHING)
    assert len((tmp_path / "r.ndjson").read_text().splitlines()) == len(FINDINGS)
    assert len((tmp_path / "r.csv").read_bytes().splitlines()) == len(FINDINGS) + 1


def test_together() -> None:
    got: list[int] = []
    assert together((None, None)) is None
    only = got.append
    assert together((None, only)) is only  # type: ignore[arg-type,comparison-overlap]
    both = together((lambda issues: got.append(1), lambda issues: got.append(2)))
    assert both
    both([])
    assert got == [1, 2]


@pytest.mark.parametrize("form", [each for each in RENDERERS.names if each != "measure-report"])
def test_every_form_of_a_stored_report(form: str) -> None:
    written: list[str] = []
    write_report(EVERYTHING, View(), form, written.append)
    assert "".join(written)
