"""Probes that write: invented and marked data only, each fault noticed, nothing left behind without being told."""

import json
from pathlib import Path
from typing import Any

import pytest

from fhircheck.probe.probes import PROBES
from fhircheck.probe.probes.audit_feed import audit_event
from fhircheck.probe.probes.document_submission import provide_bundle
from fhircheck.probe.run_probes import run_probes
from fhircheck.probe.test_data import TAG, TestData
from tests.needs import shared_path
from tests.servers.clinic import clinic
from tests.servers.fhir_server import FhirServer
from tests.servers.probed import probed, probing, told
from tests.servers.writable import Written

WRITING = ("provide-document-bundle", "simplified-publish", "patient-feed", "audit-feed")


def found(name: str, *lies: str) -> tuple[dict[str, str], Written, FhirServer]:
    with FhirServer(clinic()) as server:
        written = Written(server, *lies)
        return told(probed(server, name, allow_writes=True)), written, server


@pytest.mark.parametrize("name", WRITING)
def test_a_sound_server_meets_all_and_is_left_as_it_was(name: str) -> None:
    results, written, server = found(name)
    assert set(results.values()) == {"met"}
    assert len(results) >= 3
    sent = [json.loads(each.body) for each in server.asked if each.method in ("POST", "PUT")]
    assert sent
    assert written.kept == {}
    assert all(TAG in each["meta"]["tag"] for each in sent)
    assert all(TAG in each["resource"]["meta"]["tag"] for one in sent for each in one.get("entry", ()))


T, D, F = "system.transaction", "DocumentReference.create", "Patient.conditionalUpdate"


@pytest.mark.parametrize(
    ("name", "lie", "expected"),
    [
        ("provide-document-bundle", "refused", {
            T: "transaction-refused", f"{T}:document": "nothing-written", "test-data": "nothing-written"}),
        ("provide-document-bundle", "batch", {T: "no-transaction-response"}),
        ("provide-document-bundle", "one-refused", {T: "entries-not-created"}),
        ("provide-document-bundle", "no-locations", {
            T: "locations-missing", f"{T}:document": "nothing-written", "test-data": "test-data-stays"}),
        ("provide-document-bundle", "document-changed", {
            f"{T}:document": "document-changed", "test-data": "location-of-other-data"}),
        ("provide-document-bundle", "hash-lost", {f"{T}:document": "document-hash-differs"}),
        ("provide-document-bundle", "no-url", {f"{T}:document": "document-without-url"}),
        ("provide-document-bundle", "elsewhere", {f"{T}:document": "on-another-host"}),
        ("provide-document-bundle", "keeps", {"test-data": "test-data-stays"}),
        ("simplified-publish", "not-created", {D: "not-created", "test-data": "nothing-written"}),
        ("simplified-publish", "no-location", {D: "no-location", "test-data": "met"}),
        ("simplified-publish", "document-changed", {
            f"{D}:document": "document-changed", "test-data": "location-of-other-data"}),
        ("simplified-publish", "forgets", {f"{D}:document": "not-there-after-writing"}),
        ("simplified-publish", "keeps", {"test-data": "test-data-stays"}),
        ("patient-feed", "second", {f"{F}:again": "second-patient-made"}),
        ("patient-feed", "second-refused", {f"{F}:again": "not-updated"}),
        ("patient-feed", "keeps", {"test-data": "test-data-stays"}),
        ("audit-feed", "not-created", {"AuditEvent.create": "not-created", "test-data": "nothing-written"}),
        ("audit-feed", "no-location", {"AuditEvent.create": "no-location", "test-data": "met"}),
        ("audit-feed", "forgets", {"AuditEvent.create:kept": "not-there-after-writing"}),
        ("audit-feed", "keeps", {"test-data": "test-data-stays"}),
    ],
)  # fmt: skip
def test_each_fault_is_noticed_and_no_other(name: str, lie: str, expected: dict[str, str]) -> None:
    results, _, _ = found(name, lie)
    assert {about: reason for about, reason in results.items() if reason != "met"} == {
        about: reason for about, reason in expected.items() if reason != "met"
    }


def test_what_stays_is_told_by_type_and_id() -> None:
    with FhirServer(clinic()) as server:
        written = Written(server, "keeps")
        results = probed(server, "provide-document-bundle", allow_writes=True)
        stays = dict(next(each for each in results if each.why == "test-data-stays").params)
        assert stays["count"] == 4
        assert set(str(stays["names"]).split(", ")) == set(written.kept)


@pytest.mark.parametrize("name", ["simplified-publish", "patient-feed", "audit-feed"])
def test_data_that_is_not_ours_is_never_deleted(name: str) -> None:
    """A server may answer with the location of a patient that it takes for the same."""
    results, _, server = found(name, "other-location")
    assert results["test-data"] == "location-of-other-data"
    assert not [each for each in server.asked if each.method == "DELETE" and each.path == "/Patient/p0"]


