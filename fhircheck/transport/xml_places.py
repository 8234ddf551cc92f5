"""The FHIRPath expression of an XML element: which member or item of the node it became, and in which resource."""

import re
from typing import Any

from fhircheck.model.path import child, item, shown_name
from fhircheck.transport.xml_builder import split_tag
from fhircheck.transport.xml_types import FHIR, XmlType, XmlTypes

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}").fullmatch


def expression_of(element: Any, types: XmlTypes) -> str:
    """Expression of `element` from its document's root on, e.g. ``Patient.name[0].family``."""
    line = [element, *element.iterancestors()][::-1]
    root = shown_name(split_tag(line[0].tag)[1])
    expression, table, inside = root, types.type(root), False
    for each in line[1:]:
        if inside:  # the resource itself adds no step
            table, inside = types.type(split_tag(each.tag)[1]), False
            continue
        step, table, inside, repeats = _step(each, table, types)
        expression = child(expression, step)
        if repeats:
            expression = item(expression, sum(1 for _ in each.itersiblings(each.tag, preceding=True)))
    return expression


def resource_of(element: Any, types: XmlTypes) -> str:
    """``Type/id`` of the innermost resource that `element` is in, or is."""
    for each in (element, *element.iterancestors()):
        namespace, name = split_tag(each.tag)
        if namespace == FHIR and types.is_resource(name):
            identity = next((child.get("value", "") for child in each if child.tag == f"{{{FHIR}}}id"), "")
            return f"{name}/{identity}" if _ID(identity) else name
    return ""


def _step(element: Any, table: XmlType | None, types: XmlTypes) -> tuple[str, XmlType | None, bool, bool]:
    """(step, table of the value's type, whether the value is a resource, whether it is an item) of one element."""
    slot = table.slots.get(element.tag) if table else None
    if slot is None:
        return shown_name(split_tag(element.tag)[1]), None, False, False
    return slot.step, types.type(slot.type), slot.form == "resource", slot.repeats
