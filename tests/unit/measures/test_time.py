"""Time coverage, recency and follow-up, against figures worked out by hand."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fhircheck.measures import patient_pass
from fhircheck.measures.readiness.time_coverage import longest_gap
from fhircheck.measures.tools import Tools
from fhircheck.model import spilled_rows
from fhircheck.model.report import MeasureResult
from fhircheck.model.row_joins import fold
from tests.unit.measures.judged import counts, judged

NOW = Tools(datetime(2025, 6, 30, tzinfo=UTC))


def patient(number: int, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": str(number), **more}


def condition(number: int, day: str) -> dict[str, Any]:
    return {"resourceType": "Condition", "subject": {"reference": f"Patient/{number}"}, "recordedDate": day}


def encounter(number: int, start: str, end: str = "") -> dict[str, Any]:
    period = {"start": start, "end": end} if end else {"start": start}
    return {"resourceType": "Encounter", "subject": {"reference": f"Patient/{number}"}, "period": period}


def detail(result: MeasureResult, name: str, of: str = "") -> Any:
    return next(each.value for each in result.details if (each.name, each.of) == (name, of))


@pytest.mark.parametrize(("months", "gap"), [([], 0), ([5], 0), ([5, 6], 0), ([1, 5, 7], 3), ([7, 1, 5], 3)])
def test_longest_gap(months: list[int], gap: int) -> None:
    assert longest_gap(months) == gap


def test_time_coverage() -> None:
    nodes = [
        *(condition(1, day) for day in ("2024-01-10", "2024-01-11", "2024-02-01", "2024-06")),
        *(encounter(1, day) for day in ("2024-03-01", "2024-12-01")),
        condition(1, "1870-01-01"),  # before the window
        condition(1, "2025-07-01"),  # after the run
        {"resourceType": "Condition", "recordedDate": "2020-01-01"},  # of nobody
    ]
    result = judged(*nodes, tools=NOW)["time-coverage"]
    assert result.by == (("Condition", 3, 6), ("Encounter", 2, 10))
    assert result.status == "informational"
    assert detail(result, "longest-gap", "Condition") == 3
    assert detail(result, "longest-gap", "Encounter") == 8
    assert detail(result, "longest-gap") == 5
    assert detail(result, "span") == 12
    assert [each.of for each in result.details if each.name in ("first-month", "last-month")] == ["2024-01", "2024-12"]
    assert result.reason == "the longest gap is 8 months (Encounter)"


def observation(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", **more}


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (observation(effectiveDateTime="2025-01-01"), (0, 1, 0)),
        (observation(effectiveDateTime="2025-01-01", issued="2025-01-02T00:00:00Z"), (1, 1, 0)),
        (observation(effectiveDateTime="2025-01-01", meta={"lastUpdated": "2025-01-02T00:00:00Z"}), (1, 1, 0)),
        (observation(effectiveDateTime="2025-01-01", issued="2025"), (0, 0, 1)),
        (observation(effectiveDateTime="2025-01", issued="2025-01-02T00:00:00Z"), (0, 0, 1)),
        (observation(effectiveDateTime=[], issued="2025-01-02T00:00:00Z"), (0, 0, 1)),
        (observation(effectivePeriod={"start": "2025-01-01"}, meta=[]), (0, 1, 0)),
        (observation(issued="2025-01-02T00:00:00Z"), (0, 0, 0)),
        ({"resourceType": "Basic", "created": "2025-01-01"}, (0, 0, 0)),
    ],
)
def test_recency(node: dict[str, Any], expected: tuple[int, int, int]) -> None:
    assert counts(judged(node, tools=NOW)["recency"]) == expected


def test_delays_and_the_age_of_the_last_record() -> None:
    subject = {"reference": "Patient/1"}
    nodes = [
        observation(effectiveDateTime="2025-01-01T10:00:00+01:00", issued="2025-01-01T15:00:00Z", subject=subject),
        observation(effectivePeriod={"start": "2024-01-01", "end": "2025-01-01"}, issued="2025-01-03T15:00:00Z"),
        {"resourceType": "Condition", "onsetDateTime": "2025-06-01", "recordedDate": "2025-05-31", "subject": subject},
        encounter(1, "2025-06-01", "2025-06-09") | {"meta": {"lastUpdated": "2025-06-10T00:00:00Z"}},
    ]
    result = judged(*nodes, tools=NOW)["recency"]
    assert detail(result, "delay-lower-quartile", "Observation.issued") == pytest.approx(0.25, rel=0.01)
    assert detail(result, "delay-upper-quartile", "Observation.issued") == pytest.approx(0.25, rel=0.01)
    assert detail(result, "delay-median", "Condition.recordedDate") == pytest.approx(-1, rel=0.01)
    assert detail(result, "delay-median", "Encounter.meta.lastUpdated") == pytest.approx(1, rel=0.01)
    assert detail(result, "last-record-age") == 29
    assert detail(result, "last-record-age", "Observation") == 180
    assert {each.error for each in result.details} == {0.0, 0.01}


FOLLOWED = [
    patient(1),
    patient(2),
    patient(3),
    *(encounter(1, day) for day in ("2024-01-01", "2024-01-01", "2024-01-31")),
    *(encounter(2, day) for day in ("2024-01-01", "2030-01-01")),
    condition(2, "2024-01-01"),
    condition(4, "2024-01-01"),
    condition(5, "2024-01-01"),
    encounter(5, "2025-01-01"),
]
"""1 and 5 are seen on two days; 2 on one and one to come; 3 never; 4 once, without a Patient."""


def test_follow_up() -> None:
    result = judged(*FOLLOWED, tools=NOW)["follow-up"]
    assert counts(result) == (2, 5, 0)
    assert (result.resources_failed, result.patients_failed) == (3, 3)
    assert [each.expression for each in result.examples] == ["Patient", "Patient", "Condition"]
    assert detail(result, "span-upper-quartile") == pytest.approx(30, rel=0.01)
    assert detail(result, "encounters-median") == pytest.approx(1, rel=0.01)
    assert detail(result, "dates-median") == pytest.approx(1, rel=0.01)


def test_on_disk_it_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    here = judged(*FOLLOWED, tools=NOW)
    seen = []

    def spilled(part: Any, *tables: spilled_rows.SpilledRows) -> Any:
        for each in tables:
            each.spill()
        seen.append(any(each.on_disk for each in tables))
        return fold(part, *tables)

    monkeypatch.setattr(patient_pass, "fold", spilled)
    there = judged(*FOLLOWED, tools=NOW)
    assert seen == [True]
    assert [there[name] for name in ("time-coverage", "recency", "follow-up")] == [
        here[name] for name in ("time-coverage", "recency", "follow-up")
    ]
