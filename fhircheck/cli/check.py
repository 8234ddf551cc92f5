"""``fhircheck check``: the whole run, shown as one report."""

from typing import Any

import click

from fhircheck.cli.check_options import check_options_of
from fhircheck.cli.history_options import RememberingCommand, remember_options
from fhircheck.cli.run_command import run_and_report, run_options_of
from fhircheck.cli.spark_options import spark_options_of


@click.command("check", cls=RememberingCommand)
@run_options_of
@spark_options_of
@check_options_of
@remember_options
@click.pass_context
def check(ctx: click.Context, /, **given: Any) -> None:
    """Validate, measure and score FHIR data.

    The report leads with a verdict and how sure it is, then scores with their parts, findings by
    type, measures, and what could not be told.

    PATH_OR_URL is a file (JSON, NDJSON, also .gz, .zip, .tar.gz), a folder, a glob, - for standard
    input, or a FHIR server's search URL.

    \b
    Exit codes: 0 clean, 1 findings at or above --fail-on (or a score under --min-score),
    2 wrong use, 3 could not check (3 wins over 1).
    """
    ctx.exit(run_and_report("check", **given))
