"""Tables of the page as plain data: columns, rows of cells, and how many rows were left out."""

from dataclasses import dataclass, field

from fhircheck.model.action import Words


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. href: where its number comes from. share: of 100, drawn as a bar. mark: a status it is marked with.

    code: shown as code. list: further lines. number: what it sorts by.
    """

    text: Words
    href: str = ""
    share: float | None = None
    mark: str = ""
    code: bool = False
    lines: tuple[Words, ...] = ()
    fold: Words | None = None
    number: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption. numeric: columns that are aligned right. more: rows that were left out."""

    name: str
    caption: Words
    columns: list[Words]
    rows: list[list[Cell]] = field(default_factory=list)
    numeric: frozenset[int] = frozenset()
    more: int = 0
