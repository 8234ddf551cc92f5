"""MHD: documents are found by patient and status, and are what their metadata says."""

import base64
import copy
import hashlib
from typing import Any

import pytest

from fhircheck.probe.probes.document_search import LIST_TYPES
from tests.servers import search_matching
from tests.servers.clinic import DOCUMENT, clinic
from tests.servers.fhir_answers import Reply
from tests.servers.fhir_server import FhirServer
from tests.servers.probed import probed, replied, told

MHD = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/"
LISTS = {
    "code": ("token", "code"),
    "status": ("token", "status"),
    "patient": ("reference", "subject"),
    "designationType": ("token", "extension.valueCodeableConcept"),
    "sourceId": ("token", "extension.valueIdentifier"),
}
Node = dict[str, Any]


@pytest.fixture(autouse=True)
def lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(search_matching.PARAMETERS, "List", LISTS)
    documents = {**search_matching.PARAMETERS["DocumentReference"], "creation": ("date", "content.attachment.creation")}
    monkeypatch.setitem(search_matching.PARAMETERS, "DocumentReference", documents)


def _list(number: int) -> Node:
    kind = ("submissionset", "folder")[number % 2]
    return {
        "resourceType": "List",
        "id": f"l{number}",
        "meta": {"versionId": "1", "lastUpdated": "2026-01-02T03:04:05Z"},
        "extension": [
            {
                "url": MHD + "ihe-designationType",
                "valueCodeableConcept": {"coding": [{"system": "urn:x", "code": kind}]},
            },
            {"url": MHD + "ihe-sourceId", "valueIdentifier": {"system": "urn:y", "value": f"s{number}"}},
        ],
        "status": "current",
        "mode": "working",
        "code": {"coding": [{"system": LIST_TYPES, "code": kind}]},
        "subject": {"reference": f"Patient/p{number}"},
    }


def data() -> list[Node]:
    resources = copy.deepcopy(clinic())
    for number, each in enumerate(each for each in resources if each["resourceType"] == "DocumentReference"):
        each["content"][0]["attachment"]["creation"] = f"2025-03-0{number + 1}"
    return resources + [_list(number) for number in range(4)]


def found(name: str, *lies: str) -> dict[str, str]:
    with FhirServer(data(), lies) as server:
        return told(probed(server, name))


@pytest.mark.parametrize("name", ["document-lists", "document-references"])
def test_a_sound_server_meets_all(name: str) -> None:
    results = found(name)
    assert set(results.values()) == {"met"}
    assert len(results) >= 3


@pytest.mark.parametrize(
    ("name", "lie", "expected"),
    [
        ("document-references", "ignores:patient", {
            "DocumentReference.search-type:patient+status": "hits-do-not-match",
            "DocumentReference.searchParam:patient.identifier": "hits-do-not-match"}),
        ("document-references", "ignores:status", {
            "DocumentReference.searchParam:patient.identifier": "met"}),
        ("document-references", "post-differs", {"DocumentReference.search-type:patient+status": "sample-not-found"}),
        ("document-references", "ignores:creation", {"DocumentReference.searchParam:creation": "hits-do-not-match"}),
        ("document-references", "finds-nothing:creation", {
            "DocumentReference.searchParam:creation": "sample-not-found"}),
        ("document-lists", "ignores:patient", {
            "List.search-type:patient+status": "hits-do-not-match",
            "List.searchParam:patient.identifier": "hits-do-not-match"}),
        ("document-lists", "refuses:code", {
            "List.search-type:patient+status": "search-refused",
            "List.searchParam:patient.identifier": "search-refused"}),
        ("document-lists", "ignores:designationType", {"List.searchParam:designationType": "hits-do-not-match"}),
        ("document-lists", "finds-nothing:sourceId", {"List.searchParam:sourceId": "sample-not-found"}),
    ],
)  # fmt: skip
def test_each_lie_is_noticed_and_no_other_turns(name: str, lie: str, expected: dict[str, str]) -> None:
    results = {about: reason for about, reason in found(name, lie).items() if reason != "met"}
    assert results == {about: reason for about, reason in expected.items() if reason != "met"}


def test_chained_identifiers_that_are_ignored_find_strangers() -> None:
    results = found("document-references", "chain-ignored")
    assert results["DocumentReference.searchParam:patient.identifier"] == "hits-do-not-match"


@pytest.mark.parametrize(("name", "kind"), [("document-lists", "List"), ("document-references", "DocumentReference")])
def test_no_sample_and_nothing_declared(name: str, kind: str) -> None:
    with FhirServer(data()) as server:
        assert set(told(probed(server, name, samples={})).values()) == {"no-sample"}
        server.capability["rest"][0]["resource"] = []
        assert told(probed(server, name)) == {f"{kind}.search-type": "search-not-declared"}


