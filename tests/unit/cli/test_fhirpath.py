"""``fhircheck fhirpath``: items on standard output, faults as one line with their exit code."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from fhircheck.cli import main

PATIENT = {"resourceType": "Patient", "id": "p", "name": [{"given": ["A", "B"]}], "gender": "male"}


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "patients.ndjson"
    path.write_text("\n".join(json.dumps({**PATIENT, "id": name}) for name in ("p", "q")), "utf-8")
    return str(path)


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["fhirpath", "--offline", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_prints_one_item_a_line(file: str) -> None:
    assert run("name.given", file) == (0, "A\nB\nA\nB\n", "")


def test_ndjson_tells_resource_and_types(file: str) -> None:
    code, out, _ = run("--format", "ndjson", "gender | id", file)
    first, second = map(json.loads, out.splitlines())
    assert (code, first["resource"], second["resource"]) == (0, "Patient/p", "Patient/q")
    assert first["items"] == [{"type": "code", "value": "male"}, {"type": "id", "value": "p"}]


def test_services_of_the_validator_answer(file: str) -> None:
    value_set = "http://hl7.org/fhir/ValueSet/administrative-gender"
    profile = "http://hl7.org/fhir/StructureDefinition/Patient"
    assert run(f"gender.memberOf('{value_set}') and conformsTo('{profile}')", file)[:2] == (0, "true\ntrue\n")


@pytest.mark.parametrize(
    ("expression", "code", "said"),
    [
        ("name.gven", 2, "HumanName has no element gven"),
        ("name.", 2, "ends too early"),
        ("gender.memberOf('http://example.org/none')", 3, "cannot tell"),
        ("1 < 'a'", 2, "cannot be compared"),
    ],
)
def test_faults_are_one_line(file: str, expression: str, code: int, said: str) -> None:
    found, out, line = run(expression, file)
    assert (found, out) == (code, "")
    assert said in line
    assert line.count("\n") == 1


def test_loose_leaves_unknown_elements_empty(file: str) -> None:
    assert run("--loose", "name.gven.empty()", file)[:2] == (0, "true\ntrue\n")


def test_a_file_that_is_no_resource(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text("{", "utf-8")
    assert run("name.gven", str(path))[0] == 3
