"""Which elements, identifiers, texts and dates say who somebody is."""

import random
from typing import Any

import pytest

from fhircheck.measures import judge_measures, observe_all
from fhircheck.measures.person_traces import LONGEST_TEXT
from fhircheck.measures.tools import Tools
from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import LinkFacts
from fhircheck.model.measure_options import MeasureOptions
from fhircheck.model.report import MeasureResult
from fhircheck.model.row_facts import RowFacts
from tests.unit.measures.judged import counts, judged
from tests.unit.measures.seen import Seen

Node = dict[str, Any]
KVNR = "A123456780"
PERSON = {
    **{"resourceType": "Patient", "id": "1"},
    "name": [{"family": "von Mustermann", "given": ["Erika", "Rosa"]}],
    "identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": "0815-4711"}],
}
CLEAN = 6
"""Items of a Patient."""


def measured(*nodes: Node, **options: Any) -> MeasureResult:
    return judged(*nodes, tools=Tools(options=MeasureOptions(**options)))["direct-identifiers"]


def failing(result: MeasureResult) -> list[str]:
    return [path for path, passed, all_ in result.by if passed < all_]


def text(words: str, **more: Any) -> Node:
    return {"resourceType": "Observation", "subject": {"reference": "Patient/1"}, "note": [{"text": words}], **more}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", [{"text": "Erika"}]),
        ("name", [{}, {"given": ["", "Erika"]}]),
        ("address", [{"city": "Berlin", "line": ["Weg 1"]}]),
        ("address", [{"text": "Weg 1, Berlin"}]),
        ("telecom", [{"system": "phone", "value": "1"}]),
        ("photo", [{"url": "x"}]),
        ("contact", [{"name": {"family": "M."}}]),
        ("contact", [{"telecom": [{"value": "1"}]}]),
        ("identifier", [{"value": KVNR}]),
        ("identifier", [{"system": "http://fhir.de/sid/gkv/kvid-10", "value": "x"}]),
        ("identifier", [{"value": "x"}, {"type": {"coding": [{"code": "PKV"}]}, "value": "x"}]),
    ],
)
def test_elements_of_a_patient(name: str, value: Any) -> None:
    result = measured({"resourceType": "Patient", "id": "1", name: value})
    assert failing(result) == [f"Patient.{name}"]
    assert counts(result)[:2] == (CLEAN - 1, CLEAN)
    assert (result.resources_failed, result.patients_failed) == (1, 1)


@pytest.mark.parametrize(
    ("name", "value", "unknown"),
    [
        ("name", [{"_family": {"extension": []}}], 0),
        ("name", [{"family": " "}], 0),
        ("name", "Erika", 0),
        ("address", [{"postalCode": "10115", "city": "Berlin"}], 0),
        ("telecom", [{"system": "phone"}], 0),
        ("contact", [{"relationship": []}], 0),
        ("identifier", [{"type": {"coding": [{"code": "PSEUDED"}]}, "value": "x"}], 0),
        ("identifier", [{"system": "http://fhir.de/sid/gkv/kvid-10"}], 0),
        ("identifier", [{"system": "http://x.y", "value": "x"}], 1),
        ("identifier", [{"value": "A123456789"}], 1),
    ],
)
def test_what_says_nothing(name: str, value: Any, unknown: int) -> None:
    result = measured({"resourceType": "Patient", "id": "1", name: value})
    assert counts(result) == (CLEAN - unknown, CLEAN - unknown, unknown)


def test_a_failure_only_where_it_is_said_to_be_de_identified() -> None:
    assert measured(PERSON).status == "informational"
    assert measured(PERSON, de_identified=True).status == "failed"
    clean = {"resourceType": "Patient", "id": "1"}
    assert measured(clean, de_identified=True).status == "passed"
    assert measured(clean).status == "informational"


def test_who_a_resource_is_about() -> None:
    named = {"resourceType": "Encounter", "subject": {"reference": "Patient/1", "display": "E. M."}}
    assert failing(measured(named)) == ["Encounter.subject.display"]
    logical = {"resourceType": "Coverage", "beneficiary": {"identifier": {"value": KVNR}}}
    assert failing(measured(logical)) == ["Coverage.beneficiary.identifier"]
    group = {"resourceType": "Observation", "subject": {"reference": "Device/1", "display": "Monitor"}}
    assert counts(measured(group)) == (0, 0, 0)
    maiden = {"url": "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName", "valueString": "M"}
    assert failing(measured({"resourceType": "Patient", "id": "1", "extension": [{}, maiden]})) == ["Patient.extension"]


def test_names_of_staff_are_counted_apart_and_fail_nothing() -> None:
    result = measured({"resourceType": "Practitioner", "id": "d", "name": [{"family": "Arzt"}]}, de_identified=True)
    assert counts(result) == (0, 0, 0)
    assert [(each.name, each.value) for each in result.details] == [("resources-with-staff-names", 1)]


def test_addresses_of_staff_and_places_are_no_patients() -> None:
    mail = [{"system": "email", "value": "station@example.org"}]
    staff = ({"resourceType": kind, "telecom": mail} for kind in ("PractitionerRole", "Organization", "Location"))
    assert counts(measured(*staff, de_identified=True)) == (0, 0, 0)


