"""``fhircheck validate``: all findings, one line each."""

from typing import Any

import click

from fhircheck.cli.run_command import run_and_report, run_options_of
from fhircheck.cli.spark_options import spark_options_of


@click.command("validate")
@run_options_of
@spark_options_of
@click.pass_context
def validate(ctx: click.Context, /, **given: Any) -> None:
    """Validate FHIR data and list all findings.

    Findings are printed as they are found, then a summary.

    PATH_OR_URL is a file (JSON, NDJSON, also .gz, .zip, .tar.gz), a folder, a glob, - for standard
    input, or a FHIR server's search URL.

    \b
    Exit codes: 0 clean, 1 findings at or above --fail-on (or a score under --min-score),
    2 wrong use, 3 could not check (3 wins over 1).
    """
    ctx.exit(run_and_report("validate", **given))
