"""Which profiles a resource is checked against: claims, options, mappings, and versions by date."""

import json
from collections import Counter
from typing import Any

import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import linker_for
from fhircheck.model.record import Piece
from fhircheck.model.settings import CheckSettings, MappedProfiles, ValidityPeriod
from fhircheck.transport.json_reader import read_records
from fhircheck.validate.checked import Checked
from fhircheck.validate.validator import Validator

URL = "http://example.org/fhir/StructureDefinition/named"
UNDECIDED: Counter[tuple[str, str]] = Counter()


def profile(version: str, element: str, url: str = URL) -> dict[str, Any]:
    """A Patient profile that asks for one element more."""
    core = load_definitions().structure("Patient")
    assert core is not None
    snapshot = json.loads(json.dumps(core["snapshot"], default=str))
    for each in snapshot["element"]:
        if each["id"] == f"Patient.{element}":
            each["min"] = 1
    return {**core, "url": url, "version": version, "derivation": "constraint", "snapshot": snapshot}


DEFINITIONS = load_definitions(loose=[profile("1.0.0", "name"), profile("2.0.0", "gender")])
PERIODS = (
    ValidityPeriod(f"{URL}|1.0.0", end="2023-12-31"),
    ValidityPeriod(f"{URL}|2.0.0", start="2024-01-01"),
)
DATES = (("Patient", ("meta.lastUpdated",)), ("Bundle", ("timestamp",)))


def check(settings: CheckSettings, node: Any, asked: tuple[str, ...] = ()) -> list[Checked]:
    UNDECIDED.clear()

    def count(reason: str, detail: str) -> None:
        UNDECIDED[reason, detail] += 1

    validator = Validator(linker_for(DEFINITIONS, count, settings=settings), asked)
    text = json.dumps(node).encode()
    (record,) = read_records(Piece("s", "resource", text))
    checked = validator.check(record)
    clean = validator.clean(record)
    assert clean is None or not any(each.issues for each in checked), "the short way answers as the long one"
    return checked


def kinds(checked: list[Checked]) -> list[tuple[str, str]]:
    return [(issue.kind, issue.severity) for each in checked for issue in each.issues]


def patient(day: str = "", claim: str = URL, **more: Any) -> dict[str, Any]:
    meta: dict[str, Any] = {"profile": [claim]} if claim else {}
    if day:
        meta["lastUpdated"] = f"{day}T00:00:00Z"
    return {"resourceType": "Patient", **({"meta": meta} if meta else {}), **more}


@pytest.mark.parametrize(
    ("day", "chosen", "how"),
    [("2023-06-01", f"{URL}|1.0.0", "dated"), ("2024-06-01", f"{URL}|2.0.0", "dated"), ("", URL, "meta")],
)
def test_a_claim_without_version_means_the_version_of_that_day(day: str, chosen: str, how: str) -> None:
    settings = CheckSettings(periods=PERIODS, dates=DATES)
    (checked,) = check(settings, patient(day, name=[{"text": "x"}], gender="male"))
    assert [(use.url, use.how) for use in checked.profiles if use.how != "base"] == [(chosen, how)]
    assert UNDECIDED["instance-date", URL] == (0 if day else 2)


def test_the_chosen_version_is_the_one_checked() -> None:
    settings = CheckSettings(periods=PERIODS, dates=DATES)
    (old,) = check(settings, patient("2023-06-01", name=[{"text": "x"}]))
    (new,) = check(settings, patient("2024-06-01", name=[{"text": "x"}]))
    assert kinds([old]) == []
    assert kinds([new]) == [("cardinality-min", "error")]


@pytest.mark.parametrize(("version", "fault"), [("2.0.0", True), ("1.0.0", False), ("1.0", False)])
def test_a_claim_to_a_version_not_in_force_is_a_finding(version: str, fault: bool) -> None:
    settings = CheckSettings(periods=PERIODS, dates=DATES)
    checked = check(settings, patient("2023-06-01", f"{URL}|{version}", name=[{"text": "x"}], gender="male"))
    assert kinds(checked) == ([("profile-not-in-force", "error")] if fault else [])


