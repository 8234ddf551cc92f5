"""How a run uses Spark; what the command line, the library and the engine share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from fhircheck.model.issue import Issue

TableFormat = Literal["", "files", "parquet", "orc", "delta", "iceberg", "table"]
"""How a source is read: empty: by what is there; ``files``: JSON, NDJSON, XML; ``table``: a name in the catalogue."""


@dataclass(frozen=True, slots=True)
class FindingsFolder:
    """Where all findings are written as Parquet. folder: as Spark knows it; it must not be there yet.

    schema: columns as Spark writes them (DDL). batch_of: findings -> a pyarrow.RecordBatch of them; it pickles.
    """

    folder: str
    schema: str
    batch_of: Callable[[list[Issue]], Any]


@dataclass(frozen=True, slots=True)
class SparkOptions:
    """session: a running SparkSession; None: the one that runs here, else a new one.

    master, conf: of a new session; a running one keeps its own. format, json_column: how tables are read.
    findings: where all findings are written. small_bytes: tables of rows up to this size are joined by the driver.
    whole_bytes: files up to this size are read whole by one task, larger ones in parts.
    """

    session: Any = field(default=None, repr=False, compare=False)
    master: str = ""
    conf: tuple[tuple[str, str], ...] = ()
    format: TableFormat = ""
    json_column: str = ""
    findings: FindingsFolder | None = None
    small_bytes: int = 16 << 20
    whole_bytes: int = 32 << 20


DEFAULT_SPARK_OPTIONS = SparkOptions()
