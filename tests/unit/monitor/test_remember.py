"""A run is remembered whole, with what was answered; a store out of use costs the report nothing."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import fhircheck
from fhircheck.history.feedback import answer
from fhircheck.history.judge import judge_of
from fhircheck.history.store import Store
from fhircheck.model.errors import UsageError
from fhircheck.model.feedback import Answer
from fhircheck.model.report import RunReport
from fhircheck.monitor.remember import Memory, remember


@pytest.fixture(scope="module")
def report(project_root: Path) -> RunReport:
    return fhircheck.check(project_root / "sample_bundles" / "invalid" / "cardinality-min", offline=True)


def later(report: RunReport, started: str) -> RunReport:
    return replace(report, header=replace(report.header, started=started))


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "history.sqlite")


def test_a_run_has_the_points_before_it_and_its_own(report: RunReport, file: str) -> None:
    with Store.open(file) as store:
        for _ in range(3):
            told = remember(report, store, "a")
        assert told.history is not None
        assert [each.number for each in told.history.points] == [1, 2, 3]
        assert told.history.points[-1].errors == report.count("error")
        assert told.history.points[-1].scores == tuple((each.name, each.value) for each in report.scores)


def test_what_was_answered_counts_in_the_next_run(report: RunReport, file: str) -> None:
    memory = Memory(file, "a")
    assert memory.accepted() == ()
    memory.remember(report)
    fingerprint = report.fingerprints[0][0]
    with Store.open(file) as store:
        answer(store, "a", Answer(fingerprint, "accepted", reason="known", expires="2999-01-01"))
    assert [each.pattern.fingerprint for each in memory.accepted()] == [fingerprint]


def test_a_finding_that_returns_is_said_and_noted_with_the_run(report: RunReport, file: str) -> None:
    memory = Memory(file, "a")
    memory.remember(report)
    with Store.open(file) as store:
        answer(store, "a", Answer(report.fingerprints[0][0], "fixed"))
    told = memory.remember(later(report, "2999-01-01T00:00:00+00:00"))
    assert told.history is not None
    assert [each.kind for each in told.history.changes] == ["regression"]
    with Store.open(file) as store:
        assert [each.state for each in store.answers("a")] == ["fixed", "returned"]
    again = memory.remember(later(report, "2999-01-02T00:00:00+00:00"))
    assert again.history is not None
    assert again.history.changes == ()


@pytest.mark.parametrize("wrong", ["missing/history.sqlite", "text.sqlite", "."])
def test_a_store_out_of_use_leaves_the_report_as_it_is(report: RunReport, tmp_path: Path, wrong: str) -> None:
    (tmp_path / "missing").touch()
    (tmp_path / "text.sqlite").write_text("no database at all, but text of some length")
    memory = Memory(str(tmp_path / wrong), "a")
    assert memory.accepted() == ()
    assert memory.fault.startswith("history ")
    told = memory.remember(report)
    assert told == replace(report, notes=(*report.notes, f"{memory.fault}: this run is not remembered"))
    assert (tmp_path / "text.sqlite").read_text() == "no database at all, but text of some length"


def test_a_past_that_cannot_be_read_leaves_the_report_as_it_is(report: RunReport, file: str) -> None:
    memory = Memory(file, "a", judge=judge_of(baseline="b@1"))
    told = memory.remember(report)
    assert told.totals == report.totals
    assert "b@1: there is no such series" in memory.fault
    assert memory.fault in told.notes[-1]


def test_a_wrong_place_or_name_is_told_before_the_run(file: str) -> None:
    for place, series in (("postgresql://me:secret@h/db", "a"), (file, "a@b"), (":memory:", "a")):
        with pytest.raises(UsageError) as fault:
            Memory(place, series)
        assert "secret" not in str(fault.value)


def test_hidden_names_are_hidden_in_the_store_too(report: RunReport, file: str) -> None:
    from fhircheck.report.shown import Disguise

    with Store.open(file) as store:
        remember(report, store, "a", Disguise(b"key"))
        assert "cardinality-min/" not in json.dumps(store.document("a", 1))
        remember(report, store, "a")
        assert "cardinality-min/" in json.dumps(store.document("a", 2))


def test_the_run_that_is_the_baseline_is_never_pruned(report: RunReport, file: str) -> None:
    with Store.open(file) as store:
        for _ in range(3):
            remember(report, store, "a")
        told = remember(report, store, "b", judge=judge_of(baseline="a@1"))
        assert told.history is not None
        assert told.history.against == "a@1"
        pruned = store.prune(keep=1)
    assert [each.name for each in pruned.removed] == ["a@2"]
    assert [(each.run.name, each.why, each.detail) for each in pruned.spared] == [("a@1", "kept", "baseline of b")]
