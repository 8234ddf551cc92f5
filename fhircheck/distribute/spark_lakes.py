"""Tables with a resource a row: Parquet, ORC, Delta Lake, Iceberg, or a name in the session's catalogue."""

import re
from dataclasses import dataclass
from typing import Any

from fhircheck.distribute.spark_files import HadoopFiles
from fhircheck.distribute.spark_session import is_sparks
from fhircheck.model.errors import SourceUnusable, UsageError
from fhircheck.model.spark_options import SparkOptions
from fhircheck.sources.files import shown
from fhircheck.sources.skipped import is_read_in_folders

COLUMNS = ("json", "resource", "resource_json", "raw", "content", "body", "data", "value")
"""Names that say that a column holds the resource, where a table has several columns of text."""
_PLACES = (
    ("_metadata.file_path", "_metadata.row_index"),
    ("_file", "_pos"),
    ("''", "monotonically_increasing_id()"),
)
"""File and row number of a row: of Parquet and Delta, of Iceberg, and the order Spark gives where nothing tells."""
_PACKAGES = {
    "delta": "Delta Lake (spark-submit --packages io.delta:delta-spark_2.13:VERSION, and its two spark.sql settings)",
    "iceberg": "Iceberg (spark-submit --packages org.apache.iceberg:iceberg-spark-runtime-4.0_2.13:VERSION)",
}
_NAME = re.compile(r"(?:`[^`]+`|\w+)(?:\.(?:`[^`]+`|\w+)){0,3}")


@dataclass(frozen=True, slots=True)
class Lake:
    """One table. form: as Spark's reader names it, ``table`` for one of the catalogue. path: plain, of a folder."""

    name: str
    order: str
    form: str
    path: str


def lake_of(session: Any, hadoop: HadoopFiles, name: str, order: str, options: SparkOptions) -> Lake | None:
    """The table that `name` is; None for files. Raises SourceUnusable where it is not there."""
    if options.format == "files" or name == "-" or name.lower().startswith(("http://", "https://")):
        return None
    if options.format == "table":
        return _in_catalogue(session, name, order)
    path = hadoop.path_of(name)
    status = hadoop.status(path)
    if status is None:
        known = not options.format and _NAME.fullmatch(name) and session.catalog.tableExists(name)
        return Lake(name, order, "table", "") if known else None
    form = options.format or _form(hadoop, status, name)
    return Lake(shown(name), order, form, hadoop.text_path(status.getPath())) if form else None


def _in_catalogue(session: Any, name: str, order: str) -> Lake:
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name}: no name of a table (catalogue.schema.table)")
    if not session.catalog.tableExists(name):
        raise SourceUnusable(f"{name}: the session's catalogue has no such table")
    return Lake(name, order, "table", "")


def _form(hadoop: HadoopFiles, status: Any, name: str) -> str:
    """What a path holds, by names alone; empty where it is no table."""
    if not status.isDirectory():
        return next((form for form in ("parquet", "orc") if name.lower().endswith(f".{form}")), "")
    return _folder_form(hadoop, status.getPath(), 4)


def _folder_form(hadoop: HadoopFiles, folder: Any, deep: int) -> str:
    listed = hadoop.listed(folder) or []
    names = {base for base, _ in listed}
    if "_delta_log" in names:
        return "delta"
    if "metadata" in names and "data" in names and _is_iceberg(hadoop, listed):
        return "iceberg"
    folders = []
    for base, status in listed:
        if base.startswith((".", "_")):
            continue
        if status.isDirectory():
            folders.append(status.getPath())
        elif is_read_in_folders(base):
            return ""
        else:
            form = next((form for form in ("parquet", "orc") if base.lower().endswith(f".{form}")), "")
            if form:
                return form
    return next(filter(None, (_folder_form(hadoop, each, deep - 1) for each in folders[:3] if deep)), "")


def _is_iceberg(hadoop: HadoopFiles, listed: list[tuple[str, Any]]) -> bool:
    inside = next(status.getPath() for base, status in listed if base == "metadata")
    return any(base.endswith(".metadata.json") for base, _ in hadoop.listed(inside) or ())


def rows_of(session: Any, lake: Lake, options: SparkOptions) -> Any:
    """The frame (value, path, row) of a table. Raises UsageError where the session or the table lacks something."""
    from pyspark.errors import AnalysisException

    frame = _opened(session, lake)
    column = json_column(frame.schema, options.json_column, lake.name)
    for path, row in _PLACES:
        try:
            found = frame.selectExpr(f"CAST({column} AS BINARY) AS value", f"{path} AS path", f"{row} AS row")
            found.schema  # noqa: B018 - analysed now: what a table cannot tell, it says here
        except AnalysisException:
            continue
        return found
    raise UsageError(f"{lake.name}: column {column} cannot be read as text")


def _opened(session: Any, lake: Lake) -> Any:
    try:
        if lake.form == "table":
            frame = session.table(lake.name)
        else:
            frame = session.read.format(lake.form).option("__globPaths__", "false").load(lake.path)
        frame.schema  # noqa: B018 - looked up now: what the session lacks, it says here
        return frame
    except Exception as error:
        if not is_sparks(error):
            raise
        text = str(error)
        if "DATA_SOURCE_NOT_FOUND" in text or "ClassNotFoundException" in text:
            raise UsageError(f"{lake.name}: this Spark session lacks {_PACKAGES.get(lake.form, lake.form)}") from None
        kind = re.search(r"\[([A-Z0-9_.]{4,80})\]", text)
        why = kind[1] if kind else "no reason given"
        raise SourceUnusable(f"{lake.name}: Spark cannot read it as {lake.form} ({why})") from None


def json_column(schema: Any, asked: str, name: str) -> str:
    """The (quoted) column with the resources. Raises UsageError where it is not there or several could be it."""
    texts = [field.name for field in schema.fields if field.dataType.typeName() in ("string", "binary")]
    if asked:
        if asked not in texts:
            raise UsageError(
                f"{name}: --json-column {asked}: no column of text is called so (there are: {_list(texts)})"
            )
        return _quoted(asked)
    if len(texts) == 1:
        return _quoted(texts[0])
    likely = [each for each in texts if each.lower() in COLUMNS]
    if len(likely) == 1:
        return _quoted(likely[0])
    raise UsageError(f"{name}: say which column holds a resource a row: --json-column ({_list(likely or texts)})")


def _quoted(column: str) -> str:
    return "`" + column.replace("`", "``") + "`"


def _list(names: list[str]) -> str:
    return ", ".join(names[:8]) or "none"
