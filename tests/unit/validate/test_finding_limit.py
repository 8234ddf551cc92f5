"""A resource with findings without end: the first are told, that there are more is an error, all else is checked."""

import json
from collections import Counter
from typing import Any

import pytest

from fhircheck.assertions import assertion
from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import linker_for
from fhircheck.model.record import Piece
from fhircheck.transport.json_reader import read_records
from fhircheck.validate import finding_limit
from fhircheck.validate import validator as module
from fhircheck.validate.checked import Checked
from fhircheck.validate.validator import Validator
from tests.needs import ROOT

READY = "https://fhircheck.dev/fhir/StructureDefinition/ready-patient"
CUT = "too-many-findings"
LIMIT = 20
UNDECIDED: Counter[tuple[str, str]] = Counter()


def _count(reason: str, detail: str) -> None:
    UNDECIDED[reason, detail] += 1


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator(linker_for(load_definitions([str(ROOT / "profiles")]), _count))


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in (assertion, finding_limit, module):
        monkeypatch.setattr(each, "MOST", LIMIT)
    UNDECIDED.clear()


def check(validator: Validator, *pieces: Piece) -> list[Checked]:
    return [each for piece in pieces for record in read_records(piece) for each in validator.check(record)]


def resource(node: Any) -> Piece:
    return Piece("s", "resource", json.dumps(node).encode())


def broken(findings: int, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", **more, **{f"x{number}": 1 for number in range(findings)}}


def test_as_many_findings_as_allowed_are_all_told(validator: Validator) -> None:
    (found,) = check(validator, resource(broken(LIMIT)))
    assert [each.kind for each in found.issues] == ["unknown-element"] * LIMIT
    assert not UNDECIDED


def test_beyond_them_one_finding_says_so_and_nothing_counts_as_decided(validator: Validator) -> None:
    (found,) = check(validator, resource(broken(LIMIT + 1, meta={"profile": [READY]})))
    assert [each.kind for each in found.issues] == ["unknown-element"] * LIMIT + [CUT]
    assert found.issues[-1].place.expression == "Patient"
    assert found.issues[-1].place.line == 1
    assert found.valid is False
    assert [(each.how, each.found, each.valid) for each in found.profiles] == [
        ("base", True, False),
        ("meta", False, False),
    ]
    assert {reason for reason, _ in UNDECIDED} == {CUT}
    assert len(UNDECIDED) == 2  # the type and the profile


def test_other_resources_of_the_record_are_checked(validator: Validator) -> None:
    entries = [{"resource": each} for each in (broken(LIMIT + 5), broken(1), {"resourceType": "Patient"})]
    found = check(validator, resource({"resourceType": "Bundle", "type": "collection", "entry": entries}))
    told = {each.root: Counter(issue.kind for issue in each.issues) for each in found}
    assert told["Bundle.entry[0].resource"][CUT] == 1
    assert told["Bundle.entry[1].resource"] == {"unknown-element": 1}
    assert told["Bundle.entry[2].resource"] == {}


def test_entries_of_a_split_bundle_have_the_same_bound(validator: Validator) -> None:
    entry = {**{f"x{number}": 1 for number in range(LIMIT + 3)}, "resource": {"resourceType": "Patient", "y": 1}}
    found = check(validator, Piece("s", "bundle-entries", parts=((0, 1, json.dumps(entry).encode()),)))
    assert [Counter(issue.kind for issue in each.issues) for each in found] == [
        {"unknown-element": LIMIT, CUT: 1},
        {"unknown-element": 1},
    ]


def test_rules_about_whole_resources_have_the_same_bound(validator: Validator) -> None:
    entries = [{"fullUrl": "urn:uuid:none", "resource": {"resourceType": "Basic", "code": {"text": "x"}}}] * (LIMIT + 9)
    found = check(validator, resource({"resourceType": "Bundle", "type": "collection", "entry": entries}))
    assert found[0].issues[-1].kind == CUT
    assert len(found[0].issues) <= 2 * LIMIT + 2


def test_texts_have_the_same_bound(validator: Validator) -> None:
    given = ["a\u0001b"] * (LIMIT + 1)
    (found,) = check(validator, resource({"resourceType": "Patient", "name": [{"given": given}]}))
    said = Counter(each.kind for each in found.issues)
    assert said.pop(CUT) >= 1
    assert all(count <= LIMIT for count in said.values())
    assert found.valid is False
