"""The elements of an example, for profiles that are made of what it holds (see profiled_examples)."""

import copy
import re
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

from benchmarks.throughput import examples
from fhircheck.definitions.definition_set import DefinitionSet
from tests.needs import SHARED

CORE = "http://hl7.org/fhir/StructureDefinition/"
DEEPEST = 4
TIME = re.compile(r"[12]\d{3}(-\d\d.*)?")
ENUMERATED = frozenset(("use", "comparator", "rank", "type", "periodUnit", "durationUnit", "dayOfWeek", "when"))
"""Members of data types whose codes the reference reads as an enumeration: others it drops from a profile."""
LARGEST = 20_000
LEFT_OUT = ("Measure", "TestScript")
"""Types of which the reference says much that depends on other resources."""
OUTSIDE = frozenset(("contained", "div", "resource"))
Node = dict[str, Any]


def small_examples() -> list[tuple[str, bytes]]:
    """Official clinical examples that are quickly judged."""
    every = examples(SHARED / "reference" / "clinical500.txt").items()
    return [(name, text) for name, text in every if len(text) < LARGEST and not name.startswith(LEFT_OUT)]


class Place(NamedTuple):
    """An element of the example's type. kind: its type. values: what the example holds there, over all parents.

    path: as the differential names it. number: its place in the walk, by which a differential is ordered.
    """

    number: int
    path: str
    element: Node
    kind: str
    values: list[Any]
    children: list["Place"]

    @property
    def repeats(self) -> bool:
        """Whether the base lets it stand more than once."""
        return bool(self.element.get("max") == "*")


def place_of(definitions: DefinitionSet, node: Node) -> Place:
    """The example's elements, as a tree."""
    kind, count = node["resourceType"], iter(range(1_000_000))

    def below(elements: list[Node], within: str, path: str, holders: list[Node], depth: int) -> Iterator[Place]:
        for element in elements:
            stem, _, name = element["path"].rpartition(".")
            if stem != within or not element.get("type") or name in OUTSIDE:
                continue
            for code in (each["code"] for each in element["type"]):
                key = name[:-3] + code[0].upper() + code[1:] if name.endswith("[x]") else name
                values = list(_flat(holder[key] for holder in holders if key in holder))
                if name.endswith("[x]") and not values:
                    continue
                number, children = next(count), list[Place]()
                objects = [each for each in values if isinstance(each, dict)]
                if objects and depth < DEEPEST and not name.endswith("[x]") and name != "extension":
                    own = code not in ("BackboneElement", "Element")
                    known = definitions.find(CORE + code, "StructureDefinition") if own else None
                    inner = known["snapshot"]["element"] if known else elements
                    root = code if known else element["path"]
                    children = list(below(inner, root, f"{path}.{name}", objects, depth + 1))
                yield Place(number, f"{path}.{name}", element, code, values, children)
                break

    found = definitions.find(CORE + kind, "StructureDefinition")
    assert found
    elements = found["snapshot"]["element"]
    number = next(count)
    return Place(number, kind, elements[0], kind, [node], list(below(elements, kind, kind, [node], 0)))


def _flat(values: Iterator[Any]) -> Iterator[Any]:
    for each in values:
        yield from (item for item in each if item is not None) if isinstance(each, list) else (each,)


def below_it(place: Place) -> Iterator[Place]:
    for child in place.children:
        yield child
        yield from below_it(child)


def named(kind: str) -> str:
    return kind[0].upper() + kind[1:]


def type_name(place: Place) -> str:
    """The type as fixed[x] and pattern[x] spell it."""
    code = place.kind.rpartition("/")[2]
    return named("string" if code == "String" else code)


def is_primitive(place: Place) -> bool:
    return place.kind[0].islower()


def near(chance: Random, value: Any) -> Any:
    """The value, or one that differs a little."""
    if chance.random() < 0.6:
        return copy.deepcopy(value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        if TIME.fullmatch(value):
            return "1" + value[1:]
        return value[:-1] + ("1" if value[-1:] != "1" else "2")
    if isinstance(value, list):
        return [near(chance, each) for each in value]
    return {
        key: near(chance, each) if chance.random() < 0.5 and key not in ENUMERATED else each
        for key, each in value.items()
    }


def part(chance: Random, value: Any) -> Any:
    """A part of a complex value."""
    if isinstance(value, list):
        return [part(chance, each) for each in value[: chance.choice((1, 1, 9))]]
    if not isinstance(value, dict):
        return value
    names = [each for each in value if not each.startswith("_") and each not in ("extension", "id")]
    kept = [each for each in names if chance.random() < 0.6] or names[:1]
    return {each: part(chance, value[each]) for each in kept}
