"""$ihe-pix: cross-references of a known identifier, and the errors that PIXm writes down."""

import pytest

from tests.servers.clinic import clinic
from tests.servers.fhir_server import FhirServer
from tests.servers.ihe_operations import CrossReference
from tests.servers.probed import probed, replied, told

A = "Patient.operation:$ihe-pix"


def found(*lies: str) -> dict[str, str]:
    with FhirServer(clinic()) as server:
        CrossReference(server, *lies)
        return told(probed(server, "patient-identifiers"))


def test_a_sound_server_meets_all() -> None:
    names = ("targetSystem", "unknown-identifier", "unknown-target", "unknown-domain", "no-source")
    assert found() == dict.fromkeys([A, *(f"{A}:{name}" for name in names)], "met")


@pytest.mark.parametrize(
    ("lie", "about", "reason"),
    [
        ("source-back", A, "source-in-answer"),
        ("no-domain", A, "target-without-domain"),
        ("no-value", A, "target-without-domain"),
        ("other-parameter", A, "other-parameters"),
        ("target-ignored", f"{A}:targetSystem", "target-system-ignored"),
        ("nothing-else", f"{A}:targetSystem", "no-other-identifier"),
        ("domain-200", f"{A}:unknown-domain", "other-status"),
        ("domain-plain", f"{A}:unknown-domain", "no-outcome"),
        ("domain-code", f"{A}:unknown-domain", "other-issue-code"),
        ("identifier-200", f"{A}:unknown-identifier", "other-status"),
        ("identifier-code", f"{A}:unknown-identifier", "other-issue-code"),
        ("target-200", f"{A}:unknown-target", "other-status"),
        ("no-source-200", f"{A}:no-source", "other-status"),
        ("no-source-plain", f"{A}:no-source", "no-outcome"),
    ],
)
def test_each_lie_is_noticed_and_no_other_turns(lie: str, about: str, reason: str) -> None:
    results = {name: each for name, each in found(lie).items() if each != "met"}
    if lie == "no-domain":
        assert results.pop(f"{A}:targetSystem") == "no-other-identifier"
    if lie == "source-back":
        results.pop(f"{A}:targetSystem", None)
    assert results == {about: reason}


@pytest.mark.parametrize("reply", [replied(status=500), replied({"resourceType": "Bundle", "type": "searchset"})])
def test_a_known_identifier_that_is_refused(reply) -> None:
    with FhirServer(clinic()) as server:
        CrossReference(server)
        server.routes["GET", "/Patient/$ihe-pix"] = lambda asked: reply
        assert told(probed(server, "patient-identifiers"))[A] == "known-identifier-refused"


def test_identifiers_are_in_requests_only() -> None:
    with FhirServer(clinic()) as server:
        CrossReference(server, "source-back")
        results = probed(server, "patient-identifiers")
        assert any("000000" in dict(each.query).get("sourceIdentifier", "") for each in server.asked)
        assert "000000" not in repr(results)


def test_not_declared_and_no_sample() -> None:
    with FhirServer(clinic()) as server:
        assert told(probed(server, "patient-identifiers")) == {A: "operation-not-declared"}
        CrossReference(server)
        results = told(probed(server, "patient-identifiers", samples={}))
        assert results[A] == "no-sample"
        assert results[f"{A}:unknown-domain"] == "met"
