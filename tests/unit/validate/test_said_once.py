"""A defect of an entry is said once, however many slices, claims and references lead to it."""

import json
from functools import cache
from typing import Any

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.type_table import TypeTable
from fhircheck.first_pass import linker_for
from fhircheck.model.record import Piece
from fhircheck.transport.record_reader import RecordReader
from fhircheck.validate.validator import Validator
from tests.package_making import profile

BASE = "http://hl7.org/fhir/StructureDefinition/"
BUNDLE, PATIENT, OBSERVATION = "http://example.org/bundle", "http://example.org/patient", "http://example.org/obs"
NAMED = "http://example.org/named"


def constrained(url: str, type_name: str, elements: list[dict[str, Any]]) -> dict[str, Any]:
    return profile(url, type=type_name, baseDefinition=BASE + type_name, differential={"element": elements})


@cache
def validator() -> Validator:
    subject = {"code": "Reference", "targetProfile": [PATIENT]}
    slicing = {"discriminator": [{"type": "type", "path": "resource"}], "rules": "open"}
    entry, resource = "Bundle.entry:patient", "Bundle.entry:patient.resource"
    loose = [
        constrained(PATIENT, "Patient", [{"id": "Patient.birthDate", "path": "Patient.birthDate", "min": 1}]),
        constrained(NAMED, "Patient", [{"id": "Patient.name", "path": "Patient.name", "min": 1}]),
        constrained(
            OBSERVATION,
            "Observation",
            [{"id": "Observation.subject", "path": "Observation.subject", "type": [subject]}],
        ),
        constrained(
            BUNDLE,
            "Bundle",
            [
                {"id": "Bundle.entry", "path": "Bundle.entry", "slicing": slicing},
                {"id": entry, "path": "Bundle.entry", "sliceName": "patient", "min": 1, "max": "1"},
                {"id": resource, "path": "Bundle.entry.resource", "type": [{"code": "Patient", "profile": [PATIENT]}]},
            ],
        ),
    ]
    return Validator(linker_for(load_definitions(offline=True, loose=loose), lambda *_: None), locate=False)


def found(patient: dict[str, Any]) -> tuple[list[tuple[str, str]], list[bool | None]]:
    """(kind, place) of all findings; the verdicts of the Bundle, the observation and the patient."""
    observation = {
        "resourceType": "Observation",
        "meta": {"profile": [OBSERVATION]},
        "status": "final",
        "code": {"text": "x"},
        "subject": {"reference": "urn:uuid:0a5b7c2e-3f0d-4c59-9f0e-0c5a2b1d7e11"},
    }
    claimed = {"resourceType": "Patient", "meta": {"profile": [PATIENT]}, **patient}
    bundle = {
        "resourceType": "Bundle",
        "meta": {"profile": [BUNDLE]},
        "type": "collection",
        "entry": [
            {"fullUrl": "urn:uuid:0a5b7c2e-3f0d-4c59-9f0e-0c5a2b1d7e12", "resource": observation},
            {"fullUrl": "urn:uuid:0a5b7c2e-3f0d-4c59-9f0e-0c5a2b1d7e11", "resource": claimed},
        ],
    }
    (record,) = RecordReader(TypeTable(load_definitions(offline=True))).records(
        Piece("s", "resource", json.dumps(bundle).encode())
    )
    checked = validator().check(record)
    said = [(issue.kind, issue.place.expression) for each in checked for issue in each.issues]
    return said, [each.valid for each in checked]


def test_a_sound_bundle() -> None:
    assert found({"birthDate": "2020-01-01"}) == ([], [True, True, True])


def test_what_the_slice_and_the_claim_say_alike_stands_at_the_entry() -> None:
    said, valid = found({})
    assert said == [
        ("reference-target-profile", "Bundle.entry[0].resource.subject"),
        ("cardinality-min", "Bundle.entry[1].resource"),
    ]
    assert valid == [False, False, False]


def test_what_is_wrong_by_the_form_of_json_alone_is_not_said_of_references() -> None:
    said, valid = found({"birthDate": "2020-01-01", "nickname": "x", "name": {"family": "x"}})
    assert said == [
        ("unknown-element", "Bundle.entry[1].resource"),
        ("array-expected", "Bundle.entry[1].resource.name"),
    ]
    assert valid[1] is True
    assert valid[2] is False


def test_who_refers_to_a_resource_that_breaks_a_rule_or_another_profile_that_it_claims_is_told() -> None:
    of_subject = ("reference-target-profile", "Bundle.entry[0].resource.subject")
    unsound = {"url": BASE + "patient-birthPlace", "valueBoolean": True}
    said, _ = found({"birthDate": "2020-01-01", "extension": [unsound]})
    assert said == [of_subject, ("extension-value-type", "Bundle.entry[1].resource.extension[0]")]
    said, _ = found({"birthDate": "2020-01-01", "meta": {"profile": [PATIENT, NAMED]}})
    assert said == [of_subject, ("cardinality-min", "Bundle.entry[1].resource")]


def test_several_values_of_a_choice_are_json_form_and_not_said_of_references() -> None:
    said, valid = found({"birthDate": "2020-01-01", "deceasedBoolean": False, "deceasedDateTime": "2020"})
    assert said == [("choice-type", "Bundle.entry[1].resource")]
    assert valid[1] is True


def test_what_a_profile_fixes_and_that_of_the_datatype_in_it_is_said_by_both() -> None:
    own = "http://example.org/own-identifier"
    system = {"id": "Identifier.system", "path": "Identifier.system", "min": 1, "fixedUri": "http://example.org/own"}
    typed = [{"code": "Identifier", "profile": [own]}]
    loose = [
        profile(own, type="Identifier", kind="complex-type", baseDefinition=f"{BASE}Identifier",
                differential={"element": [system]}),
        constrained(PATIENT, "Patient", [
            {"id": "Patient.identifier", "path": "Patient.identifier", "type": typed},
            {"id": "Patient.identifier.system", "path": "Patient.identifier.system", "min": 1,
             "fixedUri": "http://example.org/own"},
        ]),
    ]  # fmt: skip
    both = Validator(linker_for(load_definitions(offline=True, loose=loose), lambda *_: None), locate=False)
    node = {"resourceType": "Patient", "meta": {"profile": [PATIENT]},
            "identifier": [{"system": "http://example.org/other", "value": "1"}]}  # fmt: skip
    (record,) = RecordReader(TypeTable(load_definitions(offline=True))).records(
        Piece("s", "resource", json.dumps(node).encode())
    )
    (checked,) = both.check(record)
    place = "Patient.identifier[0].system"
    assert [(each.kind, each.place.expression) for each in checked.issues] == [("fixed-value", place)] * 2
    assert [each.profile.partition("|")[0] for each in checked.issues] == [PATIENT, own]
