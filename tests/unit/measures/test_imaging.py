"""Imaging studies: what they list, whether their images can be fetched, whether a report belongs to them."""

from typing import Any

import pytest

from tests.unit.measures.judged import counts, judged

SERIES = {"uid": "1.2.3", "numberOfInstances": 2, "instance": [{"uid": "1"}, {"uid": "2"}]}
UID = [{"system": "urn:dicom:uid", "value": "urn:oid:1.2"}]


def study(**more: Any) -> dict[str, Any]:
    return {"resourceType": "ImagingStudy", "subject": {"reference": "Patient/1"}, **more}


def complete(**more: Any) -> dict[str, Any]:
    return study(**{"identifier": UID, "numberOfSeries": 1, "numberOfInstances": 2, "series": [SERIES], **more})


@pytest.mark.parametrize(
    ("node", "expected", "failing"),
    [
        (complete(), (5, 5, 0), None),
        (complete(identifier=[{"system": "urn:dicom:uid", "value": "1.2"}]), (4, 5, 0), "ImagingStudy.identifier"),
        (complete(identifier={"system": "urn:dicom:uid"}), (4, 5, 0), "ImagingStudy.identifier"),
        (complete(numberOfSeries=2), (4, 5, 0), "ImagingStudy.numberOfSeries"),
        (complete(numberOfSeries=None), (4, 5, 0), "ImagingStudy.numberOfSeries"),
        (complete(numberOfInstances=3), (4, 5, 0), "ImagingStudy.numberOfInstances"),
        (complete(series=[{**SERIES, "uid": " "}]), (4, 5, 0), "ImagingStudy.series[0].uid"),
        (
            complete(series=[{**SERIES, "numberOfInstances": 3}]),
            (4, 5, 0),
            "ImagingStudy.series[0].numberOfInstances",
        ),
        (complete(series=[{"uid": "1", "numberOfInstances": 2}]), (4, 4, 0), None),
        (complete(series=[{"uid": "1"}]), (3, 3, 1), None),
        (complete(series=[]), (1, 1, 2), None),
        (complete(series=["x"]), (2, 2, 2), None),
        (study(identifier=UID), (1, 3, 0), "ImagingStudy.numberOfInstances"),
    ],
)
def test_complete(node: dict[str, Any], expected: tuple[int, int, int], failing: str | None) -> None:
    result = judged(node)["imaging-study-complete"]
    assert counts(result) == expected
    assert (result.examples[0].expression if result.examples else None) == failing


SYSTEM = "http://terminology.hl7.org/CodeSystem/endpoint-connection-type"


def endpoint(code: str = "dicom-wado-rs", **more: Any) -> dict[str, Any]:
    kind = {"system": SYSTEM, "code": code}
    return {"resourceType": "Endpoint", "id": "1", "connectionType": kind, **more}


def named(reference: str) -> list[dict[str, str]]:
    return [{"reference": reference}]


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([study()], (0, 1, 0)),
        ([study(endpoint=[])], (0, 1, 0)),
        ([study(endpoint=[{"display": "PACS"}])], (0, 1, 0)),
        ([study(endpoint=named("Endpoint/1"))], (0, 1, 0)),
        ([study(endpoint=named("Endpoint/1")), endpoint()], (1, 1, 0)),
        ([endpoint("ihe-iid"), study(endpoint=named("Endpoint/1"))], (1, 1, 0)),
        ([study(endpoint=named("Endpoint/1")), endpoint("hl7-fhir-rest")], (0, 1, 0)),
        ([study(endpoint=named("Endpoint/1")), endpoint(connectionType={"code": "dicom-wado-rs"})], (0, 1, 0)),
        ([study(endpoint=[*named("Endpoint/2"), *named("Endpoint/1")]), endpoint()], (1, 1, 0)),
        ([study(endpoint=[*named("Endpoint/1"), *named("Endpoint/2")]), endpoint()], (1, 1, 0)),
        ([study(series=[{"endpoint": named("Endpoint/1")}, 5]), endpoint()], (1, 1, 0)),
        ([study(endpoint=named("#e"), contained=[endpoint(id="e")])], (1, 1, 0)),
        ([study(endpoint=named("#e"), contained=[endpoint("hl7-v2-mllp", id="e")])], (0, 1, 0)),
        ([study(endpoint=named("https://pacs.example.org/fhir/Endpoint/1"))], (0, 0, 1)),
        ([study(endpoint=named("https://pacs.example.org/fhir/Endpoint/1")), endpoint()], (1, 1, 0)),
        ([endpoint()], (0, 0, 0)),
    ],
)
def test_endpoint(nodes: list[dict[str, Any]], expected: tuple[int, int, int]) -> None:
    result = judged(*nodes)["imaging-endpoint"]
    assert counts(result) == expected
    failing = expected[1] - expected[0]
    assert (result.resources_failed, result.patients_failed, len(result.examples)) == (failing, failing, failing)


def test_in_a_sample_an_endpoint_may_have_been_left_out() -> None:
    result = judged(study(endpoint=named("Endpoint/1")), study(), sampled=True)["imaging-endpoint"]
    assert counts(result) == (0, 1, 1)


def report(**more: Any) -> dict[str, Any]:
    return {"resourceType": "DiagnosticReport", "id": "r", **more}


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([study(id="1"), report()], (0, 1, 0)),
        ([study()], (0, 1, 0)),
        ([study(), study()], (0, 2, 0)),
        ([study(id="1"), report(imagingStudy=named("ImagingStudy/1"))], (1, 1, 0)),
        ([report(imagingStudy=named("ImagingStudy/1")), study(id="1"), study(id="2")], (1, 2, 0)),
        ([study(basedOn=named("ServiceRequest/1")), report(basedOn=named("ServiceRequest/1"))], (1, 1, 0)),
        ([study(id="1", basedOn=named("ServiceRequest/1")), report(basedOn=named("ServiceRequest/2"))], (0, 1, 0)),
        (
            [
                study(procedureReference=named("Procedure/1")[0]),
                {"resourceType": "Procedure", "id": "1", "report": named("DiagnosticReport/r")},
            ],
            (1, 1, 0),
        ),
        ([study(procedureReference=named("Procedure/1")[0]), {"resourceType": "Procedure", "id": "1"}], (0, 1, 0)),
        ([report(imagingStudy=named("ImagingStudy/1"))], (0, 0, 0)),
    ],
)
def test_report_link(nodes: list[dict[str, Any]], expected: tuple[int, int, int]) -> None:
    assert counts(judged(*nodes)["imaging-report-link"]) == expected
