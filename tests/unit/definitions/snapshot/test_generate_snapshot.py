"""Snapshots made from small differentials: what an element becomes, and what cannot be made."""

from functools import lru_cache
from typing import Any

import pytest

from fhircheck.definitions.definition_set import DefinitionSet, load_definitions
from fhircheck.definitions.snapshot import SnapshotGenerator, generate_snapshot, generator
from fhircheck.model.errors import DefinitionUnusable

Json = dict[str, Any]
TYPES = "http://hl7.org/fhir/StructureDefinition/"
HERE = "http://example.org/StructureDefinition/"
BY_SYSTEM = {"discriminator": [{"type": "value", "path": "system"}], "rules": "open"}
BY_CODING = {"discriminator": [{"type": "value", "path": "coding.code"}, {"type": "value", "path": "coding.system"}]}
BY_TYPE = {"discriminator": [{"type": "type", "path": "$this"}], "rules": "open"}


@lru_cache(1)
def core() -> DefinitionSet:
    return load_definitions(offline=True)


class Few:
    """The core and some definitions more."""

    def __init__(self, *loose: Json) -> None:
        self.loose = {each["url"]: each for each in loose}

    def find(self, canonical: str, resource_type: str = "", referrer: str = "") -> Json | None:
        return self.loose.get(canonical.partition("|")[0]) or core().find(canonical, resource_type)


def profile(name: str, type_: str, *elements: Json, base: str = "", **more: Any) -> Json:
    return {
        "resourceType": "StructureDefinition", "url": HERE + name, "type": type_, "kind": "resource",
        "baseDefinition": base or TYPES + type_, "derivation": "constraint",
        "differential": {"element": list(elements)},
    } | more  # fmt: skip


def made(structure: Json, *loose: Json) -> dict[str, Json]:
    elements = generate_snapshot(structure, Few(*loose))["snapshot"]["element"]
    found = {each["id"]: each for each in elements}
    assert len(found) == len(elements)
    return found


def path(name: str, **facets: Any) -> Json:
    return {"path": name} | facets


