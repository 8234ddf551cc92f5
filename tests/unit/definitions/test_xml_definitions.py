"""Definitions in XML: in a folder, beside their JSON twins, and as a profile file."""

import json
from pathlib import Path

import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.model.errors import UsageError
from fhircheck.run import RunOptions, run

URL = "http://a.org/StructureDefinition/p"
ELEMENT = '<element id="Patient"><path value="Patient"/></element>'
BIRTH = '<element id="Patient.birthDate"><path value="Patient.birthDate"/><min value="1"/></element>'
PROFILE = f"""<?xml version="1.0" encoding="UTF-8"?>
<StructureDefinition xmlns="http://hl7.org/fhir"><url value="{URL}"/><version value="1.50"/><name value="P"/>
<status value="active"/><fhirVersion value="4.0.1"/><kind value="resource"/><abstract value="false"/>
<type value="Patient"/><baseDefinition value="http://hl7.org/fhir/StructureDefinition/Patient"/>
<derivation value="constraint"/><differential>{ELEMENT}{BIRTH}</differential></StructureDefinition>"""


def test_a_folder_with_xml_is_a_package(tmp_path: Path) -> None:
    (tmp_path / "p.xml").write_text(PROFILE)
    (tmp_path / "broken.xml").write_text("<StructureDefinition")
    (tmp_path / "other.xml").write_text("<note>no FHIR</note>")
    found = load_definitions([str(tmp_path)], offline=True).find(URL, "StructureDefinition")
    assert found is not None
    assert found["version"] == "1.50"
    assert found["differential"]["element"][1] == {"id": "Patient.birthDate", "path": "Patient.birthDate", "min": 1}


@pytest.mark.parametrize("name", ["p.json", "other.json"])
def test_a_twin_in_json_is_taken_once(tmp_path: Path, name: str) -> None:
    (tmp_path / "p.xml").write_text(PROFILE)
    twin = {"resourceType": "StructureDefinition", "url": URL, "version": "1.50", "name": "FromJson"}
    (tmp_path / name).write_text(json.dumps(twin))
    definitions = load_definitions([str(tmp_path)], offline=True)
    assert [each["name"] for each in definitions.resources("StructureDefinition") if each.get("url") == URL] == [
        "FromJson"
    ]


def test_a_profile_file_may_be_xml(tmp_path: Path) -> None:
    profile, patient = tmp_path / "p.xml", tmp_path / "patient.xml"
    profile.write_text(PROFILE)
    patient.write_text('<Patient xmlns="http://hl7.org/fhir">\n <active value="true"/>\n</Patient>')
    report = run(RunOptions((str(patient),), profiles=(str(profile),), offline=True, measure=False))
    (group,) = [each for each in report.issues if each.kind == "cardinality-min"]
    assert (group.definition, group.examples[0].place.line) == ("Patient.birthDate", 1)
    profile.write_text('<Patient xmlns="http://hl7.org/fhir"><active value="true"/></Patient>')
    with pytest.raises(UsageError, match="not a StructureDefinition"):
        run(RunOptions((str(patient),), profiles=(str(profile),), offline=True))