def test_no_version_in_force_is_a_finding_too() -> None:
    settings = CheckSettings(periods=PERIODS[1:], dates=DATES)
    only_one = (*PERIODS[1:], ValidityPeriod(f"{URL}|1.0.0", end="2020-01-01"))
    good = patient("2023-06-01", name=[{"text": "x"}], gender="male")
    assert kinds(check(settings, good)) == []  # nothing is said of version 1.0.0: always in force
    assert kinds(check(CheckSettings(periods=only_one, dates=DATES), good)) == [("profile-not-in-force", "error")]


def test_an_entry_without_a_date_is_of_the_bundles_day() -> None:
    settings = CheckSettings(periods=PERIODS, dates=DATES)
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": "2023-01-01T00:00:00Z",
        "entry": [{"fullUrl": "urn:uuid:0b6ae1a6-3d4b-4a0c-9a0e-9d0b4a7ac2ad",
                   "resource": patient(name=[{"text": "x"}], gender="male")}],
    }  # fmt: skip
    _, entry = check(settings, bundle)
    assert [use.url for use in entry.profiles if use.how == "dated"] == [f"{URL}|1.0.0"]


def test_mapped_profiles_are_checked_and_said_to_be() -> None:
    settings = CheckSettings(mapped=(MappedProfiles("Patient", (f"{URL}|2.0.0",)),))
    (checked,) = check(settings, patient(claim=""))
    assert kinds([checked]) == [("cardinality-min", "error")]
    assert [(use.url, use.how, use.valid) for use in checked.profiles][1:] == [(f"{URL}|2.0.0", "mapped", False)]


def test_a_mapping_for_the_unclaimed_leaves_the_others_alone() -> None:
    settings = CheckSettings(mapped=(MappedProfiles("Patient", (f"{URL}|2.0.0",), unclaimed=True),))
    assert kinds(check(settings, patient(claim=f"{URL}|1.0.0", name=[{"text": "x"}]))) == []
    assert kinds(check(settings, patient(claim=""))) == [("cardinality-min", "error")]


def test_a_profile_chosen_twice_is_checked_once() -> None:
    settings = CheckSettings(mapped=(MappedProfiles("Patient", (URL,)),))
    (checked,) = check(settings, patient(gender="male", name=[{"text": "x"}]), asked=(URL,))
    assert [(use.url, use.how) for use in checked.profiles[1:]] == [(URL, "meta")]


@pytest.mark.parametrize("severity", ["error", "warning", "information", "ignore"])
def test_the_severity_of_an_unknown_profile_is_a_setting(severity: Any) -> None:
    (checked,) = check(CheckSettings(unknown_profile=severity), patient(claim="http://example.org/none"))
    assert kinds([checked]) == ([] if severity == "ignore" else [("profile-unknown", severity)])
    assert checked.valid is (severity != "error")
    assert [(use.found, use.valid) for use in checked.profiles[1:]] == [(False, False)]


@pytest.mark.parametrize(
    ("claim", "hint"),
    [
        (f"{URL}|3.0.0", " (loaded versions: 2.0.0, 1.0.0)"),
        ("http://example.org/fhir/StructureDefinition/nammed", f" (did you mean {URL}?)"),
        ("http://hl7.org/fhir/StructureDefinition/vitalsign",
         " (did you mean http://hl7.org/fhir/StructureDefinition/vitalsigns?)"),
        ("http://other.test/nothing-like-it", ""),
    ],
)  # fmt: skip
def test_an_unknown_profile_comes_with_what_may_be_meant(claim: str, hint: str) -> None:
    (checked,) = check(CheckSettings(), patient(claim=claim))
    assert dict(checked.issues[0].params)["hint"] == hint


@pytest.mark.parametrize(
    ("name", "hint"), [("Observatoin", " (Observation?)"), ("patient", " (Patient?)"), ("Xyz", ""), ("Cat", "")]
)
def test_an_unknown_type_comes_with_what_may_be_meant(name: str, hint: str) -> None:
    (checked,) = check(CheckSettings(), {"resourceType": name})
    assert dict(checked.issues[0].params)["hint"] == hint
