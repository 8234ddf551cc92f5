"""Bounds of values: least, greatest, longest, and those that extensions declare."""

from decimal import Decimal
from typing import Any

import pytest

from fhircheck.assertions import VALUE_ASSERTIONS
from fhircheck.assertions.min_max_value import compare
from tests.unit.assertions.asked import (
    Asked,
)  # fmt: skip

# MinMaxValue


def kg(value: Any, **more: Any) -> dict[str, Any]:
    return {"value": value, "system": "http://unitsofmeasure.org", "code": "kg"} | more


@pytest.mark.parametrize(
    ("value", "bound", "order"),
    [
        (1, 2, -1),
        (Decimal("1.50"), Decimal("1.5"), 0),
        (Decimal("1.51"), Decimal("1.5"), 1),
        (True, 0, None),
        ("1", 1, None),
        ("2023", "2023-06-01", 0),  # both state the year
        ("2023-05", "2023-06-01", -1),
        ("2023-06-02", "2023-06", 0),
        ("2024-01-01", "2023", 1),
        ("2023-06-01T23:00:00Z", "2023-06-01", 0),
        ("2023-06-02T00:00:00Z", "2023-06-01", 1),
        ("2023-06-01T12:00:00+02:00", "2023-06-01T10:00:00Z", 0),
        ("2023-06-01T12:00:00+02:00", "2023-06-01T11:00:00Z", -1),
        ("2023-06-01T00:30:00-10:00", "2023-06-01T10:00:00Z", 1),
        ("2023-06-01T12:00:00.5Z", "2023-06-01T12:00:00Z", 1),
        ("2023-06-01T12:00:00.50Z", "2023-06-01T12:00:00.5Z", 0),
        ("2023-06-01T12:00:00.25Z", "2023-06-01T12:00:00.5Z", -1),
        ("2023-06-01T12:00:00.1234567891Z", "2023-06-01T12:00:00.1234567890Z", 1),
        ("2023-06-01T12:00:00.9+01:00", "2023-06-01T11:00:00.1Z", 1),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", -1),
        ("9999-12-31T23:59:59-05:00", "2023-06-01T12:00:00Z", 1),
        ("0001-01-01T00:00:00+14:00", "2023-06-01T12:00:00Z", -1),
        ("2023-06-01T12:00:00", "2023-06-01T12:00:00Z", None),  # of which place?
        ("Tomorrow", "2023-06-01T12:00:00Z", None),
        ("12:00:00.5", "12:00:00", 1),
        ("12:00:00.000", "12:00:00", 0),
        ("12:00:00.10", "12:00:00.1", 0),
        ("12:00:00", "12:00:10", -1),
        (kg(1), kg(2), -1),
        (kg(Decimal("2.0")), kg(2), 0),
        (kg(3, unit="Kilo"), kg(2), 1),
        (kg(1, code="g"), kg(2), -1),
        (kg(3000, code="g"), kg(3), 0),
        (kg(1, code="m"), kg(2), None),
        (kg(1, system="http://other"), kg(2), None),
        ({"value": 1, "unit": "kg"}, kg(2), None),
        (kg(None), kg(2), None),
        ({"code": "kg"}, kg(2), None),
        (kg(1), 1, None),
        (None, 1, None),
        ([1], 1, None),
        (kg(2, comparator="<"), kg(2), -1),
        (kg(3, comparator="<"), kg(2), None),
        (kg(2, comparator="<="), kg(2), None),
        (kg(1, comparator="<="), kg(2), -1),
        (kg(2, comparator=">"), kg(2), 1),
        (kg(1, comparator=">"), kg(2), None),
        (kg(2, comparator=">="), kg(2), None),
        (kg(3, comparator=">="), kg(2), 1),
        (kg(3, comparator=["?"]), kg(2), None),
    ],
)
def test_compare(value: Any, bound: Any, order: int | None) -> None:
    assert compare(value, bound) == order


@pytest.mark.parametrize(
    ("value", "sides"),
    [(0, ["below"]), (1, []), (Decimal("9.99"), []), (10, []), (Decimal("10.01"), ["above"])],
)
def test_both_bounds_belong_to_the_range(value: Any, sides: list[str]) -> None:
    asked = Asked("min_max_value", {"minValueInteger": 1, "maxValueDecimal": 10}, value)
    assert [shown["side"] for _, _, shown in asked.issues] == sides


def test_a_bound_of_a_quantity_is_shown_by_its_number() -> None:
    asked = Asked("min_max_value", {"maxValueQuantity": kg(2)}, kg(3))
    assert asked.issues == [("min-max-value", "X", {"side": "above", "bound": "2"})]


@pytest.mark.parametrize("value", [kg(3, code="no-unit"), kg(1, comparator=">"), {"unit": "kg"}, 3, True, None])
def test_what_cannot_be_compared_passes_and_is_counted(value: Any) -> None:
    asked = Asked("min_max_value", {"maxValueQuantity": kg(2)}, value)
    assert asked.passed
    assert asked.open == {("value-not-comparable", "maxValue"): 1}


def span(value: Any, code: str, key: str = "code") -> dict[str, Any]:
    return {"value": value, "system": "http://unitsofmeasure.org", key: code}


