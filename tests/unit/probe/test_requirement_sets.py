"""The demands that are shipped: made from their tables, valid by our own validator, named and sourced."""

import subprocess
import sys
from pathlib import Path

import pytest

from fhircheck import validate
from fhircheck.definitions.definition_set import load_definitions
from fhircheck.model.errors import UsageError
from fhircheck.probe.requirement_sets import claimed_sets, requirement_sets, shipped

ASKED = {
    "isik-basis", "isik-vitalparameter", "isik-vitalparameter-pdms", "isik-medikation-information",
    "isik-medikation-verordnung", "isik-medikation-verabreichung", "isik-medikation-amts",
    "isik-dokumentenaustausch", "isik-terminplanung", "mhd-document-responder", "mhd-document-recipient",
    "pdqm-supplier", "pdqm-supplier-match", "pixm-manager", "mcsd-directory", "qedm-simple-observations",
    "balp-audit-record-repository", "iua-resource-server", "smart-app-launch", "bulk-data-group-export",
    "ehds-document-access-provider", "ehds-resource-access-provider",
}  # fmt: skip


@pytest.fixture(scope="module")
def definitions():
    return load_definitions(offline=True)


def test_every_actor_of_the_plan_is_there():
    assert set(shipped()) >= ASKED


def test_the_statements_are_what_their_tables_say(project_root: Path):
    script = project_root / "profiles" / "make_requirements.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_all_pass_our_own_validator(project_root: Path):
    folder = project_root / "fhircheck" / "probe" / "requirements"
    report = validate(folder, packages=[str(project_root / "profiles")], offline=True)
    assert report.sources.files == len(shipped())
    assert [each for each in report.totals if each[0] in ("fatal", "error")] == []
    assert {kind for _, kind, _ in report.totals} <= {"extensible-binding"}  # IHE's own code for IUA


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_set_names_its_source(name: str):
    one = shipped()[name]
    assert one.name == name
    assert one.verified in {"V", "2", "U"}
    assert one.version
    assert one.german
    assert one.requirements
    assert len({each.id for each in one.requirements}) == len(one.requirements)


def test_a_claim_by_instantiates_wins_over_the_guide(definitions):
    medication = "https://gematik.de/fhir/isik/CapabilityStatement/ISiKCapabilityStatementMedikationAMTS|4.0.0"
    guide = "https://gematik.de/fhir/Medikation/ImplementationGuide/ISiK-Medikation"
    claimed = claimed_sets({"instantiates": [medication], "implementationGuide": [guide]}, definitions)
    assert [one.name for one in claimed] == ["isik-medikation-amts"]
    by_guide = claimed_sets({"implementationGuide": [guide]}, definitions)
    assert [one.name for one in by_guide] == ["isik-medikation-amts", "isik-medikation-information"]


@pytest.mark.parametrize(("code", "name"), [("SMART-on-FHIR", "smart-app-launch"), ("IUA", "iua-resource-server")])
def test_a_declared_way_to_sign_in_is_a_claim(definitions, code, name):
    rest = [{"mode": "server", "security": {"service": [{"coding": [{"code": code}]}]}}]
    assert [one.name for one in claimed_sets({"rest": rest}, definitions)] == [name]
    assert claimed_sets({"rest": [{"mode": "server"}]}, definitions) == ()


def test_a_mistyped_name_is_answered_with_the_nearest(definitions):
    with pytest.raises(UsageError, match="did you mean isik-basis"):
        requirement_sets(("isik-basiss",), definitions)


def test_all_are_all_once(definitions):
    assert len(requirement_sets(("all", "isik-basis"), definitions)) == len(shipped())


def statement(name: str, *parameters: str, **more) -> dict:
    resource = {"type": "Patient", "searchParam": [{"name": each, "type": "string"} for each in parameters]}
    return {"resourceType": "CapabilityStatement", "id": name, "url": f"https://x.example/{name}", "version": "1.0.0",
            "title": name, "rest": [{"mode": "server", "resource": [resource]}], **more}  # fmt: skip


@pytest.fixture
def foreign():
    """Three statements of a package: one imports the second, which instantiates the first; a third is not there."""
    first = statement("one", "family", imports=["https://x.example/two|1.0.0", "https://x.example/missing"])
    second = statement("two", "given", instantiates=["https://x.example/one"])
    return load_definitions(offline=True, loose=[first, second])


def test_imports_are_followed_and_loops_end(foreign):
    [one] = requirement_sets(("https://x.example/one",), foreign)
    assert [each.id for each in one.requirements] == [
        "Patient", "Patient.searchParam:family", "Patient.searchParam:given",
    ]  # fmt: skip
    assert len(one.notes) == 1
    assert "https://x.example/missing" in one.notes[0]
    [two] = requirement_sets(("https://x.example/two",), foreign)
    assert {each.id for each in two.requirements} == {each.id for each in one.requirements}


def test_a_claim_to_a_statement_of_a_package_is_compared(foreign):
    assert [one.title for one in claimed_sets({"instantiates": ["https://x.example/two"]}, foreign)] == ["two"]
    assert claimed_sets({"instantiates": ["https://x.example/unknown"]}, foreign) == ()


def test_a_statement_in_a_file_of_either_form(tmp_path: Path, definitions):
    (tmp_path / "a.json").write_text('{"resourceType": "CapabilityStatement", "format": ["json"]}', encoding="utf-8")
    (tmp_path / "a.xml").write_text(
        '<CapabilityStatement xmlns="http://hl7.org/fhir"><format value="xml"/></CapabilityStatement>', encoding="utf-8"
    )
    (tmp_path / "b.json").write_text('{"resourceType": "Patient"}', encoding="utf-8")
    for form in ("json", "xml"):
        [one] = requirement_sets((str(tmp_path / f"a.{form}"),), definitions)
        assert [each.id for each in one.requirements] == [f"rest.format:{form}"]
    with pytest.raises(UsageError, match="holds no CapabilityStatement"):
        requirement_sets((str(tmp_path / "b.json"),), definitions)


def test_modifiers_are_asked_of_what_is_asked_for_as_strongly():
    asked = {each.id: each for each in shipped()["isik-basis"].requirements if each.what == "probed"}
    assert "Patient.searchParam:family:contains" in asked
    assert "Patient.searchParam:birthdate:ge" in asked
    assert "Encounter.searchParam:status:not" in asked
    assert not {"Patient.searchParam:name:contains", "Patient.searchParam:identifier:not"} & set(asked)
    assert not [name for name in asked if name.startswith(("Location.", "Organization."))]


def test_a_canonical_that_no_package_has_may_be_restated_by_ours(definitions):
    url = "https://profiles.ihe.net/ITI/PDQm/CapabilityStatement/IHE.PDQm.PatientDemographicsSupplier|3.2.0"
    assert [one.name for one in requirement_sets((url,), definitions)] == ["pdqm-supplier"]
    with pytest.raises(UsageError, match="no loaded package"):
        requirement_sets(("https://gematik.de/fhir/ISiK/ImplementationGuide/ISiK-Medikation",), definitions)
