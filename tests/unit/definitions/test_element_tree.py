"""A snapshot's flat list as a tree, by the paths and their order alone."""

from typing import Any

import pytest

from fhircheck.definitions.element_tree import ElementNode, element_tree
from fhircheck.model.errors import CouldNotCheck, DefinitionUnusable


def structure(*elements: str | dict[str, Any]) -> dict[str, Any]:
    """A StructureDefinition; an element may be given by its path, ``path:sliceName`` or as it is."""
    definitions = [_definition(each) if isinstance(each, str) else each for each in elements]
    return {"url": "http://p", "snapshot": {"element": definitions}}


def _definition(text: str) -> dict[str, Any]:
    path, _, name = text.partition(":")
    return {"path": path, "sliceName": name} if name else {"path": path}


def renamed(path: str, base: str, *types: str) -> dict[str, Any]:
    """A choice narrowed by renaming."""
    return {"path": path, "base": {"path": base}, "type": [{"code": each} for each in types]}


def drawn(node: ElementNode) -> Any:
    """The tree as nested data: path, or [path, {slices}, children] where there is something below."""
    slices = {each.definition.get("sliceName", "?"): drawn(each) for each in node.slices}
    below = [drawn(each) for each in node.children]
    return [node.path, slices, *below] if slices or below else node.path


def test_a_list_becomes_a_tree() -> None:
    tree = element_tree(
        structure("P", "P.id", "P.name", "P.name.family", "P.name.given", "P.contact", "P.contact.name")
    )
    assert drawn(tree) == [
        "P",
        {},
        "P.id",
        ["P.name", {}, "P.name.family", "P.name.given"],
        ["P.contact", {}, "P.contact.name"],
    ]


def test_nodes_hold_the_definitions_themselves() -> None:
    given = structure("P", "P.id")
    tree = element_tree(given)
    assert tree.definition is given["snapshot"]["element"][0]
    assert tree.children[0].definition is given["snapshot"]["element"][1]


def test_slices_stand_beside_what_they_slice_with_what_is_below_them() -> None:
    tree = element_tree(structure("P", "P.x", "P.x.a", "P.x:one", "P.x.a", "P.x.b", "P.x:two", "P.x.c", "P.y"))
    assert drawn(tree) == [
        "P",
        {},
        ["P.x", {"one": ["P.x", {}, "P.x.a", "P.x.b"], "two": ["P.x", {}, "P.x.c"]}, "P.x.a"],
        "P.y",
    ]


def test_slices_of_what_stands_within_a_slice() -> None:
    tree = element_tree(structure("P", "P.x", "P.x.a", "P.x:one", "P.x.a", "P.x.a:inner", "P.x.a.id", "P.x:one/more"))
    (sliced,) = tree.children
    assert drawn(sliced) == [
        "P.x",
        {"one": ["P.x", {}, ["P.x.a", {"inner": ["P.x.a", {}, "P.x.a.id"]}]], "one/more": "P.x"},
        "P.x.a",
    ]


def test_paths_that_begin_alike_are_not_taken_for_each_other() -> None:
    tree = element_tree(structure("P", "P.a", "P.a.x", "P.ab", "P.ab.x"))
    assert drawn(tree) == ["P", {}, ["P.a", {}, "P.a.x"], ["P.ab", {}, "P.ab.x"]]


@pytest.mark.parametrize(
    ("element", "path"),
    [
        (renamed("Extension.valueCoding", "Extension.value[x]", "Coding"), "Extension.value[x]"),
        (renamed("Extension.valueString", "Extension.value[x]", "string"), "Extension.value[x]"),
        (renamed("Extension.value[x]", "Extension.value[x]", "Coding"), "Extension.value[x]"),
        (renamed("Extension.valueCoding", "Extension.value[x]", "Quantity"), "Extension.valueCoding"),
        (renamed("Extension.valueCoding", "Extension.value[x]", "Coding", "string"), "Extension.valueCoding"),
        (renamed("Extension.valueCoding", "Extension.valueCoding", "Coding"), "Extension.valueCoding"),
        (renamed("Extension.other", "Extension.value[x]", "Coding"), "Extension.other"),
        ({"path": "Extension.valueCoding"}, "Extension.valueCoding"),
    ],
)
def test_a_renamed_choice_gets_its_name_back(element: dict[str, Any], path: str) -> None:
    (choice,) = element_tree(structure("Extension", element)).children
    assert choice.path == path


@pytest.mark.parametrize("prefix", ["Extension.valueCoding", "Extension.value[x]"])
def test_what_stands_below_a_renamed_choice_finds_it_by_either_name(prefix: str) -> None:
    choice = renamed("Extension.valueCoding", "Extension.value[x]", "Coding")
    tree = element_tree(structure("Extension", choice, f"{prefix}.id", f"{prefix}.id.extension", "Extension.url"))
    assert drawn(tree) == [
        "Extension",
        {},
        ["Extension.value[x]", {}, [f"{prefix}.id", {}, f"{prefix}.id.extension"]],
        "Extension.url",
    ]


def test_a_renamed_choice_after_the_choice_is_its_slice() -> None:
    slice_ = renamed("O.valueQuantity", "O.value[x]", "Quantity") | {"sliceName": "valueQuantity"}
    tree = element_tree(structure("O", "O.value[x]", slice_, "O.valueQuantity.unit", "O.note"))
    assert drawn(tree) == [
        "O",
        {},
        ["O.value[x]", {"valueQuantity": ["O.value[x]", {}, "O.valueQuantity.unit"]}],
        "O.note",
    ]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"url": "http://p"}, "profile http://p has no snapshot"),
        ({"id": "p", "snapshot": {"element": []}}, "profile p has no snapshot"),
        ({"url": "http://p", "snapshot": {}}, "profile http://p has no snapshot"),
        (structure("P", "P.a.b"), "profile http://p: element P.a.b stands under nothing"),
        (structure("P", "P.a", "P.b", "Q.c"), "profile http://p: element Q.c stands under nothing"),
        (
            structure("P", "P.a:s", "P.a.x", "P.a:t", "P.a.x.y"),
            "profile http://p: element P.a.x.y stands under nothing",
        ),
        (structure("P", {}), "profile http://p: element  stands under nothing"),
    ],
)
def test_what_is_no_tree_is_refused_by_name(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(DefinitionUnusable) as refused:
        element_tree(given)
    assert str(refused.value) == reason
    assert isinstance(refused.value, CouldNotCheck)
