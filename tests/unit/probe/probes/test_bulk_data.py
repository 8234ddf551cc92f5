"""Bulk Data: what is declared, and a kick-off only where changes are allowed."""

from typing import Any

import pytest

from tests.servers.clinic import clinic
from tests.servers.fhir_server import FhirServer
from tests.servers.probed import probed, replied, told

DEFINITION = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export"
EXPORT = "system.operation:$export"
SMART = {"capabilities": ["client-confidential-asymmetric"], "grant_types_supported": ["client_credentials"]}


def serving(definition: str = DEFINITION, smart: dict[str, Any] = SMART) -> FhirServer:
    server = FhirServer(clinic())
    server.capability["rest"][0]["operation"] = [{"name": "$export", "definition": definition}]
    server.routes["GET", "/.well-known/smart-configuration"] = lambda asked: replied(smart)
    place = f"{server.base}/jobs/1"
    server.routes["GET", "/$export"] = lambda asked: replied(status=202, content_location=place)
    server.routes["DELETE", "/jobs/1"] = lambda asked: replied(status=202)
    return server


def test_declared_and_not_started() -> None:
    with serving() as server:
        assert told(probed(server, "bulk-export")) == {
            f"{EXPORT}:definition": "met",
            "smart-configuration.backend-services": "met",
            EXPORT: "export-not-started",
        }
        assert not any(each.path == "/$export" for each in server.asked)


def test_started_and_cancelled_where_that_is_allowed() -> None:
    with serving() as server:
        results = told(probed(server, "bulk-export", allow_writes=True))
        assert results[EXPORT] == "met"
        assert results[f"{EXPORT}:cancel"] == "met"
        kick_off = next(each for each in server.asked if each.path == "/$export")
        assert kick_off.headers["prefer"] == "respond-async"
        assert server.asked[-1].method == "DELETE"


def test_another_definition() -> None:
    with serving("http://example.org/OperationDefinition/dump") as server:
        assert told(probed(server, "bulk-export"))[f"{EXPORT}:definition"] == "other-definition"
    with serving(DEFINITION + "|1.0.1") as server:
        assert told(probed(server, "bulk-export"))[f"{EXPORT}:definition"] == "met"


@pytest.mark.parametrize("name", SMART)
def test_no_backend_services(name: str) -> None:
    with serving(smart={**SMART, name: []}) as server:
        assert told(probed(server, "bulk-export"))["smart-configuration.backend-services"] == "value-missing"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (replied(status=200), "export-not-accepted"),
        (replied(status=202), "no-content-location"),
        (replied(status=202, content_location="jobs/1"), "no-content-location"),
    ],
)
def test_a_kick_off_that_fails(reply: Any, reason: str) -> None:
    with serving() as server:
        server.routes["GET", "/$export"] = lambda asked: reply
        assert told(probed(server, "bulk-export", allow_writes=True))[EXPORT] == reason


def test_a_status_url_elsewhere_is_not_asked() -> None:
    with serving() as server:
        elsewhere = replied(status=202, content_location="https://storage.example.org/1")
        server.routes["GET", "/$export"] = lambda asked: elsewhere
        assert told(probed(server, "bulk-export", allow_writes=True))[f"{EXPORT}:cancel"] == "on-another-host"


def test_an_export_that_cannot_be_cancelled() -> None:
    with serving() as server:
        server.routes["DELETE", "/jobs/1"] = lambda asked: replied(status=405)
        assert told(probed(server, "bulk-export", allow_writes=True))[f"{EXPORT}:cancel"] == "export-not-cancelled"


def test_nothing_declared() -> None:
    with FhirServer(clinic()) as server:
        assert told(probed(server, "bulk-export")) == {EXPORT: "export-not-declared"}


def test_groups_alone() -> None:
    with FhirServer(clinic()) as server:
        group = {"type": "Group", "operation": [{"name": "export"}]}
        server.capability["rest"][0]["resource"].append(group)
        results = told(probed(server, "bulk-export", allow_writes=True))
        assert results["Group.operation:$export"] == "export-of-a-group"
