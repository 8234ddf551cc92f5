"""All executors give the same results in the same order; faults come through, memory stays bounded."""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fhircheck.distribute import EXECUTORS, executor_for, processors
from fhircheck.distribute.narrowing import Narrowing
from fhircheck.distribute.processes import AHEAD, PORTION, Processes
from fhircheck.distribute.serial import Serial
from fhircheck.distribute.start_method import START_METHOD
from fhircheck.model.errors import CouldNotCheck
from fhircheck.model.file_span import FileSpan
from fhircheck.model.record import OUT_OF_MEMORY, Lost
from tests.needs import ROOT
from tests.unit.distribute import pure_functions
from tests.unit.distribute.pure_functions import (
    Refused,
    dying,
    dying_at,
    dying_early,
    dying_once,
    environment,
    marking,
    never_ready,
    out_of_memory,
    refusing,
    returning,
    squares,
    summing,
    surroundings,
    watching,
)

METHODS = [each for each in ("fork", "spawn", "forkserver") if each in multiprocessing.get_all_start_methods()]
JOBS = 2


@pytest.fixture(params=["serial", *METHODS])
def executor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Serial | Processes:
    """Each executor; that of processes once for each way to start one."""
    if request.param == "serial":
        return Serial()
    monkeypatch.setenv(START_METHOD, request.param)
    return Processes()


@pytest.fixture(params=[each for each in METHODS if each != "forkserver"])
def processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Processes:
    monkeypatch.setenv(START_METHOD, request.param)
    return Processes()


