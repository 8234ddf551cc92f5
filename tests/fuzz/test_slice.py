"""A slice of each campaign, the same runs each time; `python -m tests.fuzz` has the others."""

import pytest

from tests.fuzz.campaigns import CAMPAIGNS, run_part
from tests.fuzz.seeds import samples
from tests.fuzz.watch import LawBroken, Tally, TooSlow, limited

RUNS = {"instances": 200, "expressions": 300, "profiles": 20}


def test_every_campaign_has_a_slice() -> None:
    assert RUNS.keys() == CAMPAIGNS.keys()


@pytest.mark.parametrize("name", RUNS)
def test_a_slice_of_the_campaign_finds_no_fault(name: str) -> None:
    tally = run_part(name, range(RUNS[name]), 7, seeds=samples())
    assert tally.faults == []
    assert tally.said[f"{name}: runs"] == RUNS[name]


def test_faults_are_seen() -> None:
    tally = Tally()
    for raised in (LawBroken("x"), RecursionError(), TooSlow()):
        with tally.watched("any", 1, ["change"]):
            raise raised
    assert tally.said["any: faults"] == 3


def test_a_run_without_end_is_ended() -> None:
    def endless() -> None:
        with limited(0.05):
            while True:
                pass

    with pytest.raises(TooSlow):
        endless()
