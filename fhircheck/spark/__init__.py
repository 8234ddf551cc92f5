"""fhircheck on Spark (extra ``spark``): the same checks, measures and report, made by a session's executors.

``fhircheck.spark.check(spark, "s3a://bucket/export")`` is ``fhircheck.check`` for data that one machine does not hold.
"""

import os
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from fhircheck.api import Options, run_options, without_sink
from fhircheck.model.errors import UsageError
from fhircheck.model.report import RunReport
from fhircheck.model.several import Texts, texts_of
from fhircheck.model.spark_options import FindingsFolder, SparkOptions, TableFormat
from fhircheck.spark.following import follow

if TYPE_CHECKING:
    from fhircheck.model.reconcile import ReconcileReport
    from fhircheck.reconcile.comparing import FailOn, Sink
    from fhircheck.reconcile.rules import Decimals, Identity
    from fhircheck.report.shown import View

__all__ = ["check", "compare", "follow", "validate"]


class CompareArguments(TypedDict, total=False):
    """Options of `compare`; they mean what those of ``fhircheck compare`` mean."""

    identity: "Identity"
    decimals: "Decimals"
    ignore: str | Iterable[str]
    mapping: str | os.PathLike[str] | None
    before_base: str | Iterable[str]
    after_base: str | Iterable[str]
    fail_on: "FailOn"
    hash_ids: bool
    moved: bool
    now: datetime | None
    sink: "Sink | None"


def check(
    spark: Any,
    path: Texts,
    *,
    format: TableFormat = "",
    json_column: str = "",
    findings: str | os.PathLike[str] = "",
    language: str = "en",
    show_values: bool = False,
    hash_ids: bool = False,
    **options: Unpack[Options],
) -> RunReport:
    """Read, check, measure and score what is at `path` by the executors of the session `spark`.

    path: one or several files, folders, patterns or tables on any file system that the session knows.
    format: ``files`` (JSON, NDJSON, XML), ``parquet``, ``orc``, ``delta``, ``iceberg``, ``table`` (a name in the
    catalogue); empty: by what is there. json_column: the column with one resource a row; empty: the only one that can
    be it. findings: folder, not there yet, that every finding is written to as Parquet (docs/how-to/spark.md).
    language, show_values, hash_ids: of the messages in it. options: those of fhircheck.check.
    The report is the same as that of fhircheck.check over the same files. Raises UsageError for wrong options,
    CouldNotCheck where a source, package or profile is unusable or Spark fails.
    """
    from fhircheck.report.shown import asked_view

    view = asked_view("check", language, show_values, hash_ids)
    return _run(spark, path, format, json_column, _folder(findings, view), options, measure=True)


def validate(
    spark: Any,
    path: Texts,
    *,
    format: TableFormat = "",
    json_column: str = "",
    findings: str | os.PathLike[str] = "",
    language: str = "en",
    show_values: bool = False,
    hash_ids: bool = False,
    **options: Unpack[Options],
) -> RunReport:
    """Read and check what is at `path`, without measures and scores (unless `min_score` asks for one); see `check`."""
    from fhircheck.report.shown import asked_view

    view = asked_view("validate", language, show_values, hash_ids)
    return _run(spark, path, format, json_column, _folder(findings, view), options, measure="min_score" in options)


def compare(
    spark: Any,
    before: Texts,
    after: Texts,
    *,
    format: TableFormat = "",
    json_column: str = "",
    **options: Unpack[CompareArguments],
) -> "ReconcileReport":
    """Compare two stores by the executors of the session `spark`: files or tables, one or several a side.

    format, json_column: as in `check`, for both sides. options: those of fhircheck.compare but for servers, `work`,
    `jobs` and `memory_limit`. The report is the same as that of fhircheck.compare over the same files. Raises
    UsageError for wrong options, CouldNotCheck where a source is unusable or Spark fails.
    """
    from fhircheck.reconcile.comparing import compare as compared

    _check_session(spark)
    for name in options:
        if name not in CompareArguments.__annotations__:
            raise UsageError(f"no option is called {name!r}")
    how = SparkOptions(session=spark, format=format, json_column=json_column)
    return compared(before, after, spark=how, **options)


def _check_session(spark: Any) -> None:
    if isinstance(spark, str | os.PathLike) or not hasattr(spark, "read"):
        raise UsageError("fhircheck.spark: the first argument is a SparkSession, the second what to check")


def _run(
    spark: Any,
    path: Texts,
    format_: TableFormat,
    json_column: str,
    findings: FindingsFolder | None,
    options: Options,
    measure: bool,
) -> RunReport:
    from fhircheck.run import run

    _check_session(spark)
    given, sink = without_sink(options)
    how = SparkOptions(session=spark, format=format_, json_column=json_column, findings=findings)
    return run(run_options(texts_of(path), measure=measure, engine="spark", spark=how, **given), sink)


def _folder(findings: str | os.PathLike[str], view: "View") -> FindingsFolder | None:
    from fhircheck.spark.findings import findings_folder

    return findings_folder(os.fspath(findings), view) if findings else None
