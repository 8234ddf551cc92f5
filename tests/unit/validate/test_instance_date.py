"""The day of an instance: paths, partial dates, periods."""

from typing import Any

import pytest

from fhircheck.model.errors import UsageError
from fhircheck.validate.instance_date import InstanceDates, parse_path, within

COMPOSITION = {"resource": {"resourceType": "Composition", "date": "2024-05-06T10:00:00+02:00"}}
ORDER = {"resource": {"resourceType": "MedicationRequest", "authoredOn": "2024-02"}}


@pytest.mark.parametrize(
    ("paths", "node", "day"),
    [
        (("timestamp",), {"timestamp": "2024-01-02T03:04:05Z"}, "2024-01-02"),
        (("entry.resource.ofType(Composition).date",), {"entry": [ORDER, COMPOSITION]}, "2024-05-06"),
        (("entry.resource.ofType(MedicationRequest).authoredOn",), {"entry": [COMPOSITION, ORDER]}, "2024-02"),
        (("identifier.value", "timestamp"), {"identifier": {"value": "x"}, "timestamp": "2023"}, "2023"),
        (("timestamp",), {}, ""),
        (("timestamp",), {"timestamp": 20240101}, ""),
        (("entry.resource.date",), {"entry": ["x", None, {"resource": 3}]}, ""),
        (("timestamp",), {"timestamp": "last week"}, ""),
    ],
)
def test_the_first_path_that_leads_to_a_date_counts(paths: tuple[str, ...], node: dict[str, Any], day: str) -> None:
    assert InstanceDates([("Bundle", paths)]).of({"resourceType": "Bundle", **node}) == day


def test_other_types_are_not_dated() -> None:
    assert InstanceDates([("Bundle", ("timestamp",))]).of({"resourceType": "Patient", "timestamp": "2024"}) == ""


@pytest.mark.parametrize("path", ["", "a.", ".a", "a..b", "a b", "a.ofType()", "a.where(b)", "a.ofType(x)"])
def test_other_paths_are_refused(path: str) -> None:
    with pytest.raises(UsageError):
        parse_path(path)


@pytest.mark.parametrize(
    ("day", "start", "end", "inside"),
    [
        ("2024-01-01", "2024-01-01", "2024-01-31", True),
        ("2024-01-31", "2024-01-01", "2024-01-31", True),
        ("2024-02-01", "2024-01-01", "2024-01-31", False),
        ("2023-12-31", "2024-01-01", "", False),
        ("2030-01-01", "2024-01-01", "", True),
        ("1999", "", "2000-01-01", True),
        ("2024-01", "2024-01-20", "2024-01-25", True),
        ("2024", "2025-01-01", "", False),
    ],
)
def test_periods_include_both_ends_and_dates_without_days_may_lie_anywhere(
    day: str, start: str, end: str, inside: bool
) -> None:
    assert within(day, start, end) is inside
