from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhircheck.measures.date_span import in_order, span_of


def ordered(first: str, second: str) -> bool:
    earlier, later = span_of(first), span_of(second)
    assert earlier is not None
    assert later is not None
    return in_order(earlier, later)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("2025-03-01", "2025-03-01", True),
        ("2025-03-02", "2025-03-01", False),
        ("2025-03-31", "2025-03", True),
        ("2025-03", "2025-03-01", True),
        ("2025-04", "2025-03-31", False),
        ("2025-12-31", "2025", True),
        ("2026", "2025-12-31", False),
        ("2025-03-30T02:30:00+02:00", "2025-03-30T00:30:00Z", True),
        ("2025-03-30T02:30:01+02:00", "2025-03-30T00:30:00Z", False),
        ("2025-03-30T02:30:00-02:00", "2025-03-30T04:29:59Z", False),
        ("2025-03-30T02:30:00.5Z", "2025-03-30T02:30:00Z", True),
        ("2025-03-30T02:30:00.51Z", "2025-03-30T02:30:00.5Z", True),
        ("2025-03-30T02:30:00.6Z", "2025-03-30T02:30:00.5Z", False),
        ("2025-03-30", "2025-03-29T10:00:00Z", True),
        ("2025-03-30", "2025-03-29T09:59:59Z", False),
        ("2025-03-31T11:59:59Z", "2025-03-30", True),
        ("2025-03-31T12:00:00Z", "2025-03-30", False),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", True),
        ("2024-02-29", "2024-02", True),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", True),
    ],
)
def test_later_means_possibly_later(first: str, second: str, expected: bool) -> None:
    assert ordered(first, second) is expected


NO_DATES = (
    *("", "25", "2025-13", "2025-02-29", "2025-1-1", "20250101", "2025-W01", "0000", " 2025", "2025\n", "٢٠٢٥"),
    *("2025-01-01T10:00", "2025-01-01T10:00:00", "2025-01-01T24:00:00Z", "2025-01-01T10:00:00+15:00"),
    *("2025-01-01 10:00:00Z", 2025, None, ["2025"]),
)


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_fhir_date_has_no_span(text: object) -> None:
    assert span_of(text) is None


MOMENTS = st.datetimes(datetime(1800, 1, 1), datetime(2200, 1, 1))


@given(MOMENTS, MOMENTS, st.integers(-12 * 60, 14 * 60), st.booleans())
def test_moments_are_ordered_as_the_calendar_of_python_has_it(
    first: datetime, second: datetime, minutes: int, near: bool
) -> None:
    if near:
        second = first + timedelta(microseconds=second.microsecond)
    sign, offset = "+-"[minutes < 0], abs(minutes)
    shown = (first.replace(tzinfo=UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.%f")
    text = f"{shown}{sign}{offset // 60:02}:{offset % 60:02}"
    assert ordered(text, second.strftime("%Y-%m-%dT%H:%M:%S.%fZ")) is (second >= first)
