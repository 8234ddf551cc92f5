"""A week of scheduled runs against a server: each planted change is told once, and nothing else is.

Two weeks follow the same four nights: one in which nothing happens but the usual coming and going, and one in which a
feed stops, a code system changes, a unit flips, and an update of the server takes a search parameter away.
"""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from fhircheck.monitor.job_file import load_job
from fhircheck.monitor.run_job import JobRun, RunAsked, run_job
from fhircheck.sources import search_pieces
from tests.loopback import Asked, Loopback
from tests.servers.fhir_server import FhirServer
from tests.servers.hospital import FOLLOWS, WATCH, Hospital, at_night, no_process, serve

MONDAY = date(2026, 3, 2)
BEFORE = 4


class Week:
    """The server, the receiver of alerts, and the folder of the job and its history."""

    def __init__(self, folder: Path, server: FhirServer, receiver: Loopback) -> None:
        self.folder, self.server, self.receiver = folder, server, receiver
        (folder / "job.toml").write_text(WATCH.format(base=server.base, receiver=receiver.base))

    def night(self, day: date, hospital: Hospital) -> JobRun:
        serve(self.server, hospital.morning(day))
        return run_job(load_job(str(self.folder / "job.toml")), RunAsked(now=at_night(day)))

    def told(self) -> list[dict[str, Any]]:
        """What the receiver was told since it was asked last."""
        bodies = [json.loads(each.body) for each in self.receiver.asked]
        self.receiver.asked.clear()
        return [item for body in bodies for item in body["items"]]


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    """After the nights before."""
    folder = tmp_path_factory.mktemp("week")

    def answer(asked: Asked) -> tuple[int, dict[str, str], bytes]:
        return 200, {}, b""

    patch = pytest.MonkeyPatch()
    patch.setattr(search_pieces, "ReaderProcess", no_process)
    with FhirServer(Hospital().morning(MONDAY)) as server, Loopback(answer) as receiver:
        made = Week(folder, server, receiver)
        for number in range(BEFORE, 0, -1):
            done = made.night(MONDAY - timedelta(number), Hospital())
            assert done.exit_code == 0, done.report.verdict
        assert made.told() == []
        shutil.copytree(folder, folder.with_name("before"))
        yield made
    patch.undo()


def test_a_week_in_which_nothing_happens_tells_nothing(week: Week) -> None:
    for number in range(7):
        done = week.night(MONDAY + timedelta(number), Hospital())
        assert done.exit_code == 0
        assert [each.key for each in done.report.history.changes if each.alarming] == []  # type: ignore[union-attr]
    assert week.told() == []


def test_every_planted_change_is_told_once_and_nothing_else(week: Week) -> None:
    shutil.rmtree(week.folder)
    shutil.copytree(week.folder.with_name("before"), week.folder)
    hospital = Hospital({"feed-stops": MONDAY, "system-changes": MONDAY, "unit-flips": MONDAY})
    told: Counter[str] = Counter()
    first: dict[str, int] = {}
    for number in range(7):
        if number == UPDATE:
            update(week.server)
        week.night(MONDAY + timedelta(number), hospital)
        for item in week.told():
            key = item["key"].replace(week.server.base, "SERVER")
            told[key] += 1
            first.setdefault(key, number)
    assert set(told.values()) == {1}, told
    assert {key for key in told if key not in FOLLOWS} == set(TOLD)
    assert not {key: night for key, night in first.items() if night > TOLD.get(key, 6)}


UPDATE = 3
TOLD = {
    "change feed-stopped Encounter": 4,
    "change system-new Condition.code|https://klinik.example/codes/diagnosen": 5,
    "change unit-new http://loinc.org|2339-0 mmol/L": 5,
    "change interface Observation.searchParam:date SERVER": UPDATE,
}
"""What is told of each planted change, and the last night for it."""


def update(server: FhirServer) -> None:
    """What the vendor's update takes away."""
    for each in server.capability["rest"][0]["resource"]:
        if each["type"] == "Observation":
            each["searchParam"] = [one for one in each["searchParam"] if one["name"] != "date"]