def test_security_labels_are_counted() -> None:
    system = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
    security = [{"system": system, "code": "R"}, {"system": system, "code": "R"}, {"system": "http://x.y", "code": "Z"}]
    result = measured({"resourceType": "Observation", "meta": {"security": security}})
    assert [(each.of, each.value) for each in result.details] == [("R", 1)]
    assert result.reason == "", "nothing applies"
    assert (
        "1 resource is labelled restricted"
        in measured(PERSON, {"resourceType": "Basic", "meta": {"security": security}}).reason
    )


@pytest.mark.parametrize(
    ("words", "hit"),
    [
        ("Frau Mustermann klagt", True),
        ("FRAU MUSTERMANN", True),
        ("<div>M&uuml;de, Mustermann-Weg</div>", True),
        ("siehe 0815-4711", True),
        ("Erika Rosa kam", True),
        ("Rosa Ausschlag", False),
        ("ein mustermann", False),
        ("Frau von Weg", False),
        ("Blutdruck 120/80 am 3. Mai 2020", False),
        ("KVNR A123456780.", True),
        ("Nr. A123456789", False),
        ("erreichbar: e.m@example.org", True),
        ("um 5 @ Haus", False),
    ],
)
def test_texts_that_name_their_patient(words: str, hit: bool) -> None:
    result = measured(PERSON, text(words), free_text=True)
    assert ("Observation.note" in failing(result)) is hit
    assert result.resources_failed == 1 + hit
    assert result.patients_failed == 1
    assert ("Observation.note", 1 - hit, 1) in result.by


def test_texts_are_searched_only_where_asked_and_for_their_own_patient() -> None:
    assert "Observation.note" not in failing(measured(PERSON, text("Mustermann")))
    assert "not searched" in measured(PERSON).reason
    other = text("Mustermann", subject={"reference": "Patient/2"})
    assert "Observation.note" not in failing(measured(PERSON, other, free_text=True))


def test_places_and_counts_of_texts() -> None:
    nodes = [text("Mustermann"), PERSON, text("Mustermann", conclusion="Mustermann", subject=5)]
    nodes[2]["subject"] = {"reference": "Patient/1", "display": "E."}
    result = measured(*nodes, free_text=True)
    assert failing(result) == ["Observation.conclusion", "Observation.note", "Observation.subject.display",
                               "Patient.identifier", "Patient.name"]  # fmt: skip
    assert result.resources_failed == 3
    assert result.examples[0].expression == "Observation.note"
    assert result.examples[0].record == 0


def test_what_is_not_looked_at_is_not_said_to_be_clean() -> None:
    document = {"resourceType": "DocumentReference", "content": [{"attachment": {"contentType": "a/b", "data": "x"}}]}
    assert counts(measured(document, free_text=True))[2] == 1
    long = "x " * LONGEST_TEXT
    assert counts(measured(text(long), free_text=True)) == (0, 0, 1)
    found = measured(PERSON, text("Mustermann " + long), free_text=True)
    assert ("Observation.note", 0, 1) in found.by
    assert counts(found)[2] == 0


@pytest.mark.parametrize(
    ("precision", "bad"),
    [
        ("day", ["issued"]),
        ("month", ["effectiveDateTime", "issued"]),
        ("year", ["component", "effectiveDateTime", "issued"]),
    ],
)
def test_dates_finer_than_declared(precision: str, bad: list[str]) -> None:
    node = {
        **{"resourceType": "Observation", "effectiveDateTime": "2020-01-02", "issued": "2020-01-02T10:00:00Z"},
        **{"component": [{"valueDateTime": "2020-01"}], "code": {"coding": [{"code": "2020-01-02"}]}},
        "meta": {"lastUpdated": "2020-01-02T10:00:00Z"},
    }
    del node["code"]
    result = measured(node, date_precision=precision)
    assert failing(result) == [f"Observation.{name}" for name in bad]
    assert counts(result) == (3 - len(bad), 3, 0)


def test_names_out_of_the_data_name_nothing() -> None:
    node = {"resourceType": "ErikaMustermann", "ErikaMustermann": "Frau Erika", "subject": {"reference": "Patient/1"}}
    result = measured(node, free_text=True, date_precision="year")
    assert [path for path, *_ in result.by] == ["(other).(other)"]


def test_examples_are_the_first_places_whatever_order_they_come_in() -> None:
    found = []
    for order in (range(9), reversed(range(9))):
        tallies = dict[str, Tally]()
        for number in order:
            observe_all({**PERSON, "id": str(number)}, Seen(record=number), tallies)
        found.append([each.record for each in tallies["direct-identifiers"].examples])
    assert found == [[0, 0, 1], [0, 0, 1]]


def test_any_order_and_grouping_gives_the_same() -> None:
    nodes = [PERSON, text("Mustermann"), text("Rosa"), {"resourceType": "Patient", "id": "2"}, text("0815-4711")]
    found = []
    for seed in range(4):
        order = list(enumerate(nodes))
        random.Random(seed).shuffle(order)
        rows, tallies = RowFacts(), dict[str, Tally]()
        for number, node in order:
            part, own = RowFacts(), dict[str, Tally]()
            tools = Tools(options=MeasureOptions(de_identified=True))
            observe_all(node, Seen(record=number), own, part, tools)
            rows.merge(part)
            for name, tally in own.items():
                tallies.setdefault(name, Tally()).merge(tally)
            if seed % 2:
                rows.table("words").spill()
        results = judge_measures(
            tallies, LinkFacts(), rows=rows, tools=Tools(options=MeasureOptions(de_identified=True))
        )
        found.append(next(each for each in results if each.name == "direct-identifiers"))
    assert all(each == found[0] for each in found)
    assert found[0].resources_failed == 3
