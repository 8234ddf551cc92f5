from datetime import date

import pytest

from fhircheck.model.months import known_month, known_month_name, month_name, month_number, month_of


@pytest.mark.parametrize(
    ("day", "name"), [(date(2024, 12, 31), "2024-12"), (date(2025, 1, 1), "2025-01"), (date(90, 2, 3), "0090-02")]
)
def test_months_of_days(day: date, name: str) -> None:
    month = month_of(day.toordinal())
    assert (month, month_name(month)) == (month_number(day.year, day.month), name)


def test_the_next_month_has_the_next_number() -> None:
    assert month_number(2025, 1) == month_number(2024, 12) + 1


def test_a_month_that_may_not_be_known() -> None:
    numbers = [known_month(2024), known_month(2024, 1), known_month(2024, 12), known_month(2025)]
    assert numbers == sorted(numbers)
    assert [known_month_name(each) for each in numbers] == ["2024", "2024-01", "2024-12", "2025"]
