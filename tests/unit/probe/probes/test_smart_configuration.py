"""The SMART configuration: a sound one meets all; each fault is noticed by its own result and no other turns."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.servers.clinic import clinic
from tests.servers.fhir_server import FhirServer
from tests.servers.ihe_operations import KEYS, SMART_PATH, smart_configuration
from tests.servers.probed import probed, replied, told

PATH = SMART_PATH
S = "smart-configuration"
Node = dict[str, Any]


def serving(change: Callable[[Node], object] = lambda node: None, kind: str = "application/json") -> FhirServer:
    """A server whose configuration was changed by `change`."""
    server = FhirServer(clinic(), token="locked")
    node = smart_configuration(server.base)
    change(node)
    server.routes["GET", PATH] = lambda asked: replied(node, content_type=kind)
    server.routes["GET", "/jwks"] = lambda asked: replied(KEYS)
    server._locked = lambda asked: asked.path not in (PATH, "/jwks", "/metadata")
    return server


def found(change: Callable[[Node], object] = lambda node: None) -> dict[str, str]:
    with serving(change) as server:
        return told(probed(server, S))


def test_a_sound_one_meets_all() -> None:
    results = found()
    assert set(results.values()) == {"met"}
    assert len(results) > 20


CHANGES: list[tuple[str, Callable[[Node], object], dict[str, str]]] = [
    ("no token endpoint", lambda node: node.pop("token_endpoint"), {f"{S}.token_endpoint": "member-missing"}),
    (
        "relative URL",
        lambda node: node.update(token_endpoint="/token"),
        {f"{S}.token_endpoint": "member-no-https-url", f"{S}.absolute-urls": "member-no-https-url"},
    ),
    (
        "plain http",
        lambda node: node.update(authorization_endpoint="http://auth.example.org/a"),
        {f"{S}.authorization_endpoint": "member-no-https-url", f"{S}.absolute-urls": "member-no-https-url"},
    ),
    (
        "broken URL",
        lambda node: node.update(revocation_endpoint="https://[broken"),
        {f"{S}.revocation_endpoint": "member-no-https-url", f"{S}.absolute-urls": "member-no-https-url"},
    ),
    (
        "no PKCE",
        lambda node: node.pop("code_challenge_methods_supported"),
        {
            f"{S}.code_challenge_methods_supported": "member-missing",
            f"{S}.code_challenge_methods_supported:S256": "value-missing",
            f"{S}.code_challenge_methods_supported:plain": "member-missing",
        },
    ),
    (
        "plain PKCE",
        lambda node: node["code_challenge_methods_supported"].append("plain"),
        {f"{S}.code_challenge_methods_supported:plain": "plain-challenge"},
    ),
    (
        "no S256",
        lambda node: node.update(code_challenge_methods_supported=["S512"]),
        {f"{S}.code_challenge_methods_supported:S256": "value-missing"},
    ),
    ("scopes as text", lambda node: node.update(scopes_supported="a b"), {f"{S}.scopes_supported": "member-no-list"}),
    ("scopes empty", lambda node: node.update(scopes_supported=[]), {f"{S}.scopes_supported": "member-no-list"}),
    (
        "no refresh",
        lambda node: node["grant_types_supported"].remove("refresh_token"),
        {f"{S}.grant_types_supported:refresh_token": "value-missing"},
    ),
    (
        "no permission-v2",
        lambda node: node["capabilities"].remove("permission-v2"),
        {f"{S}.capabilities:permission-v2": "value-missing"},
    ),
    (
        "no private_key_jwt",
        lambda node: node["token_endpoint_auth_methods_supported"].remove("private_key_jwt"),
        {f"{S}.token_endpoint_auth_methods_supported:private_key_jwt": "value-missing"},
    ),
    (
        "another algorithm",
        lambda node: node.update(token_endpoint_auth_signing_alg_values_supported=["RS256"]),
        {f"{S}.token_endpoint_auth_signing_alg_values_supported": "no-smart-algorithm"},
    ),
    (
        "no keys for OpenID Connect",
        lambda node: node.pop("jwks_uri"),
        {f"{S}.jwks_uri": "member-missing", f"{S}.jwks": "no-jwks"},
    ),
    (
        "keys elsewhere",
        lambda node: node.update(jwks_uri="https://auth.example.org/jwks"),
        {f"{S}.jwks": "on-another-host"},
    ),
]


@pytest.mark.parametrize(("change", "expected"), [pytest.param(*rest, id=name) for name, *rest in CHANGES])
def test_each_fault_is_noticed_and_no_other(change: Callable[[Node], object], expected: dict[str, str]) -> None:
    results = found(change)
    assert {about: reason for about, reason in results.items() if reason != "met"} == expected


@pytest.mark.parametrize("name", ["issuer", "jwks_uri"])
def test_what_only_openid_connect_needs(name: str) -> None:
    def without(node: Node) -> None:
        node["capabilities"].remove("sso-openid-connect")
        del node[name]

    with serving(without) as server:
        results = {each.about: each for each in probed(server, S)}
        assert results[f"{S}.{name}"].outcome == "not-tested"
        assert results[f"{S}.{name}"].why == "member-not-needed"


def test_what_only_a_launch_needs() -> None:
    def without(node: Node) -> None:
        node["capabilities"].remove("launch-ehr")
        del node["authorization_endpoint"]

    assert found(without)[f"{S}.authorization_endpoint"] == "member-not-needed"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (replied(status=404), "smart-configuration-missing"),
        (replied(status=401), "smart-configuration-protected"),
        (replied(b"<html>"), "smart-configuration-not-json"),
        (replied([1]), "smart-configuration-not-json"),
        (replied({"capabilities": []}, content_type="text/html"), "smart-configuration-content-type"),
    ],
)
def test_what_is_no_configuration(reply: Any, reason: str) -> None:
    with serving() as server:
        server.routes["GET", PATH] = lambda asked: reply
        assert told(probed(server, S))[S] == reason


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"keys": [{"kty": "RSA", "n": "AA", "e": "AQAB", "d": "AA"}]}, "jwks-private"),
        ({"keys": [{"kty": "oct", "k": "AA"}]}, "jwks-private"),
        ({"keys": [{"n": "AA"}]}, "jwks-unreadable"),
        ({"keys": "none"}, "jwks-unreadable"),
        ([], "jwks-unreadable"),
    ],
)
def test_the_key_set(keys: Any, reason: str) -> None:
    with serving() as server:
        server.routes["GET", "/jwks"] = lambda asked: replied(keys)
        assert told(probed(server, S))[f"{S}.jwks"] == reason


def test_no_server() -> None:
    server = serving()
    server.close()
    assert [(each.outcome, each.why) for each in probed(server, S)] == [("not-tested", "no-answer")]
