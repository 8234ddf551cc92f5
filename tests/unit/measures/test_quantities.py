"""Measured values: does the unit fit, is it the same everywhere, can a human have the value?"""

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.measures.judged import counts, judged

LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"


def observation(code: str, value: Any, unit: Any, *, system: str = LOINC, patient: str = "1") -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "subject": {"reference": f"Patient/{patient}"},
        "code": {"coding": [{"system": system, "code": code}]},
        "valueQuantity": {"value": value, "system": UCUM, "code": unit},
    }


@pytest.mark.parametrize(
    ("code", "unit", "expected"),
    [
        ("2345-7", "mg/dL", (1, 1, 0)),
        ("2345-7", "g/L", (1, 1, 0)),
        ("2345-7", "mmol/L", (0, 1, 0)),
        ("14749-6", "mmol/L", (1, 1, 0)),
        ("14749-6", "mg/dL", (0, 1, 0)),
        ("1742-6", "U/L", (1, 1, 0)),
        ("1742-6", "[iU]/L", (1, 1, 0)),
        ("1742-6", "ukat/L", (1, 1, 0)),
        ("777-3", "10*3/uL", (1, 1, 0)),
        ("777-3", "G/L", (0, 1, 0)),
        ("8867-4", "{beats}/min", (1, 1, 0)),
        ("8867-4", "no unit", (0, 1, 0)),
        ("2744-1", "[pH]", (1, 1, 0)),
        ("0-0", "mg/dL", (0, 0, 0)),
        ("2345-7", "", (0, 0, 0)),
        ("2345-7", 5, (0, 0, 0)),
    ],
)
def test_unit_plausible(code: str, unit: Any, expected: tuple[int, int, int]) -> None:
    assert counts(judged(observation(code, 1, unit))["unit-plausible"]) == expected


@pytest.mark.parametrize(
    ("code", "value", "unit", "expected"),
    [
        ("8310-5", Decimal("36.7"), "Cel", (1, 1, 0)),
        ("8310-5", 47, "Cel", (1, 1, 0)),
        ("8310-5", Decimal("47.01"), "Cel", (0, 1, 0)),
        ("8310-5", Decimal("116.6"), "[degF]", (1, 1, 0)),
        ("8310-5", Decimal("98.6"), "[degF]", (1, 1, 0)),
        ("8310-5", Decimal("98.6"), "Cel", (0, 1, 0)),
        ("2823-3", 4, "meq/L", (1, 1, 0)),
        ("2823-3", 45, "mmol/L", (0, 1, 0)),
        ("2160-0", 1, "mmol/L", (0, 0, 1)),
        ("2160-0", -1, "mg/dL", (0, 1, 0)),
        ("9269-2", 15, "{score}", (1, 1, 0)),
        ("9269-2", 2, "1", (0, 1, 0)),
        ("29463-7", 7000, "kg", (0, 1, 0)),
        ("29463-7", 7000, "g", (1, 1, 0)),
        ("14682-9", 80, "umol/L", (1, 1, 0)),
        ("8310-5", "36.7", "Cel", (0, 0, 0)),
        ("8310-5", True, "Cel", (0, 0, 0)),
    ],
)
def test_value_in_range(code: str, value: Any, unit: str, expected: tuple[int, int, int]) -> None:
    assert counts(judged(observation(code, value, unit))["value-in-range"]) == expected


def test_units_are_those_that_most_values_have() -> None:
    nodes = [observation("718-7", 13, "g/dL"), observation("718-7", 14, "g/dL"), observation("718-7", 135, "g/L")]
    nodes += [observation("8867-4", 70, "/min"), observation("8867-4", 70, "{beats}/min")]
    nodes += [observation("HB", 8, "mmol/L", system="urn:lab"), observation("HB", 13, "g/dL", system="urn:lab2")]
    result = judged(*nodes)["unit-harmonised"]
    assert counts(result) == (6, 7, 0)
    assert (result.status, result.resources_failed, result.patients_failed) == ("informational", 1, 1)
    assert [(each.record, each.expression) for each in result.examples] == [(2, "Observation.valueQuantity")]
    assert [(each.name, each.value, each.of) for each in result.details] == [("units", 2, "LOINC 718-7")]


def test_components_and_several_codings() -> None:
    node = observation("85354-9", 1, "mm[Hg]")
    del node["valueQuantity"]
    part = observation("8480-6", 500, "mm[Hg]")
    part["code"]["coding"] = [{"system": "urn:x", "code": "1"}, "?", {"system": LOINC, "code": "8480-6"}]
    node["component"] = [5, {"code": part["code"]}, {**part, "extension": []}]
    results = judged(node, node)
    assert results["value-in-range"].by == (("Observation.component.valueQuantity", 0, 2),)
    assert results["value-in-range"].examples[0].expression == "Observation.component[2].valueQuantity"
    assert (results["value-in-range"].resources_failed, results["value-in-range"].patients_failed) == (2, 1)
    assert counts(results["unit-plausible"]) == (2, 2, 0)


def test_the_coding_that_a_table_knows_goes_first() -> None:
    node = observation("8867-4", 500, "/min")
    node["code"]["coding"].insert(0, {"system": LOINC, "code": "8889-8"})
    assert counts(judged(node)["value-in-range"]) == (0, 1, 0)


@pytest.mark.parametrize(
    "quantity", [{"value": 1, "code": "mg/dL"}, {"value": 1, "system": "urn:other", "code": "mg/dL"}, [], None]
)
def test_only_ucum_counts(quantity: Any) -> None:
    node = observation("2345-7", 1, "g/L")
    node["valueQuantity"] = quantity
    results = judged(node)
    assert {counts(results[name]) for name in ("unit-plausible", "unit-harmonised", "value-in-range")} == {(0, 0, 0)}
