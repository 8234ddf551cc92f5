"""``fhircheck privacy``: could the people behind the data be recognised, and have they agreed?"""

import sys
from dataclasses import replace
from typing import Any

import click

from fhircheck.cli.connection_options import connection_options, remarks_said
from fhircheck.cli.package_options import OFFLINE, Function, Option
from fhircheck.cli.privacy_options import privacy_options_of

_OPTIONS: tuple[Option, ...] = (
    click.argument("sources", metavar="PATH_OR_URL...", nargs=-1, required=True),
    click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True,
                 help="Form of the report."),
    click.option("--output", metavar="FILE", help="Write the report to FILE (whole or not at all)."),
    click.option("--jobs", type=click.IntRange(min=0), default=1, show_default=True, metavar="N",
                 help="Processes; 0 is one for each processor. The report is the same for any number."),
    OFFLINE,
    click.option("--language", type=click.Choice(("en", "de")), default="en", show_default=True,
                 envvar="FHIRCHECK_LANGUAGE", help="Language of texts."),
    click.option("--hash-ids", is_flag=True, help="Replace resource ids and file names by hashes."),
)  # fmt: skip


def _options(function: Function) -> Function:
    function = connection_options(function)
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command("privacy")
@_options
@privacy_options_of
@click.pass_context
def privacy(ctx: click.Context, /, **given: Any) -> None:
    """Look for names, identifiers and people who can be recognised.

    Direct identifiers in their elements, in displays of references and in texts; how many people
    are alike in what others may know of them (k-anonymity, l-diversity); small cells; consents and
    security labels. No value of the data is shown.

    \b
    Exit codes: 0 nothing that fails, 1 a measure fails (with --de-identified),
    2 wrong use, 3 something could not be looked at (3 wins over 1).
    """
    ctx.exit(_report(**given))


def _report(format_: str, output: str | None, language: str, hash_ids: bool, **given: Any) -> int:
    """Run, write the report, and return the exit code."""
    from fhircheck.api import run_options
    from fhircheck.cli.output import opened
    from fhircheck.cli.progress import shown
    from fhircheck.cli.run_command import disguise, hidden, screen
    from fhircheck.report.privacy import FORMS, headline, privacy_verdict
    from fhircheck.report.shown import View
    from fhircheck.run import run

    on_screen = output in (None, "-")
    width, color = screen(on_screen)
    view = View("privacy", language, names=disguise(hash_ids), width=width, color=color and format_ == "text")
    options = run_options(measure=True, free_text=True, **given)
    encoding = (sys.stdout.encoding or "utf-8") if format_ == "text" and on_screen else "utf-8"
    with opened(output, encoding) as write, hidden(view.names, options.sources), remarks_said():
        with shown(allowed=True) as progress:
            report = run(replace(options, progress=progress))
        verdict = privacy_verdict(report)
        write(FORMS[format_](report, verdict, options.measures, view))
    if not (format_ == "text" and on_screen):
        from fhircheck.cli.ending import say

        say(headline(report, verdict, view))
    return verdict.exit_code
