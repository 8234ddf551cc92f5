"""The tables of plausibility as measures look things up in them; what is wrong in a file is told in one line."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from fhircheck.measures.tables import Tables
from fhircheck.measures.unit_meaning import Meaning, meaning_of
from fhircheck.model.errors import UsageError

FEMALE, MALE = 2, 1
_SEXES = {"female": FEMALE, "male": MALE}


class ValueRange(NamedTuple):
    """Limits, included, of values in `unit`."""

    unit: str
    low: Decimal
    high: Decimal


class SexCodes(NamedTuple):
    """exact: (system, code) -> sex. prefixes: system -> (beginning of a code, sex)."""

    exact: Mapping[tuple[str, str], int]
    prefixes: Mapping[str, tuple[tuple[str, int], ...]]

    def sex(self, system: str, code: str) -> int:
        """MALE or FEMALE where patients of that sex alone can have the code, else 0."""
        found = self.exact.get((system, code), 0)
        for start, sex in () if found else self.prefixes.get(system, ()):
            if code.startswith(start):
                return sex
        return found


def prepared_units(tables: Tables) -> dict[str, Meaning]:
    """``ucum_units.csv``: units whose meaning is known beforehand."""
    return {
        row["unit"]: Meaning(row["dimension"], _number(tables, row, "factor"), _number(tables, row, "offset"))
        for row in tables.rows("ucum_units")
    }


def unit_groups(tables: Tables) -> dict[str, tuple[str, ...]]:
    """``unit_groups.csv``: LOINC code -> units, one of which a unit has to be commensurable with."""
    return {row["loinc"]: tuple(row["units"].split()) for row in tables.rows("unit_groups")}


def value_ranges(tables: Tables) -> dict[str, tuple[ValueRange, ...]]:
    """``value_ranges.csv``: LOINC code -> its ranges, one for each dimension."""
    found: dict[str, tuple[ValueRange, ...]] = {}
    for row in tables.rows("value_ranges"):
        low, high = (_number(tables, row, name) for name in ("low", "high"))
        if low > high:
            raise _fault(tables, row, f"low {low} is above high {high}")
        found[row["loinc"]] = (*found.get(row["loinc"], ()), ValueRange(row["unit"], low, high))
    return found


def sex_codes(tables: Tables) -> SexCodes:
    """``sex_codes.csv``: codes that fit one sex alone."""
    exact: dict[tuple[str, str], int] = {}
    prefixes: dict[str, tuple[tuple[str, int], ...]] = {}
    for row in tables.rows("sex_codes"):
        sex = _SEXES.get(row["sex"], 0)
        if not sex or row["match"] not in ("exact", "prefix") or not row["code"]:
            raise _fault(tables, row, "sex is female or male, match is exact or prefix, and there is a code")
        for system in row["systems"].split():
            if row["match"] == "exact":
                exact[system, row["code"]] = sex
            else:
                prefixes[system] = (*prefixes.get(system, ()), (row["code"], sex))
    return SexCodes(exact, prefixes)


def check_tables(tables: Tables) -> None:
    """Read all tables of plausibility. Raises UsageError naming file and row of what is wrong."""
    tables.check_names()
    units = prepared_units(tables)
    named = [(row, unit) for row in tables.rows("unit_groups") for unit in row["units"].split() or [""]]
    named += [(row, row["unit"]) for row in tables.rows("value_ranges")]
    value_ranges(tables)
    sex_codes(tables)
    for row, unit in named:
        if not row["loinc"] or not unit or meaning_of(unit, units) is None:
            raise _fault(tables, row, f"{unit or 'nothing'} is no UCUM unit" if row["loinc"] else "there is no code")


def _number(tables: Tables, row: Mapping[str, str], name: str) -> Decimal:
    try:
        number = Decimal(row[name])
    except InvalidOperation:
        raise _fault(tables, row, f"{name} is no number") from None
    if not number.is_finite():
        raise _fault(tables, row, f"{name} is no number")
    return number


def _fault(tables: Tables, row: Mapping[str, str], what: str) -> UsageError:
    return UsageError(f"{tables.where(row)}: {what}")
