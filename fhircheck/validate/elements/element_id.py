"""Ids within a resource are given once; a primitive without a value says something (element-definitions.html)."""

from collections.abc import Iterator
from typing import Any

from fhircheck.assertions import invariant
from fhircheck.assertions.assertion import Findings
from fhircheck.assertions.invariant_twins import has_content
from fhircheck.assertions.primitive_format import ELE_1
from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, item
from fhircheck.validate.elements.place import Place

Node = dict[str, Any]
SNAPSHOT = "StructureDefinition.snapshot"

REPEATED = IssueKind(
    name="element-id-repeated",
    severity="error",
    code="business-rule",
    summary="An element has the id of another element of its resource.",
    why="What refers to the id, such as a text or a translation, leads to two places.",
    clause="http://hl7.org/fhir/R4/element-definitions.html#Element.id",
    fix="Give each element an id of its own, or none.",
    english="Another element of the resource has this id already",
    german="Ein anderes Element der Ressource hat diese Id schon",
    failing='{"resourceType": "Patient", "name": [{"id": "a", "text": "A"}, {"id": "a", "text": "B"}]}',
    passing='{"resourceType": "Patient", "name": [{"id": "a", "text": "A"}, {"id": "b", "text": "B"}]}',
)
KINDS = (REPEATED,)


class Ids:
    """The ids met in one walk, and whether one came again.

    Ids of a snapshot are its own: there each element of the differential stands once more.
    """

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._in_snapshot: set[str] = set()

    def forget(self) -> None:
        """Let go of what was met: the next resource comes."""
        if self._seen:
            self._seen.clear()
        if self._in_snapshot:
            self._in_snapshot.clear()

    def is_new(self, text: str, place: Place) -> bool:
        """Whether the id `text` of an object at `place` was not met before."""
        seen = self._in_snapshot if below_snapshot(place) else self._seen
        if text in seen:
            return False
        seen.add(text)
        return True


def below_snapshot(place: Place) -> bool:
    """Whether `place` is below a StructureDefinition's snapshot."""
    return any(path.startswith(SNAPSHOT + ".") for path in place.paths)


def explain(node: Node, root: Place, expression: str, findings: Findings) -> None:
    """Report each element whose id was there before, in the order of the definitions, and primitives with nothing."""
    ids = Ids()
    waiting = [(node, root, expression)]
    while waiting:
        value, place, where = waiting.pop()
        identity = value.get("id") if place.property else None
        if identity.__class__ is str and identity and not ids.is_new(str(identity), place):
            findings.add(REPEATED, where, "Element.id", value=identity)
        below = list(_parts(value, place, where))
        for part, _, there, alone in below:
            if alone and not has_content(part):
                findings.add(invariant.KIND, there, "Element", key="ele-1", rule=ELE_1)
        waiting += [(part, step, there) for part, step, there, _ in reversed(below)]


def _parts(value: Node, place: Place, where: str) -> Iterator[tuple[Node, Place, str, bool]]:
    """(object, its place, expression, whether it stands for a primitive that has no value) in an object."""
    order = {name: number for number, name in enumerate(place.info.by_json)}
    for name in sorted(value, key=lambda each: order.get(each.removeprefix("_"), len(order))):
        step = place.step(name)
        if step.below is None:
            continue
        each, beside = value[name], value.get(name[1:]) if name.startswith("_") else ""
        there = child(where, step.name)
        if each.__class__ is dict:
            yield each, step.below, there, beside is None
        elif each.__class__ is list and not place.is_single(name):
            values = beside if beside.__class__ is list else []
            for index, part in enumerate(each):
                if part.__class__ is dict:
                    alone = beside != "" and (index >= len(values) or values[index] is None)
                    yield part, step.below, item(there, index), alone
