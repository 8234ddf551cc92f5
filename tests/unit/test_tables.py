"""All findings of a run as a table: none is lost, other libraries read it, memory stays bounded."""

from pathlib import Path

import pytest

import fhircheck
from fhircheck import tables
from fhircheck.model.errors import UsageError
from fhircheck.model.issue import Issue

pytest.importorskip("pyarrow")

FOLDER = "sample_bundles/invalid/primitive-format"


@pytest.fixture(scope="module")
def found(project_root: Path) -> tables.Findings:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "ROWS", 7)
        return fhircheck.findings(project_root / FOLDER, offline=True)


def test_every_finding_is_there_in_the_runs_order(found: tables.Findings, project_root: Path) -> None:
    streamed: list[Issue] = []
    report = fhircheck.validate(project_root / FOLDER, offline=True, sink=streamed.extend)
    assert len(found) == len(streamed) == sum(count for *_, count in report.totals) > 2 * 7
    assert found.table.column("fingerprint").to_pylist() == [each.fingerprint for each in streamed]
    assert found.table.column("line").to_pylist() == [each.place.line or None for each in streamed]
    assert found.report.totals == report.totals
    assert max(each.num_rows for each in found) <= 7


def test_pandas_polars_and_duckdb_read_it(found: tables.Findings) -> None:
    pandas, polars, duckdb = (pytest.importorskip(name) for name in ("pandas", "polars", "duckdb"))
    kinds = found.table.column("kind").to_pylist()
    frame = found.to_pandas()
    assert list(frame["kind"]) == kinds
    assert str(frame["line"].dtype) == "Int64"
    assert str(frame["kind"].dtype) == "category"
    assert found.to_polars()["kind"].cast(polars.String).to_list() == kinds
    assert polars.DataFrame(found).height == len(kinds)
    if hasattr(pandas.DataFrame, "from_arrow"):
        assert len(pandas.DataFrame.from_arrow(found)) == len(kinds)
    counted = duckdb.sql("select count(*) from found where severity = 'error'").fetchall()
    assert counted == [(sum(each == "error" for each in found.table.column("severity").to_pylist()),)]


def test_nothing_is_left_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project_root: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made = fhircheck.findings(project_root / FOLDER, offline=True)
    (folder,) = tmp_path.iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    rows = made.table
    del made
    assert list(tmp_path.iterdir()) == []
    assert rows.num_rows == len(rows.column("message").to_pylist())


def test_a_failed_run_leaves_nothing_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(fhircheck.model.errors.FhircheckError):
        fhircheck.findings("no-such-file.json")
    assert list(tmp_path.iterdir()) == []


def test_options_that_make_no_sense() -> None:
    with pytest.raises(UsageError, match="language"):
        fhircheck.findings("a", language="fr")
    with pytest.raises(UsageError, match="did you mean profiles"):
        fhircheck.findings("a", profile="x")  # type: ignore[call-arg]
