"""What `check` and `validate` have in common: their options, and options -> run -> report -> exit code."""

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import click

from fhircheck.cli.connection_options import remarks_said, unchecked_connection_options
from fhircheck.cli.package_options import OFFLINE, PACKAGE_CACHE, REGISTRY, Function, Option
from fhircheck.cli.spark_options import with_engine

FORMATS = (
    "text",
    "html",
    "markdown",
    "json",
    "ndjson",
    "csv",
    "csv-measures",
    "sarif",
    "code-quality",
    "junit",
    "operation-outcome",
    "measure-report",
)
MEASURED_FORMATS = ("csv-measures", "measure-report")
"""Forms that say nothing where nothing is measured."""


class Percentage(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A number of 0 to 100, with or without "%"."""

    name = "percent"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """The number, exact as written."""
        from fhircheck.api import percentage
        from fhircheck.model.errors import UsageError

        try:
            return percentage(value, param.opts[0] if param else "value")
        except UsageError:
            self.fail("must be a number from 0 to 100", param, ctx)


_OPTIONS: tuple[Option, ...] = (
    click.argument("sources", metavar="PATH_OR_URL...", nargs=-1, required=True),
    click.option("--profile", "profiles", multiple=True, metavar="URL",
                 help="Check every resource of its type against this profile too. Repeatable."),
    click.option("--package", "packages", multiple=True, metavar="NAME#VERSION|FILE",
                 help="FHIR package with profiles and value sets, beside the built-in R4 core; also a folder of them,"
                 " or a JSON or XML file with one. Repeatable."),
    click.option("--settings", metavar="FILE",
                 help="How to judge (TOML): profiles by type, validity periods, severities, what is not judged."),
    click.option("--unknown-profile", type=click.Choice(("error", "warning", "information", "ignore")),
                 help="Severity of a claim to a profile that no package has.  [default: warning]"),
    click.option("--accept", multiple=True, metavar="FILE",
                 help="Accepted issues (TOML): counted and shown apart until they expire. Repeatable."),
    click.option("--baseline", metavar="FILE",
                 help="Show only what is new beside an earlier report (JSON) or its findings (NDJSON)."),
    click.option("--write-valid", metavar="FILE", help="Write records without errors to FILE as NDJSON (.gz: packed)."),
    click.option("--write-invalid", metavar="FILE", help="Write all other records to FILE as NDJSON (.gz: packed)."),
    click.option("--split-by", type=click.Choice(("record", "patient")), default="record", show_default=True,
                 help="Patient: one error holds back all records about the same patient."),
    click.option("--explain", is_flag=True, help="Say what each type of finding means and how to mend it."),
    click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True,
                 help="Form of the report (docs/how-to/report-forms.md); ndjson, csv: each finding as it is found."),
    click.option("--output", metavar="FILE", help="Write the report to FILE (whole or not at all)."),
    click.option("--report", "reports", multiple=True, metavar="FILE",
                 help="Write the report to FILE too, in the form its ending says (.html, .md, .json, .csv, "
                      ".measures.csv, .sarif, .junit.xml ...). Repeatable."),
    click.option("--jobs", type=click.IntRange(min=0), default=1, show_default=True, metavar="N",
                 help="Processes; 0 is one for each processor. The report is the same for any number."),
    click.option("--memory-limit", metavar="SIZE",
                 help="Memory for what is compared across records, such as 400MB or 2GiB; the rest goes to disk "
                      "(TMPDIR). The report is the same for any.  [default: 320MiB]"),
    click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Check only N records, chosen by hash."),
    click.option("--min-coverage", type=Percentage(), metavar="P",
                 help="Exit code 3 where less than P percent of the checks could be decided."),
    click.option("--fail-on", type=click.Choice(("error", "warning", "never")), default="error", show_default=True,
                 help="Least severity that makes exit code 1."),
    click.option("--min-score", type=Percentage(), metavar="N", help="Exit code 1 where a score is under N of 100."),
    OFFLINE,
    click.option("--tx", "terminology_server", metavar="URL",
                 help="Terminology server to ask about codes that no package decides. Codes are sent to it."),
    click.option("--rubric", default="fhircheck", show_default=True, metavar="NAME|FILE",
                 help="Weights and thresholds of the score."),
    PACKAGE_CACHE,
    REGISTRY,
    click.option("--language", type=click.Choice(("en", "de")), default="en", show_default=True,
                 envvar="FHIRCHECK_LANGUAGE", help="Language of texts."),
    click.option("--show-values", is_flag=True, help="Show values of the data in messages (may be patient data)."),
    click.option("--hash-ids", is_flag=True, help="Replace resource ids and file names by hashes."),
)  # fmt: skip


def run_options_of(function: Function) -> Function:
    """Add the options that `check` and `validate` share."""
    function = unchecked_connection_options(function)
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def without(names: Iterable[str]) -> Callable[[Function], Function]:
    """Take options out again that a command has no use for, by the names of their values."""

    def less(function: Any) -> Any:
        left = [each for each in function.__click_params__ if each.name not in set(names)]
        function.__click_params__ = left
        return function

    return less


def run_and_report(command: str, format_: str, output: str | None, **given: Any) -> int:
    """Run what was asked for, write the report, and return the exit code of its verdict."""
    if not given["offline"] and any(each.lower().startswith(("http://", "https://")) for each in given["sources"]):
        from fhircheck.transport.reader_process import start_early

        start_early("fhircheck.sources.search_pieces")
    from fhircheck.api import run_options
    from fhircheck.cli.cards import Cards
    from fhircheck.cli.ending import CANNOT_CHECK, say
    from fhircheck.cli.history_options import memory_of
    from fhircheck.cli.output import opened
    from fhircheck.cli.progress import shown
    from fhircheck.model.errors import UsageError
    from fhircheck.report import RENDERERS
    from fhircheck.report.write_report import report_files, together
    from fhircheck.run import run

    if format_ in MEASURED_FORMATS and command != "check":
        raise UsageError(f"--format {format_}: measures are counted by fhircheck check alone")
    made = (given["write_usable"],) if given.get("write_usable") else ()
    cards = Cards(given.pop("cards", ()), given.pop("card_facts", None), given["sources"], made)
    memory = memory_of(given)
    reports = given.pop("reports")
    on_screen = output in (None, "-")
    view = shown_as(command, on_screen, given)
    given = with_engine(given, view)
    options = run_options(measure=command == "check" or given["min_score"] is not None, **given)
    renderer = RENDERERS[format_]
    encoding = (sys.stdout.encoding or "utf-8") if format_ == "text" and on_screen else "utf-8"
    with (
        opened(output, encoding) as write,
        report_files(reports, view, options.measure) as files,
        hidden(view.names, options.sources),
        remarks_said(),
    ):
        sink = renderer.sink(view, write)
        with shown(allowed=not (on_screen and sink and sys.stdout.isatty())) as progress:
            report = run(
                replace(options, progress=progress, accepted=memory.accepted() if memory else ()),
                together((sink, files.sink)),
            )
        report = memory.remember(report, view.names) if memory else report
        renderer.finish(report, view, write)
        files.complete(report)
        cards.write(report)
    if not (format_ == "text" and on_screen) and (report.verdict.exit_code or not on_screen):
        told(report, view)
    if memory and memory.fault:
        say(f"{memory.fault}: this run is not remembered")
        return CANNOT_CHECK
    return report.verdict.exit_code


@contextlib.contextmanager
def hidden(names: Any, sources: tuple[str, ...]) -> Iterator[None]:
    """Hide file names in errors too, where that was asked for."""
    from fhircheck.model.errors import FhircheckError
    from fhircheck.transport.http_url import shown

    try:
        yield
    except FhircheckError as error:
        sources = (*sources, *(shown(each) for each in sources))
        error.args = (names.words(str(error), sources=sources),)  # the same error: others' constructors differ
        raise


def shown_as(command: str, on_screen: bool, given: dict[str, Any]) -> Any:
    """How the report is to be shown; takes the options about that out of `given`."""
    from fhircheck.report.shown import View

    width, color = screen(on_screen)
    names = disguise(given.pop("hash_ids"))
    explain = given.pop("explain")
    return View(command, given.pop("language"), given.pop("show_values"), names, width, color, explain)


def disguise(hash_ids: bool) -> Any:
    """What hides ids and file names where that was asked for."""
    from fhircheck.report.shown import OPEN, Disguise

    return Disguise(_key()) if hash_ids else OPEN


def told(report: Any, view: Any) -> None:
    """The verdict in one line on stderr, where standard output does not say it."""
    from fhircheck.cli.ending import say
    from fhircheck.report.sections.verdict import headline

    say(headline(report, view))


def screen(on_screen: bool) -> tuple[int, bool]:
    """Columns and colour: 80 and none in a pipe or a file, so that the bytes stay the same."""
    if not on_screen or not sys.stdout.isatty():
        return 80, False
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return min(max(shutil.get_terminal_size().columns, 60), 120), colour


def _key() -> bytes:
    """Key of the hashes: a new one for each run, or FHIRCHECK_HASH_KEY for the same hashes in several."""
    given = os.environ.get("FHIRCHECK_HASH_KEY", "").encode()
    return given[:64] or os.urandom(16)
