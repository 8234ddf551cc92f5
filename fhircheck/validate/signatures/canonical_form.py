"""The bytes of a Bundle that a signature is about (json.html#canonical, xml.html#canonical)."""

import json
from decimal import Decimal
from typing import Any

from fhircheck.definitions.type_table import Property, TypeTable

Node = dict[str, Any]
FHIR = "http://hl7.org/fhir"
LEFT_OUT = ("signature",)
LEFT_OUT_OF_DOCUMENT = ("id", "meta", "signature")
DEEPEST = 200


class CannotWrite(Exception):
    """The resource cannot be written in this form."""


def signed_part(bundle: Node, canonicalization: str) -> Node:
    """The Bundle without what the signature leaves out: itself, and for ``#document`` the root's id and meta."""
    left_out = LEFT_OUT_OF_DOCUMENT if canonicalization.endswith("#document") else LEFT_OUT
    return {name: value for name, value in bundle.items() if name.removeprefix("_") not in left_out}


def canonical_json(node: Node) -> bytes:
    """JSON without white space, properties in alphabetical order, numbers as they were written.

    Narratives are written anew, as the HL7 validator does: without references to characters that XML does not ask
    for (``&quot;`` in a text is a plain quotation mark). R4 leaves open whether that is so.
    """
    try:
        return _json(node, 0).encode("utf-8", "surrogatepass")
    except (TypeError, ValueError) as fault:
        raise CannotWrite("a value that JSON has no form for") from fault


def _json(value: Any, depth: int) -> str:
    if depth > DEEPEST:
        raise CannotWrite("nested too deep")
    if value.__class__ is dict:
        pairs = [(name, _narrative(each) if name == "div" else each) for name, each in sorted(value.items())]
        return "{" + ",".join(f"{_text(name)}:{_json(each, depth + 1)}" for name, each in pairs) + "}"
    if value.__class__ is list:
        return "[" + ",".join(_json(each, depth + 1) for each in value) + "]"
    if isinstance(value, Decimal):
        return str(value)
    return _text(value)


def _narrative(value: Any) -> Any:
    """A narrative without needless references; as it is where it is none."""
    if value.__class__ is not str or "&" not in value:
        return value
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.tostring(etree.fromstring(value, parser), encoding="unicode")
    except (etree.XMLSyntaxError, ValueError):
        return value


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def canonical_xml(node: Node, types: TypeTable) -> bytes:
    """The XML form, canonicalized (Canonical XML 1.0 without comments). Raises CannotWrite where it has none."""
    from lxml import etree

    name = str(node.get("resourceType"))
    root = etree.Element(f"{{{FHIR}}}{name}", nsmap={None: FHIR})
    try:
        _members(root, node, name, types, 0)
        return bytes(etree.tostring(root, method="c14n"))
    except (TypeError, ValueError, AttributeError) as fault:
        raise CannotWrite("a value that XML has no form for") from fault


def _members(parent: Any, node: Node, type_name: str, types: TypeTable, depth: int) -> None:
    """Write the members of an object in the order of its definition."""
    info = types.type(type_name)
    if info is None or depth > DEEPEST:
        raise CannotWrite(f"type {type_name} is not known" if info is None else "nested too deep")
    for element in info.properties.values():
        for each in element.types:
            name = element.json_name(each)
            if name in node or f"_{name}" in node:
                _values(parent, name, element, each, (node.get(name), node.get(f"_{name}")), types, depth)


def _values(
    parent: Any, name: str, element: Property, type_name: str, found: tuple[Any, Any], types: TypeTable, depth: int
) -> None:
    """Write the values of one element with what stands beside them."""
    value, beside = found
    if element.attribute:
        parent.set(name, _plain(value))
        return
    values = value if value.__class__ is list else [value]
    others = beside if beside.__class__ is list else [beside]
    for index in range(max(len(values), len(others))):
        one = values[index] if index < len(values) else None
        other = others[index] if index < len(others) else None
        _value(parent, name, type_name, one, other, types, depth)


def _value(parent: Any, name: str, type_name: str, value: Any, beside: Any, types: TypeTable, depth: int) -> None:
    from lxml import etree

    if type_name == "xhtml":
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        parent.append(etree.fromstring(value.encode(), parser))
        return
    below = etree.SubElement(parent, f"{{{FHIR}}}{name}")
    if value.__class__ is dict:
        if "resourceType" in value:
            inner = str(value["resourceType"])
            _members(etree.SubElement(below, f"{{{FHIR}}}{inner}"), value, inner, types, depth + 1)
        else:
            _members(below, value, type_name, types, depth + 1)
        return
    if beside.__class__ is dict:
        _members(below, beside, "Element", types, depth + 1)
    if value is not None:
        below.set("value", _plain(value))


def _plain(value: Any) -> str:
    """A primitive's text."""
    if value.__class__ is bool:
        return "true" if value else "false"
    return value if value.__class__ is str else str(value)
