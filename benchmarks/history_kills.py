"""kill -9 at random points of a run that remembers: `python -m benchmarks.history_kills [COUNT [SEED]]`.

COUNT (50) runs of `fhircheck check --history` on SQLite and, where it is installed, as many on PostgreSQL: every
second one is killed after a random time, the others kill themselves at a random word with the database, half of them
in the last third of these words, where the transaction is. After each ten, and at the end, the store must be
consistent: no half run, numbers without gaps; then a whole run must work. Ends with 1 where something is not so.
"""

import os
import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.history_stores import stores
from tests.servers.history_kills import COMMAND, faults, killed_after, killed_at, kills, small_data, words_of


def tried(name: str, place: str, data: Path, count: int, seed: int) -> bool:
    """Kill `count` runs and say what became of the store. False where it is not as it should be."""
    arguments = [str(data), "--offline", "--history", place, "--series", "kills"]
    environment = dict(os.environ)
    making = words_of(arguments, environment)
    start = time.monotonic()
    words = words_of(arguments, environment)
    longest = time.monotonic() - start
    hit, wrong = 0, []
    for ten in range(0, count, 10):
        hit += kills(min(10, count - ten), seed + ten, longest, words, arguments, environment)
        wrong += faults(place)
    before = runs_of(place)
    killed_after(600, arguments, environment)
    works = runs_of(place) == before + 1
    wrong += faults(place) + ([] if works else ["the next run was not remembered"])
    print(f"{name}: {hit} of {count} runs killed (seed {seed}; a run takes {longest:.1f} s and speaks {words} times to"
          f" the database), {before} runs remembered whole, next run remembered: {works},"
          f" inconsistent: {'; '.join(wrong) or 'nothing'}")  # fmt: skip
    return not wrong and new_stores(name, place, data, making, max(1, count // 5), seed)


def new_stores(name: str, place: str, data: Path, making: int, count: int, seed: int) -> bool:
    """Kill runs that make the store. False where what they leave cannot be used."""
    chance, wrong = random.Random(seed), []
    for number in range(count):
        new = f"{place}?schema=new_{number}" if "://" in place else f"{place}-{number}.sqlite"
        arguments = [str(data), "--offline", "--history", new, "--series", "kills"]
        killed_at(chance.randint(1, making), arguments, dict(os.environ))
        killed_after(600, arguments, dict(os.environ))
        wrong += faults(new) + ([] if runs_of(new) else ["the next run was not remembered"])
    print(f"{name}: {count} runs killed while they made a new store, inconsistent: {'; '.join(wrong) or 'nothing'}")
    return not wrong


def runs_of(place: str) -> int:
    """Number of runs that are remembered."""
    from fhircheck.history.store import Store

    with Store.open(place) as store:
        return store.count("kills")


def main() -> int:
    """Measure, print, and return 1 where a store is not as it should be."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    print(f"command: {' '.join(COMMAND[1:])}")
    with tempfile.TemporaryDirectory() as folder, stores(Path(folder), "kills") as found:
        data = small_data(Path(folder))
        return int(sum(not tried(name, place, data, count, seed) for name, (place,) in found.items()) > 0)


if __name__ == "__main__":
    sys.exit(main())