@pytest.mark.parametrize(
    ("bound", "inside", "outside"),
    [
        ({"minValueQuantity": span(1, "a")}, "2023-02-28", "2023-02-27"),  # no 29th of February a year before
        ({"minValueQuantity": span(4, "a")}, "2020-02-29", "2020-02-28"),
        ({"minValueQuantity": span(1, "mo", "unit")}, "2024-01-29", "2024-01-28"),
        ({"maxValueQuantity": span(1, "wk")}, "2024-03-07", "2024-03-08"),
        ({"maxValueQuantity": span(0, "d")}, "2024-02-29T23:00:00Z", "2024-03-01T00:00:00Z"),
        ({"maxValueQuantity": span(12, "mo")}, "2025-02", "2025-03"),
        ({"minValueQuantity": span(150, "a")}, "1874", "1873"),
        ({"maxValueQuantity": span(10, "mo")}, "2024-12-29", "2024-12-30"),
    ],
)
def test_durations_are_bounds_relative_to_now(bound: dict[str, Any], inside: str, outside: str) -> None:
    assert Asked("min_max_value", bound, inside).passed
    assert not Asked("min_max_value", bound, outside).passed


@pytest.mark.parametrize(
    "duration",
    [
        span(1, "h"),
        span(Decimal("1.5"), "a"),
        span(None, "a"),
        span(10**9, "a"),
        span(10**12, "d"),
        span(1, "lightyear"),
        {},
    ],
)
def test_durations_that_cannot_be_applied_are_counted(duration: dict[str, Any]) -> None:
    asked = Asked("min_max_value", {"maxValueQuantity": duration}, "2999-01-01")
    assert asked.passed
    assert asked.open == {("value-not-comparable", "maxValue"): 1}


# MaxLength


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ("", True),
        ("abc", True),
        ("abcd", False),
        ("äöü", True),
        ("👍👍👍", True),
        ("👍👍👍👍", False),
        (1234, True),
        (["abcd"], True),
    ],
)
def test_max_length_counts_characters_of_texts(value: Any, good: bool) -> None:
    asked = Asked("max_length", {"maxLength": 3}, value)
    assert asked.passed is good
    assert asked.issues == ([] if good else [("max-length", "X", {"length": 4, "maximum": 3})])


@pytest.mark.parametrize("limit", ["3", True, None, Decimal(3)])
def test_max_length_that_is_no_integer_is_none(limit: Any) -> None:
    assert VALUE_ASSERTIONS["max_length"].compile({"maxLength": limit}, ["string"]) is None


# DeclaredLimits


def limited(name: str, **value: Any) -> dict[str, Any]:
    return {"extension": [{"url": f"http://hl7.org/fhir/StructureDefinition/{name}", **value}]}


@pytest.mark.parametrize(
    ("definition", "value", "good"),
    [
        (limited("minLength", valueInteger=3), "abc", True),
        (limited("minLength", valueInteger=3), "ab", False),
        (limited("regex", valueString="[A-Z]+"), "AB", True),
        (limited("regex", valueString="[A-Z]+"), "ABc", False),
        (limited("regex", valueString="[A-Z]+"), "", True),
        (limited("maxSize", valueDecimal=Decimal("2.0")), "AAA=", True),
        (limited("maxSize", valueDecimal=Decimal("2.0")), "AAAA", False),
        (limited("maxDecimalPlaces", valueInteger=1), Decimal("1.5"), True),
        (limited("maxDecimalPlaces", valueInteger=1), Decimal("1.50"), False),
        (limited("maxDecimalPlaces", valueInteger=0), 15, True),
        (limited("minLength", valueInteger=3), {"a": 1}, True),
    ],
)
def test_declared_limits(definition: dict[str, Any], value: Any, good: bool) -> None:
    asked = Asked("declared_limits", definition, value)
    assert asked.passed is good
    assert not asked.open


@pytest.mark.parametrize("pattern", ["(", "[", "(?P<a"])
def test_a_pattern_that_is_none_decides_nothing(pattern: str) -> None:
    asked = Asked("declared_limits", limited("regex", valueString=pattern), "a")
    assert asked.passed
    assert asked.open == {("pattern-unusable", "regex"): 1}


@pytest.mark.parametrize("extension", [{"valueInteger": "x"}, {"valueInteger": -1}, {}, {"valueDecimal": "1.5"}])
def test_a_limit_that_is_no_whole_number_is_none(extension: dict[str, Any]) -> None:
    assert VALUE_ASSERTIONS["declared_limits"].compile(limited("minLength", **extension), ["string"]) is None


def test_a_unit_of_another_kind_is_outside_of_every_bound() -> None:
    bounds = {"minValueQuantity": kg(1), "maxValueQuantity": kg(5)}
    assert len(Asked("min_max_value", bounds, kg(3) | {"code": "cm"}, ("Quantity",)).issues) == 2
    assert Asked("min_max_value", bounds, kg(3000) | {"code": "g"}, ("Quantity",)).passed
    assert Asked("min_max_value", bounds, {"value": 3, "unit": "cm"}, ("Quantity",)).passed


def test_a_date_that_is_none_lies_on_no_side_of_a_bound() -> None:
    assert [Asked("min_max_value", {"maxValueDate": "2000"}, each).passed for each in ("x", "2001", "2000")] == [
        True,
        False,
        True,
    ]
