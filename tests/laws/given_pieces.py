"""A clinic with every planted defect in pieces, and an executor that hands on what they gave as it is told."""

import json
import pickle
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from fhircheck.first_pass import Plan
from fhircheck.model.facts import Partial
from fhircheck.model.record import Chunk, Piece
from tests.laws.merging import as_tree, merged
from tests.planted.clinic import clinic
from tests.planted.defects import PLANTERS, planted

PIECES = 7


def defective() -> list[dict[str, Any]]:
    """The clinic with every defect."""
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
        self.groups: list[list[int]] = [[each] for each in range(PIECES)]
        self.as_tree = False

    def run(
        self, make: Callable[[Plan], Callable[[Chunk], Partial]], plan: Plan, chunks: Any, jobs: int
    ) -> Iterator[Partial]:
        """The Partials of the pieces, checked once."""
        if not self.kept:
            check = make(plan)
            self.kept = [pickle.dumps(check(chunk)) for chunk in pieces()]
        join = as_tree if self.as_tree else merged
        for group in self.groups:
            yield join([pickle.loads(self.kept[each]) for each in group], Partial)
