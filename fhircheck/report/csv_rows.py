"""Rows of CSV: RFC 4180 in UTF-8, and no cell that a spreadsheet would take for a formula."""

import csv
import io
from collections.abc import Iterable

from fhircheck.report.shown import clean

LONGEST = 30_000
"""Characters of a cell; spreadsheets take up to 32,767."""
_FORMULA = tuple("=+-@|%\t\r＝＋－＠")
Cell = str | int | float | bool | None


def rows(cells: Iterable[Iterable[Cell]]) -> str:
    """Rows of text, each ended by CR LF."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([cell(each) for each in row] for row in cells)
    return text.getvalue()


def cell(value: Cell) -> str:
    """A value as it may stand in a cell: numbers as they are; a text that a formula could begin with after a quote.

    OWASP, CSV Injection: cells that begin with = + - @ (or their full-width forms), tab or carriage return.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = clean(value, LONGEST)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
