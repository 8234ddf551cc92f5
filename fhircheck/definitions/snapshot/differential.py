"""A differential's list of ElementDefinitions as a tree; elements that it leaves out on the way are filled in."""

from dataclasses import dataclass, field
from typing import Any

from fhircheck.model.errors import DefinitionUnusable

Json = dict[str, Any]


@dataclass(slots=True)
class Change:
    """What a differential says of one element: its definition (empty where only its children are named).

    tail: last step of the path, as the differential writes it (``value[x]`` or ``valueQuantity``).
    """

    tail: str
    definition: Json
    children: list["Change"] = field(default_factory=list)

    @property
    def slice_name(self) -> str:
        """The slice it is about, empty for the element itself."""
        return str(self.definition.get("sliceName") or "")

    @property
    def path(self) -> str:
        """The path it was written with, empty for an element that was filled in."""
        return str(self.definition.get("path", ""))


def change_tree(structure: Json) -> Change:
    """The differential of `structure` as a tree below its root element.

    An element belongs to the nearest one before it that has its parent's path (profiling.html#slicing:
    order and paths say what is meant, ids only repeat it). Raises DefinitionUnusable for an element
    without path or below another root.
    """
    name = structure.get("url") or structure.get("id")
    differential = structure.get("differential")
    elements = differential.get("element") if isinstance(differential, dict) else None
    root = Change(root_name(structure), {})
    latest = {root.tail: root}
    for definition in elements or ():
        path = definition.get("path") if isinstance(definition, dict) else None
        if not isinstance(path, str) or not path:
            raise DefinitionUnusable(f"profile {name}: an element of the differential has no path")
        if path == root.tail:
            root.definition = root.definition | definition
            continue
        if not path.startswith(f"{root.tail}."):
            raise DefinitionUnusable(f"profile {name}: element {path} stands under another root than {root.tail}")
        change = Change(path.rpartition(".")[2], definition)
        _parent(latest, path).children.append(change)
        _forget_below(latest, path)
        latest[path] = change
    return root


def root_name(structure: Json) -> str:
    """Path of the root element: the type's name; for a logical model, whose type is a URL, its last part."""
    return str(structure.get("type") or "").rpartition("/")[2]


def _parent(latest: dict[str, Change], path: str) -> Change:
    """The change that `path` belongs below; what stands between and is not named is filled in."""
    parent = path.rpartition(".")[0]
    found = latest.get(parent)
    if found is None:
        found = Change(parent.rpartition(".")[2], {})
        _parent(latest, parent).children.append(found)
        latest[parent] = found
    return found


def _forget_below(latest: dict[str, Change], path: str) -> None:
    below = f"{path}."
    for known in [known for known in latest if known.startswith(below)]:
        del latest[known]
