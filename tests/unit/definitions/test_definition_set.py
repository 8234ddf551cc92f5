import os
import pickle
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fhircheck.definitions.definition_set import DefinitionSet, load_definitions, open_definitions
from fhircheck.model.errors import DefinitionUnusable
from tests.needs import shared_path
from tests.package_making import Resource, installed, profile

A = "http://example.org/StructureDefinition/a"
B = "http://example.org/StructureDefinition/b"
PATIENT = "http://hl7.org/fhir/StructureDefinition/Patient"


def load(*named: str, **options: Any) -> DefinitionSet:
    return load_definitions(named, offline=True, **options)


def test_the_core_is_there_without_any_package() -> None:
    definitions = load()
    [core] = definitions.packages
    assert (core.name, core.version, core.origin) == ("hl7.fhir.r4.core", "4.0.1", "embedded")
    patient = definitions.structure("Patient")
    assert patient is not None
    assert patient["url"] == PATIENT
    assert patient is definitions.structure(PATIENT) is definitions.find(PATIENT + "|4.0.1")
    assert len(patient["snapshot"]["element"]) > 40
    assert definitions.find_version("http://hl7.org/fhir/ValueSet/administrative-gender") == "4.0.1"
    assert definitions.find(PATIENT, "ValueSet") is None
    assert definitions.find(PATIENT + "|4.0.0") is None
    assert definitions.find_version(PATIENT + "|4.0.0") == ""
    assert definitions.versions(PATIENT) == ("4.0.1",)
    assert definitions.structure("Patientt") is definitions.structure("") is None


def test_numbers_with_a_point_are_exact() -> None:
    definition = {"resourceType": "ValueSet", "url": "http://example.org/vs", "extension": [{"valueDecimal": "X"}]}
    text = Path(os.environ["FHIRCHECK_CACHE"]).parent / "folder"
    text.mkdir()
    (text / "vs.json").write_text(str(definition).replace("'", '"').replace('"X"', "1.10"))
    found = load(str(text)).find("http://example.org/vs")
    assert found is not None
    assert str(found["extension"][0]["valueDecimal"]) == "1.10"
    assert isinstance(found["extension"][0]["valueDecimal"], Decimal)


def two_versions(cache: Path) -> None:
    """old and new depend on their own version of base; base stands in three versions."""
    for version in ("1.0.0", "1.3.0", "1.3.5", "1.4.0-rc"):
        installed(cache, "test.base", version, profile(A, version))
    installed(cache, "test.old", "1.0.0", profile(B, "1.0.0"), dependencies={"test.base": "1.0.0"})
    installed(cache, "test.new", "1.0.0", profile(B, "2.0.0"), dependencies={"test.base": "1.3.x"})


def test_a_canonical_without_version_follows_who_refers(own_caches: Path) -> None:
    two_versions(own_caches)
    definitions = load("test.old", "test.new", "test.base#1.4.0-rc", "test.base#1.3.0")
    assert definitions.find_version(A) == "1.4.0-rc"
    assert definitions.find_version(A, referrer=B + "|1.0.0") == "1.0.0"
    assert definitions.find_version(A, referrer=B + "|2.0.0") == "1.3.0"  # 1.3.x was satisfied by the named one
    assert definitions.find_version(A, referrer=B) == "1.3.0"
    assert definitions.find_version(A, referrer="test.old#1.0.0") == "1.0.0"
    assert definitions.find_version(A, referrer="http://example.org/unknown") == "1.4.0-rc"
    assert definitions.package_of(A, referrer=B + "|1.0.0") == "test.base#1.0.0"


def test_a_version_in_two_parts_means_any_of_its_patches(own_caches: Path) -> None:
    two_versions(own_caches)
    definitions = load("test.base#1.0.0", "test.base#1.3.0", "test.base#1.3.5", "test.base#1.4.0-rc")
    found = {
        wanted: definitions.find_version(f"{A}|{wanted}") for wanted in ("1.3", "1.3.0", "1.3.x", "1", "2", "1.3.1")
    }
    assert found == {"1.3": "1.3.5", "1.3.0": "1.3.0", "1.3.x": "1.3.5", "1": "1.4.0-rc", "2": "", "1.3.1": ""}
    assert definitions.versions(A) == ("1.4.0-rc", "1.3.5", "1.3.0", "1.0.0")


def test_the_very_version_asked_for_wins_over_its_patches(own_caches: Path) -> None:
    installed(own_caches, "test.short", "1.0.0", profile(A, "1.3"))
    installed(own_caches, "test.long", "1.0.0", profile(A, "1.3.5"))
    assert load("test.short", "test.long").find_version(A + "|1.3") == "1.3"


