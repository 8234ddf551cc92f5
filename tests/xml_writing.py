"""FHIR XML of JSON nodes, by the type table alone: a second, plain road, for tests."""

from typing import Any
from xml.sax.saxutils import quoteattr

from fhircheck.definitions.type_table import TypeInfo, TypeTable


def document(node: dict[str, Any], types: TypeTable) -> bytes:
    """The resource `node`, which must be sound in form, as an XML document."""
    text = resource(node, types, ' xmlns="http://hl7.org/fhir"')
    return f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode()


def resource(node: dict[str, Any], types: TypeTable, attributes: str = "") -> str:
    """A resource as an XML element."""
    info = types.type(node["resourceType"])
    assert info is not None
    return f"<{info.name}{attributes}>{_members(node, info, types)}</{info.name}>"


def _members(node: dict[str, Any], info: TypeInfo, types: TypeTable) -> str:
    parts = []
    for each in info.properties.values():
        if each.attribute:
            continue
        for code in each.types:
            name = each.json_name(code)
            values, siblings = _listed(node.get(name)), _listed(node.get(f"_{name}"))
            for index in range(max(len(values), len(siblings))):
                value = values[index] if index < len(values) else None
                beside = siblings[index] if index < len(siblings) else None
                parts.append(_element(name, code, value, beside, types))
    return "".join(parts)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _element(name: str, code: str, value: Any, sibling: Any, types: TypeTable) -> str:
    if code == "xhtml":
        return str(value)
    if isinstance(value, dict) and types.is_a(code, "Resource"):
        return f"<{name}>{resource(value, types)}</{name}>"
    info = types.type(code)
    assert info is not None
    holder = value if isinstance(value, dict) else sibling or {}
    names = [each.name for each in info.properties.values() if each.attribute and each.name in holder]
    attributes = "".join(f" {each}={quoteattr(str(holder[each]))}" for each in names)
    if not isinstance(value, dict) and value is not None:
        attributes += f" value={quoteattr(str(value).lower() if isinstance(value, bool) else str(value))}"
    return f"<{name}{attributes}>{_members(holder, info, types)}</{name}>"
