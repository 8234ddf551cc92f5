"""XML elements -> the same JSON dicts that the JSON reader gives, and what is wrong with the XML itself.

What XML says that JSON cannot (order, text between elements, attributes, namespaces) is judged here;
all else is left in the node for the checks that both forms share.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from fhircheck.model.path import shown_name
from fhircheck.transport.xml_types import FHIR, NARRATIVE, XHTML, XmlSlot, XmlType, XmlTypes

Node = dict[str, Any]
_LONGEST_INT = 400
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)").fullmatch
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?").fullmatch


class Misfit(str):
    """A text that is no value of its type; all values of XML are texts, so that is said of its form alone."""

    __slots__ = ()


class Found(NamedTuple):
    """Something wrong: kind of finding, the element it is at, params of its text."""

    kind: str
    element: Any
    params: dict[str, str | int]


def _integer(text: str) -> Any:
    if not _INTEGER(text):
        return Misfit(text) if text else text
    return int(text) if len(text) < _LONGEST_INT else Decimal(text)


def _decimal(text: str) -> Any:
    if not _DECIMAL(text):
        return Misfit(text) if text else text
    if _INTEGER(text):
        return _integer(text)
    try:
        return Decimal(text)
    except InvalidOperation:
        return Misfit(text) if text else text


def _boolean(text: str) -> Any:
    return True if text == "true" else False if text == "false" else Misfit(text) if text else text


CONVERT = {
    "boolean": _boolean,
    "integer": _integer,
    "positiveInt": _integer,
    "unsignedInt": _integer,
    "decimal": _decimal,
}
"""Types whose values are no JSON strings; a text that has not their form stays text, and the type check says so."""


class Builder:
    """Builds the node of one document; `found` fills with what is wrong."""

    def __init__(self, types: XmlTypes, max_depth: int) -> None:
        self._types = types
        self._max_depth = max_depth
        self.found: list[Found] = []
        self._twice_said: set[tuple[Any, str]] = set()

    def resource(self, element: Any, depth: int = 0) -> Node:
        """The node of a resource's element; one of unknown type gets its children as they come."""
        namespace, name = split_tag(element.tag)
        node: Node = {"resourceType": name}
        if namespace != FHIR:
            self._add("xml-namespace", element, expected=FHIR)
        if not depth and not len(element) and not element.keys():
            self._add("xml-empty-element", element)
        table = self._types.type(name) if self._types.is_resource(name) else None
        if table is None:
            self._unknown_children(element, node, depth)
        else:
            self._object(element, node, table, depth)
        return node

    def _add(self, kind: str, at: Any, /, **shown: str | int) -> None:
        self.found.append(Found(kind, at, shown))

    def _object(self, element: Any, node: Node, table: XmlType, depth: int) -> None:
        """Fill `node` with the attributes and children of an element of the type `table`."""
        for name, value in element.items():
            if name in table.attributes:
                node[name] = value
            else:
                self._attribute(element, name)
        text = element.text
        if text is not None and not text.isspace():
            self._text(element)
        if depth >= self._max_depth:
            if len(element):
                self._add("nesting-too-deep", element, limit=self._max_depth)
            return
        slots, last, before = table.slots, -1, ""
        for child in element:
            tag = child.tag
            slot = slots.get(tag) or self._slot_elsewhere(child, slots)
            if slot is None:
                self._no_slot(child, element, node, depth)
            else:
                if slot.order < last:
                    self._add("xml-order", child, element=slot.name, before=before)
                last, before = slot.order, slot.name
                self._child(child, element, slot, node, depth + 1)
            text = child.tail
            if text is not None and not text.isspace():
                self._text(element)

    def _child(self, child: Any, parent: Any, slot: XmlSlot, node: Node, depth: int) -> None:
        name = slot.name
        if slot.form == "primitive":
            self._primitive(child, parent, slot, node, depth)
            return
        if slot.form == "complex":
            table = self._types.type(slot.type)
            value: Any = {}
            if table is None:
                self._unknown_children(child, value, depth)
            else:
                self._object(child, value, table, depth)
            if not value and (child.keys() or len(child) or (child.text and not child.text.isspace())):
                return  # not empty, but all that is in it was refused
        elif slot.form == "resource":
            value = self._inner_resource(child, depth)
            if value is None:
                return
        else:
            value = narrative_text(child)
        if slot.repeats:
            present = node.get(name)
            if present is None:
                node[name] = [value]
            else:
                present.append(value)
        elif name in node:
            self._twice(parent, slot)
        else:
            node[name] = value

    def _primitive(self, child: Any, parent: Any, slot: XmlSlot, node: Node, depth: int) -> None:
        """A primitive: its value, and its id and extensions as the ``_name`` sibling."""
        items = child.items()
        sibling: Node | None = None
        if len(items) == 1 and items[0][0] == "value" and not len(child) and child.text is None:
            value: Any = items[0][1]
        else:
            value = child.get("value")
            sibling = {}
            if not items and not len(child) and (child.text is None or child.text.isspace()):
                self._add("xml-empty-element", child)
            table = self._types.type(slot.type)
            if table is not None:
                self._object(child, sibling, table, depth)
            sibling.pop("value", None)
        if value is not None and slot.type in CONVERT:
            value = CONVERT[slot.type](value)
        if slot.repeats:
            _append(node, slot.name, value, sibling)
        elif slot.name in node or f"_{slot.name}" in node:
            self._twice(parent, slot)
        else:
            if value is not None:
                node[slot.name] = value
            if sibling or value is None:
                node[f"_{slot.name}"] = sibling or {}

    def _inner_resource(self, element: Any, depth: int) -> Any:
        """The resource in an element that holds one (contained, Bundle.entry.resource)."""
        for name, _ in element.items():
            self._attribute(element, name)
        inner: list[Any] = []
        if element.text is not None and not element.text.isspace():
            self._text(element)
        for child in element:
            if isinstance(child.tag, str):
                inner.append(child)
            else:
                self._no_slot(child, element, {}, depth)
            if child.tail is not None and not child.tail.isspace():
                self._text(element)
        if len(inner) != 1:
            self._add("xml-resource-count", element, found=len(inner))
        return self.resource(inner[0], depth + 1) if inner else None

    def _slot_elsewhere(self, child: Any, slots: dict[str, XmlSlot]) -> XmlSlot | None:
        """The slot of an element that stands in a wrong namespace, which is said (of a narrative by its own rules)."""
        if not isinstance(child.tag, str):
            return None
        namespace, name = split_tag(child.tag)
        slot = slots.get(f"{{{FHIR}}}{name}") or slots.get(f"{{{XHTML}}}{name}")
        if slot is not None and slot.form != NARRATIVE and namespace != FHIR:
            self._add("xml-namespace", child, expected=FHIR)
        return slot

    def _no_slot(self, child: Any, parent: Any, node: Node, depth: int) -> None:
        """A child that its parent's type does not have: no element at all, of another namespace, or unknown."""
        if not isinstance(child.tag, str):
            if child.tag.__name__ == "ProcessingInstruction":
                self._add("xml-processing-instruction", parent)
            return
        _, name = split_tag(child.tag)
        if name == "resourceType" or name.startswith("_") or name in node:
            self._add("unknown-element", parent, name=shown_name(name), hint="")
            return
        value: Node = {}
        self._unknown_children(child, value, depth + 1)
        node[name] = value

    def _unknown_children(self, element: Any, node: Node, depth: int) -> None:
        """Something of what is in an element of unknown type: enough to recognise another FHIR version by."""
        for name, value in element.items():
            node[split_tag(name)[1]] = value
        if depth < self._max_depth:
            for child in element:
                if isinstance(child.tag, str):
                    name = split_tag(child.tag)[1]
                    node.setdefault(name, child.get("value", {}))

    def _attribute(self, element: Any, name: str) -> None:
        self._add("xml-attribute", element, name=shown_name(split_tag(name)[1]))

    def _text(self, element: Any) -> None:
        self._add("xml-text", element)

    def _twice(self, parent: Any, slot: XmlSlot) -> None:
        """A second value where one is allowed; the first is kept."""
        if (parent, slot.name) not in self._twice_said:
            self._twice_said.add((parent, slot.name))
            found = sum(1 for each in parent if isinstance(each.tag, str) and split_tag(each.tag)[1] == slot.name)
            self._add("cardinality-max", parent, element=slot.path, maximum=1, found=found)


def split_tag(tag: str) -> tuple[str, str]:
    """(namespace, local name) of a tag as lxml writes it."""
    if tag.startswith("{"):
        namespace, _, name = tag[1:].partition("}")
        return namespace, name
    return "", tag


def narrative_text(element: Any) -> str:
    """The XHTML of a narrative as text, as it stands in the JSON form."""
    from lxml import etree

    return str(etree.tostring(element, encoding="unicode", with_tail=False))


def _append(node: Node, name: str, value: Any, sibling: Node | None) -> None:
    """One more value of a repeating primitive; the two arrays are kept aligned."""
    values = node.setdefault(name, [])
    values.append(value)
    if sibling or value is None:
        siblings = node.setdefault(f"_{name}", [])
        siblings += [None] * (len(values) - 1 - len(siblings))
        siblings.append(sibling or {})
    elif f"_{name}" in node:
        node[f"_{name}"].append(None)
