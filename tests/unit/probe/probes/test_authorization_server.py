"""IUA: the authorization server's metadata, and 401 where IUA is declared."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.servers.clinic import clinic
from tests.servers.fhir_server import FhirServer
from tests.servers.probed import probed, replied, told

Node = dict[str, Any]
WELL_KNOWN = "/.well-known/oauth-authorization-server"


def metadata(base: str) -> Node:
    return {
        "issuer": base,
        "authorization_endpoint": "https://auth.example.org/authorize",
        "token_endpoint": "https://auth.example.org/token",
        "jwks_uri": "https://auth.example.org/jwks",
        "introspection_endpoint": "https://auth.example.org/introspect",
        "response_types_supported": ["code"],
        "grant_types_supported": ["client_credentials", "authorization_code"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    }


def found(change: Callable[[Node], object] = lambda node: None, path: str = f"{WELL_KNOWN}/fhir") -> dict[str, str]:
    with FhirServer(clinic()) as server:
        node = metadata(server.base)
        change(node)
        server.routes["GET", path] = lambda asked: replied(node)
        return told(probed(server, "authorization-server"))


@pytest.mark.parametrize("path", [f"{WELL_KNOWN}/fhir", WELL_KNOWN])
def test_a_sound_one_meets_all(path: str) -> None:
    results = found(path=path)
    assert len(results) == 11
    assert set(results.values()) == {"met"}


OAUTH = "oauth-metadata"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda node: node.pop("token_endpoint"), {f"{OAUTH}.token_endpoint": "member-missing"}),
        (
            lambda node: node.update(authorization_endpoint="http://auth.example.org"),
            {f"{OAUTH}.authorization_endpoint": "member-no-https-url"},
        ),
        (
            lambda node: node["grant_types_supported"].remove("client_credentials"),
            {f"{OAUTH}.grant_types_supported:client_credentials": "value-missing"},
        ),
        (
            lambda node: node.update(token_endpoint_auth_methods_supported=["none"]),
            {f"{OAUTH}.token_endpoint_auth_methods_supported:client_secret_basic": "value-missing"},
        ),
        (lambda node: node.update(issuer="https://other.example.org"), {f"{OAUTH}.same-issuer": "issuer-differs"}),
        (lambda node: node.pop("issuer"), {f"{OAUTH}.issuer": "member-missing", f"{OAUTH}.same-issuer": "no-issuer"}),
    ],
)
def test_each_fault_is_noticed_and_no_other(change: Callable[[Node], object], expected: dict[str, str]) -> None:
    assert {about: reason for about, reason in found(change).items() if reason != "met"} == expected


def test_the_issuer_that_smart_names_is_asked_first() -> None:
    with FhirServer(clinic()) as server:
        issuer = server.base.replace("/fhir", "/auth")
        server.routes["GET", "/.well-known/smart-configuration"] = lambda asked: replied({"issuer": issuer})
        server.routes["GET", f"{WELL_KNOWN}/auth"] = lambda asked: replied(metadata(issuer))
        results = told(probed(server, "authorization-server"))
        assert set(results.values()) == {"met"}


def test_an_issuer_on_another_host_is_not_asked() -> None:
    with FhirServer(clinic()) as server:
        smart = {"issuer": "https://auth.example.org"}
        server.routes["GET", "/.well-known/smart-configuration"] = lambda asked: replied(smart)
        results = probed(server, "authorization-server")
        assert [each.why for each in results] == ["oauth-metadata-missing"]
        assert not any("auth.example.org" in one.request for each in results for one in each.evidence)


def _with_iua(server: FhirServer) -> FhirServer:
    server.capability["rest"][0]["security"] = {"service": [{"coding": [{"code": "IUA"}]}]}
    return server


def test_iua_asks_for_401() -> None:
    about = "security.service:IUA"
    with FhirServer(clinic()) as server:
        assert told(probed(server, "iua-resource-server")) == {about: "iua-not-declared"}
        assert told(probed(_with_iua(server), "iua-resource-server")) == {about: "no-401-without-token"}
    with FhirServer(clinic(), token="locked") as server:
        assert told(probed(_with_iua(server), "iua-resource-server")) == {about: "met"}
