"""What a StructureDefinition is compiled to, and what of it is counted as open."""

from typing import Any

import pytest

from fhircheck.compile.compiled_profile import CompiledElement, CompiledProfile, SlicingRules, TypeRef
from fhircheck.compile.profile_builder import compile_structure
from fhircheck.model.errors import DefinitionUnusable

SLICING = {"discriminator": [{"type": "value", "path": "a"}], "rules": "closed", "ordered": True}
STRING = [{"code": "string"}]
SYSTEM_STRING = "http://hl7.org/fhirpath/System.String"


def element(path: str, low: int = 0, high: str = "1", **more: Any) -> dict[str, Any]:
    return {"id": path, "path": path, "min": low, "max": high, "base": {"path": path, "max": high}} | more


def structure(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    root = {"id": "P", "path": "P", "min": 0, "max": "*"}
    return {
        "resourceType": "StructureDefinition",
        "url": "http://p",
        "version": "1",
        "type": "P",
        "kind": "resource",
        "abstract": False,
        "snapshot": {"element": [root, *elements]},
    } | more


def compiled(*elements: dict[str, Any]) -> CompiledProfile:
    return compile_structure(structure(*elements))


def only(definition: dict[str, Any]) -> CompiledElement:
    """What a single element below the root is compiled to."""
    (found,) = compiled(definition).root.children
    return found


def test_what_the_profile_says_of_itself() -> None:
    profile = compiled()
    assert (profile.url, profile.version, profile.type, profile.kind) == ("http://p", "1", "P", "resource")
    assert (profile.canonical, profile.abstract) == ("http://p|1", False)
    bare = compile_structure({"snapshot": {"element": [{"path": "P"}]}, "url": "http://p", "abstract": True})
    assert (bare.canonical, bare.abstract, bare.type) == ("http://p", True, "")


@pytest.mark.parametrize(
    ("low", "high", "base", "bounds", "repeats"),
    [
        (0, "1", "1", (0, 1), False),
        (1, "*", "*", (1, None), True),
        (2, "3", "*", (2, 3), True),
        (0, "0", "1", (0, 0), False),
        (1, "1", "*", (1, 1), True),  # the base says array, whatever the profile leaves of it
        (0, "0", "*", (0, 0), True),
        (0, "1", "2", (0, 1), True),
        (0, "*", None, (0, None), True),
        (0, "1", None, (0, 1), False),
        (-1, "1", None, (0, 1), False),  # no number of times, and nothing must be there
    ],
)
def test_cardinality(low: int, high: str, base: str | None, bounds: tuple[int, int | None], repeats: bool) -> None:
    found = only(element("P.x", low, high, base={"path": "P.x", "max": base} if base else {}))
    assert (found.minimum, found.maximum, found.repeats) == (*bounds, repeats)


def test_an_element_without_bounds_may_be_there_or_not() -> None:
    found = only({"path": "P.x"})
    assert (found.id, found.minimum, found.maximum, found.repeats) == ("P.x", 0, None, False)


def test_the_root_itself_is_never_missing() -> None:
    given = structure()
    given["snapshot"]["element"][0] |= {"min": 1}
    assert compile_structure(given).root.minimum == 0


def test_a_choice_keeps_its_types_in_order() -> None:
    found = only(element("P.value[x]", type=[{"code": "string"}, {"code": "Quantity"}]))
    assert (found.name, found.choice, found.types) == ("value", True, (TypeRef("string"), TypeRef("Quantity")))
    assert not only(element("P.value")).choice


def test_a_choice_narrowed_by_renaming_is_a_choice() -> None:
    given = element("Extension.valueCoding", type=[{"code": "Coding"}], base={"path": "Extension.value[x]", "max": "1"})
    profile = compile_structure(
        {
            "url": "http://e",
            "snapshot": {"element": [{"path": "Extension"}, given, {"path": "Extension.valueCoding.code"}]},
        }
    )
    (found,) = profile.root.children
    assert (found.id, found.name, found.choice) == ("Extension.valueCoding", "value", True)
    assert [each.name for each in found.children] == ["code"]


def test_a_content_reference_names_the_element_it_means() -> None:
    assert only(element("P.x", contentReference="#P.item")).reference == "P.item"
    full = "http://hl7.org/fhir/StructureDefinition/P#P.item"
    assert only(element("P.x", contentReference=full)).reference == full
    assert only(element("P.x")).reference == ""


def test_system_types_are_bare_and_take_their_fhir_type() -> None:
    extension = {"url": "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type", "valueUrl": "uri"}
    found = only(element("P.url", type=[{"code": SYSTEM_STRING, "extension": [extension]}]))
    assert (found.bare, found.types) == (True, (TypeRef("uri"),))
    identity = element("P.id", type=[{"code": SYSTEM_STRING}], base={"path": "Resource.id", "max": "1"})
    assert only(identity).types == (TypeRef("id"),)
    assert not only(element("P.x", type=STRING)).bare


def test_facets_are_what_the_assertions_compile() -> None:
    binding = {"strength": "required", "valueSet": "http://v"}
    found = only(element("P.x", type=[{"code": "code"}], binding=binding, fixedCode="a", maxLength=3))
    assert found.facets == {
        "fixed_value": "a",
        "max_length": 3,
        "binding": {"valueSet": "http://v", "plain": True, "concept": False},
    }
    assert only(element("P.x", type=STRING)).facets == {}


def test_canonicals_get_the_version_chosen_for_this_profile() -> None:
    asked = []

    def resolve(canonical: str, resource_type: str) -> str:
        asked.append((canonical, resource_type))
        return f"{canonical}|7"

    binding = {"strength": "required", "valueSet": "http://v"}
    type_ = [{"code": "CodeableConcept", "profile": ["http://a", "http://b"]}]
    profile = compile_structure(structure(element("P.x", type=type_, binding=binding)), resolve)
    (found,) = profile.root.children
    assert found.types == (TypeRef("CodeableConcept", ("http://a|7", "http://b|7")),)
    assert found.facets["binding"]["valueSet"] == "http://v|7"
    assert sorted(asked) == [
        ("http://a", "StructureDefinition"),
        ("http://b", "StructureDefinition"),
        ("http://v", "ValueSet"),
    ]


def test_compiling_does_not_change_the_definition() -> None:
    binding = {"strength": "required", "valueSet": "http://v"}
    given = structure(element("P.x", type=[{"code": "code"}], binding=binding))
    before = repr(given)
    compile_structure(given, lambda canonical, resource_type: f"{canonical}|7")
    assert repr(given) == before


def test_slices_are_kept_apart_from_what_they_slice() -> None:
    profile = compiled(
        element("P.x", 0, "*", type=[{"code": "BackboneElement"}], slicing=SLICING),
        element("P.x.a", type=STRING),
        element("P.x", 1, "1", id="P.x:one", sliceName="one", type=[{"code": "BackboneElement"}]),
        element("P.x.a", 1, "1", id="P.x:one.a", type=STRING, fixedString="never"),
        element("P.x", 0, "1", id="P.x:two", sliceName="two"),
        element("P.x", 0, "1", id="P.x:two/inner", sliceName="two/inner"),
        element("P.y", type=STRING),
    )
    sliced, other = profile.root.children
    assert (sliced.minimum, sliced.maximum, other.name) == (0, None, "y")
    assert [(each.id, each.minimum, each.facets) for each in sliced.children] == [("P.x.a", 0, {})]
    assert sliced.slicing == SlicingRules((("value", "a"),), "closed", True)
    one, two = sliced.slices
    assert (one.slice, one.minimum, one.children[0].facets) == ("one", 1, {"fixed_value": "never"})
    assert [each.slice for each in two.slices] == ["two/inner"]


def test_invariants_are_kept_but_for_those_of_every_type() -> None:
    constraint = [
        {"key": "b-1", "severity": "error", "expression": "a", "human": "A."},
        {"key": "w-1", "severity": "warning", "expression": "b", "human": "B."},
        {"key": "ele-1", "severity": "error", "expression": "c", "human": "C."},
        {"key": "none", "severity": "error", "human": "Without an expression."},
    ]
    (found,) = compiled(element("P.x", constraint=constraint, type=STRING)).root.children
    assert found.facets["invariant"] == [
        ["b-1", "error", "a", "A.", False, "string"],
        ["w-1", "warning", "b", "B.", False, "string"],
    ]


def test_decided_checks_are_counted() -> None:
    binding = {"strength": "required", "valueSet": "http://v"}
    profile = compiled(
        element("P.a", type=[{"code": "code"}], binding=binding, fixedCode="x"), element("P.b", type=STRING)
    )
    assert profile.decided == 2 + 2 + 2


@pytest.mark.parametrize(
    "broken",
    [
        element("P.x", max="many"),
        element("P.x", min="one"),
        element("P.x", min=None),
        element("P.x", base=None),
        element("P.x", base="P.x"),
        element("P.x", type=["string"]),
        element("P.x", type="string"),
        element("P.x", type=[{"code": "string", "profile": 1}]),
        element("P.x", binding="http://v"),
        element("P.x", constraint=["x"]),
        element("P.x", constraint=1),
        "P.x",
        None,
        ["path", "P.x"],
    ],
    ids=repr,
)
def test_malformed_definitions_are_one_clear_line(broken: Any) -> None:
    with pytest.raises(DefinitionUnusable) as refused:
        compiled(broken)
    assert str(refused.value).startswith("profile http://p")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "snapshot", [None, [], "x", {"element": None}, {"element": {}}, {"element": "x"}, {"element": [1]}]
)
def test_malformed_snapshots_too(snapshot: Any) -> None:
    with pytest.raises(DefinitionUnusable, match="http://p"):
        compile_structure(structure(snapshot=snapshot))


