"""Two moments of one server: what is gone, new, changed, worse."""

import copy
from typing import Any

import pytest

from fhircheck.probe.server_changes import Change, server_changes
from fhircheck.probe.server_form import server_json
from tests.unit.probe.server_samples import report

BEFORE = server_json(report())


def after(change) -> dict[str, Any]:
    value = copy.deepcopy(BEFORE)
    change(value)
    return value


def patient(value: dict[str, Any]) -> dict[str, Any]:
    return value["capability"]["rest"][0]["resource"][0]


def rest(value: dict[str, Any]) -> dict[str, Any]:
    return value["capability"]["rest"][0]


CASES: list[tuple[str, Any, list[Change]]] = [
    ("nothing", lambda value: None, []),
    ("time and duration", lambda value: value["server"].update(at="2027-01-01T00:00:00Z", seconds=9.0), []),
    ("software", lambda value: value["server"].update(software="Example 8"),
     [Change("changed", "software", "Example [server] 7.1", "Example 8")]),
    ("FHIR version", lambda value: value["server"].update(fhirVersion="5.0.0"),
     [Change("changed", "fhirVersion", "4.0.1", "5.0.0", True)]),
    ("a parameter gone", lambda value: patient(value)["searchParam"].pop(),
     [Change("removed", "Patient.searchParam:given", breaking=True)]),
    ("a parameter of another type", lambda value: patient(value)["searchParam"][1].update(type="string"),
     [Change("changed", "Patient.searchParam:given.type", "token", "string", True)]),
    ("an interaction gone and one come", lambda value: patient(value).update(interaction=[{"code": "vread"}]),
     [Change("removed", "Patient.read", breaking=True), Change("added", "Patient.vread")]),
    ("a whole type gone: its parts are not listed", lambda value: rest(value)["resource"].clear(),
     [Change("removed", "Patient", breaking=True)]),
    ("a whole type come", lambda value: rest(value)["resource"].append({"type": "List", "versioning": "versioned"}),
     [Change("added", "List")]),
    ("a format gone", lambda value: value["capability"].update(format=["xml"]),
     [Change("removed", "rest.format:json", breaking=True), Change("added", "rest.format:xml")]),
    ("another name of the same format", lambda value: value["capability"].update(format=["application/fhir+json"]), []),
    ("an operation come", lambda value: patient(value).update(operation=[{"name": "$match"}]),
     [Change("added", "Patient.operation:$match")]),
    ("a profile come", lambda value: patient(value).update(supportedProfile=["https://x.example/p"]),
     [Change("added", "Patient.profile:https://x.example/p")]),
    ("a claim come", lambda value: value["capability"].update(instantiates=["https://x.example/c"]),
     [Change("added", "instantiates:https://x.example/c")]),
    ("a guide come", lambda value: value["capability"].update(implementationGuide=["https://x.example/g"]),
     [Change("added", "implementationGuide:https://x.example/g")]),
    ("a probe worse", lambda value: value["probes"][0].update(outcome="unmet"),
     [Change("worse", "Patient.read (read)", "met", "unmet", True)]),
    ("a probe better", lambda value: value["probes"][1].update(outcome="met"),
     [Change("better", "Patient.searchParam:family (search)", "unmet", "met")]),
    ("a probe that could not be run", lambda value: value["probes"][0].update(outcome="not-tested"), []),
    ("no probes at all", lambda value: value["probes"].clear(), []),
    ("new errors", lambda value: value["issues"].append({"severity": "error", "kind": "new-kind", "count": 3}),
     [Change("worse", "capability.valid (new-kind)", "", "3")]),
    ("errors mended", lambda value: value["issues"].pop(0),
     [Change("better", "capability.valid (cardinality-min)", "2")]),
    ("a warning come", lambda value: value["issues"].append({"severity": "warning", "kind": "w", "count": 3}), []),
]  # fmt: skip


@pytest.mark.parametrize(("change", "found"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_has_changed(change: Any, found: list[Change]) -> None:
    assert list(server_changes(BEFORE, after(change))) == found


def test_the_way_back_is_the_opposite() -> None:
    gone = after(lambda value: patient(value)["searchParam"].pop())
    assert [each.how for each in server_changes(BEFORE, gone)] == ["removed"]
    assert [each.how for each in server_changes(gone, BEFORE)] == ["added"]


def test_a_claim_gone_is_breaking() -> None:
    claimed = after(lambda value: value["capability"].update(instantiates=["https://x.example/c|1"]))
    assert server_changes(claimed, BEFORE) == (Change("removed", "instantiates:https://x.example/c|1", breaking=True),)


def test_the_breaking_come_first() -> None:
    def change(value: dict[str, Any]) -> None:
        value["server"]["software"] = "Example 8"
        patient(value)["searchParam"].pop()

    assert [each.breaking for each in server_changes(BEFORE, after(change))] == [True, False]


def test_what_was_not_tested_before_is_no_change() -> None:
    before = after(lambda value: value["probes"][1].update(outcome="not-tested"))
    assert server_changes(before, BEFORE) == ()
