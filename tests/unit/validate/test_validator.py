"""What the validator says of whole records: versions, Bundles, profiles, texts, places."""

import json
from collections import Counter
from typing import Any

import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import linker_for
from fhircheck.model.record import Piece
from fhircheck.transport.json_reader import read_records
from fhircheck.transport.record_reader import RecordReader
from fhircheck.validate.checked import Checked
from fhircheck.validate.validator import Validator
from tests.needs import ROOT

BASE = "http://hl7.org/fhir/StructureDefinition/"
READY = "https://fhircheck.dev/fhir/StructureDefinition/ready-patient"
UNDECIDED: Counter[tuple[str, str]] = Counter()


def _count(reason: str, detail: str) -> None:
    UNDECIDED[reason, detail] += 1


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator(linker_for(load_definitions([str(ROOT / "profiles")]), _count))


def check(validator: Validator, node: Any) -> list[Checked]:
    text = node if isinstance(node, bytes) else json.dumps(node, ensure_ascii=False, indent=1).encode()
    return [each for record in read_records(Piece("s", "resource", text)) for each in validator.check(record)]


def kinds(checked: list[Checked]) -> list[tuple[str, str]]:
    return [(issue.kind, issue.place.expression) for each in checked for issue in each.issues]


def test_a_sound_resource_has_no_finding_and_is_valid_as_its_type(validator: Validator) -> None:
    (patient,) = check(validator, {"resourceType": "Patient", "id": "a", "gender": "male"})
    assert (patient.issues, patient.valid, patient.resource) == ([], True, "Patient/a")
    assert [(use.url, use.how, use.valid) for use in patient.profiles] == [("Patient", "base", True)]


def test_entries_of_a_bundle_are_resources_of_their_own(validator: Validator) -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": "http://a.org/Patient/a", "resource": {"resourceType": "Patient", "id": "a", "gender": "m"}},
            {
                "resource": {
                    "resourceType": "Bundle",
                    "type": "batch",
                    "entry": [{"resource": {"resourceType": "Flat"}}],
                }
            },
            {"resource": "none"},
        ],
    }
    found = check(validator, bundle)
    assert [each.resource for each in found] == ["Bundle", "Patient/a", "Bundle", "Flat"]
    said = kinds(found)
    assert ("object-expected", "Bundle.entry[2].resource") in said
    assert ("required-binding", "Bundle.entry[0].resource.gender") in said
    assert ("unknown-resource-type", "Bundle.entry[1].resource.entry[0].resource") in said
    assert found[1].full_url == "http://a.org/Patient/a"
    assert [each.valid for each in found][:2] == [False, False]
    assert found[3].valid is False


def test_a_split_bundle_has_the_findings_of_a_whole_one(validator: Validator) -> None:
    entries = [
        {"resource": {"resourceType": "Patient", "birthdate": "1970"}},
        {"resource": {"resourceType": "Patient"}, "search": {"mode": "no"}},
    ]
    whole = {"resourceType": "Bundle", "type": "searchset", "total": "2", "entry": entries}
    shell = json.dumps({name: value for name, value in whole.items() if name != "entry"}).encode()
    parts = tuple((0, 1, json.dumps(entry).encode()) for entry in entries)
    pieces = [Piece("s", "bundle-entries", parts=parts), Piece("s", "bundle-shell", shell, entries=2)]
    split = [each for piece in pieces for record in read_records(piece) for each in validator.check(record)]
    said = kinds(check(validator, whole))
    assert set(kinds(split)) <= set(said)
    of_whole_bundles = {kind for kind, _ in set(said) - set(kinds(split))}
    assert all(kind.startswith(("search-", "full-url-")) for kind in of_whole_bundles), of_whole_bundles
    assert {kind for kind, _ in kinds(split)} >= {"unknown-element", "required-binding", "type-mismatch"}


def test_data_of_another_version_is_named_and_not_taken_apart(validator: Validator) -> None:
    five = {"resourceType": "Encounter", "status": "completed", "class": [{"text": "x"}], "actualPeriod": {}}
    three = {"resourceType": "ProcedureRequest", "status": "active"}
    assert [(each.version, each.issues, each.valid) for node in (five, three) for each in check(validator, node)] == [
        ("5.0.0", [], None),
        ("3.0.2", [], None),
    ]


def test_one_strange_name_among_others_is_no_other_version(validator: Validator) -> None:
    node = {"resourceType": "Encounter", "status": "finished", "class": {"code": "IMP"}, "actualPeriod": {}, "zzz": 1}
    (found,) = check(validator, node)
    assert found.version == ""
    assert [kind for kind, _ in kinds([found])].count("unknown-element") == 2


def test_profiles_that_are_unknown_or_of_another_type_are_said(validator: Validator) -> None:
    unknown = {"resourceType": "Patient", "meta": {"profile": ["http://example.org/none"]}}
    other = {"resourceType": "Patient", "meta": {"profile": [BASE + "bodyweight"]}}
    assert kinds(check(validator, unknown)) == [("profile-unknown", "Patient.meta.profile")]
    assert kinds(check(validator, other)) == [("profile-wrong-type", "Patient.meta.profile")]
    (found,) = check(validator, unknown)
    assert (found.valid, found.claimed, found.cannot_tell) == (True, True, True)


def test_what_base_and_profile_both_say_is_said_once(validator: Validator) -> None:
    node = {"resourceType": "Patient", "meta": {"profile": [READY]}, "gender": "m", "birthDate": "1970-01-01"}
    found = check(validator, node)
    assert len(kinds(found)) == len(set(kinds(found)))
    assert ("required-binding", "Patient.gender") in kinds(found)
    assert [(use.how, use.valid) for use in found[0].profiles] == [("base", False), ("meta", False)]


