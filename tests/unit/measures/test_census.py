"""The census: what is counted of a resource, and what of it a report shows."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import jsonschema
import pytest

from fhircheck.measures import observe_all
from fhircheck.measures.census import CLASSES, CODES_OF_SYSTEM, census_of, coarser
from fhircheck.measures.counting_census import DAYS
from fhircheck.measures.tools import Tools
from fhircheck.model import census_facts
from fhircheck.model.census import Census, Counted
from fhircheck.model.census_facts import CensusFacts, class_of, edge_of
from fhircheck.model.row_facts import RowFacts
from fhircheck.report.census_form import census_form, read_census
from tests.unit.measures.seen import Seen
from tests.unit.report.test_renderers import SCHEMA

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOINC, UCUM, ICD = "http://loinc.org", "http://unitsofmeasure.org", "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
PROFILES = (("Patient", "base", True, True),)


TEXT: dict[str, Any] = {"system": None, "unit": "mg/dl"}


def counted(*nodes: Any, cell: int = 1) -> Census:
    facts, tools = CensusFacts(), Tools(NOW)
    for number, node in enumerate(nodes):
        observe_all(node, Seen(record=number, profiles=PROFILES), {}, RowFacts(), tools, facts)
    return census_of(facts, cell)


def value(number: Any, ucum: Any = "g/dL", code: str = "718-7", **more: Any) -> dict[str, Any]:
    quantity = {"value": number, "system": UCUM, "code": ucum} | more
    return {
        "resourceType": "Observation",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "valueQuantity": quantity,
    }


def condition(*codes: str, day: str = "2026-02-10", system: str | None = ICD) -> dict[str, Any]:
    coding = [{"system": system, "code": code} if system else {"code": code} for code in codes]
    return {"resourceType": "Condition", "code": {"coding": coding}, "recordedDate": day}


def test_systems_and_codes_by_element() -> None:
    census = counted(*[condition("I10")] * 3, condition("I10", "E11"), condition("X", system=None), cell=3)
    assert census.systems == (
        Counted("Condition.code", "(no system)", 1),
        Counted("Condition.code", ICD, 5),
    )
    assert census.codes == (
        Counted("Condition.code|(no system)", "", 1),
        Counted(f"Condition.code|{ICD}", "", 1),
        Counted(f"Condition.code|{ICD}", "I10", 4),
    )
    assert census.complete


def test_units_by_code_and_text_where_there_is_no_ucum() -> None:
    nodes = [*[value(13)] * 3, value(130, "g/L"), *[value(1, "x", **TEXT)] * 2]
    nodes += [{**value(1), "code": {"text": "Hb"}}, value("13"), value(1, None)]
    what = f"{LOINC}|718-7"
    assert counted(*nodes).units == (
        Counted(what, "(no UCUM code)", 1),
        Counted(what, "(no UCUM code) mg/dl", 2),
        Counted(what, "g/L", 1),
        Counted(what, "g/dL", 3),
    )
    assert counted(*nodes, cell=3).units == (Counted(what, "", 4), Counted(what, "g/dL", 3))


def test_components_are_counted() -> None:
    node = {"resourceType": "Observation", "component": [value(13), value(14)]}
    assert counted(node).units == (Counted(f"{LOINC}|718-7", "g/dL", 2),)
    assert counted(node).systems == (Counted("Observation.component.code", LOINC, 2),)


def test_days_months_and_years() -> None:
    first = NOW.date() - timedelta(DAYS)
    nodes = [condition("I10", day=day) for day in ("2026-02-10T23:30:00+01:00", "2026-02-10", first.isoformat())]
    nodes += [condition("I10", day=day) for day in ((first - timedelta(1)).isoformat(), "2025-05", "1066-10-14")]
    nodes += [condition("I10", day="2027-02-28"), condition("I10", day="2027-03-03"), condition("I10", day="soon")]
    (volume,) = counted(*nodes).volumes
    assert volume.type == "Condition"
    days = {"2026-02-10": 2, first.isoformat(): 1, "2025-08": 1, "2025-05": 1, "2027-02-28": 1}
    assert dict(volume.days) == days


def test_day_of_what_has_none_is_that_of_last_updated() -> None:
    patient = {"resourceType": "Patient", "meta": {"lastUpdated": "2026-02-10T01:00:00+01:00"}}
    bad = [{"resourceType": "Patient", "meta": {"lastUpdated": each}} for each in ("2026", "20260210T1", 7, None)]
    (volume,) = counted(patient, *bad).volumes
    assert volume.days == (("2026-02-10", 1),)


def test_small_days_are_counted_by_month_and_small_months_by_year() -> None:
    days = ["2026-02-10"] * 4 + ["2026-02-11"] * 2 + ["2026-02-12"] * 1 + ["2025-03-01"] * 2 + ["2025-01-01"] * 1
    (volume,) = counted(*(condition("I10", day=day) for day in [*days, "2001-01-01"]), cell=3).volumes
    assert volume.days == (("", 1), ("2025", 3), ("2026-02", 3), ("2026-02-10", 4))


def test_no_type_out_of_the_data_becomes_a_name() -> None:
    facts = CensusFacts()
    node = {"resourceType": "Mia Muster", "meta": {"lastUpdated": "2026-02-10T01:00:00Z"}}
    observe_all(node, Seen(profiles=()), {}, RowFacts(), Tools(NOW), facts)
    assert census_of(facts, 1) == Census(smallest_cell=1)


@pytest.mark.parametrize("number", [0.1, 1, 1.5, 7, 120, 135, 145, 1e6, 3e-5])
def test_a_number_lies_in_its_class(number: float) -> None:
    for sign in (1, -1):
        found = class_of(sign * number)
        assert edge_of(found - 1) < sign * number <= edge_of(found) * (1 + sign * 1e-8)


def test_classes_are_in_the_order_of_numbers_and_cover_all() -> None:
    numbers = [-1e300, -1e12, -50, -2, -1, -1e-3, -1e-9, 0, 1e-9, 1e-3, 1, 2, 50, Decimal("1e12"), Decimal("1e999")]
    classes = [class_of(each) for each in numbers]  # type: ignore[arg-type]
    assert classes == sorted(classes)
    assert class_of(float("nan")) == class_of(0) == class_of(1e-9) == 0
    assert edge_of(class_of(1)) == 1
    assert edge_of(class_of(2)) == 2
    assert edge_of(-1) < edge_of(0) < edge_of(1)


def test_coarser_grids_keep_every_second_edge() -> None:
    numbers = [-130, -7, 0, 0.2, 1, 5, 5.1, 90, 91, 5000]
    fine = Counter(class_of(each) for each in numbers)
    for step in (2, 4, 32):
        coarse = coarser(fine, step)
        assert coarse.total() == len(numbers)
        for number in numbers:
            edges = [edge_of(each) for each in sorted(coarse) if edge_of(each) >= number]
            assert edges
        if step == 32:
            assert {edge_of(each) for each in coarse if each} == {-128, -4, 0.25, 1, 8, 128, 8192}


def test_a_spread_has_few_classes_none_of_them_small() -> None:
    numbers = [Decimal(100 + each % 90) for each in range(2_000)] + [Decimal(5)] * 3 + [Decimal(4_000)] * 4
    (spread,) = counted(*(value(each) for each in numbers), cell=10).spreads
    assert (spread.what, spread.unit) == (f"{LOINC}|718-7", "g/dL")
    assert sum(spread.counts) == len(numbers)
    assert min(spread.counts) >= 10
    assert 10 < len(spread.counts) <= CLASSES
    assert len(spread.edges) == len(spread.counts) - 1
    for index, edge in enumerate(spread.edges):
        assert sum(spread.counts[: index + 1]) == sum(each <= edge for each in numbers)


def test_few_values_make_no_spread() -> None:
    assert not counted(*[value(13)] * 29).spreads
    assert counted(*[value(13)] * 30).spreads[0].counts == (30,)


def test_a_system_names_its_most_frequent_codes_and_says_that_there_are_more() -> None:
    census = counted(*(condition(f"C{number:03}") for number in range(CODES_OF_SYSTEM)), condition("A"), condition("A"))
    assert Counted(f"Condition.code|{ICD}", "A", 2) in census.codes
    assert Counted(f"Condition.code|{ICD}", "", 1) in census.codes
    assert len(census.codes) == CODES_OF_SYSTEM + 1
    assert not census.complete


def test_bounded_facts_are_exact_for_what_they_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(census_facts, "CODES", 50)
    nodes = [condition(f"C{number % 400}") for number in range(1_200)]
    census = counted(*nodes)
    named = [each for each in census.codes if each.which]
    assert len(named) == 50
    assert {each.count for each in named} == {3}
    assert sum(each.count for each in census.codes) == 1_200
    assert not census.complete


def test_what_has_odd_forms_is_passed_over() -> None:
    odd: list[Any] = [
        {"resourceType": "Observation", "code": 7, "valueQuantity": {"value": 1}},
        {"resourceType": "Observation", "code": {"coding": [7, {"code": 7}]}, "valueQuantity": value(1)},
        {"resourceType": "Condition", "code": {"coding": {"code": "x"}}, "recordedDate": date.today().toordinal()},
        {"resourceType": 7},
    ]
    census = counted(*odd)
    assert (census.units, census.spreads, census.volumes) == ((), (), ())


def test_form_fits_the_schema_and_is_read_back() -> None:
    census = counted(*[value(number) for number in range(1, 60)], condition("I10"), cell=2)
    form = json.loads(json.dumps(census_form(census)))
    jsonschema.validate(form, {**SCHEMA["$defs"]["census"], "$defs": SCHEMA["$defs"]})
    assert read_census(form) == census
    assert census_form(None) is None
    assert read_census(None) is None
