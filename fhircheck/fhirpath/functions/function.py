"""What a function is: its name, how many arguments it takes, and what it does with the items it is called on."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from fhircheck.fhirpath.environment import CRITERION, Frame
from fhircheck.fhirpath.errors import FhirPathError
from fhircheck.fhirpath.item import Item

Compiled = Callable[[Frame], list[Item]]
Run = Callable[[Frame, list[Item], tuple[Compiled, ...]], list[Item]]


class Function(NamedTuple):
    """An entry of the table. types: an argument that is the name of a type is handed over as text by the compiler."""

    name: str
    minimum: int
    maximum: int
    run: Run


def each(frame: Frame, items: list[Item], expression: Compiled) -> Iterator[tuple[Item, list[Item]]]:
    """(item, result of `expression` with $this and $index set to it) for each of `items`."""
    this, index = frame.this, frame.index
    frame.spend(CRITERION * len(items))
    try:
        for number, item in enumerate(items):
            frame.this = [item]
            frame.index = number
            yield item, expression(frame)
    finally:
        frame.this, frame.index = this, index


def one(items: list[Item], what: str) -> Any:
    """The System value of a single item, None for an empty collection. Raises FhirPathError for several."""
    if not items:
        return None
    if len(items) > 1:
        raise FhirPathError(f"{what} takes one item, not several")
    return items[0].plain


def one_text(items: list[Item], what: str) -> str | None:
    """The same for a string. Raises FhirPathError for a value of another type."""
    value = one(items, what)
    if value is None or value.__class__ is str:
        return value
    if value.__class__ is dict or value.__class__ is list:
        raise FhirPathError(f"{what} takes a string, not a complex value")
    from fhircheck.fhirpath.operators.equality import text_of

    return text_of(value)


def one_integer(items: list[Item], what: str) -> int | None:
    """The same for an integer."""
    value = one(items, what)
    if value is None or value.__class__ is int:
        return value
    raise FhirPathError(f"{what} takes an integer")
