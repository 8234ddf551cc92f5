"""The files beside a Croissant card that its records load from: one resource type each, called after it.

``Patient.ndjson``, ``Patient.000.ndjson``, ``Patient-1.ndjson`` (FHIR Bulk Data, fhircheck's own folders). They are
read once more, a line at a time: a type whose files hold anything else, or a line that is no JSON object, is no
RecordSet.
"""

import json
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from fhircheck.report.card.columns import Column, Columns
from fhircheck.report.card.element_names import members

_LIMIT = 2**63
"""Whole numbers have to fit 64 bits; the reader gives up a file with others."""
_NAME = re.compile(r"([A-Z][A-Za-z]{1,63})([._-].*)?\.ndjson", re.DOTALL)


class NotReadable(ValueError):
    """The reader could not read this file, or not as resources of this type."""


@dataclass(frozen=True, slots=True)
class Table:
    """The resources of one type. patterns: of its files, relative to the card. records: how many."""

    name: str
    patterns: tuple[str, ...]
    columns: tuple[Column, ...]
    records: int


@dataclass(frozen=True, slots=True)
class Tables:
    """Those that load, and the types that have files of their name but do not."""

    loaded: tuple[Table, ...] = ()
    left_out: tuple[str, ...] = ()


NO_TABLES = Tables()


def tables_beside(card: str, read: Callable[[str], bool]) -> Tables:
    """The tables beside the file `card`. read: whether a file, by its real path, is of the data the card is about.

    A type of which a file is there that is not is left out: the reader would read it too.
    """
    folder = Path(card).absolute().parent
    files: dict[str, list[str]] = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            found = _NAME.fullmatch(os.path.relpath(path, folder).replace(os.sep, "/"))
            if found and members(found[1], found[1]):  # a type of R4, not a person's name
                files.setdefault(found[1], []).append(path)
    loaded, left_out = [], []
    for name, paths in sorted(files.items()):
        table = _table(name, sorted(paths)) if all(read(os.path.realpath(each)) for each in paths) else None
        if table is None:
            left_out.append(name)
        elif table.records:
            loaded.append(table)
    return Tables(tuple(loaded), tuple(left_out))


def _table(name: str, paths: Iterable[str]) -> Table | None:
    columns = Columns(name)
    try:
        for path in paths:
            _count(columns, path)
    except (NotReadable, OSError, RecursionError, ValueError):
        return None
    found = tuple(columns.found())
    return Table(name, (f"{name}.ndjson", f"{name}[._-]*.ndjson"), found, columns.records) if found else None


def _count(columns: Columns, path: str) -> None:
    """Count the resources of one file. Raises ValueError for what is none of the type."""
    before = columns.records
    with open(path, "rb") as file:
        for line in file:
            if not line.strip():
                continue
            resource: Any = json.loads(line.decode("utf-8"), parse_constant=_no_number, parse_int=_whole)
            if not isinstance(resource, dict) or resource.get("resourceType") != columns.name:
                raise NotReadable
            columns.take(resource)
    if columns.records == before:
        raise NotReadable  # pandas does not read a file without any record as one with columns
    columns.end_of_file()


def _whole(text: str) -> int:
    number = int(text)
    if not -_LIMIT <= number < _LIMIT:
        raise NotReadable
    return number


def _no_number(_: str) -> NoReturn:
    raise NotReadable
