"""A run against those before it: planted changes are found, ordinary variation is not, and a first run is silent."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from fhircheck.history.drift import LOOKED_BACK, comparable_days, drift, needed
from tests.unit.history.runs import ICD, census, measure, run

START = datetime(2026, 3, 2, 4, tzinfo=UTC)  # a Monday
CODE = "Condition.code"


def day(number: int, **parts: Any) -> dict[str, Any]:
    return run((START + timedelta(days=number)).isoformat(), **parts)


def alarms(document: Any, past: list[Any], last: int = 7) -> list[str]:
    return [each.key for each in drift(document, past, last) if each.alarming]


def passing(number: int, passed: int) -> dict[str, Any]:
    return day(number, measures=[measure("m", passed, 10_000)])


def test_a_first_run_alarms_nothing() -> None:
    assert drift(passing(0, 5_000), []) == ()
    nothing = day(0, resources={}, verdict={"outcome": "not-checked", "exit_code": 3, "reasons": []})
    assert drift(passing(1, 5_000), [nothing]) == ()


def test_a_drop_is_alarming_until_it_is_the_usual() -> None:
    past = [passing(number, 9_900 + number) for number in range(7)]
    low = [passing(7 + number, 9_000 + number) for number in range(9)]
    found = [bool(alarms(each, past + low[:number])) for number, each in enumerate(low)]
    assert found == [True] * 4 + [False] * 5


def test_one_odd_run_before_neither_raises_nor_hides_an_alarm() -> None:
    past = [passing(number, 9_000 if number == 3 else 9_900 + number) for number in range(7)]
    assert not alarms(passing(7, 9_904), past)
    assert alarms(passing(7, 9_000), past) == ["measure m"]


def test_a_number_that_always_varies_is_not_alarming() -> None:
    past = [passing(number, 9_000 + 300 * (number % 3)) for number in range(7)]
    assert not alarms(passing(7, 8_900), past)
    assert alarms(passing(7, 4_000), past) == ["measure m"]
    assert not alarms(passing(2, 8_800), past[:2])  # of two runs, 3 points apart


def test_changes_past_no_threshold_are_those_against_the_latest_run() -> None:
    past = [day(number, totals={("error", "a"): 100}) for number in range(3)]
    (change, _) = drift(day(3, totals={}), past)
    assert (change.key, change.alarming, change.before) == ("issue-kind-gone a", False, 100)


def test_new_kinds_and_codes_against_most_runs() -> None:
    resources = {"Condition": 1_000}
    usual = census({(CODE, ICD, "I10"): 1_000})
    other = census({(CODE, "http://x", "1"): 1_000})
    past = [day(number, resources=resources, census=usual) for number in range(5)]
    found = alarms(day(5, resources=resources, census=other, totals={("error", "new"): 80}), past)
    assert found == ["issue-kind-new new", f"system-new {CODE}|http://x", f"system-gone {CODE}|{ICD}"]


def test_what_one_odd_run_lacks_is_not_new() -> None:
    def ward(number: int, *systems: str) -> dict[str, Any]:
        codes = {(CODE, system, "I10"): 500 for system in systems}
        return day(number, resources={"Condition": 1_000}, census=census(codes))

    past = [*(ward(number, ICD, "http://x") for number in range(6)), ward(6, ICD)]
    document = ward(7, ICD, "http://x")
    assert [each.key for each in drift(document, past)] == [f"system-new {CODE}|http://x"]
    assert not alarms(document, past)
    assert alarms(document, [ward(number, ICD) for number in range(7)])


def increments(weeks: int, seed: int = 1) -> list[dict[str, Any]]:
    """Runs of what came since the day before: 1,000 on working days, 40 at weekends."""
    dice = random.Random(seed)
    counts = [40 if number % 7 in (5, 6) else 1_000 for number in range(7 * weeks)]
    return [
        day(number, resources={"Observation": round(dice.gauss(count, count**0.5))})
        for number, count in enumerate(counts)
    ]


def test_a_weekend_is_measured_against_weekends() -> None:
    runs = increments(5)
    assert [number for number in range(1, len(runs)) if alarms(runs[number], runs[:number])] == []


@pytest.mark.parametrize("number", [3, 7, 16, 30])
def test_a_feed_that_stops_is_alarming_on_a_working_day(number: int) -> None:
    past = increments(5)[:number]
    stopped = day(number, resources={"Patient": 1})
    assert alarms(stopped, past) == ["feed-stopped Observation"]


def whole(number: int, stops: int = 999, late: int = 0) -> dict[str, Any]:
    """A run over all data since the year began: every working day 50 Conditions, until day `stops`.

    late: days that the data comes late.
    """
    today = START.date() + timedelta(days=number)
    first = date(2026, 1, 1)
    every = [first + timedelta(each) for each in range((today - first).days)]
    days = {
        ("Condition", each.isoformat()): 50
        for each in every
        if each.weekday() < 5 and each < START.date() + timedelta(stops) and each < today - timedelta(late)
    }
    return day(number, resources={"Condition": 5_000 + len(days)}, census=census(days=days))


def test_a_feed_that_stops_is_seen_in_the_days_of_all_data() -> None:
    runs = [whole(number, stops=9) for number in range(20)]  # Wednesday of the second week
    found = {number: alarms(each, runs[:number]) for number, each in enumerate(runs)}
    silent = [number for number in found if number and not found[number]]
    assert silent == list(range(1, 10))
    (change,) = [each for each in drift(runs[10], runs[:10]) if each.alarming]
    assert (change.kind, change.what, change.before) == ("feed-stopped", "Condition", 50)
    assert change.because == (("2026-03-11", 50.0),)


def test_data_that_is_always_late_has_not_stopped() -> None:
    runs = [whole(number, late=2) for number in range(14)]
    assert not [number for number in range(1, 14) if alarms(runs[number], runs[:number])]
    stopped = [*runs[:9], *(whole(number, stops=7, late=2) for number in range(9, 14))]
    assert [number for number in range(1, 14) if alarms(stopped[number], stopped[:number])] == [10, 11, 12, 13]


def test_runs_that_volumes_are_measured_against() -> None:
    runs = increments(5)
    monday = comparable_days(runs[:28], runs[28])
    assert [each["header"]["started"][:10] for each in monday] == [
        "2026-03-02",
        "2026-03-09",
        "2026-03-16",
        "2026-03-23",
    ]
    assert comparable_days(runs[:5], runs[5]) == []  # no weekend yet
    assert len(comparable_days(runs[:4], runs[4])) == 4


def test_what_is_needed_is_what_is_used() -> None:
    runs = increments(6)
    listed = [(number, each["header"]["started"]) for number, each in enumerate(runs)]
    for number in range(1, len(runs)):
        chosen = needed(listed[:number], listed[number][1])
        assert len(chosen) <= LOOKED_BACK
        past = [runs[each] for each in chosen]
        assert drift(runs[number], past) == drift(runs[number], runs[:number])
