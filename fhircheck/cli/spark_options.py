"""Options of `check`, `validate` and `compare` about Spark."""

from typing import Any, get_args

import click

from fhircheck.cli.package_options import Function, Option
from fhircheck.model.spark_options import TableFormat

ENGINE_OPTIONS: tuple[Option, ...] = (
    click.option("--engine", type=click.Choice(("local", "spark")), default="local", show_default=True,
                 help="Who reads and checks: this machine, or Spark's executors (fhircheck[spark]). The report is the "
                      "same."),
    click.option("--spark-master", metavar="URL",
                 help="Master of a new Spark session, such as local[2].  [default: the running one, else local[*]]"),
    click.option("--spark-conf", multiple=True, metavar="KEY=VALUE",
                 help="Setting of a new Spark session. Repeatable. No secrets."),
    click.option("--source-format", type=click.Choice(tuple(filter(None, get_args(TableFormat)))),
                 help="What the sources are to Spark.  [default: told by what is there]"),
    click.option("--json-column", metavar="NAME",
                 help="Column of a table that holds a resource a row.  [default: the only one that can be it]"),
)  # fmt: skip

_OPTIONS: tuple[Option, ...] = (
    *ENGINE_OPTIONS,
    click.option("--findings", metavar="DIR",
                 help="Have Spark write every finding to DIR as Parquet; DIR must not be there yet."),
)  # fmt: skip


def spark_options_of(function: Function) -> Function:
    """Add the options."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def with_engine(given: dict[str, Any], view: Any) -> dict[str, Any]:
    """`given` with the options about Spark as one. Raises UsageError where they stand without ``--engine spark``."""
    from fhircheck.model.errors import UsageError

    names = ("spark_master", "spark_conf", "source_format", "json_column", "findings")
    taken = {name: given.pop(name, None) for name in names}
    if given["engine"] != "spark":
        for name, value in taken.items():
            if value:
                raise UsageError(f"--{name.replace('_', '-')} is for --engine spark")
        return given
    from fhircheck.model.spark_options import SparkOptions

    folder = None
    if taken["findings"]:
        from fhircheck.spark.findings import findings_folder

        folder = findings_folder(taken["findings"], view)
    given["spark"] = SparkOptions(
        master=taken["spark_master"] or "",
        conf=tuple(_pair(each) for each in taken["spark_conf"]),
        format=taken["source_format"] or "",
        json_column=taken["json_column"] or "",
        findings=folder,
    )
    return given


def _pair(text: str) -> tuple[str, str]:
    from fhircheck.model.errors import UsageError

    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise UsageError("--spark-conf: must be KEY=VALUE")
    return name.strip(), value
