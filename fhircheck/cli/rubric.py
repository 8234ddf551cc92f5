"""``fhircheck rubric``: what scores are made of, shown, checked, and applied again to a stored report."""

import sys
from typing import Any

import click

from fhircheck.cli.run_command import Percentage

_LANGUAGE = click.option(
    "--language", type=click.Choice(("en", "de")), default="en", envvar="FHIRCHECK_LANGUAGE", help="Language of texts."
)
_OUTPUT = click.option("--output", metavar="FILE", help="Write to FILE (whole or not at all).")


@click.group("rubric")
def rubric() -> None:
    """Show, check and apply rubrics: what the scores are made of.

    A rubric is the name of a shipped one (fhircheck, published), a TOML file, a PIQI rubric (JSON), or a
    StructureDefinition with HL7 scoring rules (JSON).
    """


@rubric.command()
@click.argument("name", metavar="[NAME|FILE]", required=False)
@click.option("--format", "format_", type=click.Choice(("text", "toml")), default="text", show_default=True,
              help="toml: as a file to begin your own with.")  # fmt: skip
@_OUTPUT
@_LANGUAGE
def show(name: str | None, format_: str, output: str | None, language: str) -> None:
    """Show a rubric with the reason beside each weight; without a name the shipped ones."""
    from fhircheck.cli.output import opened
    from fhircheck.report.rubric_page import rubric_text
    from fhircheck.score import RUBRICS, load_rubric
    from fhircheck.score.rubric_toml import as_toml

    if name is None:
        for each in RUBRICS:
            click.echo(f"{each}\t{load_rubric(each).summary}")
        return
    found = load_rubric(name)
    with opened(output) as write:
        write(as_toml(found) if format_ == "toml" else rubric_text(found, _view(language, output)))


@rubric.command()
@click.argument("file", metavar="FILE")
@_LANGUAGE
def check(file: str, language: str) -> None:
    """Check a rubric; a fault ends with exit code 2 and names its place."""
    from fhircheck.report.rubric_page import checked_line
    from fhircheck.score import load_rubric

    click.echo(checked_line(load_rubric(file), _view(language, None)))


@rubric.command("apply")
@click.argument("rubric_name", metavar="NAME|FILE")
@click.argument("report", metavar="REPORT.json")
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True,
              help="json: the stored report with the new scores, statuses and actions in place.")  # fmt: skip
@click.option("--min-score", type=Percentage(), metavar="N", help="Exit code 1 where a score is under N of 100.")
@_OUTPUT
@_LANGUAGE
@click.pass_context
def apply_(ctx: click.Context, /, **given: Any) -> None:
    """Apply weights and thresholds to a stored report (check --format json), without reading data again."""
    from fhircheck.cli.output import opened
    from fhircheck.report.ndjson import encoded
    from fhircheck.report.rescored import rescored

    view = _view(given["language"], given["output"])
    found = rescored(given["rubric_name"], given["report"])
    with opened(given["output"]) as write:
        write(encoded(found.document(view), indent=2) + "\n" if given["format_"] == "json" else found.text(view))
    least = given["min_score"]
    under = [each.name for each in found.scores if least is not None and each.value is not None and each.value < least]
    if under:
        click.echo(f"fhircheck: under {float(least):g}: {', '.join(under)}", err=True)
    ctx.exit(1 if under else 0)


def _view(language: str, output: str | None) -> Any:
    from fhircheck.cli.run_command import screen
    from fhircheck.report.shown import View

    width, color = screen(output in (None, "-") and sys.stdout.isatty())
    return View("rubric", language, width=width, color=color)
