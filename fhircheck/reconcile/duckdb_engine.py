"""Joins on this machine: DuckDB over Parquet parts, in a bound of memory, with what does not fit on disk."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fhircheck.model.errors import CouldNotCheck, UsageError
from fhircheck.reconcile.columns import TABLES, raw_bytes

BATCH = 8_192
LEAST = 256 << 20
"""Bytes below which a join cannot work."""


class DuckDb:
    """An engine in this process. memory: bytes it may hold. folder: where what does not fit is put while it runs."""

    name = "local"

    def __init__(self, folder: Path, memory: int, threads: int) -> None:
        duckdb = library()
        self._fault = duckdb.Error
        self._folder = folder
        self._connection = duckdb.connect(":memory:")
        scratch = folder / "scratch"
        scratch.mkdir(mode=0o700, exist_ok=True)
        for name, value in (("memory_limit", f"{memory // 1_000_000}MB"), ("threads", max(threads, 1)),
                            ("temp_directory", str(scratch)), ("preserve_insertion_order", False),
                            ("autoinstall_known_extensions", False), ("autoload_known_extensions", False),
                            ("enable_progress_bar", False)):  # fmt: skip
            self._connection.execute(f"SET {name} = ?", [value])

    def side(self, letter: str, folder: Path) -> None:
        """Make the views of a side."""
        for name in TABLES:
            pattern = str(folder / "part-*" / f"{name}.parquet").replace("'", "''")
            self.view(f"{letter}_{name}", f"SELECT * FROM read_parquet('{pattern}')")

    def take(self, name: str, table: Any) -> None:
        """Keep an Arrow table under a name."""
        self._connection.register("arrived", table)
        self.table(name, "SELECT * FROM arrived")
        self._connection.unregister("arrived")

    def given(self, pairs: Iterator[tuple[int, int, int, int]]) -> None:
        """Make the table ``given``."""
        import pyarrow as pa

        names = ("b1", "b2", "a1", "a2")
        self._run("CREATE TABLE given (b1 BIGINT, b2 BIGINT, a1 BIGINT, a2 BIGINT)")
        while held := [row for row, _ in zip(pairs, range(100_000), strict=False)]:
            table = pa.table({name: pa.array(column, pa.int64())
                              for name, column in zip(names, zip(*held, strict=True), strict=True)})  # fmt: skip
            self._connection.register("arrived", table)
            self._run("INSERT INTO given SELECT * FROM arrived")
            self._connection.unregister("arrived")

    def view(self, name: str, sql: str) -> None:
        """Give a query a name."""
        self._run(f"CREATE OR REPLACE VIEW {name} AS {sql}")

    def table(self, name: str, sql: str) -> None:
        """Run a query and keep its rows under a name."""
        self._run(f"CREATE OR REPLACE TABLE {name} AS {sql}")

    def number(self, sql: str) -> int:
        """The one number a query gives."""
        return int(self._run(sql).fetchone()[0] or 0)

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query."""
        found = self._run(sql, self._connection.cursor())
        while rows := found.fetchmany(BATCH):
            yield from rows

    def mixed(self, *columns: str) -> str:
        """An expression: 64 bits that columns come to."""
        return f"hash({', '.join(columns)})"

    def slices(self, table: str, columns: tuple[str, ...], number: int) -> Iterator[tuple[int, list[bytes]]]:
        """Sorted columns: one query a slice, so that each is sorted in memory."""
        names = ", ".join(f"coalesce({name}, 0) {name}" for name in columns)
        try:
            for at in range(number):
                sql = f"SELECT {names} FROM {table} WHERE (c1 & {number - 1}) = {at} ORDER BY {', '.join(columns)}"
                for batch in self._connection.cursor().sql(sql).to_arrow_reader(65_536):
                    yield at, [raw_bytes(column) for column in batch.columns]
        except self._fault as fault:
            raise _lack(fault) from fault

    def close(self) -> None:
        """Free memory and disk."""
        import shutil

        self._connection.close()
        shutil.rmtree(self._folder / "scratch", ignore_errors=True)

    def _run(self, sql: str, cursor: Any = None) -> Any:
        try:
            return (cursor or self._connection).execute(sql)
        except self._fault as fault:
            raise _lack(fault) from fault


def _lack(fault: Exception) -> Exception:
    """What the user can do about a fault of DuckDB; one that is no lack of memory or disk is ours, and stays."""
    text = str(fault).lower()
    what = "memory" if "out of memory" in text else "disk" if "space left" in text or "disk" in text else ""
    if not what:
        return fault
    return CouldNotCheck(f"the two stores could not be joined: out of {what} (see --memory-limit, --work)")


def library() -> Any:
    """DuckDB. Raises UsageError where what a comparison needs is not installed."""
    check_installed("duckdb")
    import duckdb

    return duckdb


def check_installed(*joining: str) -> None:
    """Raises UsageError where what a comparison needs is not installed. joining: modules of the engine."""
    if not installed("pyarrow", "orjson", *joining):
        raise UsageError("comparing stores needs more than is installed: pip install 'fhircheck[compare]'")


def installed(*names: str) -> bool:
    """Whether all these modules can be imported."""
    from importlib.util import find_spec

    return all(find_spec(name) is not None for name in names)
