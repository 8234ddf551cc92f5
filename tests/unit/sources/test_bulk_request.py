"""What a Bulk Data kick-off asks for, and what makes no sense."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from fhircheck.model.errors import UsageError
from fhircheck.sources.bulk_request import ExportRequest

BASE = "https://fhir.example.org/fhir/"


@pytest.mark.parametrize(
    ("request_", "path"),
    [
        (ExportRequest(), "/fhir/$export"),
        (ExportRequest("patient"), "/fhir/Patient/$export"),
        (ExportRequest("group", "g.1"), "/fhir/Group/g.1/$export"),
    ],
)
def test_levels(request_: ExportRequest, path: str) -> None:
    request_.check()
    assert urlsplit(request_.url(BASE)).path == path


def test_a_get_holds_all_parameters_in_its_url() -> None:
    request = ExportRequest(
        types=("Patient", "Observation"),
        since="2026-01-02T03:04:05+01:00",
        type_filters=("Observation?code=a,b&status=final", "Patient?active=true"),
        elements=("id", "Patient.name"),
        output_format="application/fhir+ndjson",
        associated=("LatestProvenanceResources",),
    )
    request.check()
    assert parse_qsl(urlsplit(request.url(BASE)).query) == [
        ("_outputFormat", "application/fhir+ndjson"),
        ("_since", "2026-01-02T03:04:05+01:00"),
        ("_type", "Patient,Observation"),
        ("_elements", "id,Patient.name"),
        ("_typeFilter", "Observation?code=a,b&status=final"),
        ("_typeFilter", "Patient?active=true"),
        ("includeAssociatedData", "LatestProvenanceResources"),
    ]


def test_a_post_holds_them_in_its_body() -> None:
    request = ExportRequest("patient", types=("Patient",), since="2026-01-02", patients=("a", "Patient/b"))
    request.check()
    assert request.by_post
    assert request.url(BASE) == "https://fhir.example.org/fhir/Patient/$export"
    assert json.loads(request.body()) == {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "_since", "valueInstant": "2026-01-02T00:00:00Z"},
            {"name": "_type", "valueString": "Patient"},
            {"name": "patient", "valueReference": {"reference": "Patient/a"}},
            {"name": "patient", "valueReference": {"reference": "Patient/b"}},
        ],
    }


@pytest.mark.parametrize(
    "request_",
    [
        ExportRequest("group"),
        ExportRequest("system", "g"),
        ExportRequest("group", "../Patient"),
        ExportRequest(patients=("a",)),
        ExportRequest("patient", patients=("a/b",)),
        ExportRequest(types=("patient",)),
        ExportRequest(type_filters=("Observation",)),
        ExportRequest(since="yesterday"),
        ExportRequest(since="2026-01-02T03:04:05"),
    ],
)
def test_what_makes_no_sense_is_refused(request_: ExportRequest) -> None:
    with pytest.raises(UsageError):
        request_.check()


def test_the_fingerprint_tells_requests_apart() -> None:
    one, other = ExportRequest(types=("Patient",)), ExportRequest(types=("Patient",), since="2026-01-02")
    assert one.fingerprint() != other.fingerprint()
    assert one.fingerprint() == ExportRequest(types=("Patient",), post=True).fingerprint()
