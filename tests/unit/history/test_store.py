"""A store remembers runs, and says the same of them on SQLite and on PostgreSQL."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from fhircheck.history.answers import AlertState
from fhircheck.history.store import Store
from fhircheck.model.errors import StoreUnusable, UsageError
from fhircheck.model.feedback import Answer
from tests.unit.history.stores import report


def test_runs_are_numbered_by_series(store: Store) -> None:
    assert [store.add_run(name, report()) for name in ("a", "b", "a", "a")] == [1, 1, 2, 3]
    assert [each.name for each in store.runs("a")] == ["a@1", "a@2", "a@3"]
    assert [(each.name, each.runs, each.last.number) for each in store.series()] == [("a", 3, 3), ("b", 1, 1)]


def test_a_run_is_listed_with_its_figures(store: Store) -> None:
    store.add_run("a", report(started="2026-11-01T08:00:00.25+02:00", scores={"x": (1, 3), "y": None}))
    (run,) = store.runs()
    assert run.started == "2026-11-01T06:00:00.250000+00:00"
    assert run.finished == "2026-11-01T06:00:01.750000+00:00"
    assert (run.outcome, run.exit_code, run.resources, run.errors, run.warnings) == ("invalid", 0, 100, 3, 0)
    assert run.coverage == Fraction(1, 3)
    assert run.scores == (("x", Fraction(1, 3)), ("y", None))


def test_a_document_comes_back_as_it_was(store: Store) -> None:
    document = {**report(), "notes": ["Größe \U0001f600 \x00 \ud800"]}
    store.add_run("a", document)
    assert store.document("a", 1) == document


def test_points_of_a_trend_are_in_order_and_bounded(store: Store) -> None:
    for day in range(1, 6):
        store.add_run("a", report(started=f"2026-11-0{day}T06:00:00+00:00", resources=day))
    assert [(each.number, each.resources) for each in store.points("a", last=2)] == [(4, 4), (5, 5)]
    assert [each.number for each in store.points("a", until=3)] == [1, 2, 3]
    assert store.points("a")[0].measures == (("value-present", 3, 4), ("unit-valid", 0, 0))
    assert store.points("a", measures=False)[0].measures == ()


def test_runs_are_found_by_name(store: Store) -> None:
    store.add_run("a b", report())
    with pytest.raises(UsageError, match="no such run of a b"):
        store.named("a b@previous")
    store.add_run("a b", report(exit_code=3))
    names = ("a b", "a b@latest", "a b@previous", "a b@1")
    assert [store.named(name).number for name in names] == [2, 2, 1, 1]
    latest = store.latest("a b", good=True)
    assert latest is not None
    assert latest.number == 1
    for wrong in ("a b@3", "a b@x", "ab", "a b@²"):
        with pytest.raises(UsageError):
            store.named(wrong)


def test_sightings_tell_first_and_last(store: Store) -> None:
    for found in ({"f": 1, "g": 2}, {"f": 1}, {"g": 5}):
        store.add_run("a", report(fingerprints=found))
    seen = store.sightings("a")
    assert {name: (each.first_number, each.last_number) for name, each in seen.items()} == {"f": (1, 2), "g": (1, 3)}


def test_answers_are_a_log(store: Store) -> None:
    given = [Answer("f", "accepted", "known", "IT", "2027-01-01", "ü", "me", "2026-11-01T06:00:00+00:00", "page"),
             Answer("g", "fixed", at="2026-11-01T06:00:00+00:00"),
             Answer("f", "open", at="2026-11-01T07:00:00+00:00")]  # fmt: skip
    store.add_answers("a", given[:2])
    store.add_answers("a", given[2:])
    assert store.answers("a") == tuple(given)
    assert [each.state for each in store.answers("a", "f")] == ["accepted", "open"]
    assert store.answers("b") == ()


def test_of_answers_all_are_written_or_none(store: Store) -> None:
    right = Answer("f", "open", at="2026-11-01T06:00:00+00:00")
    with pytest.raises(UsageError, match="no text"):
        store.add_answers("a", [right, Answer("f", "open", comment="\0", at="2026-11-01T06:00:00+00:00")])
    with pytest.raises(StoreUnusable):
        store.add_answers("a", [right, Answer("f", "open", at="")])
    assert store.answers("a") == ()


def test_alert_states_are_replaced_and_forgotten(store: Store) -> None:
    first = AlertState("volume Patient", "alarm", "2026-11-01T06:00:00+00:00")
    told = AlertState("volume Patient", "alarm", "2026-11-01T06:00:00+00:00", "2026-11-01T06:01:00+00:00")
    other = AlertState("score x", "ok", "2026-11-02T06:00:00+00:00")
    store.set_alert_states("a", [first, other])
    store.set_alert_states("a", [told], forget=["score x"])
    assert store.alert_states("a") == {"volume Patient": told}


def test_pruning_spares_what_is_needed(store: Store) -> None:
    for number in range(1, 8):
        code = 3 if number > 5 else 0
        store.add_run("a", report(f"2026-11-0{number}T06:00:00+00:00", fingerprints={f"f{number}": 1}, exit_code=code))
    store.keep("a", 1, "baseline")
    store.add_answers("a", [Answer("f2", "fixed", at="2026-11-03T06:00:00+00:00")])
    plan = store.prune("a", keep=1, dry_run=True)
    assert len(store.runs("a")) == 7
    pruned = store.prune("a", keep=1)
    assert pruned == plan
    assert [each.number for each in pruned.removed] == [3, 4, 6]
    why = [(each.run.number, each.why, each.detail) for each in pruned.spared]
    assert why == [(1, "kept", "baseline"), (2, "answered", "1"), (5, "last-good", "")]
    assert [each.number for each in store.runs("a")] == [1, 2, 5, 7]
    assert [each.number for each in store.prune("a", keep=1, even_needed=True).removed] == [1, 2]
    assert set(store.sightings("a")) == {"f2", "f5", "f6", "f7"}
    assert store.add_run("a", report()) == 8


def test_pruning_by_age_and_number_removes_what_both_allow(store: Store) -> None:
    for number in range(1, 6):
        store.add_run("a", report(f"2026-11-0{number}T06:00:00+00:00"))
    now = datetime(2026, 11, 6, tzinfo=UTC)
    assert [each.number for each in store.prune(older_than=timedelta(days=3), keep=4, now=now).removed] == [1]
    assert [each.number for each in store.prune(older_than=timedelta(days=3), now=now).removed] == [2]
    for wrong in ({}, {"keep": 0}):
        with pytest.raises(UsageError):
            store.prune("a", **wrong)


@pytest.mark.parametrize("name", ["", " a", "a ", "a@1", "a/b", "-a", "a\n", "x" * 121, "\ud800"])
def test_names_of_series_are_plain(store: Store, name: str) -> None:
    with pytest.raises(UsageError, match="series"):
        store.add_run(name, report())


@pytest.mark.parametrize("document", [{}, {"format": "x"}, {**report(), "scores": None}, {**report(), "totals": [{}]}])
def test_what_is_no_report_is_refused(store: Store, document: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="report"):
        store.add_run("a", document)
    assert store.runs() == ()
