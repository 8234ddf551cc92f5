"""Laws of the history: SQLite and PostgreSQL tell the same; numbers only grow; pruning leaves what is needed."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhircheck.history.answers import AlertState
from fhircheck.history.store import Store
from fhircheck.model.feedback import Answer
from tests.servers.postgres import Postgres
from tests.unit.history.stores import report

START = datetime(2026, 11, 1, tzinfo=UTC)
NAMES = itertools.count()
FEW = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Add:
    """A run: begun on a day (perhaps of another offset), with findings of these fingerprints."""

    day: int
    offset: int
    fingerprints: dict[str, int]
    score: tuple[int, int] | None
    exit_code: int


@dataclass(frozen=True)
class Prune:
    """Prune by number and age."""

    keep: int | None
    days: int | None
    even_needed: bool


@dataclass(frozen=True)
class Say:
    """An answer, the state of an alert, or why a run is kept."""

    what: str
    name: str
    state: str


FINGERPRINTS = st.dictionaries(st.sampled_from("abcde"), st.integers(1, 2**62), max_size=4)
SCORES = st.none() | st.tuples(st.integers(0, 10**30), st.integers(1, 10**30))
ADD = st.builds(Add, st.integers(0, 30), st.integers(-11, 11), FINGERPRINTS, SCORES, st.sampled_from([0, 1, 3]))
PRUNE = st.builds(Prune, st.none() | st.integers(1, 5), st.none() | st.integers(0, 40), st.booleans())
STATES = st.sampled_from(["open", "fixed", "accepted"])
SAY = st.builds(Say, st.sampled_from(["answer", "alert", "keep"]), st.sampled_from("abcde"), STATES)
STEPS = st.lists(st.one_of(ADD, ADD, ADD, SAY, PRUNE), min_size=1, max_size=12)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[tuple[Store, Store]]:
    file = tmp_path_factory.mktemp("laws") / "history.sqlite"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", postgres.password)
        with Store.open(str(file)) as one, Store.open(f"{postgres.url()}?schema=laws") as other:
            yield one, other


def done(store: Store, series: str, step: Add | Prune | Say) -> Any:
    """What the store says of a step."""
    if isinstance(step, Add):
        moment = START + timedelta(days=step.day)
        started = f"{moment:%Y-%m-%dT%H:%M:%S.%f}{step.offset:+03d}:00"
        scores = {"x": step.score, "y": None}
        document = report(started, scores, fingerprints=step.fingerprints, exit_code=step.exit_code)
        return store.add_run(series, document)
    if isinstance(step, Prune):
        if step.keep is None and step.days is None:
            return None
        age = None if step.days is None else timedelta(days=step.days)
        return store.prune(series, step.keep, age, START + timedelta(days=35), even_needed=step.even_needed)
    if step.what == "answer":
        store.add_answers(series, [Answer(step.name, step.state, at=START.isoformat())])  # type: ignore[arg-type]
    elif step.what == "alert":
        store.set_alert_states(series, [AlertState(step.name, step.state, START.isoformat())], forget=["a"])
    elif store.count(series):
        store.keep(series, store.runs(series)[0].number, step.state)
    return None


def all_of(store: Store, series: str) -> tuple[Any, ...]:
    """All that the store tells of a series."""
    runs = store.runs(series)
    return (
        runs, [store.document(series, each.number) for each in runs], store.points(series, 3), store.points(series),
        store.issue_counts(series, 2), store.answers(series), store.sightings(series), store.alert_states(series),
        store.latest(series), store.latest(series, good=True), [each for each in store.series() if each.name == series],
    )  # fmt: skip


@FEW
@given(steps=STEPS)
def test_sqlite_and_postgresql_tell_the_same(stores: tuple[Store, Store], steps: list[Add | Prune | Say]) -> None:
    series = f"s{next(NAMES)}"
    one, other = stores
    for step in steps:
        assert done(one, series, step) == done(other, series, step)
    assert all_of(one, series) == all_of(other, series)


@FEW
@given(steps=STEPS)
def test_numbers_grow_and_pruning_leaves_what_is_needed(tmp_path: Path, steps: list[Add | Prune | Say]) -> None:
    with Store.open(str(tmp_path / "history.sqlite")) as store:
        series, given = f"s{next(NAMES)}", 0
        for step in steps:
            before = store.runs(series)
            answer = done(store, series, step)
            if isinstance(step, Add):
                assert answer == given + 1
                given = answer
            if isinstance(step, Prune) and answer is not None:
                left = store.runs(series)
                assert sorted((*answer.removed, *left), key=lambda each: each.number) == list(before)
                assert left[-1:] == before[-1:]
                assert [each for each in before if each.exit_code < 2][-1:] == [
                    each for each in left if each.exit_code < 2
                ][-1:]
                if not step.even_needed:
                    assert not any(each.kept for each in answer.removed)
                    seen = store.sightings(series)
                    states = {each.fingerprint: each.state for each in store.answers(series)}
                    last = {
                        seen[name].last_number for name, state in states.items() if state != "open" and name in seen
                    }
                    assert not last & {each.number for each in answer.removed}
