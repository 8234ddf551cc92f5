"""No value of an element about a person is in a report, whichever measure looked at it."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fhircheck.cli import main
from fhircheck.report import RENDERERS
from tests.planted.clinic import clinic
from tests.planted.defects import PLANTERS, planted

SECRET = "Geheimnis"
TEXTS = {
    "Patient": {
        "name": [{"family": f"{SECRET}1", "given": [f"{SECRET}2"], "text": f"{SECRET}3"}],
        "telecom": [{"system": "phone", "value": f"{SECRET}4"}, {"system": "email", "value": f"a@{SECRET}5.example"}],
        "address": [{"line": [f"{SECRET}6"], "city": f"{SECRET}7", "district": f"{SECRET}8", "postalCode": "99999"}],
        "contact": [{"name": {"family": f"{SECRET}9"}, "telecom": [{"system": "phone", "value": f"{SECRET}10"}]}],
        "photo": [{"contentType": "image/png", "url": f"https://example.org/{SECRET}11.png", "title": f"{SECRET}12"}],
        "maritalStatus": {"text": f"{SECRET}13"},
    },
    "": {
        "note": [{"text": f"{SECRET}14", "authorString": f"{SECRET}15"}],
        "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{SECRET}16</div>'},
    },
    "Observation": {"valueString": f"{SECRET}17", "interpretation": [{"text": f"{SECRET}18"}]},
    "Condition": {"code": {"text": f"{SECRET}19"}},
    "DiagnosticReport": {"conclusion": f"{SECRET}20"},
    "MedicationRequest": {"dosageInstruction": [{"text": f"{SECRET}21", "patientInstruction": f"{SECRET}22"}]},
}
NOTED = ("Observation", "Condition", "Procedure", "MedicationRequest")


def with_secrets(data: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Marked texts in all that tells of a person, and identifiers that hold one."""
    found = deepcopy(data)
    for number, node in enumerate(found):
        kind = node["resourceType"]
        texts = dict(TEXTS.get(kind, {}), text=TEXTS[""]["text"])
        if kind in NOTED:
            texts["note"] = TEXTS[""]["note"]
        if number % 2 or kind == "Patient":
            node.update(deepcopy(texts))
        if kind == "Patient" and number % 2:
            node["birthDate"] = f"{SECRET}25"  # no date: a finding with a value
        for each in node.get("identifier", ()):
            each["value"] = f"{SECRET}-{number}"
        if "subject" in node:
            node["subject"]["display"] = f"{SECRET}23"
            node["subject"]["identifier"] = {"system": "http://fhir.de/sid/gkv/kvid-10", "value": f"{SECRET}24"}
    return found


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    data = with_secrets(clinic(patients=4))
    for each in PLANTERS:
        data = planted(each, data).data
    path: Path = tmp_path_factory.mktemp("secrets") / "clinic.ndjson"
    path.write_text("\n".join(map(json.dumps, data)), encoding="utf-8")
    assert SECRET in path.read_text("utf-8")
    return str(path)


@pytest.mark.parametrize("form", RENDERERS.names)
@pytest.mark.parametrize("more", [[], ["--language", "de"], ["--hash-ids"]], ids=" ".join)
def test_no_value_about_a_person_is_shown(form: str, more: list[str], source: str) -> None:
    done = CliRunner().invoke(main, ["check", "--offline", "--format", form, *more, source])
    assert done.exit_code in (0, 1), done.output
    assert len(done.output) > 500
    assert SECRET.lower() not in done.output.lower()


def test_the_secrets_are_there_to_be_shown(source: str) -> None:
    done = CliRunner().invoke(main, ["check", "--offline", "--format", "ndjson", "--show-values", source])
    assert SECRET in done.output