def retrieved(attachment: Node, reply: Any = None) -> dict[str, str]:
    """What is said of one document whose metadata was changed by `attachment` (None takes a member away)."""
    resources = data()
    mine = next(each for each in resources if each["resourceType"] == "DocumentReference")
    full = {**mine["content"][0]["attachment"], **attachment}
    mine["content"][0]["attachment"] = {name: value for name, value in full.items() if value is not None}
    with FhirServer(resources) as server:
        raw = Reply(200, {"Content-Type": "text/html; charset=utf-8"}, DOCUMENT)
        server.routes["GET", "/Binary/b0"] = lambda asked: raw if reply is None else reply
        return told(probed(server, "document-retrieval", samples={"DocumentReference": [mine]}))


B = "Binary.read"
SOUND = {f"{B}:document": "met", f"{B}:size": "met", f"{B}:hash": "met", f"{B}:contentType": "met"}


def test_a_document_is_what_its_metadata_says() -> None:
    assert retrieved({}) == SOUND


def test_the_document_is_asked_for_in_its_own_type() -> None:
    with FhirServer(data()) as server:
        server.routes["GET", "/Binary/b0"] = lambda asked: Reply(200, {"Content-Type": "text/html"}, DOCUMENT)
        probed(server, "document-retrieval")
        assert {each.headers["accept"] for each in server.asked if each.path == "/Binary/b0"} == {"text/html"}


@pytest.mark.parametrize(
    ("attachment", "expected"),
    [
        ({"size": 3}, {f"{B}:size": "document-size-differs"}),
        ({"size": None}, {f"{B}:size": "not-in-metadata"}),
        ({"hash": None}, {f"{B}:hash": "not-in-metadata"}),
        ({"hash": base64.b64encode(b"x" * 20).decode()}, {f"{B}:hash": "document-hash-differs"}),
        ({"hash": "not base64!"}, {f"{B}:hash": "document-hash-differs"}),
        ({"hash": hashlib.sha1(DOCUMENT).hexdigest()}, {f"{B}:hash": "document-hash-in-hexadecimal"}),
        (
            {"hash": base64.b64encode(hashlib.sha1(DOCUMENT).hexdigest().encode()).decode()},
            {f"{B}:hash": "document-hash-in-hexadecimal"},
        ),
        (
            {"hash": base64.b64encode(hashlib.sha256(DOCUMENT).digest()).decode()},
            {f"{B}:hash": "document-hash-not-sha1"},
        ),
        ({"contentType": "application/pdf"}, {f"{B}:contentType": "document-type-differs"}),
        ({"contentType": None}, {f"{B}:contentType": "not-in-metadata"}),
    ],
)
def test_each_difference_is_noticed_and_no_other(attachment: Node, expected: dict[str, str]) -> None:
    assert {about: reason for about, reason in retrieved(attachment).items() if reason != "met"} == expected


def test_a_binary_resource_in_the_place_of_the_document() -> None:
    binary = {"resourceType": "Binary", "contentType": "text/html", "data": base64.b64encode(DOCUMENT).decode()}
    assert retrieved({}, replied(binary)) == {**SOUND, f"{B}:contentType": "document-as-binary-resource"}


def test_a_server_that_knows_binaries_as_resources_only() -> None:
    binary = {"resourceType": "Binary", "contentType": "text/html", "data": base64.b64encode(DOCUMENT).decode()}
    with FhirServer(data()) as server:
        server.routes["GET", "/Binary/b0"] = lambda asked: (
            replied(binary) if asked.headers["accept"] == "*/*" else replied(status=406)
        )
        assert told(probed(server, "document-retrieval")) == {
            **SOUND,
            f"{B}:document": "document-not-retrieved",
            f"{B}:contentType": "document-type-refused",
        }


def test_half_a_document() -> None:
    results = retrieved({}, Reply(200, {"Content-Type": "text/html"}, DOCUMENT[:9]))
    assert results[f"{B}:size"] == "document-size-differs"
    assert results[f"{B}:hash"] == "document-hash-differs"


def test_a_document_that_is_gone() -> None:
    results = retrieved({}, replied(status=404))
    assert results[f"{B}:document"] == "document-not-retrieved"
    assert {each.outcome for each in _results(replied(status=404)) if each.about != f"{B}:document"} == {"not-tested"}


def _results(reply: Any) -> list[Any]:
    with FhirServer(data()) as server:
        server.routes["GET", "/Binary/b0"] = lambda asked: reply
        return probed(server, "document-retrieval")


def test_a_document_elsewhere_is_not_asked_for() -> None:
    assert set(retrieved({"url": "https://archive.example.org/1"}).values()) == {"on-another-host"}
    assert set(retrieved({"url": "https://[broken"}).values()) == {"on-another-host"}


def test_superseded_documents_may_be_gone() -> None:
    resources = data()
    for each in resources:
        if each["resourceType"] == "DocumentReference":
            each["status"] = "superseded"
    with FhirServer(resources) as server:
        assert set(told(probed(server, "document-retrieval")).values()) == {"no-sample"}


def test_the_address_of_a_document_is_not_shown() -> None:
    assert not [one for each in _results(replied(status=404)) for one in each.evidence if "b0" in one.request]
