"""PDQm: a sound server meets all, each lie is noticed by what it is about, and no name leaves the requests."""

import copy

import pytest

from fhircheck.probe.string_match import begins_with, folded
from tests.servers.clinic import FAMILIES, clinic
from tests.servers.fhir_server import FhirServer
from tests.servers.probed import probed, replied, told

NAME = "patient-demographics"
P = "Patient.search-type"
MAIDEN = {"url": "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName", "valueString": "Holunder"}


def found(*lies: str) -> dict[str, str]:
    with FhirServer(clinic(), lies) as server:
        return told(probed(server, NAME))


def test_a_sound_server_meets_all_but_what_it_has_no_sample_of() -> None:
    results = found()
    assert results.pop("Patient.searchParam:mothersMaidenName") == "no-sample"
    assert set(results.values()) == {"met"}
    assert len(results) == 8


@pytest.mark.parametrize(
    ("lie", "expected"),
    [
        (
            "ignores:family",
            {
                f"{P}:family+gender": "hits-do-not-match",
                f"{P}:birthdate+family": "met",
                f"{P}:no-hits": "finds-what-is-not-there",
                "Patient.searchParam:family:exact": "hits-do-not-match",
            },
        ),
        ("ignores:gender", {f"{P}:family+gender": "met"}),
        ("finds-nothing:gender", {f"{P}:family+gender": "sample-not-found"}),
        ("refuses:birthdate", {f"{P}:birthdate+family": "search-refused"}),
        ("post-differs", {f"{P}:family+gender": "sample-not-found", f"{P}:birthdate+family": "sample-not-found"}),
        ("post-refused", {f"{P}:family+gender": "search-refused", f"{P}:birthdate+family": "search-refused"}),
        (
            "ignores-modifier:exact",
            {
                "Patient.searchParam:family:exact": "finds-what-is-not-there",
                "Patient.searchParam:given:exact": "finds-what-is-not-there",
            },
        ),
        (
            "ignores:identifier",
            {
                "Patient.searchParam:identifier": "hits-do-not-match",
                f"{P}:unknown-domain": "finds-what-is-not-there",
            },
        ),
        ("format-ignored", {f"{P}:unsupported-format": "no-406"}),
        ("total-wrong", {f"{P}:no-hits": "total-not-zero", f"{P}:unknown-domain": "total-not-zero",
                         "Patient.searchParam:family:exact": "total-not-zero",
                         "Patient.searchParam:given:exact": "total-not-zero"}),
    ],
)  # fmt: skip
def test_each_lie_is_noticed_and_no_other_turns(lie: str, expected: dict[str, str]) -> None:
    sound, lying = found(), found(lie)
    assert {about: reason for about, reason in lying.items() if sound[about] != reason} == {
        about: reason for about, reason in expected.items() if reason != "met"
    }


def test_names_of_patients_are_in_requests_only() -> None:
    with FhirServer(clinic(), ["ignores:family"]) as server:
        results = probed(server, NAME)
        assert any(FAMILIES[0] in dict(each.query).get("family", "") for each in server.asked)
    shown = repr(results)
    assert not [each for each in (*FAMILIES, "Vor0", "000001", "1940") if each in shown]
    assert "family=***" in shown


def test_without_patients_only_the_rest_is_tested() -> None:
    with FhirServer([each for each in clinic() if each["resourceType"] != "Patient"]) as server:
        results = told(probed(server, NAME))
        assert results[f"{P}:family+gender"] == results["Patient.searchParam:identifier"] == "no-sample"
        assert results[f"{P}:no-hits"] == "met"


def test_the_mothers_name() -> None:
    resources = copy.deepcopy(clinic())
    resources[0]["extension"] = [MAIDEN]
    with FhirServer(resources) as server:
        about = "Patient.searchParam:mothersMaidenName"
        assert told(probed(server, NAME))[about] == "hits-do-not-match"  # ignored by this server, so all are found
        server.routes["GET", "/Patient"] = lambda asked: replied(
            {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": resources[0]}]}
        )
        assert told(probed(server, NAME))[about] == "met"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (replied({"resourceType": "OperationOutcome", "issue": []}, 404), "met"),
        (replied({"a": 1}, 404), "no-outcome"),
        (replied({"resourceType": "OperationOutcome", "issue": []}, 500), "no-hits-no-200"),
    ],
)
def test_an_unknown_domain(reply, reason: str) -> None:
    with FhirServer(clinic()) as server:
        server.routes["GET", "/Patient"] = lambda asked: reply
        assert told(probed(server, NAME))[f"{P}:unknown-domain"] == reason


def test_no_hits_are_told_as_a_total_of_0() -> None:
    with FhirServer(clinic()) as server:
        server.routes["GET", "/Patient"] = lambda asked: replied({"resourceType": "Bundle", "type": "searchset"})
        results = told(probed(server, NAME))
        assert results[f"{P}:no-hits"] == "total-missing"
        assert results[f"{P}:unknown-domain"] == "met"


def test_nothing_declared() -> None:
    with FhirServer(clinic()) as server:
        server.capability["rest"][0]["resource"][0]["interaction"] = [{"code": "read"}]
        assert told(probed(server, NAME)) == {P: "search-not-declared"}


def test_the_sample_may_stand_on_a_later_page() -> None:
    resources = copy.deepcopy(clinic())
    for each in resources[:12]:
        each["name"][0]["family"], each["gender"] = "Ahorn", "female"
    with FhirServer(resources) as server:
        samples = {"Patient": [resources[11]]}
        server.searching.PAGE = 5
        assert told(probed(server, NAME, samples=samples))[f"{P}:family+gender"] == "met"


def test_pages_by_relative_links_are_followed() -> None:
    resources = copy.deepcopy(clinic())[:12]
    for each in resources:
        each["name"][0]["family"], each["gender"] = "Ahorn", "female"
    pages = [{"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": each}]} for each in resources]
    with FhirServer(resources) as server:
        server.routes["GET", "/Patient"] = lambda asked: replied(
            {**pages[0], "link": [{"relation": "next", "url": "page2"}]}
        )
        server.routes["GET", "/page2"] = lambda asked: replied(pages[1])
        results = told(probed(server, NAME, samples={"Patient": [resources[1]]}))
        assert results["Patient.searchParam:family:exact"] != "sample-not-found"
        assert any(each.path == "/page2" for each in server.asked)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("Müller", "muller", True),
        ("MÜLLER-Lüdenscheidt", "lüden", True),
        ("von der Heide", "heide", True),
        ("Straße", "STRASSE", True),
        ("Ahorn", "horn", False),
        ("Ahorn", "Ahorne", False),
    ],
)
def test_how_strings_are_compared(text: str, value: str, expected: bool) -> None:
    assert begins_with(text, value) is expected
    assert folded("  É  a ") == "e a"
