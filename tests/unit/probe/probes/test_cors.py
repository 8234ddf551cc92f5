"""Cross-origin requests: what is declared has to hold, and no origin may have everybody's rights."""

import pytest

from fhircheck.probe.probes.cors import ORIGIN
from tests.servers.clinic import clinic
from tests.servers.fhir_server import FhirServer
from tests.servers.probed import probed, replied, told

OPEN = {"access_control_allow_origin": "*", "access_control_allow_headers": "Authorization, Accept"}


def _server(simple: dict[str, str], preflight: dict[str, str], status: int = 200) -> FhirServer:
    server = FhirServer(clinic())
    server.routes["GET", "/metadata"] = lambda asked: replied({}, **simple)
    server.routes["OPTIONS", "/metadata"] = lambda asked: replied(status=status, **preflight)
    return server


@pytest.mark.parametrize(
    ("simple", "preflight", "status", "expected"),
    [
        (OPEN, OPEN, 204, ("met", "met")),
        ({"access_control_allow_origin": ORIGIN}, {**OPEN, "access_control_allow_origin": ORIGIN}, 200, ("met", "met")),
        ({}, OPEN, 200, ("cors-missing", "met")),
        ({"access_control_allow_origin": "https://app.example.org"}, OPEN, 200, ("cors-missing", "met")),
        (OPEN, {}, 200, ("met", "cors-preflight-refused")),
        (OPEN, OPEN, 403, ("met", "cors-preflight-refused")),
        (OPEN, {"access_control_allow_origin": "*"}, 200, ("met", "cors-authorization-not-allowed")),
        (OPEN, {"access_control_allow_origin": "*", "access_control_allow_headers": "*"}, 200,
         ("met", "cors-authorization-not-allowed")),
    ],
)  # fmt: skip
def test_support(simple: dict, preflight: dict, status: int, expected: tuple[str, str]) -> None:
    with _server(simple, preflight, status) as server:
        found = told(probed(server, "cors"))
        assert (found["security.cors:simple"], found["security.cors:preflight"]) == expected


def test_the_preflight_asks_as_a_browser_does() -> None:
    with _server(OPEN, OPEN) as server:
        probed(server, "cors")
        preflight = next(each for each in server.asked if each.method == "OPTIONS")
        assert preflight.headers["origin"] == ORIGIN
        assert preflight.headers["access-control-request-method"] == "GET"
        assert preflight.headers["access-control-request-headers"] == "authorization"


@pytest.mark.parametrize(("claimed", "expectation"), [(True, "SHALL"), (False, "MAY"), (None, "MAY")])
def test_only_what_is_declared_is_demanded(claimed: bool | None, expectation: str) -> None:
    with _server({}, {}) as server:
        if claimed is not None:
            server.capability["rest"][0]["security"] = {"cors": claimed}
        assert {each.expectation for each in probed(server, "cors")} == {expectation}


@pytest.mark.parametrize(
    ("origin", "credentials", "reason"),
    [
        (ORIGIN, "true", "cors-any-origin-with-credentials"),
        ("null", "true", "cors-any-origin-with-credentials"),
        ("*", "true", "cors-any-origin-with-credentials"),
        (ORIGIN, "", "met"),
        ("*", "", "met"),
        ("https://app.example.org", "true", "met"),
    ],
)
@pytest.mark.parametrize("where", ["simple", "preflight"])
def test_credentials(origin: str, credentials: str, reason: str, where: str) -> None:
    given = {"access_control_allow_origin": origin, "access_control_allow_credentials": credentials}
    simple, preflight = (given, {}) if where == "simple" else ({}, given)
    with _server(simple, preflight) as server:
        assert told(probed(server, "cors-credentials")) == {"security.cors-credentials": reason}


def test_no_server() -> None:
    server = _server({}, {})
    server.close()
    assert {each.outcome for each in (*probed(server, "cors"), *probed(server, "cors-credentials"))} == {"not-tested"}