def test_a_server_that_ignores_the_condition_is_not_written_to() -> None:
    results, _, server = found("patient-feed", "finds-strangers")
    assert results == {F: "search-not-trusted"}
    assert {each.method for each in server.asked} == {"GET"}


@pytest.mark.parametrize(
    ("location", "name"),
    [
        ("https://fhir.example/r4/Patient/1/_history/2", "Patient/1"),
        ("Patient/1", "Patient/1"),
        ("Patient/1?x=/a/b", "Patient/1"),
        ("https://fhir.example/r4/Patient", ""),
        ("Patient/1%2F..", ""),
        ("../1", ""),
        ("", ""),
    ],
)
def test_only_a_type_and_an_id_are_taken_from_a_location(location: str, name: str) -> None:
    data = TestData()
    assert data.note(location) == name
    assert data.made == ([name] if name else [])


def test_a_record_whose_place_is_not_told_may_stay() -> None:
    with FhirServer(clinic()) as server:
        written = Written(server, "no-location", "no-body")
        results = probed(server, "audit-feed", allow_writes=True)
        stays = next(each for each in results if each.why == "test-data-stays")
        assert dict(stays.params) == {"count": 1, "names": "AuditEvent/?"}
        assert len(written.kept) == 1


def test_what_cannot_go_at_first_is_tried_again() -> None:
    with FhirServer(clinic()) as server:
        written = Written(server, "integrity")
        assert told(probed(server, "simplified-publish", allow_writes=True))["test-data"] == "met"
        assert written.kept == {}


@pytest.mark.parametrize("lie", ["lost", "no-locations"])
def test_what_the_answer_did_not_name_is_looked_for(lie: str) -> None:
    """A transaction may have been done though its answer was lost; a Binary has no identifier to be found by."""
    results, written, server = found("provide-document-bundle", lie)
    assert results["test-data"] == "test-data-stays"
    assert {name.split("/")[0] for name in written.kept} == {"Binary"}
    assert sum(each.method == "POST" for each in server.asked) == 1  # not repeated by itself


def test_nothing_is_written_unless_that_is_allowed() -> None:
    with FhirServer(clinic()) as server:
        Written(server)
        with probing(server) as handed:
            results, _ = run_probes([PROBES[name] for name in WRITING], handed)
        assert [(each.outcome, each.why) for each in results] == [("not-tested", "writes-not-allowed")] * len(WRITING)
        assert server.asked == []


def test_only_reading_probes_send_nothing_that_writes() -> None:
    with FhirServer(clinic()) as server:
        Written(server)
        with probing(server) as handed:
            run_probes(PROBES, handed)
        assert {each.method for each in server.asked} <= {"GET", "POST", "OPTIONS", "HEAD"}
        posted = {each.path.rsplit("/", 1)[-1] for each in server.asked if each.method == "POST"}
        assert posted <= {"_search", "$match", "$validate"}


@pytest.mark.parametrize("name", WRITING)
def test_not_declared(name: str) -> None:
    with FhirServer(clinic()) as server:
        results = probed(server, name, allow_writes=True)
        assert [each.outcome for each in results] == ["not-tested"]
        assert server.asked == []


def test_the_document_is_of_the_invented_patient() -> None:
    _, _, server = found("simplified-publish")
    sent = [json.loads(each.body) for each in server.asked if each.method == "POST"]
    assert [each["resourceType"] for each in sent] == ["Patient", "DocumentReference"]
    assert sent[1]["subject"]["reference"].startswith("Patient/")


def test_a_patient_that_cannot_be_created_is_named_by_identifier() -> None:
    with FhirServer(clinic()) as server:
        Written(server)
        patient = server.capability["rest"][0]["resource"][0]
        patient["interaction"] = [{"code": "read"}]
        assert told(probed(server, "simplified-publish", allow_writes=True))[D] == "met"
        sent = json.loads(next(each for each in server.asked if each.path == "/DocumentReference").body)
        assert "identifier" in sent["subject"]


@pytest.mark.parametrize("made", [provide_bundle, audit_event])
def test_what_is_sent_is_valid(made: Any, tmp_path: Path) -> None:
    import fhircheck

    packages = [str(shared_path("packages", f"ihe.iti.{name}.tgz")) for name in ("mhd-4.2.0", "balp-1.1.4")]
    file = tmp_path / "sent.json"
    file.write_text(json.dumps(made(TestData())))
    report = fhircheck.validate(str(file), packages=packages, unknown_profile="error")
    assert [(each.kind, each.count) for each in report.issues if each.severity == "error"] == []
