"""Tables that plausibility is judged by: CSV files, one row a fact, each with its source; replaceable by the user."""

import csv
from collections.abc import Mapping
from pathlib import Path

from fhircheck.model.errors import UsageError

FOLDER = Path(__file__).parent
PLACE = "(place)"
"""Column added to each row: the file and the line it stands in."""


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

    def where(self, row: Mapping[str, str]) -> str:
        """File and line of a row that `rows` gave."""
        return row[PLACE]

    def check_names(self) -> None:
        """Raises UsageError where the user's folder has no table, or one whose name none of ours has."""
        if self._own is None:
            return
        ours = sorted(path.name for path in FOLDER.glob("*.csv"))
        given = sorted(path.name for path in self._own.glob("*.csv"))
        unknown = [name for name in given if name not in ours]
        if unknown or not given:
            what = f"no table is called {unknown[0]}" if unknown else "holds no table"
            raise UsageError(f"{self._own}: {what} (there are {', '.join(ours)})")

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
            lines = list(file)
            left = [line for line in lines if not line.startswith("#")]
            reader = csv.DictReader(left, strict=True)
            skipped = len(lines) - len(left)
            rows = []
            for row in reader:
                cells = {name: (value or "").strip() for name, value in row.items() if name}
                rows.append(cells | {PLACE: f"{path.name}, line {reader.line_num + skipped}"})
            return list(reader.fieldnames or ()), rows
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise UsageError(f"{path}: the table cannot be read ({type(fault).__name__})") from None
