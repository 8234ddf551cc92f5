"""Members of a stored JSON document by their type; what does not fit is an error that names the place."""

from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import Any

from fhircheck.model.errors import UsageError

_MISSING: Any = object()


class Node:
    """An object of a stored document. place: where it stands, as ``measures[3]``, empty for the document itself.

    Every method raises UsageError that names the place where a member is missing or of another type. A `default` is
    the answer where the member is missing or null: earlier versions of a format had fewer members.
    """

    __slots__ = ("_members", "place")

    def __init__(self, value: Any, place: str = "") -> None:
        if not isinstance(value, dict):
            raise UsageError(f"{place or 'the document'}: must be an object")
        self._members: dict[str, Any] = value
        self.place = place

    def at(self, name: str) -> str:
        """Where the member called `name` stands."""
        return f"{self.place}.{name}" if self.place else name

    def fault(self, name: str, what: str) -> UsageError:
        """The error that the member called `name` is not as it must be."""
        return UsageError(f"{self.at(name)}: {what}")

    def has(self, name: str) -> bool:
        """Whether there is such a member, null or not."""
        return name in self._members

    def value(self, name: str, default: Any = _MISSING) -> Any:
        """The member as it stands; `default` where it is missing or null."""
        value = self._members.get(name)
        if value is not None:
            return value
        if default is _MISSING:
            raise self.fault(name, "is missing")
        return default

    def text(self, name: str, default: str | None = None) -> str:
        """A text; without a `default` it must be there (null reads as empty)."""
        value = self._members.get(name, _MISSING)
        if value is None or (value is _MISSING and default is not None):
            return default or ""
        if not isinstance(value, str):
            raise self.fault(name, "is missing" if value is _MISSING else "must be a text")
        return value

    def one_of(self, name: str, allowed: Collection[str]) -> Any:
        """A text that is one of `allowed`."""
        value = self.text(name)
        if value not in allowed:
            raise self.fault(name, f"must be one of {', '.join(allowed)}")
        return value

    def count(self, name: str, default: int | None = None) -> int:
        """A whole number of at least 0."""
        value = self.value(name, _MISSING if default is None else default)
        if type(value) is not int or value < 0:
            raise self.fault(name, "must be a whole number of at least 0")
        return value

    def number(self, name: str, default: Any = _MISSING) -> Any:
        """A number, whole or with decimals."""
        value = self.value(name, default)
        if isinstance(value, bool) or not (isinstance(value, int | float) or value is default):
            raise self.fault(name, "must be a number")
        return value

    def flag(self, name: str, default: bool | None = None) -> bool:
        """True or false."""
        value = self.value(name, _MISSING if default is None else default)
        if not isinstance(value, bool):
            raise self.fault(name, "must be true or false")
        return value

    def fraction(self, name: str) -> Fraction:
        """A share, from its numerator and denominator."""
        share = self.share(name)
        if share is None:
            raise self.fault(name, "is missing")
        return share

    def share(self, name: str) -> Fraction | None:
        """A share; None where it is missing or null."""
        value = self._members.get(name)
        return None if value is None else fraction_of(value, self.at(name))

    def each(self, name: str, needed: bool = False) -> Iterator["Node"]:
        """The objects of a list; none where it is missing, unless it is `needed`."""
        return (Node(value, place) for value, place in self._items(name, needed))

    def texts(self, name: str, needed: bool = False) -> tuple[str, ...]:
        """The texts of a list."""
        return tuple(_text(value, place) for value, place in self._items(name, needed))

    def numbers(self, name: str) -> tuple[int | float, ...]:
        """The numbers of a list."""
        return tuple(_number(value, place) for value, place in self._items(name, False))

    def child(self, name: str) -> "Node | None":
        """The object that the member is; None where it is missing or null."""
        value = self._members.get(name)
        return None if value is None else Node(value, self.at(name))

    def _items(self, name: str, needed: bool) -> Iterator[tuple[Any, str]]:
        values = self.value(name, _MISSING if needed else [])
        if not isinstance(values, list):
            raise self.fault(name, "must be a list")
        return ((value, f"{self.at(name)}[{number}]") for number, value in enumerate(values))


def fraction_of(value: Any, place: str) -> Fraction:
    """A fraction out of ``{"numerator": ..., "denominator": ...}``. Raises UsageError naming `place`."""
    if isinstance(value, dict):
        numerator, denominator = value.get("numerator"), value.get("denominator")
        if type(numerator) is int and type(denominator) is int and denominator > 0:
            return Fraction(numerator, denominator)
    raise UsageError(f"{place}: must be a share of two whole numbers")


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{place}: must be a text")
    return value


def _number(value: Any, place: str) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"{place}: must be a number")
    return value
