"""``fhircheck snapshot``: a file or a URL in, a StructureDefinition with its snapshot out."""

import json
from pathlib import Path

PROFILE = {
    "resourceType": "StructureDefinition",
    "url": "http://example.org/StructureDefinition/p",
    "type": "Patient",
    "kind": "resource",
    "derivation": "constraint",
    "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
    "differential": {"element": [{"path": "Patient.name.family", "min": 1}]},
}


def test_a_file(fhircheck, tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps(PROFILE))
    ended = fhircheck("snapshot", str(path), "--offline")
    assert ended.code == 0
    elements = {each["id"]: each for each in json.loads(ended.stdout)["snapshot"]["element"]}
    assert elements["Patient.name.family"]["min"] == 1


def test_a_url(fhircheck, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    url = "http://hl7.org/fhir/StructureDefinition/bodyweight"
    assert fhircheck("snapshot", url, "--offline", "--output", str(out)).code == 0
    assert json.loads(out.read_text())["snapshot"]["element"][0]["id"] == "Observation"


def test_what_cannot_be_made(fhircheck, tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps(PROFILE | {"baseDefinition": "http://example.org/none"}))
    for argument, reason in [
        (str(path), "its base http://example.org/none is not known"),
        (str(tmp_path / "none.json"), "No such file"),
        ("http://example.org/none", "no StructureDefinition with this URL"),
    ]:
        ended = fhircheck("snapshot", argument, "--offline")
        assert ended.code == 3
        assert reason in ended.stderr
        assert "Traceback" not in ended.stderr
