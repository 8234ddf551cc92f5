"""Tables that plausibility is judged by: CSV files, one row a fact, each with its source; replaceable by the user."""

import csv
from pathlib import Path

from fhircheck.model.errors import UsageError

FOLDER = Path(__file__).parent


class Tables:
    """Reads a table when it is first asked for. own: folder whose files go before ours of the same name."""

    def __init__(self, own: str = "") -> None:
        self._own = Path(own) if own else None
        self._read: dict[str, list[dict[str, str]]] = {}
        if self._own is not None and not self._own.is_dir():
            raise UsageError(f"{own}: the folder of tables is not there")

    def rows(self, name: str) -> list[dict[str, str]]:
        """The rows of ``name.csv``, column -> text. Raises UsageError where a file has other columns than ours."""
        found = self._read.get(name)
        if found is None:
            found = self._read[name] = self._load(f"{name}.csv")
        return found

    def _load(self, name: str) -> list[dict[str, str]]:
        columns, ours = _table(FOLDER / name)
        own = self._own / name if self._own is not None else None
        if own is None or not own.is_file():
            return ours
        given, rows = _table(own)
        lacking = [each for each in columns if each not in given]
        if lacking:
            raise UsageError(f"{own}: the table has no column {', '.join(lacking)}")
        return rows


def _table(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(line for line in file if not line.startswith("#"))
            rows = [{name: (value or "").strip() for name, value in row.items() if name} for row in reader]
            return list(reader.fieldnames or ()), rows
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise UsageError(f"{path}: the table cannot be read ({type(fault).__name__})") from None
