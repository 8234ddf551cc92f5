"""FHIRPath expressions that point at a place in a resource, e.g. ``Patient.name[0].family``."""

import re

_INDEX = re.compile(r"\[\d+\]")
_SLICE_NAME = re.compile(r":[^.]*")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]")
_OF_TYPE = re.compile(r"\.ofType\((\w)(\w*)\)")

LONGEST_TERM = 200
# An element name out of the data is shown only where it looks like one: anything else may be content.
_NAME = re.compile(r"_?[A-Za-z][A-Za-z0-9]{0,63}")


def child(expression: str, name: str) -> str:
    """Expression of the member `name` below `expression`."""
    return f"{expression}.{name}" if expression else name


def item(expression: str, index: int) -> str:
    """Expression of one item of the list at `expression` (zero-based, as FHIRPath counts)."""
    return f"{expression}[{index}]"


def without_indexes(expression: str) -> str:
    """The expression with every ``[n]`` taken out: the same for all items of a list."""
    return _INDEX.sub("", expression)


def without_slices(element_id: str) -> str:
    """The path in an element's id: ``Bundle.entry:one.resource`` gives ``Bundle.entry.resource``."""
    return _SLICE_NAME.sub("", element_id)


def shown_name(name: str) -> str:
    """`name` as it may be shown: an element-like name as it is, anything else as ``(name)``."""
    return name if _NAME.fullmatch(name) else "(name)"


def shown_term(term: str) -> str:
    """A path, URL or name out of a definition as it may be shown: cut, and not where words stand in its place."""
    if len(term.split()) > 1:
        return "(text)"
    return term if len(term) <= LONGEST_TERM else term[:LONGEST_TERM] + "..."


def steps(expression: str, below: str = "") -> list[str | int]:
    """Member names and list indexes that lead from the node at `below` to the node at `expression`.

    A choice is named as in JSON: ``value.ofType(Quantity)`` gives ``valueQuantity``. `below` is the
    expression of the node to start from; when empty, the first name (the resource type) is left
    out, since it is no member.
    """
    if below:
        if not expression.startswith(below):
            return []
        rest = expression[len(below) :]
    else:
        rest = "." + expression.partition(".")[2]
    if "(" in rest:
        rest = _OF_TYPE.sub(lambda match: match[1].upper() + match[2], rest)
    return [int(index) if index else name for name, index in _STEP.findall(rest)]
