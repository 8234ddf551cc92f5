"""The privacy report: its form, its languages, when it must not look clean, and what it never shows."""

import json
from dataclasses import replace
from pathlib import Path
from string import Formatter
from typing import Any

import jsonschema
import pytest
import referencing

import fhircheck
import fhircheck.report
from fhircheck.model.measure_options import MeasureOptions
from fhircheck.model.report import RunReport, Undecided
from fhircheck.report.privacy import FORMS, MEASURES, headline, privacy_verdict
from fhircheck.report.privacy_words import WORDS
from fhircheck.report.shown import View

FOLDER = Path(fhircheck.report.__file__).parent
NODES: list[dict[str, Any]] = [
    *(
        {"resourceType": "Patient", "id": f"p{each}", "gender": "male" if each < 20 else "female", "birthDate": "1950"}
        for each in range(40)
    ),
    {"resourceType": "Patient", "id": "q1", "gender": "other", "name": [{"family": "Mustermann"}]},
    {"resourceType": "Practitioner", "id": "d", "name": [{"family": "Wunderlich"}]},
    {"resourceType": "Consent", "status": "active", "patient": {"reference": "Patient/p1"},
     "scope": {"coding": [{"system": "http://x.y", "code": "research"}]},
     "category": [{"coding": [{"system": "http://loinc.org", "code": "57016-8"}]}], "provision": {"type": "permit"}},
    {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "subject": {"reference": "Patient/q1"},
     "performer": [{"reference": "Practitioner/d", "display": "Dr. Wunderlich"}], "valueString": "Mustermann hustet",
     "meta": {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]}},
]  # fmt: skip


@pytest.fixture(scope="module")
def options() -> MeasureOptions:
    return MeasureOptions(free_text=True, de_identified=True)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> RunReport:
    path = tmp_path_factory.mktemp("privacy") / "data.ndjson"
    path.write_text("".join(json.dumps(each) + "\n" for each in NODES))
    return fhircheck.check(path, de_identified=True)


def test_the_json_keeps_to_its_schema(report: RunReport, options: MeasureOptions) -> None:
    shared = json.loads((FOLDER / "report.schema.json").read_text())
    own = json.loads((FOLDER / "privacy.schema.json").read_text())
    registry: referencing.Registry[Any] = referencing.Registry().with_resources(
        [(each["$id"], referencing.Resource.from_contents(each)) for each in (shared, own)]
    )
    made = json.loads(FORMS["json"](report, privacy_verdict(report), options, View("privacy")))
    jsonschema.Draft202012Validator(own, registry=registry).validate(made)
    assert {each["name"] for each in made["measures"]} == set(MEASURES)
    assert made["verdict"] == {"exit_code": 1, "reasons": ["direct-identifiers fails", "k-anonymity fails"]}


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_text(report: RunReport, options: MeasureOptions, language: str) -> None:
    view = View("privacy", language)
    text = FORMS["text"](report, privacy_verdict(report), options, view)
    shown = text.splitlines()
    assert max(len(line) for line in shown if "data.ndjson" not in line) <= 80
    for part in ("Patient.name", "Observation.valueString", "< 10", "EMA Policy 0070"):
        assert part in text
    assert WORDS["title-failed"][language == "de"] == shown[0]
    assert WORDS["title-failed"][language == "de"] in headline(report, privacy_verdict(report), view)
    for secret in ("Mustermann", "Wunderlich", "hustet"):
        assert secret not in text


def test_nothing_found(tmp_path: Path, options: MeasureOptions) -> None:
    path = tmp_path / "data.ndjson"
    path.write_text("".join(json.dumps(each) + "\n" for each in NODES[:20]))
    found = fhircheck.check(path, de_identified=True)
    verdict = privacy_verdict(found)
    assert verdict.exit_code == 0
    assert "NOTHING FOUND" in FORMS["text"](found, verdict, options, View("privacy"))


def test_what_was_not_looked_at_never_looks_clean(report: RunReport, options: MeasureOptions) -> None:
    sources, unread = report.sources, replace(report.sources, unreadable=2)
    for blind, reason in (
        (replace(report, sources=unread), "2 records could not be read"),
        (replace(report, sources=replace(sources, records=0)), "nothing was read"),
        (replace(report, resources=(("(unknown)", 3, 3),)), "3 resources are of no R4 type"),
        (replace(report, undecided=(Undecided("fhir-version", "5.0", 4),)), "4 resources are of another FHIR version"),
    ):
        verdict = privacy_verdict(blind)
        assert verdict.exit_code == 3
        text = FORMS["text"](blind, verdict, options, View("privacy"))
        assert text.startswith("PRIVACY: NOT ALL COULD BE LOOKED AT")
        assert reason in text.replace("\n", " ")


def test_all_words_are_there_in_both_languages() -> None:
    for english, german in WORDS.values():
        assert english
        assert german
        assert places(english) == places(german)


def places(template: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(template)} - {None}
