"""A data set with fewer records of the old and a code that takes over, through the real command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fhircheck.cli import main

SYSTEM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
TABLE = """population,sex,age_from,age_to,people,date,source
own,male,0,49,100,2024,own
own,male,50,,100,2024,own
"""


def patients(born: str, number: int) -> list[dict[str, Any]]:
    return [
        {"resourceType": "Patient", "id": f"p{born}-{each}", "gender": "male", "birthDate": born}
        for each in range(number)
    ]


def condition(patient: str, month: str, code: str) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "code": {"coding": [{"system": SYSTEM, "code": code}]},
        "subject": {"reference": f"Patient/{patient}"},
        "recordedDate": f"{month}-10",
    }


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_planted_is_found(tmp_path: Path, jobs: int) -> None:
    people = [*patients("1990-01-01", 60), *patients("1950-01-01", 20)]
    codes = [("2024-01", "I10.90")] * 50 + [("2024-01", "E11.90")] * 50
    codes += [("2024-02", "I10.90")] * 5 + [("2024-02", "E11.90")] * 95
    records = [condition(people[each % 60]["id"], *code) for each, code in enumerate(codes)]
    (tmp_path / "data.ndjson").write_text("".join(json.dumps(each) + "\n" for each in [*people, *records]))
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "reference_population.csv").write_text(TABLE)
    asked = [
        "check",
        "data.ndjson",
        "--tables",
        "tables",
        "--jobs",
        str(jobs),
        "--format",
        "json",
        "--fail-on",
        "never",
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        answer = CliRunner().invoke(main, [*asked, "--offline"])
    assert answer.exit_code == 0, answer.output
    found = {each["name"]: each for each in json.loads(answer.stdout)["measures"]}
    drift, shares, recorded = (
        found[name] for name in ("distribution-drift", "subgroup-representation", "subgroup-completeness")
    )
    assert (drift["status"], drift["by"][0]["path"]) == ("failed", f"Condition {SYSTEM}")
    rates = {each["of"]: each["value"] for each in shares["details"] if each["name"] == "representation-rate"}
    assert rates == {"male 0-49": 1.5, "male 50+": 0.5}
    assert (shares["status"], shares["numerator"], shares["denominator"]) == ("informational", 1, 2)
    assert recorded["status"] == "failed"
    assert found["follow-up"]["denominator"] == 80