CONSTRAINT = {"key": "x-1", "severity": "error", "human": "h"}
CASES: list[tuple[str, str, list[Json], str, Json]] = [
    ("facets replace", "Patient", [path("Patient.name", min=1)], "Patient.name", {"min": 1, "max": "*"}),
    (
        "base is kept",
        "Patient",
        [path("Patient.birthDate", min=1)],
        "Patient.birthDate",
        {"base": {"path": "Patient.birthDate", "min": 0, "max": "1"}},
    ),
    (
        "binding by parts",
        "Patient",
        [path("Patient.maritalStatus", binding={"strength": "required"})],
        "Patient.maritalStatus",
        {"binding": {"strength": "required", "valueSet": "http://hl7.org/fhir/ValueSet/marital-status"}},
    ),
    (
        "datatype unfolded",
        "Patient",
        [path("Patient.name.family", min=1)],
        "Patient.name.family",
        {"min": 1, "base": {"path": "HumanName.family", "min": 0, "max": "1"}},
    ),
    ("unfolded twice", "Patient", [path("Patient.name.period.start", min=1)], "Patient.name.period.start", {"min": 1}),
    (
        "sliced",
        "Patient",
        [
            path("Patient.identifier", slicing=BY_SYSTEM),
            path("Patient.identifier", sliceName="a", min=1),
            path("Patient.identifier.system", fixedUri="http://a"),
        ],
        "Patient.identifier:a.system",
        {"fixedUri": "http://a"},
    ),
    (
        "a slice may be absent",
        "Observation",
        [path("Observation.category", min=1, slicing=BY_SYSTEM), path("Observation.category", sliceName="a")],
        "Observation.category:a",
        {"min": 0, "max": "*"},
    ),
    (
        "a slice has no slicing",
        "Patient",
        [path("Patient.identifier", slicing=BY_SYSTEM), path("Patient.identifier", sliceName="a")],
        "Patient.identifier:a",
        {"slicing": None},
    ),
    (
        "extensions are sliced by url",
        "Patient",
        [path("Patient.extension", sliceName="a")],
        "Patient.extension",
        {"slicing": {"discriminator": [{"type": "value", "path": "url"}], "ordered": False, "rules": "open"}},
    ),
    (
        "slices that must be there",
        "Patient",
        [path("Patient.extension", sliceName="a", min=1)],
        "Patient.extension",
        {"min": 1},
    ),
    (
        "modifier extensions",
        "Patient",
        [
            path(
                "Patient.modifierExtension",
                sliceName="a",
                type=[{"code": "Extension", "profile": [TYPES + "patient-birthPlace"]}],
            )
        ],
        "Patient.modifierExtension:a",
        {"isModifier": None, "max": "1"},
    ),
    (
        "short choice",
        "Observation",
        [path("Observation.valueQuantity", min=0)],
        "Observation.value[x]:valueQuantity",
        {"sliceName": "valueQuantity", "type": [{"code": "Quantity"}]},
    ),
    (
        "short choice implies slicing",
        "Observation",
        [path("Observation.valueQuantity", min=0)],
        "Observation.value[x]",
        {"slicing": {"discriminator": [{"type": "type", "path": "$this"}], "ordered": False, "rules": "open"}},
    ),
    (
        "where the only type is sliced nothing is beside the slice",
        "Observation",
        [
            path("Observation.value[x]", slicing=BY_TYPE),
            path("Observation.value[x]", sliceName="valueQuantity", type=[{"code": "Quantity"}], min=1),
        ],
        "Observation.value[x]",
        {"slicing": {**BY_TYPE, "rules": "closed"}},
    ),
    (
        "a type that must be there is the only one",
        "Observation",
        [path("Observation.valueQuantity", min=1)],
        "Observation.value[x]",
        {"min": 1, "type": [{"code": "Quantity"}]},
    ),
    (
        "below a short choice",
        "Observation",
        [path("Observation.valueQuantity"), path("Observation.valueQuantity.unit", min=1)],
        "Observation.value[x]:valueQuantity.unit",
        {"min": 1},
    ),
    (
        "extension's value is narrowed",
        "Extension",
        [path("Extension.valueCode")],
        "Extension.value[x]",
        {"type": [{"code": "code"}]},
    ),
    (
        "the only slice of a choice is there as often",
        "Observation",
        [
            path("Observation.effective[x]", min=1, slicing=BY_TYPE),
            path("Observation.effective[x]", sliceName="effectiveDateTime", type=[{"code": "dateTime"}]),
        ],
        "Observation.effective[x]:effectiveDateTime",
        {"min": 0},
    ),
    (
        "re-slicing",
        "Patient",
        [
            path("Patient.identifier", slicing=BY_SYSTEM),
            path("Patient.identifier", sliceName="a", patternIdentifier={"system": "http://a"}),
            path("Patient.identifier", sliceName="a/b"),
        ],
        "Patient.identifier:a/b",
        {"patternIdentifier": {"system": "http://a"}},
    ),
    (
        "content by reference",
        "Questionnaire",
        [path("Questionnaire.item.item.text", min=1)],
        "Questionnaire.item.item.text",
        {"min": 1, "base": {"path": "Questionnaire.item.text", "min": 0, "max": "1"}},
    ),
    (
        "what refers has a type then",
        "Questionnaire",
        [path("Questionnaire.item.item.text", min=1)],
        "Questionnaire.item.item",
        {"contentReference": None, "type": [{"code": "BackboneElement"}]},
    ),
    (
        "a lone name is no slice",
        "Patient",
        [path("Patient.contact", sliceName="a", min=1)],
        "Patient.contact",
        {"min": 1},
    ),
    (
        "unbindable",
        "Observation",
        [path("Observation.code", type=[{"code": "boolean"}])],
        "Observation.code",
        {"binding": None},
    ),
]


@pytest.mark.parametrize(
    ("type_", "elements", "identity", "expected"), [each[1:] for each in CASES], ids=[each[0] for each in CASES]
)
def test_element(type_: str, elements: list[Json], identity: str, expected: Json) -> None:
    element = made(profile("p", type_, *elements))[identity]
    for name, value in expected.items():
        found = element.get(name)
        if isinstance(value, dict) and isinstance(found, dict):
            found = {key: found[key] for key in value if key in found}
        assert found == value or (value is None and not found), name


def test_rules_are_added_and_name_their_source() -> None:
    elements = made(profile("p", "Patient", path("Patient.name", constraint=[CONSTRAINT])))
    assert [(each["key"], each["source"]) for each in elements["Patient.name"]["constraint"]] == [
        ("ele-1", TYPES + "Element"),
        ("x-1", HERE + "p"),
    ]


def test_bases_without_snapshot_are_made_first() -> None:
    base = profile(
        "base",
        "Patient",
        path("Patient.identifier", slicing=BY_SYSTEM),
        path("Patient.identifier", sliceName="a"),
        path("Patient.identifier", sliceName="b"),
    )
    derived = profile("derived", "Patient", path("Patient.identifier", sliceName="a", min=1), base=HERE + "base")
    found = made(derived, base)
    assert (found["Patient.identifier:a"]["min"], found["Patient.identifier:b"]["min"]) == (1, 0)
    assert list(found).index("Patient.identifier:a") < list(found).index("Patient.identifier:b")


