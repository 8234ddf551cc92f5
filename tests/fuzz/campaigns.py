"""The campaigns by name, and a part of one as a process runs it."""

import time
from collections.abc import Callable, Iterable
from typing import Protocol

from tests.fuzz.seeds import examples
from tests.fuzz.watch import Tally


class Campaign(Protocol):
    """One kind of fuzzing: its run `number` is made by chance from `seed`, and is the same each time."""

    def run(self, number: int, seed: int, tally: Tally) -> None: ...


def _instances(seeds: tuple[bytes, ...]) -> Campaign:
    from tests.fuzz.instances import Instances

    return Instances(seeds)


def _expressions(seeds: tuple[bytes, ...]) -> Campaign:
    from tests.fuzz.expressions import Expressions

    return Expressions(seeds)


def _profiles(seeds: tuple[bytes, ...]) -> Campaign:
    from tests.fuzz.profiles import Profiles

    return Profiles(seeds)


CAMPAIGNS: dict[str, Callable[[tuple[bytes, ...]], Campaign]] = {
    "instances": _instances,
    "expressions": _expressions,
    "profiles": _profiles,
}


def run_part(
    name: str, numbers: Iterable[int], seed: int, seconds: float = float("inf"), seeds: tuple[bytes, ...] | None = None
) -> Tally:
    """Some runs of one campaign; none is begun after so many seconds."""
    end = time.monotonic() + seconds
    campaign = CAMPAIGNS[name](seeds or examples())
    tally = Tally()
    for number in numbers:
        if time.monotonic() > end:
            break
        campaign.run(number, seed, tally)
    return tally
