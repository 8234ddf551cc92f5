"""The DICOMweb endpoint of an ImagingStudy, and that nothing is asked elsewhere."""

from typing import Any

import pytest

from tests.servers.clinic import clinic
from tests.servers.fhir_server import FhirServer
from tests.servers.probed import probed, replied, told

UID = "1.2.276.0.7230010.3.1.2.1"
A = "ImagingStudy.endpoint"
INSTANCE = {"0020000D": {"vr": "UI", "Value": [UID]}}
Node = dict[str, Any]


def study(**more: Any) -> Node:
    identifier = [{"system": "urn:dicom:uid", "value": f"urn:oid:{UID}"}]
    return {"resourceType": "ImagingStudy", "id": "i0", "identifier": identifier,
            "endpoint": [{"reference": "Endpoint/x0"}], **more}  # fmt: skip


def endpoint(address: str, code: str = "dicom-wado-rs") -> Node:
    return {"resourceType": "Endpoint", "id": "x0", "connectionType": {"code": code}, "address": address}


def found(
    query: Any = None, metadata: Any = None, mine: Node | None = None, code: str = "dicom-wado-rs", **given: Any
) -> tuple[dict[str, str], FhirServer]:
    with FhirServer(clinic()) as server:
        server.routes["GET", "/pacs/studies"] = lambda asked: query or replied([INSTANCE])
        server.routes["GET", f"/pacs/studies/{UID}/metadata"] = lambda asked: metadata or replied([INSTANCE, INSTANCE])
        address = given.pop("address", f"{server.base}/pacs/")
        server.routes["GET", "/Endpoint/x0"] = lambda asked: replied(endpoint(address, code))
        results = probed(server, "dicomweb", samples={"ImagingStudy": [mine or study()]}, **given)
        assert UID not in repr(results)
        return told(results), server


def test_a_sound_endpoint_meets_all() -> None:
    results, server = found()
    assert results == {A: "met", f"{A}:QIDO-RS": "met", f"{A}:WADO-RS": "met"}
    asked = next(each for each in server.asked if each.path == "/pacs/studies")
    assert asked.query == [("limit", "1")]
    assert asked.headers["accept"] == "application/dicom+json"


@pytest.mark.parametrize(
    ("query", "metadata", "expected"),
    [
        (replied(status=204), None, {}),
        (replied([INSTANCE, INSTANCE]), None, {f"{A}:QIDO-RS": "limit-ignored"}),
        (replied(b"<html>"), None, {f"{A}:QIDO-RS": "no-dicom-json"}),
        (replied(status=500), None, {f"{A}:QIDO-RS": "no-dicom-json"}),
        (None, replied([]), {f"{A}:WADO-RS": "no-dicom-json"}),
        (None, replied(status=404), {f"{A}:WADO-RS": "no-dicom-json"}),
        (None, replied([{"0020000D": {"Value": ["9.9"]}}]), {f"{A}:WADO-RS": "other-study"}),
        (None, replied([{}]), {f"{A}:WADO-RS": "other-study"}),
    ],
)
def test_each_fault_is_noticed(query: Any, metadata: Any, expected: dict[str, str]) -> None:
    results, _ = found(query, metadata)
    assert {about: reason for about, reason in results.items() if reason != "met"} == expected


def test_an_endpoint_elsewhere_is_asked_only_where_that_is_allowed() -> None:
    results, _ = found(address="https://pacs.invalid/dicom")
    assert results == {A: "met", f"{A}:QIDO-RS": "on-another-host", f"{A}:WADO-RS": "on-another-host"}
    results, _ = found(address="http://127.0.0.2:9/dicom", other_hosts=True)
    assert results == {A: "met", f"{A}:QIDO-RS": "endpoint-not-reachable", f"{A}:WADO-RS": "endpoint-not-reachable"}


def test_endpoints_of_series_and_contained_ones() -> None:
    series = study(endpoint=[], series=[{"endpoint": [{"reference": "Endpoint/x0"}]}])
    assert found(mine=series)[0][A] == "met"
    contained = study(endpoint=[{"reference": "#e"}], contained=[{**endpoint("https://pacs.invalid"), "id": "e"}])
    assert found(mine=contained)[0][f"{A}:QIDO-RS"] == "on-another-host"


def test_a_known_endpoint_is_not_asked_for_again() -> None:
    with FhirServer(clinic()) as server:
        samples = {"ImagingStudy": [study()], "Endpoint": [endpoint("https://pacs.invalid")]}
        assert told(probed(server, "dicomweb", samples=samples))[f"{A}:QIDO-RS"] == "on-another-host"
        assert server.asked == []


@pytest.mark.parametrize("mine", [study(endpoint=[]), study(endpoint=[{"reference": "Endpoint/none"}])])
def test_no_endpoint(mine: Node) -> None:
    results, _ = found(mine=mine)
    assert set(results.values()) == {"no-dicomweb-endpoint"}


def test_an_endpoint_of_another_kind() -> None:
    assert found(code="hl7-fhir-rest")[0][A] == "no-dicomweb-endpoint"


def test_no_uid_and_no_study() -> None:
    assert found(mine=study(identifier=[]))[0][f"{A}:WADO-RS"] == "no-study-uid"
    with FhirServer(clinic()) as server:
        assert set(told(probed(server, "dicomweb")).values()) == {"no-sample"}
