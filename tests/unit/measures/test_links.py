"""Links and identifiers: whose a record is, what holds within a Bundle, which systems numbers have."""

from typing import Any

import pytest

from tests.unit.measures.judged import counts, judged
from tests.unit.measures.known import known_tools

HB = {"resourceType": "Observation", "status": "final", "code": {"text": "Hb"}}
INSIDE = [{"resourceType": "Patient", "id": "p"}, {"resourceType": "Group", "id": "g"}]


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ({"reference": "Patient/1"}, (1, 1, 0)),
        ({"reference": "https://example.org/fhir/Patient/1"}, (1, 1, 0)),
        ({"reference": "urn:uuid:1"}, (1, 1, 0)),
        ({"reference": "#p"}, (1, 1, 0)),
        ({"reference": "#g"}, (0, 1, 0)),
        ({"reference": "#q"}, (0, 1, 0)),
        ({"reference": "Group/1"}, (0, 1, 0)),
        ({"identifier": {"value": "1"}}, (0, 0, 1)),
        ({"display": "somebody"}, (0, 1, 0)),
        ("Patient/1", (0, 1, 0)),
        (None, (0, 1, 0)),
    ],
)
def test_patient_linked(subject: Any, expected: tuple[int, int, int]) -> None:
    result = judged({**HB, "contained": INSIDE, "subject": subject})["patient-linked"]
    assert counts(result) == expected
    assert result.resources_failed == (expected[:2] == (0, 1))


def test_a_device_that_names_no_patient_is_no_item() -> None:
    assert counts(judged({"resourceType": "Device"})["patient-linked"]) == (0, 0, 0)
    assert counts(judged({"resourceType": "Device", "patient": {}})["patient-linked"]) == (0, 1, 0)


def entry(name: str, resource: dict[str, Any]) -> dict[str, Any]:
    return {"fullUrl": name, "resource": resource}


def bundle(*subjects: str) -> dict[str, Any]:
    entries = [entry("urn:uuid:a", {"resourceType": "Patient"})]
    entries += [entry(f"urn:uuid:o{n}", {**HB, "subject": {"reference": each}}) for n, each in enumerate(subjects)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def test_links_hold_within_their_bundle_only() -> None:
    results = judged(bundle("urn:uuid:a", "urn:uuid:b"), bundle("urn:uuid:o0", "Patient/1"), tools=known_tools())
    within = results["bundle-links"]
    assert counts(within) == (2, 3, 0)
    assert (within.status, within.resources_failed) == ("failed", 1)
    assert within.examples[0].expression == "Bundle.entry[2].resource.subject"
    assert "1 leads to nothing" in within.reason
    assert counts(results["reference-resolves"]) == (1, 4, 0)


def test_a_contained_resource_is_found_in_its_own_container_only() -> None:
    nodes = ({**HB, "contained": INSIDE, "subject": {"reference": "#p"}}, {**HB, "subject": {"reference": "#p"}})
    assert counts(judged(*nodes)["bundle-links"]) == (1, 2, 0)


def test_plain_references_are_no_items_of_bundle_links() -> None:
    assert judged({**HB, "subject": {"reference": "Patient/1"}})["bundle-links"].status == "not-applicable"


def test_links_of_a_sample_cannot_be_told() -> None:
    result = judged({**HB, "subject": {"reference": "#p"}}, sampled=True)["bundle-links"]
    assert counts(result) == (0, 0, 1)
    assert "sample" in result.reason


KVNR = "http://fhir.de/sid/gkv/kvid-10"


@pytest.mark.parametrize(
    ("identifier", "expected", "part"),
    [
        ({"system": KVNR, "value": "X"}, (1, 1, 0), "recognised-system"),
        ({"system": "http://hl7.org/fhir/sid/passport-DEU", "value": "X"}, (1, 1, 0), "recognised-system"),
        ({"system": "urn:dicom:uid", "value": "urn:oid:1.2"}, (1, 1, 0), "recognised-system"),
        ({"system": "https://example.org/sid", "value": "X"}, (1, 1, 0), "absolute-system"),
        ({"system": "urn:oid:1.2.3", "value": "X"}, (1, 1, 0), "absolute-system"),
        ({"system": "sid/patients", "value": "X"}, (0, 1, 0), "bare-system"),
        ({"system": "1.2.276.0.76.4.8", "value": "X"}, (0, 1, 0), "bare-system"),
        ({"system": "http: //example.org", "value": "X"}, (0, 1, 0), "bare-system"),
        ({"value": "X"}, (0, 1, 0), "bare-system"),
        ({"system": KVNR}, (0, 1, 0), "bare-system"),
        ({"system": KVNR, "value": " "}, (0, 1, 0), "bare-system"),
        ({"system": KVNR, "_value": {"extension": []}}, (0, 0, 1), ""),
        ({"system": ["x"], "value": "X"}, (0, 1, 0), "bare-system"),
        ("X", (0, 0, 1), ""),
    ],
)
def test_identifier_recognised(identifier: Any, expected: tuple[int, int, int], part: str) -> None:
    for value in ([identifier], identifier):
        result = judged({"resourceType": "Patient", "identifier": value})["identifier-recognised"]
        assert counts(result) == expected
        assert [each.name for each in result.details] == ([part] if part else [])


def test_places_of_identifiers_have_their_number() -> None:
    node = {"resourceType": "Patient", "identifier": [{"system": KVNR, "value": "X"}, {"value": "Y"}]}
    result = judged(node)["identifier-recognised"]
    assert [each.expression for each in result.examples] == ["Patient.identifier[1]"]
    assert counts(result) == (1, 2, 0)
