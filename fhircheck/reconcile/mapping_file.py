"""What a migration was meant to rename: a TOML file, and CSV files of ids of any size."""

import csv
import tomllib
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from fhircheck.model.errors import UsageError
from fhircheck.reconcile.members import identity
from fhircheck.reconcile.rules import Renames
from fhircheck.transport.bounded_file import read_bounded

_TABLES = {"identifier-systems": "identifier_systems", "code-systems": "code_systems", "canonicals": "canonicals",
           "ids": "ids"}  # fmt: skip
IDS_FILE = "ids-file"
LARGEST = 16 << 20
_LONGEST = 4096


def load_renames(path: str) -> Renames:
    """The renames of a TOML file: tables ``identifier-systems``, ``code-systems``, ``canonicals``, ``ids`` with
    ``"before" = "after"``, and ``ids-file``, a CSV file (before, after) beside it.

    Raises UsageError that names the place for a file that is missing or wrong.
    """
    data = read_bounded(path, LARGEST, f"--mapping {path}", reason=str)
    try:
        given = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise UsageError(f"--mapping {path}: is no TOML: {fault}") from None
    fields: dict[str, Any] = {}
    for name, value in given.items():
        if name == IDS_FILE and isinstance(value, str):
            fields["ids_file"] = str(Path(path).parent / value)
        elif name in _TABLES and isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
            fields[_TABLES[name]] = value
        else:
            known = ", ".join((*_TABLES, IDS_FILE))
            raise UsageError(f"--mapping {path}: {name}: there are only {known}, of texts")
    renames = Renames(**fields)
    for each in (*renames.ids, *renames.ids.values()):
        _checked(each, f"--mapping {path}: ids")
    if renames.ids_file and not Path(renames.ids_file).is_file():
        raise UsageError(f"--mapping {path}: {IDS_FILE}: {renames.ids_file} is no file")
    return renames


def renamed_ids(renames: Renames) -> Iterator[tuple[int, int, int, int]]:
    """Keys of ids before and after: two halves each. Raises UsageError for a line that is none."""
    for before, after in renames.ids.items():
        yield (*_halves(before), *_halves(after))
    if not renames.ids_file:
        return
    with open(renames.ids_file, encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(_rows(file, renames.ids_file), 1):
            place = f"{renames.ids_file}:{number}"
            if not row or (number == 1 and "/" not in row[0]):
                continue
            if len(row) != 2:
                raise UsageError(f"{place}: must be two columns: the id before and after, as Type/id")
            yield (*_halves(_checked(row[0], place)), *_halves(_checked(row[1], place)))


def _rows(file: TextIO, name: str) -> Iterator[list[str]]:
    """Rows of a CSV file whose lines have a bound."""
    reader = csv.reader(iter(lambda: file.readline(_LONGEST), ""), strict=True)
    try:
        for row in reader:
            if sum(map(len, row)) >= _LONGEST // 2:
                raise UsageError(f"{name}:{reader.line_num}: is no pair of ids: too long")
            yield row
    except (csv.Error, UnicodeDecodeError) as fault:
        raise UsageError(f"{name}:{reader.line_num}: is no CSV: {type(fault).__name__}") from None


def _checked(text: str, place: str) -> str:
    kind, slash, id_ = text.partition("/")
    if not (slash and id_ and kind.isalpha() and kind[0].isupper() and "/" not in id_):
        raise UsageError(f"{place}: ids are written as Type/id, such as Patient/17")
    return text


def _halves(text: str) -> tuple[int, int]:
    numbers = array("q")
    numbers.frombytes(identity(text))
    return numbers[0], numbers[1]
