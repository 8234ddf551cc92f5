"""Extensions against their definitions: URL, context, modifier, value, parts, other FHIR versions, settings."""

from typing import Any

import pytest

from fhircheck.assertions.assertion import Findings
from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import linker_for
from fhircheck.model.scope import Scope
from fhircheck.model.settings import CheckSettings
from fhircheck.validate.elements import cross_version
from fhircheck.validate.resource_check import ResourceCheck
from fhircheck.validate.rules.elements import ElementRules
from fhircheck.validate.rules.rule import Subject

BASE = "http://hl7.org/fhir/StructureDefinition/"
TEST = "http://example.com/StructureDefinition/"
BIRTH_PLACE = {"url": f"{BASE}patient-birthPlace", "valueAddress": {"city": "Ulm"}}
LATITUDE = {"url": "latitude", "valueDecimal": 1}
LONGITUDE = {"url": "longitude", "valueDecimal": 1}
Found = list[tuple[str, str]]


def definition(name: str, contexts: list[tuple[str, str]], modifier: bool = False, **more: Any) -> dict[str, Any]:
    """The definition of an extension with a boolean value."""
    url = TEST + name
    snapshot = [
        {"id": "Extension", "path": "Extension", "min": 0, "max": "*", "isModifier": modifier},
        {
            "id": "Extension.url",
            "path": "Extension.url",
            "min": 1,
            "max": "1",
            "fixedUri": url,
            "type": [{"code": "uri"}],
        },
        {
            "id": "Extension.value[x]",
            "path": "Extension.value[x]",
            "min": 1,
            "max": "1",
            "type": [{"code": "boolean"}],
        },
    ]
    return {
        "resourceType": "StructureDefinition",
        "url": url,
        "name": name,
        "status": "draft",
        "kind": "complex-type",
        "abstract": False,
        "type": "Extension",
        "baseDefinition": f"{BASE}Extension",
        "derivation": "constraint",
        "context": [{"type": kind, "expression": expression} for kind, expression in contexts],
        "snapshot": {"element": snapshot},
    } | more


LOOSE = [
    definition("any", [("element", "Element")]),
    definition("domain-text", [("element", "DomainResource.text")]),
    definition("backbone", [("element", "BackboneElement")]),
    definition("home", [("fhirpath", "Patient.address.where(use = 'home')")]),
    definition("on-any", [("extension", f"{TEST}any")]),
    definition("named", [("element", f"{TEST}patient#Patient.name:official")]),
    definition("inactive", [("element", "Patient")], contextInvariant=["active.not()"]),
    definition("modifier", [("element", "Element")], modifier=True),
    definition(
        "late",
        [("element", "Element")],
        extension=[
            {
                "url": f"{BASE}version-specific-use",
                "extension": [{"url": "startFhirVersion", "valueCode": "5.0"}],
            }
        ],
    ),
]


def bench(**settings: Any) -> ResourceCheck:
    definitions = load_definitions(offline=True, loose=LOOSE)
    return ResourceCheck(linker_for(definitions, lambda reason, detail: None, settings=CheckSettings(**settings)))


@pytest.fixture(scope="module")
def check() -> ResourceCheck:
    return bench()


def findings(check: ResourceCheck, node: dict[str, Any]) -> Found:
    found = Findings()
    scope = Scope(node, node, str(node.get("resourceType")))
    check.linker.around.scope = scope
    ElementRules().check(Subject(node, scope.expression, scope, check.linker.around, check, found))
    return [(issue.kind, issue.place.expression) for issue in found.issues]


def patient(*extensions: Any, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "extension": list(extensions), **more}


def use(name: str, **more: Any) -> dict[str, Any]:
    return {"url": TEST + name, "valueBoolean": True, **more}