def test_contained_resources_are_checked_at_their_place(validator: Validator) -> None:
    node = {"resourceType": "Patient", "contained": [{"resourceType": "Organization", "id": "o", "active": "yes"}]}
    (found,) = check(validator, node)
    said = [(issue.kind, issue.place.resource, issue.place.expression) for issue in found.issues]
    assert ("type-mismatch", "Organization/o", "Patient.contained[0].active") in said


@pytest.mark.parametrize(
    ("name", "kind"),
    [("MÃ¼ller", "mojibake"), ("M\ufffdller", "mojibake"), ("Mu\u0001ller", "control-character"), ("Müller", None)],
)
def test_texts_are_looked_at_also_when_escaped(validator: Validator, name: str, kind: str | None) -> None:
    node = {"resourceType": "Patient", "name": [{"family": name}]}
    for text in (json.dumps(node).encode(), json.dumps(node, ensure_ascii=False).encode()):
        expected = [(kind, "Patient.name[0].family")] if kind else []
        assert kinds(check(validator, text)) == expected


@pytest.mark.parametrize(("written", "kind"), [("&#xFFFD;", "mojibake"), ("&#195;&#xBC;", "mojibake"), ("&#xFC;", "")])
def test_texts_of_xml_are_looked_at_also_as_character_references(written: str, kind: str) -> None:
    text = f'<Patient xmlns="http://hl7.org/fhir"><name><family value="M{written}ller"/></name></Patient>'
    linker = linker_for(load_definitions(offline=True), lambda reason, at: None)
    (record,) = RecordReader(linker.around.types).records(Piece("s", "resource", text.encode()))
    (found,) = Validator(linker).check(record)
    assert [issue.kind for issue in found.issues] == ([kind] if kind else [])


def test_a_control_character_makes_the_resource_invalid(validator: Validator) -> None:
    (found,) = check(validator, {"resourceType": "Patient", "name": [{"family": "a\bb"}]})
    assert (found.valid, found.profiles[0].valid) == (False, False)


def test_findings_have_line_and_column(validator: Validator) -> None:
    text = b'{\n "resourceType": "Patient",\n "name": [{"given": ["A"]},\n  {"family": 5}]\n}'
    (found,) = check(validator, text)
    (issue,) = found.issues
    assert (issue.place.line, issue.place.column) == (4, 4)


def test_the_short_way_says_clean_only_where_check_finds_nothing(validator: Validator) -> None:
    sound = {"resourceType": "Patient", "gender": "male"}
    claim = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "meta": {"profile": [READY]}}
    for node, clean in ((sound, True), (claim, False), ({"resourceType": "Patient", "name": [{"text": "Ã¼"}]}, False)):
        (record,) = read_records(Piece("s", "resource", json.dumps(node).encode()))
        assert (validator.clean(record) is not None) is clean
        assert (not any(each.issues for each in validator.check(record))) is clean


def test_explaining_counts_nothing_a_second_time(validator: Validator) -> None:
    attachment = {"contentType": "text/plain", "data": "!"}
    node = {"resourceType": "Media", "status": "completed", "content": attachment}
    UNDECIDED.clear()
    check(validator, node)
    assert UNDECIDED.total() <= 1


def test_wrong_json_types_anywhere_are_findings(validator: Validator) -> None:
    for wrong in (None, True, 5, "x", [], {}, [None], [[]]):
        for name in ("meta", "id", "text", "contained", "name", "extension", "active"):
            node = {"resourceType": "Patient", name: wrong}
            (found, *_) = check(validator, node)
            assert found.issues or (name, wrong) in (("active", True), ("id", "x")), (name, wrong)


def test_a_value_of_the_wrong_type_is_said_once_though_a_profile_names_the_extension() -> None:
    congregation = BASE + "patient-congregation"
    named = {"type": [{"code": "Extension", "profile": [congregation]}], "path": "Patient.extension"}
    profile = {
        "resourceType": "StructureDefinition", "url": "http://acme.com/named", "name": "Named", "status": "draft",
        "kind": "resource", "abstract": False, "type": "Patient", "baseDefinition": BASE + "Patient",
        "derivation": "constraint", "differential": {"element": [
            {"id": "Patient.extension:e", "sliceName": "e"} | named]},
    }  # fmt: skip
    extension = {
        "resourceType": "StructureDefinition", "url": congregation, "name": "Congregation", "status": "draft",
        "kind": "complex-type", "abstract": False, "type": "Extension", "baseDefinition": BASE + "Extension",
        "derivation": "constraint", "context": [{"type": "element", "expression": "Patient"}],
        "differential": {"element": [
            {"id": "Extension.url", "path": "Extension.url", "fixedUri": congregation},
            {"id": "Extension.value[x]", "path": "Extension.value[x]", "type": [{"code": "string"}]}]},
    }  # fmt: skip
    here = Validator(linker_for(load_definitions(offline=True, loose=[profile, extension]), _count))
    node = {
        "resourceType": "Patient",
        "meta": {"profile": ["http://acme.com/named"]},
        "extension": [{"url": congregation, "valueInteger": 1}],
        "deceasedBoolean": True,
        "deceasedDateTime": "2020",
    }
    assert kinds(check(here, node)) == [
        ("choice-type", "Patient"),
        ("extension-value-type", "Patient.extension[0]"),
    ]
