"""Audit records by date, and the profiles they claim."""

from typing import Any

import pytest

from tests.needs import shared_path
from tests.servers import search_matching
from tests.servers.fhir_server import FhirServer
from tests.servers.probed import probed, told

BALP = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.Query"
A = "AuditEvent.search-type"
Node = dict[str, Any]


@pytest.fixture(autouse=True)
def audit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(search_matching.PARAMETERS, "AuditEvent", {"date": ("date", "recorded")})


def record(number: int, **more: Any) -> Node:
    meta = {"versionId": "1", "lastUpdated": "2026-01-02T03:04:05Z", **more}
    recorded = f"2025-0{number + 1}-10T23:30:00+01:00"
    return {"resourceType": "AuditEvent", "id": f"a{number}", "meta": meta, "recorded": recorded}


def found(*lies: str, resources: list[Node] | None = None, **given: Any) -> dict[str, str]:
    with FhirServer(resources or [record(number) for number in range(5)], lies) as server:
        return told(probed(server, "audit-events", **given))


def test_a_sound_server_meets_all() -> None:
    assert found() == {f"{A}:date": "met", f"{A}:no-hits": "met", "AuditEvent.profile:BALP": "no-record-claims-balp"}


@pytest.mark.parametrize(
    ("lie", "expected"),
    [
        ("ignores:date", {f"{A}:date": "hits-do-not-match", f"{A}:no-hits": "finds-what-is-not-there"}),
        ("finds-nothing:date", {f"{A}:date": "sample-not-found"}),
        ("refuses:date", {f"{A}:date": "search-refused", f"{A}:no-hits": "no-hits-no-200"}),
        ("ignores-prefix:le", {f"{A}:date": "sample-not-found"}),
    ],
)
def test_each_lie_is_noticed(lie: str, expected: dict[str, str]) -> None:
    results = found(lie)
    del results["AuditEvent.profile:BALP"]
    assert {about: reason for about, reason in results.items() if reason != "met"} == expected


@pytest.mark.parametrize(("errors", "reason"), [(0, "met"), (2, "records-break-profile"), (None, "profile-not-loaded")])
def test_records_are_as_their_profile_says(errors: int | None, reason: str) -> None:
    asked: list[str] = []

    def errors_against(node: Node, profile: str) -> int | None:
        asked.append(profile)
        return errors

    resources = [record(0, profile=[BALP, "https://example.org/other"])]
    assert found(resources=resources, errors_against=errors_against)["AuditEvent.profile:BALP"] == reason
    assert asked == [BALP]
    assert found(resources=resources)["AuditEvent.profile:BALP"] == "profile-not-loaded"


def test_nothing_to_test_with() -> None:
    assert found(resources=[{**record(0), "recorded": "yesterday"}]) == {f"{A}:date": "no-sample"}
    with FhirServer([record(0)]) as server:
        server.capability["rest"][0]["resource"] = []
        assert told(probed(server, "audit-events")) == {f"{A}:date": "search-not-declared"}


def test_a_record_against_the_published_profile() -> None:
    """The server's record breaks the profile it claims, by the package's own definition."""
    from fhircheck.definitions.definition_set import load_definitions
    from fhircheck.probe.profile_errors import profile_errors

    package = str(shared_path("packages", "ihe.iti.balp-1.1.4.tgz"))
    errors = profile_errors(load_definitions((package,), offline=True))
    assert errors(record(0), "https://example.org/not-loaded") is None
    resources = [record(0, profile=[BALP])]
    assert found(resources=resources, errors_against=errors)["AuditEvent.profile:BALP"] == "records-break-profile"