XVER = "http://hl7.org/fhir/{}/StructureDefinition/extension-{}".format
HERE = "Patient.extension[0]"
CASES: list[tuple[str, dict[str, Any], Found]] = [
    ("known, allowed", patient(BIRTH_PLACE), []),
    ("no url", patient({"valueBoolean": True}), [("extension-url-missing", HERE)]),
    ("relative url", patient({"url": "a", "valueBoolean": True}), [("extension-url-relative", HERE)]),
    ("version in the url", patient(BIRTH_PLACE | {"url": f"{BASE}patient-birthPlace|4.0.1"}),
     [("extension-url-versioned", HERE)]),
    ("unknown", patient({"url": "http://example.com/none", "valueBoolean": True}), [("extension-unknown", HERE)]),
    ("on a primitive", {"resourceType": "Patient", "active": True, "_active": {"extension": [use("any")]}}, []),
    ("unknown on a primitive in a list",
     {"resourceType": "Patient", "name": [{"given": ["A", "B"], "_given": [None, {"extension": [
         {"url": "http://example.com/none", "valueBoolean": True}]}]}]},
     [("extension-unknown", "Patient.name[0].given[1].extension[0]")]),
    ("wrong element", {"resourceType": "Patient", "name": [{"extension": [BIRTH_PLACE]}]},
     [("extension-context", "Patient.name[0]")]),
    ("inherited element", {"resourceType": "Patient", "text": {"extension": [use("domain-text")]}}, []),
    ("inherited element, not of others", patient(use("domain-text")), [("extension-context", "Patient")]),
    ("backbone element", {"resourceType": "Patient", "contact": [{"extension": [use("backbone")]}]}, []),
    ("no backbone element", {"resourceType": "Patient", "name": [{"extension": [use("backbone")]}]},
     [("extension-context", "Patient.name[0]")]),
    ("selected by FHIRPath", {"resourceType": "Patient", "address": [{"use": "home", "extension": [use("home")]}]}, []),
    ("not selected by FHIRPath",
     {"resourceType": "Patient", "address": [{"use": "home"}, {"use": "work", "extension": [use("home")]}]},
     [("extension-context", "Patient.address[1]")]),
    ("on the value of another extension", patient(use("any", _valueBoolean={"extension": [use("on-any")]})), []),
    ("on no extension", patient(use("on-any")), [("extension-context", "Patient")]),
    ("invariant holds", patient(use("inactive"), active=False), []),
    ("invariant of a context that is another", patient() | {"name": [{"extension": [use("inactive")]}], "active": True},
        [("extension-context", "Patient.name[0]")]),
    ("value beside parts", patient({"url": f"{BASE}patient-nationality", "valueString": "x"}),
        [("extension-value-type", HERE)]),
    ("element of a profile", patient() | {"name": [{"extension": [use("named")]}]}, []),
    ("another element than the profile's", patient(use("named")), [("extension-context", "Patient")]),
    ("invariant fails", patient(use("inactive"), active=True), [("extension-context-invariant", "Patient")]),
    ("a modifier among the others", patient(use("modifier")), [("extension-is-modifier", HERE)]),
    ("a modifier in its place", {"resourceType": "Patient", "modifierExtension": [use("modifier")]}, []),
    ("no modifier among modifiers", {"resourceType": "Patient", "modifierExtension": [use("any")]},
     [("extension-no-modifier", "Patient.modifierExtension[0]")]),
    ("wrong type of value", patient({"url": f"{TEST}any", "valueString": "true"}), [("extension-value-type", HERE)]),
    ("wrong content of the value",
     patient({"url": f"{BASE}patient-birthPlace", "valueAddress": {"use": "nowhere"}}), []),
    ("for later versions", patient(use("late")), [("extension-wrong-version", "Patient")]),
    ("parts", {"resourceType": "Patient", "address": [{"extension": [
        {"url": f"{BASE}geolocation", "extension": [LATITUDE, LONGITUDE]}]}]}, []),
    ("a part that is not defined", {"resourceType": "Patient", "address": [{"extension": [
        {"url": f"{BASE}geolocation", "extension": [LATITUDE, LONGITUDE, {"url": "height", "valueDecimal": 1}]}]}]},
     [("extension-part-unknown", "Patient.address[0].extension[0].extension[2]")]),
    ("an element of another version",
     patient({"url": XVER("3.0", "Observation.value[x]"), "valueAttachment": {"url": "x"}}),
     [("extension-version-context", "Patient")]),
    ("a modifier of another version", patient({"url": XVER("1.0", "Patient.animal"), "extension": [
        {"url": "species", "valueCodeableConcept": {"text": "dog"}}]}), [("extension-is-modifier", HERE)]),
    ("a part of what has no url", patient({"extension": [LATITUDE]}),
     [("extension-url-missing", HERE), ("extension-url-relative", f"{HERE}.extension[0]")]),
    ("a part of what has an empty url", patient({"url": "", "extension": [LATITUDE]}),
     [("extension-url-missing", HERE)]),
    ("a modifier where there are none", patient() | {"name": [{"modifierExtension": [use("none")]}]}, []),
    ("beside a value, in an array", patient() | {"_active": [None, {"extension": [use("none")]}]}, []),
    ("a url with an id alone", patient({"_url": {"id": "x"}, "valueBoolean": True}), [("extension-url-missing", HERE)]),
    ("beside another fault", patient() | {"name": [{"extension": [use("none")], "modifierExtension": [use("none")]}]},
     [("extension-unknown", "Patient.name[0].extension[0]")]),
    ("on the id of a resource", patient() | {"id": "x", "_id": {"extension": [use("none")]}}, []),
    ("no such version", patient({"url": XVER("9.9", "Patient.animal")}), [("extension-version-element", HERE)]),
    ("no such element", patient({"url": XVER("5.0", "Patient.none")}), [("extension-version-element", HERE)]),
    ("R4 has it", patient({"url": XVER("3.0", "Patient.birthDate")}), [("extension-version-element", HERE)]),
]  # fmt: skip


