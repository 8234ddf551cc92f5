"""One item of a collection: a value with its type."""

from typing import Any

from fhircheck.fhirpath.types import PLAIN


class Item:
    """value: a plain JSON value, or for System types bool, int, Decimal, str, Temporal or Quantity; None for a FHIR
    primitive that has extensions only. type: ``Patient``, ``Observation.component``, ``code``, ``System.Integer``.
    sibling: the ``_name`` object of a primitive (id and extensions), or None.
    """

    __slots__ = ("_plain", "sibling", "type", "value")
    _plain: Any

    def __init__(self, value: Any, type_name: str, sibling: Any = None) -> None:
        self.value = value
        self.type = type_name
        self.sibling = sibling

    @property
    def plain(self) -> Any:
        """The value as a System value: bool, int, Decimal, str, Temporal, Quantity; the JSON object of any other
        complex value; None for a primitive without a value."""
        try:
            return self._plain
        except AttributeError:
            self._plain = found = plain_value(self.value, self.type)
            return found

    def __repr__(self) -> str:
        return f"Item({self.type})"


def plain_value(value: Any, type_name: str) -> Any:
    """`value` of the type `type_name` as a System value."""
    if type_name[:7] == "System." or value is None:
        return value
    convert = PLAIN.get(type_name)
    return value if convert is None else convert(value)


def system(value: Any, type_name: str) -> list[Item]:
    """A collection of one System value; empty for None."""
    return [] if value is None else [Item(value, type_name)]


TRUE = Item(True, "System.Boolean")
FALSE = Item(False, "System.Boolean")


def boolean(value: bool | None) -> list[Item]:
    """A collection of one boolean; empty for None."""
    return [] if value is None else [TRUE if value else FALSE]


def string(value: str | None) -> list[Item]:
    """A collection of one string; empty for None."""
    return [] if value is None else [Item(value, "System.String")]


def integer(value: int | None) -> list[Item]:
    """A collection of one integer; empty for None."""
    return [] if value is None else [Item(value, "System.Integer")]
