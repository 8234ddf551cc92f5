"""Our profiles: the committed snapshots are what the script makes, and every rule has its reason."""

import importlib.util
import json
from copy import deepcopy
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.needs import ROOT

FOLDER = ROOT / "profiles"
PROFILES = sorted(FOLDER.glob("StructureDefinition-*.json"))
CORE = "http://hl7.org/fhir/StructureDefinition/"
WITH_PARTS = {
    f"StructureDefinition-{each}"
    for each in (
        *("label-class", "requirement-clock", "requirement-density", "requirement-link", "requirement-sampling"),
        "requirement-window",
    )
}
DECIDED_LATER = {"slicing", "sliceName", "constraint"}


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_snapshots", FOLDER / "make_snapshots.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tiny(url: str, *elements: dict[str, Any]) -> dict[str, Any]:
    return {
        "url": url,
        "snapshot": {"element": [{"id": each["path"], "min": 0, "max": "1"} | each for each in elements]},
    }


THING, PART = f"{CORE}Thing", f"{CORE}Part"
DEFINITIONS = {
    THING: tiny(THING, {"path": "Thing", "max": "*"}, {"path": "Thing.part", "short": "a", "type": [{"code": "Part"}]}),
    PART: tiny(
        PART,
        {"path": "Part"},
        {"path": "Part.id", "mapping": [{"identity": "rim", "map": "n/a"}]},
        {"path": "Part.value", "min": 1, "max": "2", "constraint": [{"key": "part-1"}]},
    ),
}


def profile(*changes: dict[str, Any]) -> dict[str, Any]:
    elements = [{"id": change["path"]} | change for change in changes]
    return {"url": "urn:x:profile", "baseDefinition": THING, "differential": {"element": elements}}


def test_what_is_committed_is_what_the_script_makes(script: ModuleType) -> None:
    made = script.make(FOLDER)
    assert set(made) == {path.name for path in PROFILES} | {".index.json"}
    for name, text in made.items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, f"run python profiles/make_snapshots.py: {name}"


def test_children_of_a_type_are_put_in_behind_the_element_and_changed(script: ModuleType) -> None:
    before = deepcopy(DEFINITIONS)
    made = script.snapshot(
        profile({"path": "Thing.part.value", "max": "1", "constraint": [{"key": "x-1"}]}), DEFINITIONS.get
    )
    assert [each["id"] for each in made] == ["Thing", "Thing.part", "Thing.part.id", "Thing.part.value"]
    assert made[3]["min"] == 1
    assert made[3]["max"] == "1"
    assert made[3]["constraint"] == [{"key": "part-1", "source": PART}, {"key": "x-1"}]
    assert "mapping" not in made[2]
    assert before == DEFINITIONS, "definitions are shared and must not be changed"


def test_a_new_text_does_not_keep_the_translation_of_the_old_one(script: ModuleType) -> None:
    definitions = deepcopy(DEFINITIONS)
    definitions[THING]["snapshot"]["element"][1]["_short"] = {"id": "of a"}
    made = script.snapshot(profile({"path": "Thing.part", "short": "b"}), definitions.get)
    assert made[1]["short"] == "b"
    assert "_short" not in made[1]


def test_texts_are_readable_outside_the_specification(script: ModuleType) -> None:
    definitions = deepcopy(DEFINITIONS)
    status = [{"url": f"{CORE}structuredefinition-standards-status"}, {"url": "urn:x:kept"}]
    definitions[THING]["snapshot"]["element"][1] |= {"comment": "[a](b.html#c) [d](http://e.f)", "extension": status}
    made = script.snapshot(profile(), definitions.get)
    assert made[1]["comment"] == "[a](http://hl7.org/fhir/R4/b.html#c) [d](http://e.f)"
    assert made[1]["extension"] == [{"url": "urn:x:kept"}]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"path": "Thing.other"}, "no element of exactly one plain type|no such element"),
        ({"path": "Thing.part.other"}, "no such element"),
        ({"path": "Thing.part", "sliceName": "one"}, "slicing"),
        ({"path": "Thing.part", "max": "*"}, "wider"),
        ({"path": "Thing.part", "max": "2"}, "wider"),
        ({"path": "Thing.part.value", "min": 0}, "wider"),
    ],
)
def test_what_the_script_cannot_do_is_refused(script: ModuleType, change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        script.snapshot(profile(change), DEFINITIONS.get)


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_every_rule_has_a_reason_and_a_german_text(path: Path) -> None:
    root, *rules = read(path)["differential"]["element"]
    for element in (root, *rules):
        languages = {
            part["valueCode"]
            for extension in element["_short"]["extension"]
            for part in extension["extension"]
            if part["url"] == "lang"
        }
        assert languages == {"de"}, element["id"]
    assert [element["id"] for element in rules if len(element.get("requirements", "")) < 20] == []


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_profiles_use_only_what_is_decided_completely(path: Path) -> None:
    if path.stem in WITH_PARTS:
        return
    for element in read(path)["differential"]["element"]:
        assert not DECIDED_LATER & set(element), element["id"]


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_snapshot_holds_the_whole_base_in_its_order_and_all_changes(path: Path) -> None:
    from fhircheck.definitions.definition_set import load_definitions

    definition = read(path)
    base = load_definitions(offline=True).structure(definition["type"])
    assert base
    elements = {each["id"]: each for each in definition["snapshot"]["element"]}
    inherited = [each["id"] for each in base["snapshot"]["element"]]
    assert [each for each in elements if each in set(inherited)] == inherited
    assert len(elements) == len(definition["snapshot"]["element"])
    for change in definition["differential"]["element"]:
        change.pop("slicing", None)  # joined with the one of the base
        assert change.items() <= elements[change["id"]].items()


def test_the_package_says_what_other_tools_ask_for() -> None:
    manifest = read(FOLDER / "package.json")
    assert manifest["fhirVersions"] == ["4.0.1"]
    assert manifest["dependencies"] == {"hl7.fhir.r4.core": "4.0.1"}
    for path in FOLDER.glob("*-*.json"):
        resource = read(path)
        assert resource["url"] == f"{manifest['canonical']}/{resource['resourceType']}/{resource['id']}"
        assert path.name == f"{resource['resourceType']}-{resource['id']}.json"
        assert resource["version"] == manifest["version"]


def test_use_cases_are_what_their_tables_say() -> None:
    """Libraries and value sets here, and their copies in the package."""
    spec = importlib.util.spec_from_file_location("make_use_cases", FOLDER / "make_use_cases.py")
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    made = script.make()
    assert sum(path.name.startswith("Library-") for path in made) == 20
    for path, text in made.items():
        assert path.read_text(encoding="utf-8") == text, f"run python profiles/make_use_cases.py: {path.name}"
    assert set(script.SHIPPED.glob("*.json")) <= set(made)


def test_the_readiness_questionnaire_is_what_its_table_says() -> None:
    spec = importlib.util.spec_from_file_location("make_questionnaire", FOLDER / "make_questionnaire.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for path, text in module.make().items():
        assert path.read_text(encoding="utf-8") == text, f"run python profiles/make_questionnaire.py: {path.name}"