@pytest.mark.parametrize(("node", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_use_of_an_extension(check: ResourceCheck, node: dict[str, Any], expected: Found) -> None:
    mine = [each for each in findings(check, node) if each[0].startswith("extension-")]
    assert mine == expected


def test_a_missing_value_is_said_once_by_the_rule(check: ResourceCheck) -> None:
    found = findings(check, patient({"url": f"{TEST}any"}))
    assert found.count(("extension-value-missing", HERE)) == 1


@pytest.mark.parametrize(
    ("settings", "name", "url", "expected"),
    [
        ({"unknown_extensions": "allow"}, "extension", "http://example.com/none", []),
        ({"unknown_extensions": "warning"}, "extension", "http://example.com/none", ["extension-unchecked"]),
        ({"unknown_extensions": "warning"}, "modifierExtension", "http://example.com/none", ["extension-unknown"]),
        ({"example_urls": True}, "extension", "http://example.org/none", []),
        ({"example_urls": False}, "extension", "http://example.org/none", ["extension-unknown"]),
    ],
)
def test_unknown_extensions_as_the_settings_say(
    settings: dict[str, Any], name: str, url: str, expected: list[str]
) -> None:
    node = {"resourceType": "Patient", name: [{"url": url, "valueBoolean": True}]}
    assert [kind for kind, _ in findings(bench(**settings), node)] == expected


def test_what_is_malformed_never_raises(check: ResourceCheck) -> None:
    for bad in (None, 1, "x", [], {}, [None], [1], [[]], [{"url": 1}], [{"url": None, "extension": 3}], {"url": "x"}):
        for name in ("extension", "modifierExtension", "_active", "name", "contained", "meta", "text"):
            findings(check, {"resourceType": "Patient", name: bad})
            findings(check, {"resourceType": "Patient", "contact": [{name: bad}], "_birthDate": {name: bad}})


@pytest.mark.parametrize(
    ("version", "path", "expected"),
    [
        ("5.0", "DeviceRequest.doNotPerform", "valid"),
        ("3.0", "Observation.value", "valid"),
        ("3.0", "Patient.active", "unchanged"),
        ("5.0", "Patient.animal", "element"),
        ("2.0", "Patient.animal", "version"),
    ],
)
def test_elements_of_other_versions(version: str, path: str, expected: str) -> None:
    assert cross_version.status(version, path) == expected


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"url": "reason", "valueString": "x"}, []),
        ({"url": "reason", "valueDate": "2024"}, ["extension-value-type"]),
        ({"url": "reason"}, ["extension-value-missing"]),
        ({"url": "nothing", "valueString": "x"}, ["extension-part-unknown"]),
    ],
)
def test_parts_of_an_element_of_another_version_have_its_types(
    check: ResourceCheck, part: dict[str, Any], expected: list[str]
) -> None:
    url = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Observation.triggeredBy"
    node = {"resourceType": "Observation", "extension": [{"url": url, "extension": [part]}]}
    found = [(kind, place) for kind, place in findings(check, node) if kind.startswith("extension")]
    assert found == [(kind, "Observation.extension[0].extension[0]") for kind in expected]


def test_a_wrong_type_is_one_finding_whatever_the_definition_says_of_the_value(check: ResourceCheck) -> None:
    found = findings(check, patient({"url": f"{TEST}any", "valueString": "true"}))
    assert found == [("extension-value-type", HERE)]


def test_an_extension_with_a_version_in_its_url_is_held_to_its_definition_too(check: ResourceCheck) -> None:
    found = findings(check, patient(use("any", url=f"{TEST}any|1.0.0")))
    assert found == [("extension-url-versioned", HERE), ("fixed-value", f"{HERE}.url")]


def test_what_is_wrong_twice_at_a_contained_resource_is_said_once(check: ResourceCheck) -> None:
    inner = {"resourceType": "Organization", "id": "o", "extension": [use("inactive"), use("inactive")]}
    found, outer = Findings(), patient(contained=[inner])
    with check.at(Scope(outer, outer, "Patient")):
        check.explain_inner(inner, "Patient.contained[0]", found)
    mine = [(each.kind, each.place.expression) for each in found.issues if each.kind == "extension-context"]
    assert mine == [("extension-context", "Patient.contained[0]")]


@pytest.mark.parametrize(
    ("value", "said"), [({"valueString": "x"}, "string"), ({"valueHumanName": {"text": "x"}}, "HumanName")]
)
def test_a_wrong_type_is_named_as_fhir_names_it(check: ResourceCheck, value: dict[str, Any], said: str) -> None:
    node, found = patient({"url": f"{BASE}patient-birthPlace", **value}), Findings()
    scope = Scope(node, node, "Patient")
    check.linker.around.scope = scope
    ElementRules().check(Subject(node, scope.expression, scope, check.linker.around, check, found))
    assert [dict(each.params)["found"] for each in found.issues if each.kind == "extension-value-type"] == [said]


def test_a_name_that_looks_like_none_is_not_shown(check: ResourceCheck) -> None:
    found = Findings()
    node = patient({"url": f"{BASE}patient-birthPlace", "valueM\u00fcller": 1})
    scope = Scope(node, node, "Patient")
    check.linker.around.scope = scope
    ElementRules().check(Subject(node, "Patient", scope, check.linker.around, check, found))
    assert {dict(each.params)["found"] for each in found.issues if each.kind == "extension-value-type"} == {"(name)"}
