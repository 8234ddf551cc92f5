"""Bindings beside the required ones, and codes in their own systems: what is found, where, how grave."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from fhircheck.assertions import VALUE_ASSERTIONS
from fhircheck.assertions.additional_binding import EXTENSIONS
from fhircheck.assertions.assertion import Findings, Spot, Surroundings
from fhircheck.assertions.extensible_binding import MAXIMUM_EXTENSION
from fhircheck.compile.gates import passes
from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.type_table import TypeTable
from fhircheck.model.scope import Scope
from fhircheck.model.settings import CheckSettings
from fhircheck.terminology.package_terminology import PackageTerminology
from tests.unit.terminology.definitions_double import Definitions

CORE = load_definitions()
SYSTEM, FRAGMENT, SUPPLEMENT = "http://a.org/s", "http://a.org/f", "http://a.org/more"
SET, OTHER, TWO = "http://a.org/vs", "http://a.org/other", "http://a.org/two"
UCUM, ICD = "http://unitsofmeasure.org", "http://fhir.de/CodeSystem/bfarm/icd-10-gm"


def value_set(url: str, *includes: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "ValueSet", "url": url, "compose": {"include": list(includes)}}


def of(system: str, *codes: str) -> dict[str, Any]:
    return {"system": system, "concept": [{"code": code} for code in codes]}


RESOURCES = (
    {
        "resourceType": "CodeSystem",
        "url": SYSTEM,
        "version": "1",
        "content": "complete",
        "caseSensitive": True,
        "language": "en",
        "concept": [
            {"code": "a", "display": "Alpha", "designation": [{"language": "de", "value": "Alfa"}]},
            {"code": "b", "display": "Beta"},
            {"code": "old", "property": [{"code": "inactive", "valueBoolean": True}]},
        ],
    },
    {"resourceType": "CodeSystem", "url": FRAGMENT, "content": "fragment", "concept": [{"code": "a"}]},
    {"resourceType": "CodeSystem", "url": SUPPLEMENT, "content": "complete", "supplements": SYSTEM},
    value_set(SET, of(SYSTEM, "a", "old")),
    value_set(OTHER, of(SYSTEM, "b")),
    value_set(TWO, of(SYSTEM, "a"), of(FRAGMENT, "a", "q")),
)


def found(
    name: str,
    definition: dict[str, Any],
    value: Any,
    type_: str,
    *,
    settings: CheckSettings | None = None,
    language: str = "",
) -> tuple[list[str], Counter[tuple[str, str]]]:
    """``severity kind place`` of each finding, and what could not be told; gate and explainer must agree."""
    settings = settings or CheckSettings()
    told: Counter[tuple[str, str]] = Counter()
    terminology = PackageTerminology(Definitions(*RESOURCES), lambda key, make: make(), settings)
    now = datetime(2024, 1, 1, tzinfo=UTC)
    around = Surroundings(terminology, lambda why, what: told.update([(why, what)]), now, CORE, TypeTable(CORE))
    around.settings = settings
    resource = {"resourceType": "Basic"} | ({"language": language} if language else {})
    around.scope = Scope(resource, resource, "Basic")
    assertion = VALUE_ASSERTIONS[name]
    facet = assertion.compile(definition, type_.split())
    passed = passes(assertion.gate(facet, around), value)
    counted = Counter(told)
    findings = Findings()
    assertion.explain(facet, value, Spot("X", "X", findings), around)
    assert passed is (not findings.issues), "gate and explainer disagree"
    assert {each.kind for each in findings.issues} <= {kind.name for kind in assertion.kinds} | {
        "code-system-undetermined"
    }
    return [f"{each.severity} {each.kind} {each.place.expression}" for each in findings.issues], counted


def coding(code: str | None = None, system: str | None = SYSTEM, **more: Any) -> dict[str, Any]:
    given = {"system": system, "code": code} | more
    return {name: value for name, value in given.items() if value is not None}


def concept(*codings: Any) -> dict[str, Any]:
    return {"coding": list(codings)}


PLAIN = {"path": "Basic.code"}
IN_CONCEPT = {"path": "CodeableConcept.coding"}


@pytest.mark.parametrize(
    ("value", "type_", "expected"),
    [
        (coding("a"), "Coding", []),
        (coding("zz"), "Coding", ["error code-unknown X.code"]),
        (coding("A"), "Coding", ["error code-unknown X.code"]),
        (coding("a", display="alpha"), "Coding", []),
        (coding("a", display="Falsch"), "Coding", ["error wrong-display X.display"]),
        (coding("a", display=" Alpha "), "Coding", ["error wrong-display X.display"]),
        (coding("a", version="9", display="Falsch"), "Coding", []),
        (coding("old"), "Coding", ["warning code-inactive X"]),
        (coding("q", FRAGMENT), "Coding", ["warning code-not-in-fragment X.code"]),
        (coding("A", FRAGMENT), "Coding", []),
        (coding("a", SUPPLEMENT), "Coding", ["error code-system-is-supplement X.system"]),
        (coding("a", SET), "Coding", ["error code-system-is-value-set X"]),
        (coding("a", "rel"), "Coding", ["error code-system-relative X"]),
        (coding("a", "1.2.3"), "Coding", []),
        (coding("a", None), "Coding", ["warning code-without-system X"]),
        (coding(None, "rel"), "Coding", []),
        (coding("mg", UCUM, value=1), "Quantity", []),
        (coding("mcg", UCUM, value=1), "Quantity", ["error unit-unknown X.code"]),
        (coding("zz", value=1), "Quantity", ["error code-unknown X.code"]),
        (coding("a", None, value=1), "Quantity", []),
        (coding("a", None, value=1), "Coding Quantity", []),
        (coding("a", None), "Coding Quantity", ["warning code-without-system X"]),
        ({"system": "phone", "value": "1"}, "Coding ContactPoint", []),
        (coding("8480-5", "http://loinc.org"), "Coding", ["error code-unknown X.code"]),
        (coding("C50.9", ICD), "Coding", []),
        (coding("C509", ICD), "Coding", ["warning code-form X.code"]),
        ("a", "code Coding", []),
        (7, "Coding", []),
        ({"system": [SYSTEM], "code": "a"}, "Coding", []),
        ({"system": SYSTEM, "code": ["a"]}, "Coding", []),
        ({"system": SYSTEM, "code": "a", "display": {}}, "Coding", []),
    ],
)
def test_codes_in_their_own_systems(value: Any, type_: str, expected: list[str]) -> None:
    assert found("coding", PLAIN, value, type_)[0] == expected


@pytest.mark.parametrize(("strength", "place"), [("extensible", "X.system"), ("example", "X")])
def test_a_relative_system_stands_where_the_reference_names_it(strength: str, place: str) -> None:
    bound = PLAIN | {"binding": {"strength": strength, "valueSet": SET}}
    assert found("coding", bound, coding("a", "rel"), "Coding")[0] == [f"error code-system-relative {place}"]


@pytest.mark.parametrize(("system", "kind"), [("rel", "code-system-relative"), (SET, "code-system-is-value-set")])
def test_within_a_concept_a_system_that_is_none_is_said_at_the_system(system: str, kind: str) -> None:
    assert found("coding", IN_CONCEPT, coding("a", system), "Coding")[0] == [f"error {kind} X.system"]


@pytest.mark.parametrize(
    ("display", "language", "right"),
    [
        ("Alfa", "", True),  # no language is stated: any text of the code will do
        ("Alfa", "de", True),
        ("Alfa", "de-CH", True),
        ("Alpha", "de", False),
        ("Alpha", "en-US", True),
        ("Alfa", "en", False),
        ("Alpha", "fr", True),  # nothing in French: the system's own display
        ("Alfa", "fr", False),
    ],
)
def test_displays_are_held_against_the_language_of_the_resource(display: str, language: str, right: bool) -> None:
    said, _ = found("coding", PLAIN, coding("a", display=display), "Coding", language=language)
    assert said == ([] if right else ["error wrong-display X.display"])


@pytest.mark.parametrize(("setting", "said"), [("warning", ["warning wrong-display X.display"]), ("ignore", [])])
def test_how_grave_a_wrong_display_is_can_be_set(setting: Any, said: list[str]) -> None:
    settings = CheckSettings(wrong_displays=setting)
    wrong = coding("a", display="Falsch")
    assert found("coding", PLAIN, wrong, "Coding", settings=settings)[0] == said
    bound = {"binding": {"strength": "required", "valueSet": SET}}
    assert found("binding", bound, wrong, "Coding", settings=settings)[0] == []


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (coding("8480-6", "http://loinc.org"), ("code-system-content", "http://loinc.org")),
        (coding("a", "http://nobody.org"), ("code-system-content", "http://nobody.org")),
        (coding("a", version="9"), ("code-system-version", SYSTEM + "|9")),
    ],
)
def test_what_cannot_be_told_is_counted(value: Any, reason: tuple[str, str]) -> None:
    assert found("coding", PLAIN, value, "Coding") == ([], {reason: 1})


def test_ignored_systems_and_value_sets_are_not_judged() -> None:
    settings = CheckSettings(ignored_systems=frozenset({SYSTEM}), ignored_value_sets=frozenset({OTHER}))
    assert found("coding", PLAIN, coding("zz"), "Coding", settings=settings) == ([], {("ignored", SYSTEM): 1})
    for canonical in (SET, OTHER, OTHER + "|1"):
        bound = {"binding": {"strength": "required", "valueSet": canonical}}
        said, told = found("binding", bound, concept(coding("zz")), "CodeableConcept", settings=settings)
        assert said == []
        assert {reason for reason, _ in told} == {"ignored"}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (concept(coding("a")), True),
        (concept(coding("zz"), coding("a")), False),  # one that does not exist spoils the concept, as in the reference
        (concept(coding("a", display="Falsch")), False),
        (concept(coding("x", "http://nobody.org"), coding("a")), True),
        (concept(coding("x", "http://nobody.org")), False),
        (concept(coding("a", None)), False),  # a member of nothing, as in the reference
        (concept(coding("zz", None)), False),
    ],
)
def test_a_concept_is_bound_by_all_its_codings(value: Any, said: bool) -> None:
    bound = {"binding": {"strength": "required", "valueSet": SET}}
    expected = [] if said else ["error required-binding X"]
    assert found("binding", bound, value, "CodeableConcept")[0] == expected


def test_a_code_without_system_beside_one_that_is_no_member() -> None:
    bound = {"binding": {"strength": "required", "valueSet": TWO}}
    value = concept(coding("q", None), coding("x", "http://nobody.org"))
    assert found("binding", bound, value, "CodeableConcept")[0] == []


def extensible(maximum: str = "") -> dict[str, Any]:
    extension = [{"url": MAXIMUM_EXTENSION, "valueCanonical": maximum}] if maximum else []
    return {"binding": {"strength": "extensible", "valueSet": SET, "extension": extension}}


@pytest.mark.parametrize(
    ("value", "type_", "expected"),
    [
        (concept(coding("a")), "CodeableConcept", []),
        (concept(coding("b")), "CodeableConcept", ["warning extensible-binding X"]),
        ({"text": "b"}, "CodeableConcept", ["warning extensible-binding-code-missing X"]),
        (coding("b"), "Coding", ["warning extensible-binding X"]),
        ("b", "code", ["warning extensible-binding X"]),
        ("http://hl7.org/fhirpath/System.String", "uri", []),
        (coding("b", value=1), "Quantity", ["warning extensible-binding X"]),
        ({"value": 1, "unit": "b"}, "Quantity", []),
    ],
)
def test_extensible_bindings_warn(value: Any, type_: str, expected: list[str]) -> None:
    assert found("extensible_binding", extensible(), value, type_)[0] == expected


@pytest.mark.parametrize(
    ("value", "type_", "expected"),
    [
        (concept(coding("b")), "CodeableConcept", []),
        (concept(coding("a")), "CodeableConcept", ["error maximum-binding X"]),
        ({"text": "b"}, "CodeableConcept", ["error maximum-binding-code-missing X"]),
        ("a", "code", ["error code-system-undetermined X", "error maximum-binding X"]),
    ],
)
def test_nothing_leaves_the_maximum(value: Any, type_: str, expected: list[str]) -> None:
    assert found("maximum_binding", extensible(OTHER), value, type_)[0] == expected


def test_a_maximum_counts_with_an_extensible_binding_only() -> None:
    definition = extensible(OTHER)
    definition["binding"]["strength"] = "preferred"
    assert VALUE_ASSERTIONS["maximum_binding"].compile(definition, ["code"]) is None
    assert VALUE_ASSERTIONS["maximum_binding"].compile(extensible(), ["code"]) is None


def additional(purpose: str, url: str = min(EXTENSIONS), **more: Any) -> dict[str, Any]:
    parts = [{"url": "purpose", "valueCode": purpose}, {"url": "valueSet", "valueCanonical": OTHER}]
    parts += [{"url": "usage", "valueUsageContext": {}}] if more.get("usage") else []
    return {"binding": {"strength": "example", "extension": [{"url": url, "extension": parts}]}}


@pytest.mark.parametrize("url", sorted(EXTENSIONS))
@pytest.mark.parametrize(
    ("purpose", "severity"), [("required", "error"), ("maximum", "error"), ("extensible", "warning")]
)
def test_additional_bindings_are_as_grave_as_their_purpose(purpose: str, severity: str, url: str) -> None:
    definition = additional(purpose, url)
    concepts = (concept(coding("b")), concept(coding("a")), {"text": "b"})
    said = [found("additional_binding", definition, value, "CodeableConcept")[0] for value in concepts]
    assert said == [[], [f"{severity} additional-binding X"], [f"{severity} additional-binding-code-missing X"]]


@pytest.mark.parametrize("purpose", ["preferred", "current", "candidate", "minimum", "starter", "ui", "component", ""])
def test_other_purposes_ask_nothing_of_data(purpose: str) -> None:
    assert VALUE_ASSERTIONS["additional_binding"].compile(additional(purpose), ["CodeableConcept"]) is None


def test_an_additional_binding_for_some_uses_cannot_be_told() -> None:
    said, told = found(
        "additional_binding", additional("required", usage=True), concept(coding("a")), "CodeableConcept"
    )
    assert (said, told) == ([], {("additional-binding-usage", OTHER): 1})
