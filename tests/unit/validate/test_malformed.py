"""What stands at a place without being what belongs there: what is said of it, and of what is missing then."""

import json
from functools import cache
from typing import Any

import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import linker_for
from fhircheck.model.record import Piece
from fhircheck.transport.record_reader import RecordReader
from fhircheck.validate.validator import Validator

Found = list[tuple[str, str]]
FULL_URL = "Bundle.entry[0].fullUrl"
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'
ABSENT = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}
OTHER = {"url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-Observation.status", "valueCode": "new"}


@cache
def validator() -> Validator:
    return Validator(linker_for(load_definitions(offline=True), lambda *_: None), locate=False)


def found(data: bytes) -> Found:
    """(kind, place) of all errors; the short way must have refused the record."""
    issues = []
    for record in RecordReader(load_types()).records(Piece("s", "resource", data)):
        issues += record.issues
        clean = validator().clean(record)
        said = [issue for each in validator().check(record) for issue in each.issues]
        assert (clean is None) == bool(said or record.issues)
        issues += said
    return [(each.kind, each.place.expression) for each in issues if each.severity in ("error", "fatal")]


def load_types() -> Any:
    return validator()._around.types


def patient(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", **more}


def observation(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, **more}


def composition(**more: Any) -> dict[str, Any]:
    said = {"status": "final", "type": {"text": "x"}, "date": "2020", "title": "x"}
    return {"resourceType": "Composition", **said, **more}


def guide(**more: Any) -> dict[str, Any]:
    said = {"url": "http://example.org/guide", "name": "A", "status": "draft", "packageId": "a.b"}
    return {"resourceType": "ImplementationGuide", **said, **more}


def entry(resource: dict[str, Any], url: str = "urn:uuid:c757873d-ec9a-4326-a141-556f43239520") -> dict[str, Any]:
    """A Bundle of one entry."""
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"fullUrl": url, "resource": resource}]}


def absent(kind: str, where: str, holder: str) -> Found:
    """A fault at a place, and that the element is missing."""
    return [(kind, where), ("cardinality-min", holder)]


CASES: list[tuple[dict[str, Any], Found]] = [
    # what is no value of its element is none: what must be there is missing
    (observation(status=["final"]), absent("array-unexpected", "Observation.status", "Observation")),
    (observation(code=[{"text": "x"}]), absent("array-unexpected", "Observation.code", "Observation")),
    (observation(code="x"), absent("object-expected", "Observation.code", "Observation")),
    (observation(code=None), absent("null-value", "Observation.code", "Observation")),
    (observation(status=None), absent("null-value", "Observation.status", "Observation")),
    (patient(text={"status": "empty", "div": {"a": 1}}), absent("type-mismatch", "Patient.text.div", "Patient.text")),
    (patient(maritalStatus=[{"text": "x"}, {"text": "y"}]), [("array-unexpected", "Patient.maritalStatus")]),
    (
        observation(_status=5),
        absent("object-expected", "Observation.status", "Observation"),
    ),
    (composition(author=[]), absent("empty-array", "Composition.author", "Composition")),
    (composition(author=[None]), absent("null-value", "Composition.author[0]", "Composition")),
    (composition(author=["x"]), absent("object-expected", "Composition.author[0]", "Composition")),
    (composition(author={"display": "x"}), [("array-expected", "Composition.author")]),
    (guide(fhirVersion="4.0.1"), absent("array-expected", "ImplementationGuide.fhirVersion", "ImplementationGuide")),
    (guide(fhirVersion=[{}]), absent("type-mismatch", "ImplementationGuide.fhirVersion[0]", "ImplementationGuide")),
    (
        patient(text={"status": "empty", "div": DIV, "_div": {"id": "a"}}),
        [("sibling-unexpected", "Patient.text.div")],
    ),
    # an empty object holds nothing of what it must hold
    (patient(link=[{}]), [("empty-object", "Patient.link[0]"), *[("cardinality-min", "Patient.link[0]")] * 2]),
    (patient(name=[{}]), [("empty-object", "Patient.name[0]")]),
    (
        patient(extension=[{"_url": {"extension": [ABSENT]}, "valueString": "x"}]),
        [("extension-url-missing", "Patient.extension[0]")],
    ),
    (
        patient(extension=[{}]),
        [
            (kind, "Patient.extension[0]")
            for kind in ("empty-object", "cardinality-min", "invariant", "extension-url-missing")
        ],
    ),
    (patient(communication=[{"language": {}}]), [("empty-object", "Patient.communication[0].language")]),
    # one item without its array is looked into
    (patient(name={"family": "x"}), [("array-expected", "Patient.name")]),
    (
        patient(name={"use": "nope"}),
        [
            ("array-expected", "Patient.name"),
            ("code-system-undetermined", "Patient.name[0].use"),
            ("required-binding", "Patient.name[0].use"),
        ],
    ),
    (patient(name="x"), [("array-expected", "Patient.name"), ("object-expected", "Patient.name[0]")]),
    # quotes too many hide what would be wrong without them, quotes too few what would be wrong with them
    (patient(active="true"), [("type-mismatch", "Patient.active")]),
    (patient(active="maybe"), [("type-mismatch", "Patient.active"), ("primitive-format", "Patient.active")]),
    (patient(multipleBirthInteger="5"), [("type-mismatch", "Patient.multipleBirth.ofType(integer)")]),
    (
        patient(gender=1),
        [
            ("type-mismatch", "Patient.gender"),
            ("code-system-undetermined", "Patient.gender"),
            ("required-binding", "Patient.gender"),
        ],
    ),
    # a required binding asks for a code, also where a reason stands in its place
    (patient(_gender={"extension": [ABSENT]}), [("required-binding-code-missing", "Patient.gender")]),
    (patient(gender="male", _gender={"extension": [ABSENT]}), []),
    (patient(_birthDate={"extension": [ABSENT]}), []),
    # a time without a zone, and what is wrong besides
    (
        observation(effectiveDateTime="2020-01-01T10:00:00"),
        [("primitive-format", "Observation.effective.ofType(dateTime)")],
    ),
    (
        observation(effectiveDateTime="2020-01-01T10:00"),
        [("primitive-format", "Observation.effective.ofType(dateTime)")] * 2,
    ),
    (
        observation(effectiveDateTime="2020-01-01T25:00:00Z"),
        [("primitive-format", "Observation.effective.ofType(dateTime)")],
    ),
    # references to the container, and without any text
    (observation(subject={"_reference": {"extension": [ABSENT]}}), []),
    (observation(subject={"reference": "#"}), [("contained-target-missing", "Observation.subject")]),
    # definitions of the types that a resource type is derived from say nothing new
    (patient(meta={"profile": ["http://hl7.org/fhir/StructureDefinition/DomainResource"]}), []),
    (patient(meta={"profile": ["http://hl7.org/fhir/StructureDefinition/Resource"]}), []),
    (
        patient(meta={"profile": ["http://hl7.org/fhir/StructureDefinition/HumanName"]}),
        [("profile-wrong-type", "Patient.meta.profile")],
    ),
    # an entry whose resource says nothing has none; an empty fullUrl is said to be empty
    (entry({"resourceType": "Patient"}), [("invariant", "Bundle.entry[0]")]),
    (entry({"resourceType": "Patient", "active": True}), []),
    (
        entry({"resourceType": "Patient", "active": True}, ""),
        [(each, FULL_URL) for each in ("primitive-format", "invariant")],
    ),
    # a canonical within the resource names a part of it
    (
        {"resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": "#"},
        [("canonical-fragment-missing", "QuestionnaireResponse.questionnaire")],
    ),
    # definitions are known by an absolute URL
    ({"resourceType": "ValueSet", "status": "draft", "url": "x"}, [("own-url-not-absolute", "ValueSet.url")]),
    ({"resourceType": "ValueSet", "status": "draft", "url": "urn:oid:1.2.276.1"}, []),
    # every size that is stated is that of the data
    (
        {"resourceType": "Media", "status": "completed", "content": {"contentType": "a/b", "data": "YWJj", "size": 0}},
        [("attachment-size", "Media.content")],
    ),
]