def test_of_equal_versions_the_core_has_the_first_say(own_caches: Path) -> None:
    gender = "http://hl7.org/fhir/ValueSet/administrative-gender"
    copied = {"resourceType": "ValueSet", "id": "g", "url": gender, "version": "4.0.1", "name": "Copied"}
    installed(own_caches, "test.copy", "9.0.0", copied)
    found = load("test.copy").find(gender)
    assert found is not None
    assert found["name"] == "AdministrativeGender"


def test_nearer_dependencies_come_first(own_caches: Path) -> None:
    installed(own_caches, "test.far", "1.0.0", profile(A, "9.0.0"))
    installed(own_caches, "test.near", "1.0.0", profile(A, "1.0.0"), dependencies={"test.far": "1.0.0"})
    installed(own_caches, "test.top", "1.0.0", profile(B), dependencies={"test.near": "1.0.0"})
    definitions = load("test.top")
    assert definitions.find_version(A, referrer=B) == "1.0.0"
    assert definitions.find_version(A) == "9.0.0"


def test_base_types_are_those_of_r4_unless_a_version_is_asked_for(own_caches: Path) -> None:
    newer = profile(PATIENT, "4.3.0", derivation="specialization")
    installed(own_caches, "test.newer", "1.0.0", newer)
    definitions = load("test.newer")
    assert definitions.find_version(PATIENT) == "4.0.1"
    assert definitions.find_version(PATIENT + "|4.3.0") == "4.3.0"
    structure = definitions.structure("Patient")
    assert structure is not None
    assert structure["version"] == "4.0.1"


def test_loose_definitions_win_and_change_the_fingerprint(own_caches: Path) -> None:
    installed(own_caches, "test.one", "1.0.0", profile(A, "5.0.0"))
    definitions = load("test.one")
    before = definitions.fingerprint()
    assert definitions.find_version(A) == "5.0.0"
    definitions.add_resource(profile(A, "1.0.0"), "my/file.json")
    assert definitions.find_version(A) == "1.0.0"
    assert definitions.find_version(A + "|5.0.0") == "5.0.0"
    assert definitions.package_of(A) == "my/file.json"
    assert definitions.fingerprint() != before
    definitions.add_resource(profile(A, "0.5.0"))
    assert definitions.find_version(A) == "0.5.0"
    assert list(definitions.urls("StructureDefinition")).count(A) == 1


def test_fingerprints_name_the_content(own_caches: Path) -> None:
    installed(own_caches, "test.one", "1.0.0", profile(A))
    installed(own_caches, "test.two", "1.0.0", profile(B))
    assert load("test.one", "test.two").fingerprint() == load("test.two", "test.one").fingerprint()
    different = [load().fingerprint(), load("test.one").fingerprint(), load(loose=[profile(A)]).fingerprint()]
    changed = installed(own_caches, "test.one", "1.0.0", profile(A, name="Other"))
    different += [load(str(changed)).fingerprint(), load(loose=[profile(A, name="Other")]).fingerprint()]
    assert len(set(different)) == len(different)


def test_conflicts_are_notes(own_caches: Path) -> None:
    installed(own_caches, "test.one", "1.0.0", profile(A), profile(B, "1.0.0"))
    installed(own_caches, "test.two", "1.0.0", profile(A, name="Other"), profile(B, "2.0.0"))
    several, different = [note for note in load("test.one", "test.two").notes if "not installed" not in note]
    assert several.startswith("1 canonical URL stands in several versions")
    assert several.endswith(f"{B} (1.0.0, 2.0.0)")
    assert different.startswith("1 definition has the same URL and version but different content")
    assert different.endswith(f"{A}|1.0.0 in test.one#1.0.0, test.two#1.0.0")


def test_of_equal_versions_the_newer_package_wins_then_the_first_named(own_caches: Path) -> None:
    for version in ("1.0.10", "1.0.9"):
        installed(own_caches, "test.one", version, profile(A, "1.0.0", name=version))
    installed(own_caches, "test.two", "9.0.0", profile(A, "1.0.0", name="two"))
    for named in (["test.one#1.0.9", "test.one#1.0.10"], ["test.one#1.0.10", "test.two", "test.one#1.0.9"]):
        found = load(*named).find(A)
        assert found is not None
        assert found["name"] == "1.0.10"


