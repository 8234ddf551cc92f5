"""`fhircheck privacy` and what no report says: few people by a property, and anything about a single practitioner."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FEW = 10
PEOPLE = frozenset(("patients", "shared", "eligible", "usable", "labelled", "met", "lost", "left"))
STAFF = ("Wunderlich", "d-4711", "Practitioner/d")


def fhircheck(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fhircheck", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


DOCTOR = {"reference": "Practitioner/d-4711", "display": "Dr. Wunderlich"}


def coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


PSEUDONYM = coded("http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "PSEUDED")


def rare() -> Iterator[dict[str, Any]]:
    """Forty patients of whom few are of a sex, a source, a diagnosis, a consent; one practitioner has seen them all."""
    yield {"resourceType": "Practitioner", "id": "d-4711", "name": [{"family": "Wunderlich"}]}
    for number in range(40):
        yield from person(number, {"reference": f"Patient/p{number}"}, "urn:lab" if number < 4 else "urn:clinic")


def person(number: int, who: dict[str, Any], source: str) -> Iterator[dict[str, Any]]:
    meta = {"source": source}
    yield {
        **{"resourceType": "Patient", "id": f"p{number}", "meta": meta, "generalPractitioner": [DOCTOR]},
        **{"gender": "other" if number < 3 else "male" if number < 20 else "female"},
        **{"birthDate": f"{1930 + number % 2 * 30}-01-01"},
        **{
            "identifier": [
                {"system": "http://x.org/pid", "value": f"n{number}", "type": PSEUDONYM if number > 2 else {}}
            ]
        },
    }
    icd = coded("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "A41.9" if number < 2 else "I10.90")
    yield {
        **{"resourceType": "Condition", "id": f"c{number}", "meta": meta, "subject": who, "recordedDate": "2024-05-01"},
        **{"asserter": DOCTOR, "note": [{"text": "Dr. Wunderlich"}], "code": icd},
    }
    unit = {"unit": "g/dL", "system": "http://unitsofmeasure.org", "code": "g/dL" if number > 5 else "mg/dL"}
    yield {
        **{"resourceType": "Observation", "id": f"o{number}", "meta": meta, "status": "final", "subject": who},
        **{"performer": [DOCTOR] if number % 3 else [], "effectiveDateTime": f"2024-0{1 + number % 6}-01"},
        **{"code": coded("http://loinc.org", "718-7"), "valueQuantity": {"value": 12, **unit}},
    }
    if number < 5:
        yield {
            **{"resourceType": "Consent", "status": "active", "patient": who, "performer": [DOCTOR]},
            **{"scope": coded("http://x.y", "research"), "category": [coded("http://loinc.org", "57016-8")]},
            "provision": {"type": "permit", "actor": [{"reference": DOCTOR}]},
        }


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rare") / "data.ndjson"
    path.write_text("".join(json.dumps(each) + "\n" for each in rare()))
    return path


@pytest.fixture(scope="module")
def reports(data: Path) -> list[dict[str, Any]]:
    """The whole report with all that counts people, and the privacy report."""
    more = ("--apart", "source", "--use-case", "research-cohort", "--de-identified")
    check = fhircheck("check", str(data), "--format", "json", *more)
    privacy = fhircheck("privacy", str(data), "--format", "json", "--quasi-identifier", "sex")
    return [json.loads(check.stdout), json.loads(privacy.stdout)]


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """All objects in a document."""
    if isinstance(value, list):
        for each in value:
            yield from parts(each)
    elif isinstance(value, dict):
        yield value
        for each in value.values():
            yield from parts(each)


def few_people(document: Any) -> list[dict[str, Any]]:
    """Objects that count fewer than ten people by a property."""
    found = []
    for each in parts(document):
        numbers = [each.get("value")] if each.get("unit") == "patients" and each.get("of") else []
        for name in PEOPLE & each.keys():
            numbers.append(each[name].get("count") if isinstance(each[name], dict) else each[name])
        if each.get("least") == each.get("most"):
            numbers.append(each.get("least"))
        if any(isinstance(number, int) and 0 < number < FEW for number in numbers):
            found.append(each)
    return found


def test_no_report_counts_few_people_by_a_property(reports: list[dict[str, Any]]) -> None:
    assert few_people({"name": "by-sex", "of": "other", "unit": "patients", "value": 3}), "the test can fail"
    assert few_people({"patients": {"count": 4}})
    assert few_people({"lost": {"least": 3, "most": 3}})
    for document in reports:
        hidden = [each for each in parts(document) if each.get("least") == 1 and each.get("most") == FEW - 1]
        assert hidden, "there are such counts, and they are hidden"
        assert few_people(document) == []


def test_nothing_is_said_of_a_single_practitioner(data: Path, reports: list[dict[str, Any]]) -> None:
    for document in reports:
        for measure in document["measures"]:
            said = json.dumps([measure["by"], measure["details"], measure["reason"], measure["name"]])
            assert not any(name in said for name in STAFF), measure["name"]
    assert len(reports[0]["use_cases"][0]["steps"]) > 3, "the funnel is among what was looked at"
    for command in (("check", "--apart", "source", "--use-case", "research-cohort"), ("privacy",)):
        text = fhircheck(command[0], str(data), *command[1:]).stdout
        assert "Wunderlich" not in text


def test_the_command(tmp_path: Path) -> None:
    path, clean = tmp_path / "data.ndjson", tmp_path / "clean.ndjson"
    person = {"resourceType": "Patient", "id": "1", "name": [{"family": "Mustermann"}]}
    path.write_text(json.dumps(person))
    clean.write_text("".join(json.dumps({"resourceType": "Patient", "id": str(each)}) + "\n" for each in range(12)))
    assert fhircheck("privacy", str(path)).returncode == 0
    failed = fhircheck("privacy", str(path), "--de-identified", "--language", "de")
    assert failed.returncode == 1
    assert "DATENSCHUTZ: NICHT WIE ANGEGEBEN" in failed.stdout
    assert "Mustermann" not in failed.stdout + failed.stderr
    assert fhircheck("privacy", str(clean), "--de-identified").returncode == 0
    path.write_text(json.dumps(person) + "\n{broken\n")
    assert fhircheck("privacy", str(path), "--de-identified").returncode == 3
    assert fhircheck("privacy", str(tmp_path / "none.json")).returncode == 3
    assert fhircheck("privacy", str(clean), "--quasi-identifier", "shoe").returncode == 2
    assert fhircheck("check", str(clean), "--date-precision", "week").returncode == 2


def test_processes_give_the_same_bytes(data: Path, tmp_path: Path) -> None:
    one, two = (
        json.loads(fhircheck("privacy", str(data), "--format", "json", "--jobs", jobs, "--de-identified").stdout)
        for jobs in ("1", "2")
    )
    del one["header"], two["header"]
    assert one == two
