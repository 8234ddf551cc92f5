"""Reading only what was changed: files by their times, searches by _lastUpdated; nothing new is no fault."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fhircheck.report.outcome import outcome
from fhircheck.run import RunOptions, run
from fhircheck.sources.changed import changed_only, is_changed
from fhircheck.sources.search_query import SearchQuery, query_of
from tests.servers.clinic import clinic
from tests.servers.fhir_server import FhirServer

LATER = "2999-01-01T00:00:00+00:00"
EARLIER = "2000-01-01T00:00:00+00:00"


def patient(path: Path, number: int) -> Path:
    path.write_text(json.dumps({"resourceType": "Patient", "id": f"p{number}"}))
    return path


def test_a_file_counts_from_when_it_was_written(tmp_path: Path) -> None:
    file = patient(tmp_path / "a.json", 1)
    written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    assert is_changed(str(file), (written - timedelta(seconds=1)).isoformat())
    assert not is_changed(str(file), (written + timedelta(seconds=1)).isoformat())


def test_a_file_that_came_with_an_old_time_is_new_all_the_same(tmp_path: Path) -> None:
    file = patient(tmp_path / "a.json", 1)
    before = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    os.utime(file, (0, 0))
    assert is_changed(str(file), before)


def test_a_file_that_is_gone_counts_as_changed(tmp_path: Path) -> None:
    assert is_changed(str(tmp_path / "gone.json"), LATER)


@pytest.mark.parametrize(
    ("url", "added"),
    [
        ("https://x.example/fhir/Patient", "?_lastUpdated=ge2026-01-01T00:00:00%2B00:00"),
        ("https://x.example/fhir/Patient?active=true", "&_lastUpdated=ge2026-01-01T00:00:00%2B00:00"),
        ("https://x.example/fhir/Patient/1/$everything", "?_since=2026-01-01T00:00:00%2B00:00"),
    ],
)
def test_queries_ask_for_what_was_changed(url: str, added: str) -> None:
    query = query_of(url)
    assert isinstance(query, SearchQuery)
    assert changed_only(query, "2026-01-01T00:00:00+00:00").url == url + added


@pytest.mark.parametrize("source", ["", "a.json", "*.json"])
def test_unchanged_files_are_left_out_and_are_no_fault(tmp_path: Path, source: str) -> None:
    patient(tmp_path / "a.json", 1)
    name = str(tmp_path / source) if source else str(tmp_path)
    report = run(RunOptions((name,), since=LATER))
    assert (report.sources.records, report.verdict.exit_code, report.sources.since) == (0, 0, LATER)
    assert not report.issues
    assert outcome(report) == "no-errors-found"
    report = run(RunOptions((name,), since=EARLIER))
    assert report.sources.records == 1
    assert outcome(report) == "no-errors-found"


def test_a_server_is_asked_for_what_was_changed() -> None:
    since = "2026-01-20T00:00:00+00:00"
    changed = [each for each in clinic() if each["meta"]["lastUpdated"] >= since[:19]]
    assert 0 < len(changed) < len(clinic())
    with FhirServer(clinic()) as server:
        report = run(RunOptions((server.base,), since=since, measure=False))
        assert report.sources.records == len(changed)
        nothing = run(RunOptions((f"{server.base}/Patient",), since=LATER, measure=False))
    assert (nothing.sources.records, nothing.verdict.exit_code, nothing.issues) == (0, 0, ())


def test_nothing_at_all_is_still_no_answer_without_since(tmp_path: Path) -> None:
    assert run(RunOptions((str(tmp_path),))).verdict.exit_code != 0