def test_a_recipe_opens_the_same_set_elsewhere(own_caches: Path) -> None:
    two_versions(own_caches)
    definitions = load("test.old", "test.new", loose=[profile(B + "-loose", minValue=Decimal("0.10"))])
    again = open_definitions(pickle.loads(pickle.dumps(definitions.recipe())))
    assert again.fingerprint() == definitions.fingerprint()
    assert (again.notes, again.packages) == (definitions.notes, definitions.packages)
    assert again.find(A, referrer=B) == definitions.find(A, referrer=B)
    assert again.find(B + "-loose") == definitions.find(B + "-loose")


def test_it_may_be_used_after_a_fork() -> None:
    if not hasattr(os, "fork"):
        pytest.skip("needs fork: this system has none")
    definitions = load()
    urls = list(definitions.urls("StructureDefinition"))
    before = [definitions.find(url) for url in urls[:5]]
    assert all(before)
    children = []
    for part in range(4):
        child = os.fork()
        if child == 0:
            found = [definitions.find(url) for url in urls[part::4]]
            os._exit(
                0 if all(each and each["url"] == url for each, url in zip(found, urls[part::4], strict=True)) else 1
            )
        children.append(child)
    assert all(definitions.find(url) for url in urls)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0, 0]


def test_resources_without_url_are_given_too() -> None:
    ids = {resource["id"] for resource in load().resources("NamingSystem")}
    assert ids == {"example", "example-id"}


def test_real_packages() -> None:
    packages = str(shared_path("packages"))
    recipes = load("kbv.ita.erp#1.1.1", "kbv.ita.erp#1.4.3", package_cache=packages)
    patient = "https://fhir.kbv.de/StructureDefinition/KBV_PR_FOR_Patient"
    assert recipes.find_version(patient) == "1.3.1"
    assert recipes.find_version(patient + "|1.1") == "1.1.0"
    bundle = "https://fhir.kbv.de/StructureDefinition/KBV_PR_ERP_Bundle"
    assert recipes.find_version(patient, referrer=bundle + "|1.1.0") == "1.1.0"
    assert any("which is not there: hl7.terminology.r4#6.4.0 is used instead" in note for note in recipes.notes)
    hospital = load("de.gematik.isik-basismodul#4.0.3", package_cache=packages)
    assert hospital.find_version("http://fhir.de/StructureDefinition/identifier-kvid-10") == "1.5.2"


def test_every_definition_of_the_core_is_readable() -> None:
    definitions = load()
    counts: dict[str, int] = {}
    for kind in ("StructureDefinition", "ValueSet", "CodeSystem", "ConceptMap", "NamingSystem", "SearchParameter",
                 "OperationDefinition", "CompartmentDefinition", "CapabilityStatement"):  # fmt: skip
        found: list[Resource] = list(definitions.resources(kind))
        assert all(resource["resourceType"] == kind for resource in found)
        counts[kind] = len(found)
    assert counts == {
        "StructureDefinition": 655, "ValueSet": 1316, "CodeSystem": 1062, "ConceptMap": 80, "NamingSystem": 2,
        "SearchParameter": 1400, "OperationDefinition": 47, "CompartmentDefinition": 6, "CapabilityStatement": 8,
    }  # fmt: skip


def test_the_store_says_what_the_official_package_says() -> None:
    """Nothing but narrative and mappings is left out of the official package."""
    from fhircheck.definitions.definition_cache import parse
    from fhircheck.definitions.package_archive import read_archive

    definitions = load()
    compared = 0
    for name, text in read_archive(shared_path("packages", "hl7.fhir.r4.core-4.0.1.tgz")):
        if "/" in name or name.startswith(".") or not name.endswith("7.json"):
            continue
        official = parse(text)
        if "url" in official:
            assert definitions.find(f"{official['url']}|{official['version']}", official["resourceType"]) == _without(
                official
            ), name
            compared += 1
    assert compared > 50


def _without(resource: Resource) -> Resource:
    kept = {name: value for name, value in resource.items() if name != "text"}
    if kept["resourceType"] == "StructureDefinition":
        kept.pop("mapping", None)
        for view in ("snapshot", "differential"):
            for element in kept.get(view, {}).get("element", []):
                element.pop("mapping", None)
    return kept


def test_a_definition_nested_without_end_is_refused_in_one_line() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"extension": [deep]}
    definitions = load_definitions(offline=True, loose=[{**profile(A), **deep}])
    with pytest.raises(DefinitionUnusable, match="nested too deeply"):
        definitions.fingerprint()
