"""Tables of a report: columns are described and typed, rows are what the report holds."""

from dataclasses import replace
from typing import Any

import pytest

from fhircheck.model.errors import UsageError
from fhircheck.report.arrow_columns import FINDINGS, MEASURES, SCORES, Column
from fhircheck.report.arrow_tables import batch, finding_rows, findings_table, measures_table, schema, scores_table
from fhircheck.report.shown import Disguise, View
from tests.golden import sample_reports as sample
from tests.golden.sample_reports import EVERYTHING

arrow = pytest.importorskip("pyarrow")


@pytest.mark.parametrize("columns", [FINDINGS, MEASURES, SCORES], ids=["findings", "measures", "scores"])
def test_columns_are_named_once_typed_and_described(columns: tuple[Column, ...]) -> None:
    made = schema(columns)
    assert made.names == [each.name for each in columns]
    assert len(set(made.names)) == len(made.names)
    assert all(field.metadata[b"description"] for field in made)


def test_findings_are_rows() -> None:
    rows = batch(finding_rows(sample.FINDINGS, View()), FINDINGS).to_pylist()
    assert len(rows) == len(sample.FINDINGS)
    bad_date = rows[2]
    assert bad_date["resource"] == "Patient/4711"
    assert bad_date["type"] == "Patient"
    assert (bad_date["line"], bad_date["column"], bad_date["offset"]) == (14, 16, 1400)
    assert bad_date["fingerprint"] == sample.BAD_DATE.fingerprint
    assert "1980-02-31" not in str(rows)
    assert rows[0]["resource"] is None
    assert rows[-1]["line"] is None


def test_ids_and_file_names_hide_where_asked() -> None:
    text = str(batch(finding_rows(sample.FINDINGS, View(names=Disguise(b"k"))), FINDINGS).to_pylist())
    assert "4711" not in text
    assert "labor.ndjson" not in text


def test_examples_measures_and_scores() -> None:
    assert findings_table(EVERYTHING, View()).num_rows == sum(len(each.examples) for each in EVERYTHING.issues)
    measures = {row["name"]: row for row in measures_table(EVERYTHING, View()).to_pylist() if not row["use_case"]}
    assert len(measures) == len(EVERYTHING.measures)
    assert measures["birth-before-death"]["share"] == pytest.approx(1 / 300)
    assert (measures["birth-before-death"]["low"], measures["birth-before-death"]["high"]) == (0.0005, 0.0187)
    assert measures["references-resolve"]["share"] is None
    assert measures["coded-not-text"]["maximum_failing"] is None
    scores = scores_table(EVERYTHING, View()).to_pylist()
    assert scores[0]["critical"] is True
    assert scores[0]["value"] == pytest.approx(66.6667, abs=1e-3)
    assert [row["counted"] for row in scores if row["measure"] == "references-resolve"] == [False]


def test_a_reports_own_methods_make_them() -> None:
    assert EVERYTHING.measures_table().equals(measures_table(EVERYTHING, View()))
    assert EVERYTHING.scores_table().equals(scores_table(EVERYTHING, View()))
    assert EVERYTHING.findings_table("de").equals(findings_table(EVERYTHING, View(language="de")))


def test_nothing_is_an_empty_table_of_the_same_columns() -> None:
    empty = replace(EVERYTHING, issues=(), measures=(), use_cases=(), groups=(), scores=())
    for table, columns in ((findings_table, FINDINGS), (measures_table, MEASURES), (scores_table, SCORES)):
        made: Any = table(empty, View())
        assert made.num_rows == 0
        assert made.schema.equals(schema(columns))


def test_without_the_library_one_line_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"pip install 'fhircheck\[tables\]'"):
        EVERYTHING.measures_table()