class Pulled:
    """Chunks 0, 1, 2 ... that remember how many were taken."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.taken = 0

    def __iter__(self) -> Iterator[int]:
        for each in range(self.number):
            self.taken += 1
            yield each


def test_the_same_results_in_the_same_order(executor: Serial | Processes) -> None:
    plan = {"add": 7, "sleep": 60}  # the first chunks come last
    results = [result for result, _, _ in executor.run(squares, plan, range(20), JOBS)]
    assert results == [chunk * chunk + 7 for chunk in range(20)]


def test_no_chunks_give_no_results(executor: Serial | Processes) -> None:
    assert list(executor.run(squares, {"add": 0}, [], JOBS)) == []


def test_fewer_chunks_than_processes(executor: Serial | Processes) -> None:
    assert [result for result, _, _ in executor.run(squares, {"add": 0}, [5], 4)] == [25]


def test_processes_are_other_processes_and_each_prepares_once(processes: Processes, tmp_path: Path) -> None:
    assert list(processes.run(marking, str(tmp_path), range(30), JOBS)) == list(range(30))
    prepared = [int(each.name.partition("-")[2]) for each in tmp_path.glob("prepared-*")]
    assert 1 <= len(prepared) <= JOBS
    assert os.getpid() not in prepared
    assert len(list(tmp_path.glob("chunk-*"))) == 30


@pytest.mark.parametrize("method", METHODS)
def test_processes_are_started_as_asked_and_leave_ctrl_c_to_the_parent(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(START_METHOD, method)
    monkeypatch.setattr(pure_functions, "inherited", ["something"])
    assert set(Processes().run(surroundings, None, range(5), JOBS)) == {(method == "fork", False)}


def test_workers_see_the_environment_of_now(executor: Serial | Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("first", "second"):
        monkeypatch.setenv("SET_BETWEEN_RUNS", value)
        assert set(executor.run(environment, "SET_BETWEEN_RUNS", range(3), JOBS)) == {value}


def test_serial_prepares_once_in_this_process() -> None:
    answers = list(Serial().run(squares, {"add": 0}, range(3), 1))
    assert [(pid, calls) for _, pid, calls in answers] == [(os.getpid(), 1), (os.getpid(), 2), (os.getpid(), 3)]


def test_an_exception_of_the_function_comes_through_after_what_came_before(executor: Serial | Processes) -> None:
    results: list[int] = []
    with pytest.raises(Refused, match=r"^chunk 4 is refused"):
        results.extend(executor.run(refusing, 4, range(50), JOBS))
    assert results == [0, 1, 2, 3]


def test_an_exception_of_the_chunks_comes_through(executor: Serial | Processes) -> None:
    def chunks() -> Iterator[int]:
        yield from range(3)
        raise OSError("the source is gone")

    with pytest.raises(OSError, match="the source is gone"):
        list(executor.run(squares, {"add": 0}, chunks(), JOBS))


def as_told(results: Iterator[int | Lost]) -> list[int | tuple[str, int]]:
    return [("lost", each.chunk) if isinstance(each, Lost) else each for each in results]  # type: ignore[misc]


@pytest.mark.parametrize("victim", [0, 5, 19])
def test_a_chunk_that_always_kills_is_given_up_and_all_others_are_done(processes: Processes, victim: int) -> None:
    told = as_told(processes.run(dying, victim, range(20), JOBS))
    assert told == [("lost", each) if each == victim else each for each in range(20)]


def test_how_the_process_ended_is_told(processes: Processes) -> None:
    (lost,) = [each for each in processes.run(dying, 3, range(5), JOBS) if isinstance(each, Lost)]
    assert lost.code == -signal.SIGKILL


def test_a_worker_that_is_killed_once_costs_nothing(processes: Processes, tmp_path: Path) -> None:
    plan = (str(tmp_path), (2, 9, 10))
    assert as_told(processes.run(dying_once, plan, range(20), JOBS)) == list(range(20))
    assert len(list(tmp_path.glob("died-*"))) == 3


def test_bytes_of_a_file_that_changed_since_are_worked_on_as_they_were_read(
    executor: Serial | Processes, tmp_path: Path
) -> None:
    """A portion that has to be sent again keeps its place among the others."""
    path = tmp_path / "lines"
    path.write_bytes(b"0123456789")
    chunks = [FileSpan.of(b"%d" % (each if each % 3 else 9 - each), str(path), each) for each in range(10)]
    assert list(executor.run(returning, None, chunks, JOBS)) == chunks


def test_memory_that_runs_out_is_the_death_of_a_worker(processes: Processes) -> None:
    told = list(processes.run(out_of_memory, 4, range(9), JOBS))
    assert [each for each in told if not isinstance(each, Lost)] == [0, 1, 2, 3, 5, 6, 7, 8]
    assert told[4] == Lost(4, OUT_OF_MEMORY)  # type: ignore[arg-type]


def test_a_suspect_has_nothing_beside_it(processes: Processes, tmp_path: Path) -> None:
    """What memory was too small for is tried again with all of it."""
    told = as_told(processes.run(watching, (str(tmp_path), 6), range(30), 3))
    assert told == [("lost", 6) if each == 6 else each for each in range(30)]
    beside = [each.read_text().split() for each in sorted(tmp_path.glob("tried-*"))]
    assert len(beside) == 2
    assert beside[1] == []


def halves(chunk: list[int]) -> list[list[int]]:
    middle = len(chunk) // 2
    return [chunk[:middle], chunk[middle:]] if middle else [chunk]


def narrowed(victims: frozenset[int], budget: int, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    monkeypatch.setattr("fhircheck.distribute.narrowing.DEATHS", budget)
    chunks = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    given = Processes().run(dying_at, victims, chunks, JOBS)
    return list(Narrowing(dying_at, victims, halves).results(given))


def test_what_is_lost_is_narrowed_down_and_stays_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(START_METHOD, METHODS[0])
    told = narrowed(frozenset({5, 7}), 60, monkeypatch)
    assert told == [[0, 1, 2, 3], [4], Lost([5], -9), [6], Lost([7], -9), [8, 9]]  # type: ignore[arg-type]


def test_narrowing_ends_when_it_has_cost_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(START_METHOD, METHODS[0])
    told = narrowed(frozenset({5}), 5, monkeypatch)
    assert told == [[0, 1, 2, 3], Lost([4, 5], -9), [6, 7], [8, 9]]  # type: ignore[arg-type]


def test_processes_that_die_at_everything_are_could_not_check(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fhircheck.distribute.processes.LOST", 2)
    with pytest.raises(CouldNotCheck, match="die whatever they work on") as died:
        list(processes.run(dying, -1, range(100), JOBS))
    assert died.value.exit_code == 3


def test_processes_that_die_before_they_begin_are_could_not_check(processes: Processes) -> None:
    with pytest.raises(CouldNotCheck, match="before they could begin"):
        list(processes.run(dying_early, None, range(5), JOBS))


def test_what_cannot_be_made_is_raised_as_it_is(processes: Processes) -> None:
    with pytest.raises(Refused, match=r"^no"):
        list(processes.run(never_ready, "no", range(5), JOBS))


def test_neighbours_that_merge_come_back_together(processes: Processes) -> None:
    sums = list(processes.run(summing, None, range(200), JOBS))
    assert sum(each.total for each in sums) == sum(range(200))
    assert [first for each in sums for first in each.seen] == list(range(200))
    assert len(sums) < 200
    assert max(len(each.seen) for each in sums) <= PORTION


def test_portions_become_small_towards_the_end(processes: Processes) -> None:
    sizes = [len(each.seen) for each in processes.run(summing, None, range(200), JOBS)]
    assert max(sizes) > 1
    assert sizes[-2 * JOBS :] == [1] * 2 * JOBS


def test_no_process_is_left_behind(processes: Processes) -> None:
    before = set(multiprocessing.active_children())
    with pytest.raises(Refused):
        list(processes.run(refusing, 2, range(10), JOBS))
    list(processes.run(refusing, -1, range(10), JOBS))
    assert set(multiprocessing.active_children()) <= before


def test_chunks_are_pulled_when_they_are_needed(processes: Processes) -> None:
    chunks = Pulled(200)
    results = processes.run(refusing, -1, chunks, JOBS)
    assert chunks.taken == 0
    for number, _ in enumerate(results):
        assert chunks.taken <= number + JOBS * AHEAD
    assert (number, chunks.taken) == (199, 200)


def test_serial_pulls_one_chunk_at_a_time() -> None:
    chunks = Pulled(50)
    for number, _ in enumerate(Serial().run(refusing, -1, chunks, 1)):
        assert chunks.taken == number + 1


def test_who_stops_early_pulls_no_more(processes: Processes) -> None:
    chunks = Pulled(1000)
    results = processes.run(refusing, -1, chunks, JOBS)
    assert next(iter(results)) == 0
    results.close()  # type: ignore[attr-defined]
    assert chunks.taken <= JOBS * AHEAD


@pytest.mark.parametrize(
    ("jobs", "name", "number"),
    [(1, "serial", 1), (2, "processes", 2), (7, "processes", 7)],
)
def test_one_job_needs_no_other_process(jobs: int, name: str, number: int) -> None:
    executor, used = executor_for(jobs)
    assert (executor.name, used) == (name, number)
    assert executor is EXECUTORS[name]


def test_no_number_means_all_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    assert processors() >= 1
    assert executor_for(0)[1] == processors()
    monkeypatch.setattr("fhircheck.distribute.processors", lambda: 3)
    assert executor_for(0) == (EXECUTORS["processes"], 3)
    monkeypatch.setattr("fhircheck.distribute.processors", lambda: 1)
    assert executor_for(0) == (EXECUTORS["serial"], 1)


SCRIPT = """
from itertools import repeat
from fhircheck.distribute.processes import Processes
from tests.unit.distribute.pure_functions import squares
if __name__ == "__main__":
    try:
        for number, _ in enumerate(Processes().run(squares, {"add": 0, "sleep": 20}, repeat(0), 2)):
            if number == 4:
                print("at work", flush=True)
    except KeyboardInterrupt:
        print("stopped", flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups: the platform has none")
def test_ctrl_c_is_for_the_parent_alone(tmp_path: Path) -> None:
    """The terminal sends it to all processes of the group; the workers say nothing of it."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    started = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), START_METHOD: METHODS[0]},
        start_new_session=True,
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "at work\n"
    os.killpg(started.pid, signal.SIGINT)
    out, err = started.communicate(timeout=60)
    assert (out, started.returncode) == ("stopped\n", 0)
    assert "Traceback" not in err
