"""mCSD and QEDm: searches by several parameters with values of one sample, includes, updates."""

import copy
from typing import Any

import pytest

from fhircheck.probe.probes.care_services import SEARCHES as CARE
from fhircheck.probe.probes.clinical_data import SEARCHES as CLINICAL
from tests.servers import search_matching
from tests.servers.clinic import clinic
from tests.servers.fhir_server import FhirServer
from tests.servers.probed import probed, replied, told

Node = dict[str, Any]
LOCATION = {
    "identifier": ("token", "identifier"),
    "name": ("string", "name"),
    "status": ("token", "status"),
    "organization": ("reference", "managingOrganization"),
}


@pytest.fixture(autouse=True)
def locations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(search_matching.PARAMETERS, "Location", LOCATION)


def data() -> list[Node]:
    resources = copy.deepcopy(clinic())
    for number in range(3):
        resources.append({
            "resourceType": "Location",
            "id": f"w{number}",
            "meta": {"versionId": "1", "lastUpdated": f"2026-02-0{number + 1}T00:00:00Z"},
            "identifier": [{"system": "https://example.org/ward", "value": f"W{number}"}],
            "status": ("active", "suspended")[number % 2],
            "name": ("Station Nord", "Station Süd", "Ambulanz")[number],
            "managingOrganization": {"reference": f"Organization/o{number % 2}"},
        })  # fmt: skip
    return resources


def found(name: str, *lies: str) -> dict[str, str]:
    with FhirServer(data(), lies) as server:
        return told(probed(server, name))


def test_care_services_of_a_sound_server() -> None:
    results = found("care-services")
    assert set(results.values()) <= {"met", "no-value"}
    for about in ("Location.searchParam:name:contains", "Location.searchParam:organization",
                  "Location._include:Location:organization", "Organization.searchParam:name:exact",
                  "Organization.searchParam:_lastUpdated", "Practitioner.searchParam:family:contains"):  # fmt: skip
        assert results[about] == "met", about
    assert results["Organization._include:Organization:endpoint"] == "no-value"


@pytest.mark.parametrize(
    ("lie", "about", "reason"),
    [
        ("ignores:status", "Location.searchParam:status", "hits-do-not-match"),
        ("finds-nothing:organization", "Location.searchParam:organization", "sample-not-found"),
        ("ignores-modifier:exact", "Location.searchParam:name:exact", "met"),
        ("include-missing", "Location._include:Location:organization", "include-missing"),
        ("include-as-match", "Location._include:Location:organization", "include-not-marked"),
        ("ignores:_lastUpdated", "Location.searchParam:_lastUpdated", "hits-do-not-match"),
    ],
)
def test_lies_about_care_services(lie: str, about: str, reason: str) -> None:
    assert found("care-services", lie)[about] == reason


def test_clinical_data_of_a_sound_server() -> None:
    results = found("clinical-data")
    assert set(results.values()) <= {"met", "no-value"}
    for about in ("patient+category", "patient+category+code", "patient+category+date:ge", "patient+category+date:lt",
                  "patient+category+date:gt", "patient+category+code+date:ge"):  # fmt: skip
        assert results[f"Observation.search-type:{about}"] == "met", about
    assert results["Condition.search-type:patient+clinical-status"] == "met"
    assert results["Encounter.search-type:patient+date:ge"] == "met"


@pytest.mark.parametrize(
    ("lie", "changed"),
    [
        ("ignores:patient", "hits-do-not-match"),
        ("finds-nothing:category", "sample-not-found"),
        ("refuses:category", "search-refused"),
    ],
)
def test_lies_about_clinical_data(lie: str, changed: str) -> None:
    results = found("clinical-data", lie)
    assert results["Observation.search-type:patient+category"] == changed
    if lie != "ignores:patient":
        assert results["Condition.search-type:patient"] == "met"


@pytest.mark.parametrize(("lie", "about"), [("ignores-prefix:gt", "gt"), ("ignores-prefix:lt", "lt")])
def test_prefixes_that_are_ignored(lie: str, about: str) -> None:
    results = found("clinical-data", lie)
    assert results[f"Observation.search-type:patient+category+date:{about}"] == "sample-not-found"
    assert results["Observation.search-type:patient+category+date:ge"] == "met"


@pytest.mark.parametrize("name", ["care-services", "clinical-data"])
def test_values_are_in_requests_only(name: str) -> None:
    with FhirServer(data(), ["ignores:patient", "ignores:name"]) as server:
        shown = repr(probed(server, name))
        assert not [each for each in ("Patient/p", "Station", "Musterärztin", "838382202", "8867-4") if each in shown]


@pytest.mark.parametrize("name", ["care-services", "clinical-data"])
def test_nothing_declared_and_no_sample(name: str) -> None:
    with FhirServer(data()) as server:
        assert set(told(probed(server, name, samples={})).values()) == {"no-sample"}
        server.capability["rest"][0]["resource"] = []
        assert set(told(probed(server, name)).values()) == {"search-not-declared"}


@pytest.mark.parametrize("name", ["care-services", "clinical-data"])
def test_a_silent_server_is_asked_once(name: str) -> None:
    server = FhirServer(data())
    server.close()
    assert [each.why for each in probed(server, name) if each.why != "no-value"] == ["no-answer"]


def test_every_search_names_parameters_that_r4_has() -> None:
    from fhircheck.probe.combined_search import core_parameters

    names = [(kind, name) for kind, found in CARE.items() for name in found]
    names += [(kind, name) for kind, groups in CLINICAL.items() for group in groups for name in group]
    assert [pair for pair in names if core_parameters().find(pair[0], pair[1].partition(":")[0]) is None] == []


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (replied({"resourceType": "Bundle", "type": "history"}), "met"),
        (replied({"resourceType": "Bundle", "type": "searchset"}), "no-history"),
        (replied(status=404), "no-history"),
    ],
)
def test_updates(reply: Any, reason: str) -> None:
    with FhirServer(data()) as server:
        assert set(told(probed(server, "care-services-updates")).values()) == {"history-not-declared"}
        location = next(each for each in server.capability["rest"][0]["resource"] if each["type"] == "Location")
        location["interaction"].append({"code": "history-type"})
        server.routes["GET", "/Location/_history"] = lambda asked: reply
        assert told(probed(server, "care-services-updates"))["Location.history-type"] == reason
        assert "_since" in dict(server.asked[-1].query)
