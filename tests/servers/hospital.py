"""A hospital that goes on from day to day: what its server holds each morning, and changes that are planted in it."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.servers.fhir_search import Searching
from tests.servers.fhir_server import FhirServer

Node = dict[str, Any]
WINDOW = 32
"""Days that the server keeps."""
PATIENTS = 40
ICD = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
LOCAL = "https://klinik.example/codes/diagnosen"
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
DIAGNOSES = (("I10.90", 5), ("E11.90", 4), ("J18.9", 3), ("N39.0", 2), ("K35.8", 1))
EVERY_DAY = {"Encounter": 10, "Condition": 12, "heart-rate": 2, "glucose": 12}
PLANTS = ("feed-stops", "system-changes", "unit-flips")
FOLLOWS = {"change measure expected-system", "change measure unit-harmonised", "change measure unit-plausible"}
"""Measures that fall by the planted changes: they may be told too."""
WATCH = """
name = "lab"
sources = ["{base}"]
[privacy]
smallest_cell = 3
[thresholds]
fail_on = "never"
[history]
store = "history.sqlite"
[server]
probes = false
[[alerts]]
type = "webhook"
url = "{receiver}"
resolved = false
"""
"""The job that watches the hospital's server, by ``{base}``, and tells ``{receiver}`` of it."""


@dataclass
class Hospital:
    """plants: from which day on something is otherwise. seed: other seeds have other patients, alike in all else."""

    plants: dict[str, date] = field(default_factory=dict)
    seed: int = 1

    def morning(self, day: date) -> list[Node]:
        """What the server holds at the beginning of `day`: all patients, and what happened on the days before."""
        days = [day - timedelta(number) for number in range(WINDOW, 0, -1)]
        return [*map(self._patient, range(PATIENTS)), *(node for each in days for node in self._day(each))]

    def _patient(self, number: int) -> Node:
        chance = random.Random(f"{self.seed} patient {number}")
        return {
            "resourceType": "Patient",
            "id": f"p{number}",
            "meta": _meta(date(2025, 1, 1)),
            "identifier": [{"system": "https://klinik.example/mrn", "value": f"{number:06d}"}],
            "gender": chance.choice(("female", "male")),
            "birthDate": f"{chance.randint(1935, 2000)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
        }

    def _day(self, day: date) -> list[Node]:
        chance = random.Random(f"{self.seed} {day}")
        made = []
        for kind, count in EVERY_DAY.items():
            if kind == "Encounter" and self._is(day, "feed-stops"):
                continue
            made += [self._node(kind, day, number, chance) for number in range(count)]
        return made

    def _is(self, day: date, plant: str) -> bool:
        return plant in self.plants and day >= self.plants[plant]

    def _node(self, kind: str, day: date, number: int, chance: random.Random) -> Node:
        name = f"{kind.lower()}-{day:%Y%m%d}-{number}"
        node: Node = {
            "id": name,
            "meta": _meta(day),
            "subject": {"reference": f"Patient/p{chance.randrange(PATIENTS)}"},
        }
        hour = f"{day}T{chance.randint(6, 20):02d}:{chance.randint(0, 59):02d}:00+00:00"
        if kind == "Encounter":
            act = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}
            return {"resourceType": kind, "status": "finished", "class": act, "period": {"start": hour}, **node}
        if kind == "Condition":
            codes, weights = zip(*DIAGNOSES, strict=True)
            system = LOCAL if self._is(day, "system-changes") else ICD
            code = {"coding": [{"system": system, "code": chance.choices(codes, weights)[0]}]}
            return {"resourceType": kind, "code": code, "recordedDate": hour, **node}
        return {"resourceType": "Observation", "status": "final", "effectiveDateTime": hour, **node,
                **self._measured(kind, day, chance)}  # fmt: skip

    def _measured(self, kind: str, day: date, chance: random.Random) -> Node:
        if kind == "heart-rate":
            code, value, unit = "8867-4", round(chance.gauss(78, 11)), "/min"
        else:
            milligrams = chance.gauss(105, 18)
            flipped = self._is(day, "unit-flips")
            code, unit = "2339-0", "mmol/L" if flipped else "mg/dL"
            value = round(milligrams / 18.02, 1) if flipped else round(milligrams)
        quantity = {"value": value, "unit": unit, "system": UCUM, "code": unit}
        return {"code": {"coding": [{"system": LOINC, "code": code}]}, "valueQuantity": quantity}


def _meta(day: date) -> Node:
    return {"versionId": "1", "lastUpdated": f"{day}T22:00:00Z"}


def serve(server: FhirServer, nodes: list[Node]) -> None:
    """Let the server hold `nodes` from now on; what it declares stays as it is."""
    base = server.base
    server.searching = Searching(nodes, server.lies)
    server.searching.base = base


def no_process(*_: object) -> None:
    """In the place of ReaderProcess: servers are read by threads, which is less work for many small runs."""
    raise OSError("not in these tests")


def at_night(day: date) -> datetime:
    """When the run of a day begins."""
    return datetime(day.year, day.month, day.day, 2, 30, tzinfo=UTC)
