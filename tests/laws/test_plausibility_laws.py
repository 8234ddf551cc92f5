"""Laws of the measures that join rows: order, grouping and disk change nothing; a defect never raises a share."""

import pickle
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhircheck.measures import judge_measures, observe_all
from fhircheck.measures.tools import Tools
from fhircheck.model.facts import Partial
from fhircheck.model.report import MeasureResult
from fhircheck.resolve.reference_walk import collect_links
from tests.laws.merging import groupings, merged
from tests.unit.measures.seen import Seen

NAMES = (
    "unit-plausible",
    "unit-harmonised",
    "value-in-range",
    "date-sequence",
    "within-lifetime",
    "sex-plausible",
    "within-encounter",
    "date-window",
    "unique-identity",
    "unique-content",
)
TOOLS = Tools(datetime(2025, 6, 1, tzinfo=UTC))
DAYS = st.sampled_from(["1890-01-01", "2024-12-31", "2025-01-05", "2025-01-20", "2030-01-01", "2025"])
PEOPLE = st.sampled_from(["1", "2"])
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"


def about(patient: str) -> dict[str, Any]:
    return {"subject": {"reference": f"Patient/{patient}"}}


@st.composite
def patients(draw: Any) -> dict[str, Any]:
    gender = draw(st.sampled_from(["male", "female", "other"]))
    return {"resourceType": "Patient", "id": draw(PEOPLE), "gender": gender, "birthDate": draw(DAYS)}


@st.composite
def stays(draw: Any) -> dict[str, Any]:
    period = {"start": draw(DAYS), "end": draw(DAYS)}
    return {"resourceType": "Encounter", "id": draw(PEOPLE), **about(draw(PEOPLE)), "period": period}


@st.composite
def values(draw: Any) -> dict[str, Any]:
    code, unit = (
        draw(st.sampled_from(["718-7", "2160-0", "8310-5"])),
        draw(st.sampled_from(["g/dL", "g/L", "Cel", "x y"])),
    )
    return {
        "resourceType": "Observation",
        **about(draw(PEOPLE)),
        "encounter": {"reference": f"Encounter/{draw(PEOPLE)}"},
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "effectiveDateTime": draw(DAYS),
        "valueQuantity": {"value": draw(st.integers(0, 60)), "system": UCUM, "code": unit},
    }


@st.composite
def conditions(draw: Any) -> dict[str, Any]:
    coding = {"system": "http://hl7.org/fhir/sid/icd-10", "code": draw(st.sampled_from(["O80", "C61", "I10"]))}
    return {
        "resourceType": "Condition",
        **about(draw(PEOPLE)),
        "code": {"coding": [coding]},
        "recordedDate": draw(DAYS),
    }


@st.composite
def drugs(draw: Any) -> dict[str, Any]:
    if draw(st.booleans()):
        return {"resourceType": "MedicationRequest", "id": draw(PEOPLE), "authoredOn": draw(DAYS)}
    request = {"request": {"reference": f"MedicationRequest/{draw(PEOPLE)}"}}
    return {"resourceType": "MedicationAdministration", **request, "effectiveDateTime": draw(DAYS)}


NODES = st.one_of(patients(), stays(), values(), conditions(), drugs())
RECORDS = st.tuples(st.integers(0, 1 << 20), NODES)
Record = tuple[int, dict[str, Any]]


def learned(records: list[Record]) -> Partial:
    partial = Partial()
    for number, node in records:
        seen = Seen(record=number)
        observe_all(node, seen, partial.tallies, partial.rows, TOOLS)
        collect_links(node, seen, partial.links)
    return partial


def results(partial: Partial) -> dict[str, MeasureResult]:
    found = judge_measures(partial.tallies, partial.links, rows=partial.rows, resources=partial.resources, tools=TOOLS)
    return {each.name: each for each in found if each.name in NAMES}


@settings(max_examples=60)
@given(groupings(RECORDS))
def test_rows_merge_in_any_order(given: tuple[list[Record], list[list[Record]]]) -> None:
    records, groups = given
    whole = results(learned(records))
    parts = [pickle.loads(pickle.dumps(learned(group))) for group in groups]
    spilled = merged(parts, Partial)
    for name in ("quantities", "timeline", "visits", "identities", "contents", "doses"):
        spilled.rows.table(name).spill()
    assert results(spilled) == whole
    assert set(whole) == set(NAMES)


def defects(node: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """(measure, the node with a defect that the measure is about)."""
    if node["resourceType"] == "Observation":
        quantity = node["valueQuantity"]
        yielded = [("unit-plausible", {**node, "valueQuantity": {**quantity, "code": "kg"}})]
        yielded.append(("value-in-range", {**node, "valueQuantity": {**quantity, "value": 10**6}}))
        yielded += [(name, {**node, "effectiveDateTime": "1700-01-01"}) for name in ("within-lifetime", "date-window")]
        yielded.append(("within-encounter", {**node, "effectiveDateTime": "1700-01-01"}))
        return yielded
    if node["resourceType"] == "MedicationAdministration":
        return [("date-sequence", {**node, "effectiveDateTime": "1700-01-01"})]
    return []


@settings(max_examples=60)
@given(st.lists(NODES, min_size=1, max_size=10), st.data())
def test_a_defect_never_raises_a_share(nodes: list[dict[str, Any]], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(nodes) - 1))
    before = results(learned(list(enumerate(nodes))))
    for name, worse in defects(nodes[at]):
        after = results(learned(list(enumerate([*nodes[:at], worse, *nodes[at + 1 :]]))))[name]
        assert after.numerator <= before[name].numerator
        assert after.denominator >= before[name].denominator
        assert after.denominator - after.numerator >= before[name].denominator - before[name].numerator


@settings(max_examples=60)
@given(st.lists(NODES, min_size=1, max_size=10), st.data())
def test_what_is_sent_twice_is_found(nodes: list[dict[str, Any]], data: st.DataObject) -> None:
    again = data.draw(st.sampled_from(nodes))
    before, after = results(learned(list(enumerate(nodes)))), results(learned(list(enumerate([*nodes, again]))))
    for name in ("unique-identity", "unique-content"):
        old, new = before[name], after[name]
        assert new.numerator == old.numerator
        assert new.denominator >= old.denominator
    assert after["unique-identity"].denominator == before["unique-identity"].denominator + ("id" in again)


@pytest.mark.parametrize("name", NAMES)
def test_the_laws_see_items_of_each_measure(name: str) -> None:
    """Else they would hold for nothing."""
    quantity = {"value": 13, "system": UCUM, "code": "g/dL"}
    nodes: list[dict[str, Any]] = [
        {"resourceType": "Patient", "id": "1", "gender": "male", "birthDate": "1950"},
        {"resourceType": "Encounter", "id": "1", **about("1"), "period": {"start": "2025-01-01", "end": "2025-01-02"}},
        {
            "resourceType": "Observation",
            **about("1"),
            "encounter": {"reference": "Encounter/1"},
            "code": {"coding": [{"system": LOINC, "code": "718-7"}]},
            "effectiveDateTime": "2025-01-01",
            "valueQuantity": quantity,
        },
        {
            "resourceType": "Condition",
            **about("1"),
            "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "C61"}]},
        },
        {"resourceType": "MedicationRequest", "id": "1", "authoredOn": "2025-01-01"},
        {
            "resourceType": "MedicationAdministration",
            "request": {"reference": "MedicationRequest/1"},
            "effectiveDateTime": "2025-01-02",
        },
    ]
    result = results(learned(list(enumerate(nodes))))[name]
    assert result.share == 1
