"""However the data was cut, ordered and grouped: the report is the same bytes, all measures and scores in it."""

import json
import pickle
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhircheck import run as flow
from fhircheck.first_pass import Plan
from fhircheck.model.facts import Partial
from fhircheck.model.record import Chunk, Piece
from fhircheck.model.spilled_rows import SpilledRows
from fhircheck.report.json import document
from fhircheck.report.shown import View
from fhircheck.run import RunOptions, run
from tests.laws.merging import as_tree, merged
from tests.planted.clinic import NOW, clinic
from tests.planted.defects import PLANTERS, planted

PIECES = 7
SMALL = 64
"""Bytes that a table of rows may hold in memory where the disk is to be used."""


def defective() -> list[dict[str, Any]]:
    data = clinic(patients=6)
    for each in PLANTERS:
        data = planted(each, data).data
    return data


def pieces() -> list[Chunk]:
    """The clinic's lines as chunks of two files, none of them of the same size."""
    lines = [json.dumps(each).encode() for each in defective()]
    cuts = [len(lines) * number * (number + 1) // (PIECES * (PIECES + 1)) for number in range(PIECES + 1)]
    return [
        [Piece(f"file-{number % 2}.ndjson", "ndjson", b"\n".join(lines[first:last]) + b"\n", first=first, line=first)]
        for number, (first, last) in enumerate(pairwise(cuts))
    ]


class Given:
    """An executor that hands on what the chunks gave, in the order and the groups that it is told."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.groups: list[list[int]] = []
        self.as_tree = False

    def run(
        self, make: Callable[[Plan], Callable[[Chunk], Partial]], plan: Plan, chunks: Any, jobs: int
    ) -> Iterator[Partial]:
        if not self.kept:
            check = make(plan)
            self.kept = [pickle.dumps(check(chunk)) for chunk in pieces()]
        join = as_tree if self.as_tree else merged
        for group in self.groups:
            yield join([pickle.loads(self.kept[each]) for each in group], Partial)


@pytest.fixture(scope="module")
def bytes_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[list[list[int]], bool, bool], bytes]]:
    source: Path = tmp_path_factory.mktemp("laws") / "any.ndjson"
    source.write_text("{}\n", encoding="utf-8")
    executor = Given()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flow, "executor_for", lambda jobs: (executor, 1))

        def report(groups: list[list[int]], tree: bool, on_disk: bool) -> bytes:
            executor.groups, executor.as_tree = groups, tree
            with pytest.MonkeyPatch.context() as limits:
                if on_disk:
                    limits.setattr(SpilledRows.__init__, "__defaults__", (SMALL,))
                found = document(run(RunOptions((str(source),), offline=True, now=NOW)), View())
            del found["header"]
            return json.dumps(found).encode()

        yield report


@st.composite
def groupings(draw: Any) -> list[list[int]]:
    order = draw(st.permutations(range(PIECES)))
    cuts = sorted(draw(st.lists(st.integers(0, PIECES), max_size=3)))
    return [list(order[first:last]) for first, last in pairwise([0, *cuts, PIECES])]


@settings(max_examples=12)
@given(groupings(), st.booleans(), st.booleans())
def test_any_order_and_grouping_gives_the_same_bytes(
    bytes_of: Callable[[list[list[int]], bool, bool], bytes], groups: list[list[int]], tree: bool, on_disk: bool
) -> None:
    whole = bytes_of([[each] for each in range(PIECES)], False, False)
    assert bytes_of(groups, tree, on_disk) == whole
    assert b'"status": "failed"' in whole, "there is something to count"
