"""Units by UCUM: commensurable or not, and the prepared table against the library."""

from decimal import Decimal

import pytest

from fhircheck.measures.plausibility_tables import check_tables, prepared_units
from fhircheck.measures.tables import Tables
from fhircheck.measures.unit_meaning import meaning_of, without_annotations

PREPARED = prepared_units(Tables())


@pytest.mark.parametrize(
    ("code", "bare"),
    [
        ("{beats}/min", "/min"),
        ("/{total}", "/1"),
        ("{score}", "1"),
        ("mL/min/{1.73_m2}", "mL/min/1"),
        ("%{HbA1c}", "%"),
        ("10*9/L", "10*9/L"),
        ("{a}.{b}", "1.1"),
    ],
)
def test_annotations_have_no_meaning(code: str, bare: str) -> None:
    assert without_annotations(code) == bare


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("mg/dL", "g/L", True),
        ("mg/dL", "mmol/L", False),
        ("10*9/L", "/uL", True),
        ("10*9/L", "[iU]/L", False),
        ("[iU]/L", "m[IU]/mL", True),
        ("[iU]/L", "U/L", False),
        ("U/L", "ukat/L", True),
        ("Cel", "[degF]", True),
        ("[pH]", "mol/L", False),
        ("[pH]", "1", False),
        ("{score}", "1", True),
        ("%", "1", True),
        ("mmol/L", "meq/L", True),
        ("mm[Hg]", "kPa", True),
    ],
)
@pytest.mark.parametrize("prepared", [{}, PREPARED], ids=["library", "table"])
def test_commensurable(one: str, other: str, same: bool, prepared: dict) -> None:
    first, second = meaning_of(one, prepared), meaning_of(other, prepared)
    assert first is not None
    assert second is not None
    assert (first.dimension == second.dimension) is same


@pytest.mark.parametrize("code", ["mg/dl2x", "Stück", "g//L", "{"])
def test_no_unit(code: str) -> None:
    assert meaning_of(code, PREPARED) is None


def test_limits_convert() -> None:
    celsius, fahrenheit = PREPARED["Cel"], PREPARED["[degF]"]
    assert celsius.bound_in(Decimal(37), fahrenheit).quantize(Decimal("0.0001")) == Decimal("98.6000")
    assert PREPARED["g/dL"].bound_in(Decimal(30), PREPARED["g/L"]) == 300


@pytest.mark.parametrize("code", PREPARED)
def test_the_prepared_table_is_what_the_library_says(code: str) -> None:
    assert PREPARED[code] == meaning_of(code, {})


def test_our_tables_are_sound_and_every_row_has_a_source() -> None:
    tables = Tables()
    check_tables(tables)
    for name in ("unit_groups", "value_ranges", "sex_codes", "ucum_units"):
        assert tables.rows(name)
        for row in tables.rows(name):
            assert len(row["source"]) > 3, row


def test_units_of_our_tables_are_prepared() -> None:
    tables = Tables()
    used = {unit for row in tables.rows("unit_groups") for unit in row["units"].split()}
    used |= {row["unit"] for row in tables.rows("value_ranges")}
    assert {without_annotations(each) for each in used} <= PREPARED.keys()