def test_slices_that_must_be_there_are_counted_where_the_slicing_is_inherited() -> None:
    vitals = TYPES + "vitalsigns"
    more = path("Observation.category", sliceName="more", min=1)
    assert made(profile("a", "Observation", more, base=vitals))["Observation.category"]["min"] == 2
    told = path("Observation.category", slicing={"rules": "open"} | BY_CODING)
    assert made(profile("b", "Observation", told, more, base=vitals))["Observation.category"]["min"] == 1


def test_content_by_reference_is_still_that_of_the_base() -> None:
    found = made(profile("a", "Questionnaire", path("Questionnaire.item.item", min=1)))
    assert found["Questionnaire.item.item"]["contentReference"] == f"{TYPES}Questionnaire#Questionnaire.item"


def test_a_pattern_of_the_base_holds_on() -> None:
    base = profile(
        "base", "Patient", path("Patient.maritalStatus", patternCodeableConcept={"coding": [{"system": "http://s"}]})
    )
    derived = profile(
        "derived",
        "Patient",
        path("Patient.maritalStatus", patternCodeableConcept={"coding": [{"code": "c"}]}),
        base=HERE + "base",
    )
    pattern = made(derived, base)["Patient.maritalStatus"]["patternCodeableConcept"]
    assert pattern == {"coding": [{"system": "http://s", "code": "c"}]}


def test_parts_come_from_the_profile_on_the_type() -> None:
    email = profile("email", "ContactPoint", path("ContactPoint.system", min=1, fixedCode="email"), kind="complex-type")
    uses = profile(
        "p",
        "Patient",
        path("Patient.telecom", type=[{"code": "ContactPoint", "profile": [HERE + "email"]}]),
        path("Patient.telecom.value", min=1),
    )
    found = made(uses, email)
    assert found["Patient.telecom.system"]["fixedCode"] == "email"
    assert found["Patient.telecom.value"]["min"] == 1


def test_a_logical_model_has_elements_of_its_own() -> None:
    model = {
        "resourceType": "StructureDefinition",
        "url": HERE + "Boo",
        "type": HERE + "Boo",
        "kind": "logical",
        "baseDefinition": TYPES + "Element",
        "derivation": "specialization",
        "differential": {"element": [path("Boo"), path("Boo.part", min=1, max="1", type=[{"code": "string"}])]},
    }
    assert list(made(model)) == ["Boo", "Boo.id", "Boo.extension", "Boo.part"]


def test_nothing_of_the_base_is_changed() -> None:
    before = repr(core().structure("Patient"))
    generate_snapshot(profile("p", "Patient", path("Patient.name.family", min=1, mustSupport=True)), core())
    assert repr(core().structure("Patient")) == before


FAULTS: list[tuple[Json, str]] = [
    (profile("p", "Patient", path("Patient.foo", min=1)), "no element Patient.foo"),
    (profile("p", "Patient", path("Observation.status")), "another root than Patient"),
    (profile("p", "Patient", {"min": 1}), "has no path"),
    (profile("p", "Patient", path("Patient.name"), base=HERE + "none"), "is not known"),
    (profile("p", "Patient", path("Patient.name"), base=TYPES + "Observation"), "is for Patient"),
    (profile("p", "Patient", path("Patient.name"), base=HERE + "p"), "leads back to it"),
    (profile("p", "Patient", baseDefinition=None), "has no baseDefinition"),
    (profile("p", "Patient", differential=None), "neither snapshot nor differential"),
    (profile("p", "Patient", path("Patient.name", constraint=3)), "malformed"),
]


@pytest.mark.parametrize(("structure", "reason"), FAULTS, ids=[reason for _, reason in FAULTS])
def test_what_cannot_be_made(structure: Json, reason: str) -> None:
    with pytest.raises(DefinitionUnusable, match=reason):
        generate_snapshot(structure, Few(structure))


def test_snapshots_that_grow_without_bound_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each profile walks into the one before it twice: as many elements as 2 to the power of the number of profiles."""
    monkeypatch.setattr(generator, "LARGEST", 2_000)
    chain = [profile("p0", "Extension", kind="complex-type")]
    for number in range(1, 25):
        type_ = [{"code": "Extension", "profile": [f"{HERE}p{number - 1}"]}]
        parts = [
            each
            for name in "ab"
            for each in (
                path("Extension.extension", sliceName=name, type=type_),
                path("Extension.extension.url", min=1),
            )
        ]
        chain.append(profile(f"p{number}", "Extension", *parts, kind="complex-type"))
    with pytest.raises(DefinitionUnusable, match="too many elements"):
        generate_snapshot(chain[-1], Few(*chain))


def test_a_generator_leaves_what_has_a_snapshot_as_it_is() -> None:
    patient = core().structure("Patient")
    assert patient is not None
    assert SnapshotGenerator(core()).complete(patient) is patient
