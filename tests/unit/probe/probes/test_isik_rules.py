"""ISiK's rules for every server: each breach is noticed."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.servers.clinic import clinic
from tests.servers.fhir_server import FhirServer
from tests.servers.probed import probed, told

ISIK = "https://gematik.de/fhir/isik/CapabilityStatement/ISiKCapabilityStatementBasisServer"
Node = dict[str, Any]


def found(*lies: str, change: Callable[[FhirServer], object] = lambda server: None) -> dict[str, str]:
    with FhirServer(clinic(), lies) as server:
        server.capability = copy.deepcopy(server.capability)
        server.capability["instantiates"] = [ISIK]
        change(server)
        return told(probed(server, "isik-rules"))


def test_a_sound_server_meets_all() -> None:
    results = found()
    assert set(results.values()) == {"met"}
    assert "Patient.searchParam:_tag" in results
    assert "rest.next-link" in results


@pytest.mark.parametrize(
    ("change", "about", "reason"),
    [
        (lambda server: server.capability.update(kind="requirements"), "rest.kind", "kind-not-instance"),
        (lambda server: server.capability["software"].pop("version"), "software.version", "software-incomplete"),
        (lambda server: server.capability["software"].pop("name"), "software.name", "software-incomplete"),
        (
            lambda server: server.capability.update(instantiates=["http://x.org"]),
            "rest.instantiates",
            "isik-not-claimed",
        ),
    ],
)
def test_each_breach_of_the_statement_is_noticed(change: Any, about: str, reason: str) -> None:
    assert {name: each for name, each in found(change=change).items() if each != "met"} == {about: reason}


@pytest.mark.parametrize(
    ("lie", "expected"),
    [
        ("accept-ignored", {"rest.fhirVersion": "no-406"}),
        ("xml-refused", {"rest.format:xml": "format-not-given"}),
        ("json-always", {"rest.format:xml": "format-not-given", "rest.fhirVersion": "no-406"}),
        ("next-leaks", {"rest.next-link": "next-link-shows-search"}),
        ("count-ignored", {"rest.next-link": "no-next-link"}),
    ],
)
def test_each_lie_is_noticed_and_no_other_turns(lie: str, expected: dict[str, str]) -> None:
    assert {name: each for name, each in found(lie).items() if each != "met"} == expected


def test_tags_that_are_ignored() -> None:
    results = found("ignores:_tag")
    tags = {
        reason for about, reason in results.items() if about.endswith(":_tag") and about != "Binary.searchParam:_tag"
    }
    assert tags == {"finds-what-is-not-there"}


def test_the_value_of_the_search_is_not_shown() -> None:
    with FhirServer(clinic(), ["next-leaks"]) as server:
        shown = [one.request for each in probed(server, "isik-rules") for one in each.evidence]
        assert any("gender=***" in each or "family=***" in each for each in shown)
