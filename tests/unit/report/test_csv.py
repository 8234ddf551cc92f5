"""CSV: what RFC 4180 says, and no formula for a spreadsheet."""

import csv
import io
from dataclasses import replace

import pytest

from fhircheck.model.issue import Issue, Place
from fhircheck.model.report import MeasureResult
from fhircheck.report import RENDERERS
from fhircheck.report.csv import COLUMNS
from fhircheck.report.csv_measures import COLUMNS as MEASURE_COLUMNS
from fhircheck.report.csv_rows import cell, rows
from fhircheck.report.shown import View
from tests.golden.sample_reports import CLEAN, EVERYTHING, FINDINGS


def table(form: str, findings: list[Issue] | None = None) -> list[dict[str, str]]:
    written: list[str] = []
    sink = RENDERERS[form].sink(View(), written.append)
    if sink and findings is not None:
        for each in findings:
            sink([each])
    RENDERERS[form].finish(EVERYTHING, View(), written.append)
    text = "".join(written)
    assert text.count("\r\n") == text.count("\n")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_row_a_finding_as_they_come() -> None:
    found = table("csv", FINDINGS)
    assert [each["kind"] for each in found] == [each.kind for each in FINDINGS]
    assert list(found[0]) == list(COLUMNS)
    assert found[3]["line"] == "4"


def test_no_findings_are_a_table_without_rows() -> None:
    assert table("csv", []) == []


def test_a_row_a_measure() -> None:
    found = table("csv-measures")
    assert [each["name"] for each in found] == [each.name for each in EVERYTHING.measures]
    assert list(found[0]) == list(MEASURE_COLUMNS)
    assert (found[2]["share"], found[2]["needed"], found[2]["low"]) == ("0.003333", "0.99", "0.0005")
    assert found[3]["share"] == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1", "' =1"),
        ("\t=1", "\\x09=1"),
        ("＝1", "'＝1"),
        ("a=1", "a=1"),
        (-3, "-3"),
        (None, ""),
        (True, "true"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(value: object, shown: str) -> None:
    assert cell(value) == shown  # type: ignore[arg-type]


def test_every_column_of_a_finding_is_guarded() -> None:
    evil = "=cmd|'/C calc'!A0"
    issue = Issue(evil, "error", Place(evil, 0, evil, evil), (), None, evil, evil)
    (found,) = table("csv", [issue])
    assert [name for name, value in found.items() if value.startswith("=")] == []


def test_quotes_commas_and_line_ends_are_kept_apart() -> None:
    assert rows([["a,b", 'c"d', "e\nf"]]) == '"a,b","c""d",e\\x0af\r\n'


def test_measures_of_sources_and_reasons_in_german() -> None:
    written: list[str] = []
    measure: MeasureResult = replace(CLEAN.measures[0], reason="texts were not searched")
    RENDERERS["csv-measures"].finish(replace(CLEAN, measures=(measure,)), View(language="de"), written.append)
    assert "Texte wurden nicht durchsucht" in "".join(written)
