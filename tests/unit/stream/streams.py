"""Following in tests: a clock that tests move, resources of a few kinds, and reports as bytes."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from fhircheck.model.report import RunReport
from fhircheck.report.json import document
from fhircheck.report.shown import View
from fhircheck.run import RunOptions
from fhircheck.stream.follow import Following
from fhircheck.stream.follow_options import FollowOptions
from fhircheck.stream.notice import Notice
from fhircheck.stream.window import WindowResult

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
START = NOW.timestamp()


class FakeClock:
    """Time that goes on only where somebody waits; then `meanwhile` is called first."""

    def __init__(self, start: float = START, meanwhile: Callable[[float], None] = lambda now: None) -> None:
        self.time, self.meanwhile = start, meanwhile

    def now(self) -> float:
        return self.time

    def wait(self, seconds: float) -> None:
        self.meanwhile(self.time)
        self.time += max(seconds, 0.01)

    def wake(self) -> None:
        """Nobody sleeps."""


def observation(number: int, *, device: str = "", at: str = "2026-03-01T11:59:00Z", **more: Any) -> dict[str, Any]:
    """A heart rate; every fifth has an error."""
    found: dict[str, Any] = {
        "resourceType": "Observation",
        "id": f"o{number}",
        "status": "final" if number % 5 else "finall",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": f"Patient/p{number % 3}"},
        "effectiveDateTime": at,
        "valueQuantity": {"value": 60 + number, "system": "http://unitsofmeasure.org", "code": "/min"},
        **more,
    }
    if device:
        found["device"] = {"reference": f"Device/{device}"}
    return found


def patient(number: int) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": f"p{number}", "gender": "female", "birthDate": f"19{50 + number}-02-03"}


def line(resource: dict[str, Any]) -> bytes:
    return json.dumps(resource).encode() + b"\n"


def as_bytes(report: RunReport | None) -> bytes:
    """A report without its header."""
    assert report is not None
    found = document(report, View())
    del found["header"]
    return json.dumps(found).encode()


def run_of(*sources: str, **more: Any) -> RunOptions:
    return RunOptions(tuple(sources), offline=True, now=NOW, **more)


def followed(
    *sources: str, clock: FakeClock | None = None, sink: Any = None, told: list[Notice] | None = None,
    stream: Any = None, **options: Any,
) -> list[WindowResult]:  # fmt: skip
    """All results of following; by default one look at what is there."""
    given = {"lasts": 0.0, **options}
    tell = told.append if told is not None else lambda notice: None
    with Following(run_of(*sources), FollowOptions(**given), sink, tell, clock or FakeClock(), stream) as following:
        return list(following)
