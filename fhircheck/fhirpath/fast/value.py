"""What a quick closure gives: described when it is compiled, so that nothing needs to be asked when it runs."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fhircheck.fhirpath.types import PLAIN

Closure = Callable[[Any, Any], Any]
"""(node, environment) -> a value or None; a list for a Value of many."""
NUMBERS = frozenset({int, Decimal})
NO_CONSTANT = object()


class NotQuick(Exception):
    """An expression that has no quick form."""


class Surprise(Exception):
    """Data that the quick form is not made for: the general form decides."""


@dataclass(frozen=True, slots=True)
class Value:
    """closure: how to get it. kind: text, boolean, number, moment, object, resource, choice or unknown (an item of
    which only is known whether it is there). type: FHIR type of an object. many: the closure gives a list.
    constant: the value itself, where it is one. names: JSON name -> type of a choice.
    """

    closure: Closure
    kind: str
    type: str = ""
    many: bool = False
    constant: Any = NO_CONSTANT
    names: tuple[tuple[str, str], ...] = ()

    @property
    def is_constant(self) -> bool:
        """Whether it is a constant."""
        return self.constant is not NO_CONSTANT


KINDS = {
    "boolean": "boolean",
    "decimal": "number",
    "integer": "number",
    "positiveInt": "number",
    "unsignedInt": "number",
    "date": "moment",
    "dateTime": "moment",
    "instant": "moment",
}
CLASSES: dict[str, frozenset[type]] = {
    "text": frozenset({str}),
    "moment": frozenset({str}),
    "boolean": frozenset({bool}),
    "number": NUMBERS,
    "object": frozenset({dict}),
    "resource": frozenset({dict}),
}


def kind_of_primitive(type_name: str) -> str:
    """The kind of a FHIR primitive. Raises NotQuick for those that need more care."""
    kind = KINDS.get(type_name)
    if kind is None and type_name in PLAIN:
        raise NotQuick(type_name)
    return kind or "text"


def constant(value: Any) -> Value:
    """A literal as a Value. Raises NotQuick for one that is no text, boolean or number."""
    for kind in ("text", "boolean", "number"):
        if value.__class__ in CLASSES[kind]:
            return Value(lambda node, env: value, kind, constant=value)
    raise NotQuick("literal")
