"""Rows of values over runs: drawn, and written for other programs."""

from fractions import Fraction

import pytest

from fhircheck.model.errors import UsageError
from fhircheck.model.run_history import TrendPoint
from fhircheck.report.history_page import spans
from fhircheck.report.sparkline import sparkline
from fhircheck.report.trend import chosen, rows, trend_csv

AT = "2026-11-01T06:00:00+00:00"
POINTS = [
    TrendPoint(1, AT, "invalid", 10, 5, 0, (("x", Fraction(1, 3)),), (("=m", 1, 2),)),
    TrendPoint(2, AT, "valid", 12, 0, 0, (("x", None), ("y", Fraction(50))), (("=m", 0, 0),)),
]
DRAWN = [
    ((), 5, ""),
    ((None, None), 5, "··"),
    ((3, 3, 3), 5, "▄▄▄"),
    ((0, 1, 2, 3, 4, 5, 6, 7), 8, "▁▂▃▄▅▆▇█"),
    ((Fraction(1, 3), None, Fraction(2, 3)), 5, "▁·█"),
    ((0, 9, 1, 9, 2), 3, "▁▅█"),
]


@pytest.mark.parametrize(("values", "width", "drawn"), DRAWN)
def test_a_row_is_drawn_between_its_ends(values: tuple[Fraction | int | None, ...], width: int, drawn: str) -> None:
    assert sparkline(values, width) == drawn


def test_rows_hold_a_place_for_every_run() -> None:
    found = {each.name: each.values for each in rows(POINTS, measures=True)}
    assert found == {
        "x": (Fraction(1, 3), None), "y": (None, Fraction(50)), "errors": (5, 0), "warnings": (0, 0),
        "resources": (10, 12), "=m": (Fraction(1, 2), None),
    }  # fmt: skip


def test_a_name_that_no_run_has_is_refused() -> None:
    assert [each.name for each in chosen(POINTS, ["errors", "=m", "errors"], measures=False)] == ["errors", "=m"]
    with pytest.raises(UsageError, match="did you mean errors"):
        chosen(POINTS, ["error"], measures=False)


def test_csv_has_no_formulas() -> None:
    found = trend_csv(POINTS, rows(POINTS, measures=True)).split("\r\n")
    assert found[0] == "number,started,outcome,x,y,errors,warnings,resources,'=m"
    assert found[1] == f"1,{AT},invalid,0.333333,,5,0,10,0.5"
    assert found[2] == f"2,{AT},valid,,50.0,0,0,12,"


def test_numbers_in_a_row_are_a_span() -> None:
    assert spans([1, 2, 4, 5, 6, 9]) == "1–2, 4–6, 9"