@pytest.mark.parametrize(("node", "expected"), CASES, ids=[json.dumps(node)[:90] for node, _ in CASES])
def test_json(node: dict[str, Any], expected: Found) -> None:
    assert sorted(found(json.dumps(node).encode())) == sorted(expected)


def test_codes_of_other_versions_stand_for_a_code() -> None:
    node = observation(_status={"extension": [OTHER]})
    del node["status"]
    assert "required-binding-code-missing" not in [kind for kind, _ in found(json.dumps(node).encode())]


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ('<active value="maybe"/>', [("primitive-format", "Patient.active")]),
        ('<multipleBirthInteger value="1.0"/>', [("primitive-format", "Patient.multipleBirth.ofType(integer)")]),
        ('<active value="true"/>', []),
    ],
)
def test_in_xml_all_values_are_texts(inner: str, expected: Found) -> None:
    assert found(f'<Patient xmlns="http://hl7.org/fhir">{inner}</Patient>'.encode()) == expected


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (  # a datatype's rule is not each profile's that leads to it
            {
                "resourceType": "Observation",
                "meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/vitalsigns"]},
                "text": {"div": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'},
            },
            ("cardinality-min", "Observation.text"),
        ),
        (  # nor is what the type says that a profile on it builds upon
            observation(
                component=[{"code": {"text": "x"}, "valueQuantity": {"value": 1}}], referenceRange=[{"low": {"x": 1}}]
            ),
            ("unknown-element", "Observation.referenceRange[0].low"),
        ),
    ],
)
def test_said_once(node: dict[str, Any], expected: tuple[str, str]) -> None:
    assert found(json.dumps(node).encode()).count(expected) == 1


def test_a_url_that_is_a_list_ends_no_rule() -> None:
    node = {
        "resourceType": "CodeSystem",
        "status": "draft",
        "content": "complete",
        "property": [{"code": "a", "type": "code", "extension": [{"url": ["x"], "valueCode": "y"}]}],
        "concept": [{"code": "c", "property": [{"code": "a", "valueCode": "x"}]}],
    }
    assert "CodeSystem.property[0].extension[0].url" in {place for _, place in found(json.dumps(node).encode())}


@pytest.mark.parametrize("name", ["Resource", "DomainResource"])
def test_a_claim_to_what_all_resources_are_leaves_the_own_type_to_be_asked(name: str) -> None:
    node = {
        "resourceType": "Patient",
        "meta": {"profile": [f"http://hl7.org/fhir/StructureDefinition/{name}"]},
        "gender": "none of them",
    }
    assert ("required-binding", "Patient.gender") in found(json.dumps(node).encode())
