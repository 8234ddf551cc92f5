"""However the data was cut, ordered and grouped: the report is the same bytes, all measures and scores in it."""

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fhircheck import run as flow
from fhircheck.report.json import document
from fhircheck.report.shown import View
from fhircheck.run import RunOptions, run
from tests.laws.given_pieces import PIECES, Given
from tests.planted.clinic import NOW

LIMITS = (None, 1 << 20, 40_000, 2_000)
"""Bytes that the rows of a run may hold in memory: the last ones cut the rows of single keys."""
Report = Callable[[list[list[int]], bool, int | None], bytes]


@pytest.fixture(scope="module")
def bytes_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Report]:
    source: Path = tmp_path_factory.mktemp("laws") / "any.ndjson"
    source.write_text("{}\n", encoding="utf-8")
    executor = Given()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flow, "executor_for", lambda jobs, engine: (executor, 1))

        def report(groups: list[list[int]], tree: bool, limit: int | None) -> bytes:
            executor.groups, executor.as_tree = groups, tree
            found = document(run(RunOptions((str(source),), offline=True, now=NOW, memory_limit=limit)), View())
            del found["header"]
            return json.dumps(found).encode()

        yield report


@st.composite
def groupings(draw: Any) -> list[list[int]]:
    order = draw(st.permutations(range(PIECES)))
    cuts = sorted(draw(st.lists(st.integers(0, PIECES), max_size=3)))
    return [list(order[first:last]) for first, last in pairwise([0, *cuts, PIECES])]


@settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(groupings(), st.booleans(), st.sampled_from(LIMITS))
def test_any_order_grouping_and_memory_gives_the_same_bytes(
    bytes_of: Report, groups: list[list[int]], tree: bool, limit: int | None
) -> None:
    whole = bytes_of([[each] for each in range(PIECES)], False, None)
    assert bytes_of(groups, tree, limit) == whole
    assert b'"status": "failed"' in whole, "there is something to count"