def test_definitions_below_a_primitive_or_a_choice_of_types_are_its_parts() -> None:
    """Published snapshots list the extensions of a primitive there; its value stays a primitive."""
    elements = [
        {"id": "Patient", "path": "Patient", "min": 0, "max": "*"},
        {"id": "Patient.birthDate", "path": "Patient.birthDate", "min": 0, "max": "1", "type": [{"code": "date"}]},
        {"id": "Patient.birthDate.extension", "path": "Patient.birthDate.extension", "min": 1, "max": "*"},
        {
            "id": "Patient.deceased[x]",
            "path": "Patient.deceased[x]",
            "min": 0,
            "max": "1",
            "type": [{"code": "boolean"}, {"code": "dateTime"}],
        },
        {"id": "Patient.deceased[x].extension", "path": "Patient.deceased[x].extension", "min": 0, "max": "*"},
    ]
    url = "http://example.org/p"
    compiled = compile_structure({"url": url, "type": "Patient", "kind": "resource", "snapshot": {"element": elements}})
    assert [[each.name for each in one.children] for one in compiled.root.children] == [["extension"], ["extension"]]


def test_an_element_by_reference_has_the_rules_of_what_it_refers_to() -> None:
    rule, own = ({"key": key, "severity": "error", "human": key, "expression": "a.exists()"} for key in ("r-1", "o-1"))
    (item,) = compiled(
        element("P.item", high="*", type=[{"code": "BackboneElement"}], constraint=[rule]),
        element("P.item.item", high="*", contentReference="#P.item", constraint=[own, own | {"key": "r-1"}]),
        element("P.item.other", high="*", contentReference="#P.item"),
        element("P.item.none", high="*", contentReference="#P.nothing"),
    ).root.children
    keys = [[each[0] for each in child.facets.get("invariant", ())] for child in (item, *item.children)]
    assert keys == [["r-1"], ["o-1", "r-1"], ["r-1"], []]


def test_a_reference_to_another_definition_leaves_out_the_rules_of_this_one() -> None:
    mine = {"key": "p-1", "severity": "error", "human": "p", "expression": "a.exists()", "source": "http://p"}
    base = {"key": "b-1", "severity": "error", "human": "b", "expression": "a.exists()", "source": "http://base"}
    (item,) = compiled(
        element("P.item", high="*", type=[{"code": "BackboneElement"}], constraint=[mine, base]),
        element("P.item.item", high="*", contentReference="http://base#P.item"),
    ).root.children
    assert [each[0] for each in item.children[0].facets["invariant"]] == ["b-1"]
