"""All findings of a run as one Arrow table: spilled to disk while they are found, mapped into memory afterwards."""

import os
import tempfile
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from fhircheck.api import Options, validate
from fhircheck.model.errors import UsageError
from fhircheck.model.issue import Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fhircheck.model.report import RunReport

ROWS = 16_384
"""Findings a record batch: what is held in memory at most."""


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings of a run, in the data's order, and its report.

    table: a pyarrow.Table whose columns docs/how-to/notebook.md explains; it lies in a file that the system maps into
    memory as it is read. Whatever reads the Arrow PyCapsule interface takes this object itself:
    ``polars.from_arrow(found)``, ``pandas.DataFrame.from_arrow(found)``, ``duckdb.from_arrow(found)``.
    """

    table: Any
    report: "RunReport"
    folder: Any = field(repr=False, compare=False)

    def __len__(self) -> int:
        """Number of findings."""
        return int(self.table.num_rows)

    def __iter__(self) -> "Iterator[Any]":
        """The findings as pyarrow.RecordBatches, without copying."""
        return iter(self.table.to_batches())

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The Arrow PyCapsule interface."""
        return self.table.__arrow_c_stream__(requested_schema)

    def to_pandas(self) -> Any:
        """A pandas.DataFrame: repeating words are categories, whole numbers Int64 (null where unknown).

        Raises UsageError where pandas is not installed.
        """
        pandas = _library("pandas")
        kinds = {"int64": pandas.Int64Dtype()}
        return self.table.to_pandas(types_mapper=lambda type_: kinds.get(str(type_)))

    def to_polars(self) -> Any:
        """A polars.DataFrame. Raises UsageError where polars is not installed."""
        return _library("polars").from_arrow(self.table)


def _library(name: str) -> Any:
    """A library that reads tables. Raises UsageError where it is not installed."""
    try:
        return import_module(name)
    except ImportError:
        raise UsageError(f"{name} is not installed: pip install {name}") from None


def findings(
    *sources: str | os.PathLike[str],
    language: str = "en",
    show_values: bool = False,
    hash_ids: bool = False,
    **options: Unpack[Options],
) -> Findings:
    """Check `sources` as fhircheck.validate does, and return every finding, however many there are.

    language: ``en`` or ``de``, of the messages. show_values: values of the data in messages (may be patient data).
    hash_ids: ids and file names as hashes. options: those of fhircheck.validate; a `sink` is handed all findings too.
    Memory stays bounded: findings are written to a temporary file (mode 0600, removed with the object).
    Raises UsageError for wrong options or where pyarrow is not installed, CouldNotCheck for an unusable source.
    """
    from fhircheck.report.arrow_columns import FINDINGS
    from fhircheck.report.arrow_tables import pyarrow, schema
    from fhircheck.report.shown import asked_view

    view = asked_view("validate", language, show_values, hash_ids)
    arrow = pyarrow()
    folder = tempfile.TemporaryDirectory(prefix="fhircheck-findings-", ignore_cleanup_errors=True)
    path = Path(folder.name) / "findings.arrows"
    with arrow.OSFile(str(path), "wb") as file, arrow.ipc.new_stream(file, schema(FINDINGS)) as writer:
        spill = _Spill(writer, view, options.pop("sink", None))
        options["sink"] = spill
        report = validate(*sources, **options)
        spill.flush()
    with arrow.memory_map(str(path)) as mapped:
        table = arrow.ipc.open_stream(mapped).read_all()
    return Findings(table, report, folder)


class _Spill:
    """Writes findings to an Arrow stream, ROWS at a time."""

    def __init__(self, writer: Any, view: Any, also: Any) -> None:
        self.writer = writer
        self.view = view
        self.also = also
        self.held: list[Issue] = []

    def __call__(self, issues: list[Issue]) -> None:
        """Take findings as they are found."""
        if self.also is not None:
            self.also(issues)
        self.held += issues
        while len(self.held) >= ROWS:
            self.flush()

    def flush(self) -> None:
        """Write what is held, ROWS of it at most."""
        from fhircheck.report.arrow_columns import FINDINGS
        from fhircheck.report.arrow_tables import batch, finding_rows

        now, self.held = self.held[:ROWS], self.held[ROWS:]
        if now:
            self.writer.write_batch(batch(finding_rows(now, self.view), FINDINGS))
