"""However a folder's data arrives, and wherever following is killed: its whole report is that of one check."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fhircheck.run import run
from fhircheck.stream.checkpoint import Checkpoint
from tests.unit.stream.streams import FakeClock, as_bytes, followed, line, observation, patient, run_of

LINES = [
    line(patient(0)), line(observation(1, device="d1")), b"\n", line(observation(5)), b"  \n", b'{"resourceType": \n',
    line(patient(1)), line(observation(1, device="d1")), line(observation(7, at="2031-01-01")), b"[]\n",
]  # fmt: skip
TAILS = [b"", b"\n\n", b'{"resourceType": "Pat', line(patient(2)).rstrip()]


class Killed(BaseException):
    """In the place of kill -9: nothing that follows is done."""


@st.composite
def arrivals(draw: Any) -> list[tuple[str, bytes]]:
    """Pieces of two files of lines in the order they come, cut anywhere, and documents."""
    steps: list[list[tuple[str, bytes]]] = []
    for name in ("a.ndjson", "b.ndjson"):
        data = b"".join(draw(st.permutations(LINES))[: draw(st.integers(0, len(LINES)))]) + draw(st.sampled_from(TAILS))
        cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=4)))
        steps.append([(name, data[first:last]) for first, last in zip([0, *cuts], [*cuts, len(data)], strict=True)])
    if draw(st.booleans()):
        steps.append([("c.json", line(observation(9)))])
    order = draw(st.permutations([number for number, each in enumerate(steps) for _ in each]))
    rest = [iter(each) for each in steps]
    return [next(rest[number]) for number in order]


@settings(max_examples=8, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    arrivals(),
    st.lists(st.tuples(st.integers(1, 6), st.sampled_from(["before", "after"])), max_size=3),
    st.sampled_from([0.0, 5.0]),
)
def test_however_it_arrives_and_is_killed_the_report_is_that_of_a_check(
    steps: list[tuple[str, bytes]], kills: list[tuple[int, str]], commit: float
) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        data, waiting, clock = folder / "data", list(steps), FakeClock()
        data.mkdir()

        def arrive(now: float) -> None:
            if waiting:
                name, piece = waiting.pop(0)
                with open(data / name, "ab") as file:
                    file.write(piece)

        arrive(0.0)
        clock.meanwhile = arrive
        options: dict[str, Any] = {"checkpoint": str(folder / "kept"), "clock": clock, "commit": commit}
        live = {"lasts": None, "idle": 40.0, "every": 20.0, "window": 40.0}
        for count, where in kills:
            with pytest.MonkeyPatch.context() as patch:
                kill_at(patch, count, where)
                try:
                    followed(str(data), **options, **live)
                except Killed:
                    continue
        while waiting:
            arrive(0.0)
        clock.time += 5.0
        results = followed(str(data), **options, **{**live, "lasts": 0.0})
        assert as_bytes(results[-1].total) == as_bytes(run(run_of(str(data))))
    finally:
        shutil.rmtree(folder)


def kill_at(patch: pytest.MonkeyPatch, count: int, where: str) -> None:
    """Die at the `count`-th commit: before it, when all was counted but nothing written, or right after it."""
    commit, left = Checkpoint.commit, [count]

    def killing(self: Checkpoint, *given: Any, **more: Any) -> None:
        left[0] -= 1
        if left[0] < 0 or (left[0] == 0 and where == "before"):
            raise Killed  # no handler on the way may write either
        commit(self, *given, **more)
        if left[0] == 0:
            raise Killed

    patch.setattr(Checkpoint, "commit", killing)
