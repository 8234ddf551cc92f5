"""Many processes at one store: numbers are given once, nothing is lost, and one alone makes the tables."""

import multiprocessing
from typing import Any

from fhircheck.history.store import Store
from tests.unit.history.stores import report

PROCESSES = 8
RUNS = 4


def add(place: str, barrier: Any, numbers: Any) -> None:
    barrier.wait()
    with Store.open(place) as store:
        for _ in range(RUNS):
            numbers.put(store.add_run("a", report(fingerprints={"f": 1})))


def test_processes_make_one_store_and_number_their_runs_apart(place: str) -> None:
    fork = multiprocessing.get_context("fork")  # the libraries are loaded already: eight times would take long
    barrier, numbers = fork.Barrier(PROCESSES), fork.Queue()
    processes = [fork.Process(target=add, args=(place, barrier, numbers)) for _ in range(PROCESSES)]
    for each in processes:
        each.start()
    given = sorted(numbers.get(timeout=60) for _ in range(PROCESSES * RUNS))
    for each in processes:
        each.join(60)
    assert [each.exitcode for each in processes] == [0] * PROCESSES
    assert given == list(range(1, PROCESSES * RUNS + 1))
    with Store.open(place) as store:
        assert [each.number for each in store.runs("a")] == given
        assert all(store.document("a", number) for number in given)
        assert store.sightings("a")["f"].last_number == given[-1]
