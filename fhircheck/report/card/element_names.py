"""Which members a FHIR element has by the R4 definitions: names of the data that are none of these are told nowhere."""

from functools import cache
from typing import NamedTuple

from fhircheck.model.record import Node

_LEFT_OUT = frozenset({"extension", "modifierExtension", "contained"})


class Member(NamedTuple):
    """A member of an object. kind: its FHIR type. at: (type, path) where its own members stand; None of primitives."""

    kind: str
    meaning: str
    at: tuple[str, str] | None


@cache
def members(structure: str, path: str) -> dict[str, Member]:
    """The members of the element at `path` of the type `structure`, by their names in JSON: ``value[x]`` is
    ``valueQuantity`` and so on (https://hl7.org/fhir/R4/json.html). Extensions and contained resources are left out.
    """
    found: dict[str, Member] = {}
    for element in _elements(structure):
        parent, _, name = element["path"].rpartition(".")
        if parent != path or name in _LEFT_OUT:
            continue
        if "contentReference" in element:
            there = element["contentReference"].rpartition("#")[2]
            found[name] = Member("BackboneElement", element.get("short", name), (structure, there))
        for each in element.get("type", ()):
            code = each["code"].rpartition("/")[2].removeprefix("System.")
            own = name.removesuffix("[x]") + code[:1].upper() + code[1:] if name.endswith("[x]") else name
            found[own] = Member(code, element.get("short", name), _at(code, structure, element["path"]))
    return found


def _at(code: str, structure: str, path: str) -> tuple[str, str] | None:
    if code == "String" or code[:1].islower():
        return None
    return (structure, path) if code in ("BackboneElement", "Element") else (code, code)


@cache
def _elements(structure: str) -> list[Node]:
    from fhircheck.definitions.definition_set import load_definitions

    known = load_definitions(offline=True).structure(structure) if structure.isalpha() else None
    return known["snapshot"]["element"] if known is not None else []
