"""One walk over a resource for all rules about elements: first whether there is anything, then what and where.

The first walk knows no places in words and builds nothing; it is asked of every resource. Nested resources are
not entered: each is asked for itself.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from fhircheck.assertions.assertion import Findings, Surroundings
from fhircheck.model.path import child, item
from fhircheck.validate.elements import (
    attachment,
    identifier,
    primitive_base64,
    primitive_date,
    primitive_text,
    primitive_uri,
)
from fhircheck.validate.elements.extension import Definitions, Extensions
from fhircheck.validate.elements.place import Place, PlaceTree, Step

Node = dict[str, Any]
Holds = Callable[[Any, Surroundings], bool]
Explain = Callable[[Any, str, Findings, Surroundings], None]


class ElementRule(NamedTuple):
    """What is asked of every value of a type: whether it holds, and what is wrong where it does not."""

    holds: Holds
    explain: Explain


_TEXT = ElementRule(primitive_text.holds_string, primitive_text.explain_string)
_CODE = ElementRule(primitive_text.holds_code, primitive_text.explain_code)
_URI = ElementRule(primitive_uri.holds, primitive_uri.explain)
_DATE = ElementRule(primitive_date.holds, primitive_date.explain)
PRIMITIVES: dict[str, ElementRule] = {
    "string": _TEXT,
    "code": _CODE,
    "markdown": ElementRule(primitive_text.holds_markdown, primitive_text.explain_markdown),
    "uri": _URI,
    "url": _URI,
    "canonical": ElementRule(primitive_uri.holds_canonical, primitive_uri.explain_canonical),
    "date": _DATE,
    "dateTime": _DATE,
    "instant": _DATE,
    "base64Binary": ElementRule(primitive_base64.holds, primitive_base64.explain),
}
OBJECTS: dict[str, ElementRule] = {
    "Identifier": ElementRule(identifier.holds, identifier.explain),
    "Attachment": ElementRule(attachment.holds, attachment.explain),
}


class ElementWalk:
    """Walks resources of one set of definitions."""

    def __init__(self, around: Surroundings, definitions: Definitions) -> None:
        self._around = around
        self._tree = PlaceTree(around.types)
        self._extensions = Extensions(around, definitions)

    def holds(self, node: Node, resource_type: str) -> bool:
        """Whether no rule has anything to say of the resource `node`."""
        root = self._tree.root(resource_type)
        waiting: list[tuple[Node, Place, Any]] = [(node, root, None)] if root else []
        around, extensions = self._around, self._extensions
        while waiting:
            value, place, holder = waiting.pop()
            rule = OBJECTS.get(place.type)
            if rule is not None and place.info.name == place.type and not rule.holds(value, around):
                return False
            if ("extension" in value or "modifierExtension" in value) and not extensions.hold(value, place, holder):
                return False
            within = value.get("url") if place.type == "Extension" else None
            for name, each in value.items():
                step = place.step(name)
                if each.__class__ is list:
                    for part in each:
                        if part.__class__ is str:
                            rule = PRIMITIVES.get(step.type)
                            if rule is not None and step.below is None and not rule.holds(part, around):
                                return False
                        elif part.__class__ is dict and step.below is not None:
                            waiting.append((part, step.below, None))
                elif each.__class__ is str:
                    rule = PRIMITIVES.get(step.type)
                    if rule is not None and not rule.holds(each, around):
                        return False
                elif each.__class__ is dict and step.below is not None:
                    waiting.append((each, step.below, within))
        return True

    def explain(self, node: Node, resource_type: str, expression: str, findings: Findings) -> None:
        """Report what `holds` stumbles over, in the order of the data."""
        root = self._tree.root(resource_type)
        waiting: list[tuple[Any, Step, str, Any]] = []
        if root is not None:
            waiting.append((node, Step(resource_type, root, ""), expression, None))
        while waiting:
            value, step, where, holder = waiting.pop()
            if value.__class__ is str:
                rule = PRIMITIVES.get(step.type)
                if rule is not None:
                    rule.explain(value, where, findings, self._around)
            elif step.below is not None:
                self._object(value, step.below, where, holder, findings)
                waiting += reversed(_members(value, step.below, where))

    def _object(self, value: Node, place: Place, where: str, holder: Any, findings: Findings) -> None:
        rule = OBJECTS.get(place.type)
        if rule is not None and place.info.name == place.type:
            rule.explain(value, where, findings, self._around)
        if "extension" in value or "modifierExtension" in value:
            self._extensions.explain(value, place, holder, where, findings)


def _members(value: Node, place: Place, where: str) -> list[tuple[Any, Step, str, Any]]:
    """The texts and objects of an object."""
    found: list[tuple[Any, Step, str, Any]] = []
    within = value.get("url") if place.type == "Extension" else None
    for name, each in value.items():
        step = place.step(name)
        if each.__class__ is list:
            inner = child(where, step.name)
            found += [
                (part, step, item(inner, index), None)
                for index, part in enumerate(each)
                if part.__class__ is str or part.__class__ is dict
            ]
        elif each.__class__ is str or each.__class__ is dict:
            found.append((each, step, child(where, step.name), within))
    return [each for each in found if each[0].__class__ is dict or not each[1].below]
