"""JSON dicts -> FHIR XML (http://hl7.org/fhir/R4/xml.html), by the same tables of types that the reader uses."""

import re
from typing import Any

from fhircheck.transport.xml_types import FHIR, XmlSlot, XmlType, XmlTypes

Node = dict[str, Any]
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_document(node: Node, types: XmlTypes) -> bytes:
    """The resource `node` as an XML document in UTF-8.

    `node` must be sound in form: what its type does not have is left out. Characters that XML cannot hold become
    U+FFFD. Raises ValueError where its type is not known.
    """
    from lxml import etree

    name = str(node.get("resourceType"))
    root = etree.Element(f"{{{FHIR}}}{name}", nsmap={None: FHIR})
    _resource(root, node, types)
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _resource(element: Any, node: Node, types: XmlTypes) -> None:
    name = str(node.get("resourceType"))
    table = types.type(name) if types.is_resource(name) else None
    if table is None:
        raise ValueError(f"{name}: no resource type")
    _fill(element, node, table, types)


def _fill(element: Any, node: Node, table: XmlType, types: XmlTypes) -> None:
    """Attributes and child elements of a value of the type `table`, in the definition's order."""
    for name in sorted(table.attributes & node.keys()):
        element.set(name, _text(node[name]))
    for slot in sorted(table.slots.values(), key=lambda each: each.order):
        values, siblings = _listed(node.get(slot.name)), _listed(node.get(f"_{slot.name}"))
        for index in range(max(len(values), len(siblings))):
            value = values[index] if index < len(values) else None
            sibling = siblings[index] if index < len(siblings) else None
            _child(element, slot, value, sibling, types)


def _child(parent: Any, slot: XmlSlot, value: Any, sibling: Any, types: XmlTypes) -> None:
    from lxml import etree

    if slot.form == "xhtml":
        parent.append(etree.fromstring(str(value), etree.XMLParser(resolve_entities=False, no_network=True)))
        return
    child = etree.SubElement(parent, f"{{{FHIR}}}{slot.name}")
    if slot.form == "resource":
        _resource(etree.SubElement(child, f"{{{FHIR}}}{value['resourceType']}"), value, types)
        return
    table = types.type(slot.type)
    if slot.form == "primitive":
        if value is not None:
            child.set("value", _text(value))
        value = sibling
    if table is not None and value:
        _fill(child, value, table, types)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _NOT_XML.sub("\ufffd", str(value))
