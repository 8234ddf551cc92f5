"""``fhircheck report``: a stored report in any form and language."""

import sys

import click

from fhircheck.cli.run_command import FORMATS
from fhircheck.model.plural import filled


@click.command("report")
@click.argument("file", metavar="REPORT.json")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="Form to write.  [default: text]")
@click.option("--output", metavar="FILE", help="Write that form to FILE (whole or not at all), not to standard output.")
@click.option("--report", "reports", multiple=True, metavar="FILE",
              help="Write another form to FILE, as its ending says (.html, .md, .sarif ...). Repeatable.")  # fmt: skip
@click.option("--language", type=click.Choice(("en", "de")), envvar="FHIRCHECK_LANGUAGE",
              help="Language of texts; by default that of the report.")  # fmt: skip
@click.option("--explain", is_flag=True, help="Say what each type of finding means and how to mend it.")
@click.option("--show-values", is_flag=True, help="Show values of the data, where the report was stored with them.")
@click.option("--hash-ids", is_flag=True, help="Replace resource ids and file names by hashes.")
def report(
    file: str,
    format_: str | None,
    output: str | None,
    reports: tuple[str, ...],
    language: str | None,
    explain: bool,
    show_values: bool,
    hash_ids: bool,
) -> None:
    """Show a stored report in another form or language.

    It is what `check --format json` wrote; nothing is read or checked again. It holds examples of its findings: ndjson
    and csv list these alone, and how many are left out is said.

    Exit codes: 0 written (whatever the report says), 2 no report or wrong use.
    """
    from fhircheck.cli.ending import say
    from fhircheck.cli.output import opened
    from fhircheck.cli.run_command import disguise, screen
    from fhircheck.report.read_report import language_of, load_document, read_named
    from fhircheck.report.shown import View
    from fhircheck.report.write_report import write_report, write_reports

    document = load_document(file)
    stored = read_named(document, file)
    on_screen = output in (None, "-")
    width, color = screen(on_screen)
    view = View("check", language or language_of(document), show_values, disguise(hash_ids), width, color, explain)
    left = dict(write_reports(stored, view, reports))
    if format_ is not None or output is not None or not reports:
        form = format_ or "text"
        encoding = (sys.stdout.encoding or "utf-8") if form == "text" and on_screen else "utf-8"
        with opened(output, encoding) as write:
            left[output or form] = write_report(stored, view, form, write)
    for name, count in left.items():
        if count:
            told = filled("{count} {count:finding is|findings are} not in it", {"count": count})
            say(f"{name}: {told}: a stored report holds examples, the run itself lists all")
