"""StructureDefinitions as data: each case is a profile with one fault, and where it is found."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhircheck.assertions.assertion import Findings, Surroundings
from fhircheck.definitions.type_table import TypeTable
from fhircheck.model.scope import Scope
from fhircheck.validate.rules import all_rules
from fhircheck.validate.rules.rule import Subject
from tests.unit.validate.rule_bench import Bench, FewDefinitions, Node

TYPES = "http://hl7.org/fhir/StructureDefinition/"
HERE = "http://example.org/StructureDefinition/"
RULES = [each for each in all_rules() if each.name.startswith("structure-definition")]
E1 = "differential.element[1]"
OLDER_ELE_1 = {"key": "ele-1", "expression": "hasValue() | (children().count() > id.count())"}


@dataclass
class Kept:
    """The part of Profiles that these rules use."""

    kept: dict[str, object] = field(default_factory=dict)


def findings(node: Node, *loose: Node) -> list[tuple[str, str]]:
    definitions = FewDefinitions(loose)
    around = Surroundings(
        terminology=Bench().terminology,
        undecided=lambda reason, detail: None,
        now=None,  # type: ignore[arg-type]
        definitions=definitions,
        types=TypeTable(definitions),
    )
    found = Findings(resource="StructureDefinition")
    scope = Scope(node, node, "StructureDefinition")
    subject = Subject(node, "StructureDefinition", scope, around, Kept(), found)  # type: ignore[arg-type]
    for rule in RULES:
        rule.check(subject)
    return [
        (each.kind.removeprefix("structure-"), each.place.expression.removeprefix("StructureDefinition").lstrip("."))
        for each in found.issues
    ]


def profile(*elements: Node, type: str = "Patient", **more: Any) -> Node:
    first = [] if elements and "." not in elements[0]["path"] else [{"path": type, "id": type}]
    numbered = [{"id": f"{each['path']}:{number}"} | each for number, each in enumerate(elements)]
    return {
        "resourceType": "StructureDefinition",
        "url": HERE + "p",
        "type": type,
        "derivation": "constraint",
        "kind": "complex-type" if type == "Extension" else "resource",
        "baseDefinition": TYPES + type,
        "differential": {"element": first + numbered},
    } | more


def path(name: str, **facets: Any) -> Node:
    return {"path": name} | facets


def by(kind: str, name: str) -> Node:
    return {"discriminator": [{"type": kind, "path": name}], "rules": "open"}


ID = "Patient.identifier"
RULE = {"key": "x", "severity": "error", "human": "h", "expression": "true"}
OWN = path("Extension.url", fixedUri=HERE + "p")
CONTEXT = "context[0]"
CASES: dict[str, tuple[Node, list[tuple[str, str]]]] = {
    "sound": (profile(path("Patient.name", min=1), path("Patient.birthDate", min=1)), []),
    "base unknown": (profile(baseDefinition=HERE + "none"), [("base-unknown", "")]),
    "no base": (profile(baseDefinition=None), [("base-unknown", "")]),
    "own base": (profile(baseDefinition=HERE + "p"), [("base-unknown", "")]),
    "base of another type": (
        profile(baseDefinition=TYPES + "Observation"),
        [("derivation", ""), ("no-snapshot", "")],
    ),
    "other kind": (profile(kind="complex-type"), [("derivation", ""), ("derivation", "")]),
    "no derivation": (profile(derivation=None), [("type", "type"), ("derivation", "")]),
    "specialized like its base": (profile(derivation="specialization"), [("type", "type"), ("derivation", "")]),
    "type of no namespace": (profile(type="Boo"), [("type", "type"), ("base-unknown", "")]),
    "type of another namespace": (
        profile(
            type="http://a.org/Boo",
            derivation="specialization",
            kind="logical",
            baseDefinition=TYPES + "Element",
            differential={},
        ),
        [("type-namespace", "type")],
    ),
    "min": (profile(path("Observation.status", min=0), type="Observation"), [("wider-than-base", "")]),
    "max": (profile(path("Patient.birthDate", max="*")), [("wider-than-base", "")]),
    "weaker binding": (profile(path("Patient.gender", binding={"strength": "example"})), [("wider-than-base", "")]),
    "type of fixed value": (profile(path("Patient.birthDate", fixedString="a")), [("wider-than-base", "")]),
    "type of pattern": (profile(path("Patient.maritalStatus", patternCoding={})), [("wider-than-base", "")]),
    "type": (profile(path("Patient.birthDate", type=[{"code": "string"}])), [("no-snapshot", "")]),
    "unknown element": (profile(path("Patient.foo")), [("unmatched-element", E1), ("unmatched-element", "")]),
    "out of order": (
        profile(path("Patient.birthDate"), path("Patient.name")),
        [("unmatched-element", E1), ("unmatched-element", "")],
    ),
    "below what is unknown": (
        profile(path("Patient.foo"), path("Patient.foo.bar")),
        [("unmatched-element", E1), ("unmatched-element", "differential.element[2]"), ("unmatched-element", "")],
    ),
    "no type of the choice": (profile(path("Observation.valueBla"), type="Observation"), [("no-snapshot", "")]),
    "name of a slice by type": (
        profile(path("Observation.valueQuantity", sliceName="foo"), type="Observation"),
        [("no-snapshot", "")],
    ),
    "two types, one required": (
        profile(path("Observation.valueQuantity", min=1), path("Observation.valueString"), type="Observation"),
        [("no-snapshot", "")],
    ),
    "path without a name": (profile(path("Patient..name")), [("no-snapshot", "")]),
    "path with a blank": (profile(path("Patient.na me")), [("no-snapshot", "")]),
    "path of another type": (
        profile(path("Patient"), path("Observation.status")),
        [("no-snapshot", ""), ("path-root", E1)],
    ),
    "root sliced": (
        profile(path("Patient", slicing=by("value", "id"))),
        [("no-snapshot", ""), ("root-sliced", "differential.element[0]")],
    ),
    "unknown code": (profile(path(ID, slicing=by("expression", "system"))), [("no-snapshot", "")]),
    "slice without slicing": (profile(path(ID, sliceName="a")), [("slicing", "snapshot.element[9]")]),
    "slices without slicing": (profile(path(ID, sliceName="a"), path(ID, sliceName="b")), [("no-snapshot", "")]),
    "slice twice": (
        profile(path(ID, slicing=by("value", "system")), path(ID, sliceName="a"), path(ID, sliceName="a")),
        [("slicing", ""), ("slicing", ""), ("slicing", "snapshot.element[11]")],
    ),
    "sliced by other rules than the base": (
        profile(
            path("Observation.category", slicing=by("value", "text")),
            type="Observation",
            baseDefinition=TYPES + "vitalsigns",
        ),
        [("no-snapshot", "")],
    ),
    "slice sliced by other rules": (
        profile(path(ID, slicing=by("value", "system")), path(ID, sliceName="a", slicing=by("value", "type"))),
        [("slicing", "")],
    ),
    "what is there once is sliced": (
        profile(path("Patient.gender", slicing=by("value", "$this"))),
        [("no-snapshot", ""), ("single-sliced", f"{E1}.slicing")],
    ),
    "what is there once is sliced into shapes": (
        profile(path("Patient.gender", slicing=by("value", "$this"), max="1")),
        [("single-sliced", f"{E1}.slicing")],
    ),
    "a choice is sliced": (profile(path("Patient.deceased[x]", slicing=by("type", "$this"))), []),
    "bound date": (
        profile(path("Patient.birthDate", type=[{"code": "date"}], binding={"strength": "required"})),
        [("facet-not-relevant", E1)],
    ),
    "bound date, type not stated": (profile(path("Patient.birthDate", binding={"strength": "required"})), []),
    "bound to a code system": (
        profile(
            path(
                "Patient.maritalStatus",
                binding={"strength": "required", "valueSet": "http://hl7.org/fhir/administrative-gender"},
            )
        ),
        [("binding-not-value-set", f"{E1}.binding")],
    ),
    "bound to nothing known": (
        profile(path("Patient.maritalStatus", binding={"strength": "required", "valueSet": HERE + "none"})),
        [("binding-unknown", f"{E1}.binding")],
    ),
    "profile of another type": (
        profile(path("Patient.name", type=[{"code": "HumanName", "profile": [TYPES + "Address"]}])),
        [("no-snapshot", ""), ("type-profile", f"{E1}.type[0].profile[0]")],
    ),
    "profile of a specialization": (
        profile(
            path("Observation.valueQuantity", type=[{"code": "Quantity", "profile": [TYPES + "Count"]}]),
            type="Observation",
        ),
        [("type-profile", f"{E1}.type[0].profile[0]")],
    ),
    "profile unknown": (
        profile(path("Patient.name", type=[{"code": "HumanName", "profile": [HERE + "none"]}])),
        [("type-profile-unknown", f"{E1}.type[0].profile[0]")],
    ),
    "resource as profile of a reference": (
        profile(path("Patient.managingOrganization", type=[{"code": "Reference", "profile": [TYPES + "Patient"]}])),
        [("wider-than-base", ""), ("type-profile", f"{E1}.type[0].profile[0]")],
    ),
    "plain extension as modifier": (
        profile(
            path(
                "Patient.modifierExtension",
                sliceName="a",
                type=[{"code": "Extension", "profile": [TYPES + "patient-birthPlace"]}],
            )
        ),
        [("type-profile", f"{E1}.type[0].profile[0]")],
    ),
    "target of another type": (
        profile(
            path("Patient.managingOrganization", type=[{"code": "Reference", "targetProfile": [TYPES + "Patient"]}])
        ),
        [("no-snapshot", "")],
    ),
    "target is a datatype": (
        profile(path("Patient.link.other", type=[{"code": "Reference", "targetProfile": [TYPES + "HumanName"]}])),
        [("no-snapshot", ""), ("type-profile", f"{E1}.type[0].targetProfile[0]")],
    ),
    "target without reference": (
        profile(
            path("Patient.maritalStatus", type=[{"code": "CodeableConcept", "targetProfile": [TYPES + "Patient"]}])
        ),
        [("facet-not-relevant", E1), ("facet-not-relevant", f"{E1}.type[0].targetProfile[0]")],
    ),
    "discriminator of an extension": (
        profile(path("Patient.extension", slicing=by("value", "type"))),
        [("discriminator-path", f"{E1}.slicing.discriminator[0]")],
    ),
    "key twice": (
        profile(
            path("Patient.name", constraint=[RULE]),
            path("Patient.birthDate", constraint=[RULE | {"expression": "false"}]),
        ),
        [("invariant-key", "differential.element[2].constraint[0]")],
    ),
    "key of the base": (
        profile(path("Patient.name", constraint=[{"key": "dom-2", "expression": "true"}])),
        [("invariant-key", f"{E1}.constraint[0]")],
    ),
    "key of all elements": (
        profile(path("Patient.name", constraint=[{"key": "ele-1", "expression": "true"}])),
        [("invariant-key", f"{E1}.constraint[0]")],
    ),
    "key of all elements, in FHIR's older words": (
        profile(path("Patient.name", constraint=[OLDER_ELE_1])),
        [],
    ),
    "aggregation of no meaning": (
        profile(path("Patient.generalPractitioner", type=[{"code": "Reference", "aggregation": ["nowhere"]}])),
        [("no-snapshot", "")],
    ),
    "foreign source": (
        profile(path("Patient.name", constraint=[RULE | {"source": HERE + "other"}])),
        [("invariant-source", f"{E1}.constraint[0]")],
    ),
    "url not fixed": (profile(path("Extension.value[x]"), type="Extension"), [("extension-url", "")]),
    "url not fixed, nothing said": (
        {key: value for key, value in profile(type="Extension").items() if key != "differential"},
        [("extension-url", "")],
    ),
    "url not fixed, no snapshot can be made": (
        profile(path("EXTENSION.URL", fixedUri=HERE + "p"), type="Extension"),
        [("no-snapshot", ""), ("path-root", E1), ("extension-url", "")],
    ),
    "url fixed, no snapshot can be made": (
        profile(path("Extension.url", fixedUri=HERE + "p"), path("Extension.valueBla"), type="Extension"),
        [("no-snapshot", "")],
    ),
    "url fixed to another": (
        profile(path("Extension.url", fixedUri=HERE + "q"), type="Extension"),
        [("extension-url", "")],
    ),
    "context": (profile(OWN, type="Extension", context=[{"type": "element", "expression": "Patient.name.family"}]), []),
    "choice as context": (
        profile(OWN, type="Extension", context=[{"type": "element", "expression": "Observation.value[x]"}]),
        [],
    ),
    "context unknown": (
        profile(OWN, type="Extension", context=[{"type": "element", "expression": "Patient.foo"}]),
        [("context-unknown", CONTEXT)],
    ),
    "context of no type": (
        profile(OWN, type="Extension", context=[{"type": "element", "expression": "Foo"}]),
        [("context-unknown", CONTEXT)],
    ),
    "context everywhere": (
        profile(OWN, type="Extension", context=[{"type": "element", "expression": "Element"}]),
        [("context-everywhere", CONTEXT)],
    ),
    "context without extension": (
        profile(context=[{"type": "element", "expression": "Patient"}]),
        [("context-without-extension", CONTEXT)],
    ),
    "rule about the context": (
        profile(OWN, type="Extension", contextInvariant=["foo("]),
        [("invariant-expression", "contextInvariant[0]")],
    ),
}


@pytest.mark.parametrize(("node", "expected"), CASES.values(), ids=CASES.keys())
def test_case(node: Node, expected: list[tuple[str, str]]) -> None:
    assert findings(node) == expected


def test_fixed_value_of_the_base() -> None:
    base = profile(path("Extension.url", fixedUri=HERE + "base"), type="Extension", url=HERE + "base")
    derived = profile(OWN, type="Extension", baseDefinition=HERE + "base")
    assert findings(derived, base) == [("fixed-value-changed", "Extension.url")]


SNAPSHOT: list[tuple[Node, list[tuple[str, str]]]] = [
    ({"type": [{"code": "date"}]}, []),
    ({}, [("element-without-type", "")]),
    ({"contentReference": "#Patient.contact"}, []),
    ({"type": [{"code": "date"}], "fixedString": "a"}, [("value-type", ".fixed.ofType(string)")]),
    ({"type": [{"code": "CodeableConcept"}], "patternCoding": {}}, [("value-type", ".pattern.ofType(Coding)")]),
    (
        {"type": [{"code": "date"}], "constraint": [RULE | {"expression": "exists("}]},
        [("invariant-expression", ".constraint[0]")],
    ),
    ({"type": [{"code": "date"}], "constraint": [RULE | {"expression": "exists(", "source": HERE + "q"}]}, []),
    (
        {"type": [{"code": "date"}], "binding": {"strength": "required"}},
        [("facet-not-relevant", ""), ("facet-not-relevant", ".binding")],
    ),
]


@pytest.mark.parametrize(("element", "expected"), SNAPSHOT)
def test_elements_of_snapshots(element: Node, expected: list[tuple[str, str]]) -> None:
    node = profile(snapshot={"element": [{"path": "Patient.a", "id": "Patient.a"} | element]})
    assert findings(node) == [(kind, f"snapshot.element[0]{place}") for kind, place in expected]


def test_obligation_profiles() -> None:
    flag = {"url": TYPES + "obligation-profile", "valueBoolean": True}
    node = profile(
        path("Patient.birthDate", mustSupport=True, extension=[{"url": "http://a"}]),
        path("Patient.maritalStatus", binding={"strength": "example", "description": "a"}, type=[{"code": "Coding"}]),
        extension=[flag],
    )
    found = [place for kind, place in findings(node) if kind == "obligation-profile"]
    second = "differential.element[2]"
    assert found == [
        f"{E1}.extension[0]",
        f"{second}.type",
        f"{second}.binding[0].strength[0]",
        f"{second}.binding[0].description[0]",
    ]
    assert not [kind for kind, _ in findings(node | {"extension": []}) if kind == "obligation-profile"]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
NAMES = st.sampled_from(
    [
        "url",
        "type",
        "kind",
        "derivation",
        "baseDefinition",
        "differential",
        "snapshot",
        "context",
        "contextInvariant",
        "element",
        "path",
        "id",
        "sliceName",
        "slicing",
        "discriminator",
        "min",
        "max",
        "binding",
        "constraint",
        "extension",
    ]
)


def mutated(node: Any, name: str, junk: Any) -> Any:
    """`node` with every member `name` replaced."""
    if isinstance(node, dict):
        return {key: junk if key == name else mutated(value, name, junk) for key, value in node.items()}
    return [mutated(each, name, junk) for each in node] if isinstance(node, list) else node


@given(st.sampled_from(list(CASES.values())), NAMES, JUNK)
@settings(max_examples=150, deadline=None)
def test_rules_never_raise(case: tuple[Node, Any], name: str, junk: Any) -> None:
    node = mutated(case[0], name, junk)
    findings(node | {"snapshot": node.get("differential")})
