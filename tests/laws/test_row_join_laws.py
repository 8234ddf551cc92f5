"""However the rows of tables are grouped, cut, sent elsewhere and merged: joins find the same, to the last byte."""

import json
import pickle
from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fhircheck import run as flow
from fhircheck.distribute.joining import Joining
from fhircheck.model.join import Join
from fhircheck.model.measure_options import MeasureOptions
from fhircheck.model.spilled_rows import SpilledRows
from fhircheck.report.json import document
from fhircheck.report.shown import View
from fhircheck.run import RunOptions, run
from fhircheck.use_cases.shipped import shipped_names
from tests.laws.given_pieces import Given
from tests.planted.clinic import NOW

OPTIONS = MeasureOptions(apart="file", de_identified=True, date_precision="month", free_text=True)


class Elsewhere:
    """Another engine: groups keys and cuts rows at random, and pickles all that goes to and fro."""

    def __init__(self, seed: int, groups: int, cuts: int) -> None:
        self.random, self.groups, self.cuts = Random(seed), groups, cuts
        self.folds = self.pieces = 0

    def fold_method(self) -> Callable[..., Any]:
        """What stands in for SpilledRows.fold."""
        return lambda table, part, *others: self.fold(part, table, *others)

    def fold(self, part: Any, *given: SpilledRows) -> Any:
        """The merged State of `part` over groups of keys."""
        self.folds += 1
        tables = [rows_of(each) for each in given]
        for rows in tables:
            self.random.shuffle(rows)
        place = {key: self.random.randrange(self.groups) for rows in tables for key, *_ in rows}
        states = []
        for group in range(self.groups):
            mine = [[row for row in rows if place[row[0]] == group] for rows in tables]
            states.append(pickle.loads(pickle.dumps(self.told(pickle.loads(pickle.dumps(part)), mine))))
        self.random.shuffle(states)
        while len(states) > 1:
            states[self.random.randrange(len(states) - 1)].merge(states.pop())
        return states[0]

    def told(self, part: Any, tables: list[list[Any]]) -> Any:
        """`part` of one group; a Join is given the rows in pieces, whatever their keys."""
        if not isinstance(part, Join) or self.cuts == 1:
            return part(*map(numbers, tables))
        known, state = None, None
        for piece in self.cut(tables, ()):
            known = part.know(known, *piece)
        for piece in self.cut(tables, part.together)[::-1]:
            self.pieces += any(map(len, piece))
            seen = part.see(known, *piece)
            if state is None:
                state = seen
            else:
                state.merge(seen)
        if part.tell is not None:
            state.merge(part.tell(known))
        return state

    def cut(self, tables: list[list[Any]], together: tuple[tuple[int, ...], ...]) -> list[list[Any]]:
        """Pieces of the tables; rows with equal numbers in the columns of `together` are in one of them."""
        pieces: list[list[list[Any]]] = [[[] for _ in tables] for _ in range(self.cuts)]
        for place, rows in enumerate(tables):
            columns = together[place] if together else ()
            for number, row in enumerate(rows):
                cut = hash(tuple(row[column] for column in columns)) if columns else number
                pieces[cut % self.cuts][place].append(row)
        return [list(map(numbers, piece)) for piece in pieces]


def rows_of(table: SpilledRows) -> list[tuple[int, ...]]:
    return [tuple(row) for row in zip(*[iter(table.whole())] * table.width, strict=True)]


def numbers(rows: Sequence[Sequence[int]]) -> "array[int]":
    return array("Q", [number for row in rows for number in row])


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    source: Path = tmp_path_factory.mktemp("laws") / "any.ndjson"
    source.write_text("{}\n", encoding="utf-8")
    executor = Given()
    asked = RunOptions((str(source),), offline=True, now=NOW, measures=OPTIONS, use_cases=shipped_names())

    @cache
    def made(engine: Elsewhere | None, jobs: int = 1, limit: int | None = None) -> bytes:
        options = replace(asked, memory_limit=limit)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(flow, "executor_for", lambda _, engine: (executor, jobs))
            if engine is not None:
                patch.setattr(SpilledRows, "fold", engine.fold_method())
            found = document(run(options), View())
        del found["header"]
        return json.dumps(found).encode()

    return made


@settings(max_examples=4, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(st.integers(0, 1 << 30), st.integers(1, 5), st.integers(1, 4))
def test_every_join_finds_the_same_elsewhere(report: Callable[..., bytes], seed: int, groups: int, cuts: int) -> None:
    engine = Elsewhere(seed, groups, cuts)
    assert report(engine) == report(None)
    assert engine.folds > 20
    assert cuts == 1 or engine.pieces > 20


def test_every_join_finds_the_same_in_other_processes(
    report: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    spread = []
    results = Joining.results
    monkeypatch.setattr(Joining, "results", lambda *given: spread.append(given[1]) or results(*given))  # type: ignore[func-returns-value]
    assert report(None, jobs=2, limit=1 << 18) == report(None)
    assert len(spread) > 20
