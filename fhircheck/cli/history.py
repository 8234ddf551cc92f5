"""``fhircheck history``: the runs that were remembered, listed, shown again, drawn over time, compared and pruned."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import click

from fhircheck.cli.history_options import store_options
from fhircheck.cli.run_command import FORMATS
from fhircheck.model.plural import filled

_LANGUAGE = click.option(
    "--language", type=click.Choice(("en", "de")), default="en", envvar="FHIRCHECK_LANGUAGE", help="Language of texts."
)
_OUTPUT = click.option("--output", metavar="FILE", help="Write to FILE (whole or not at all).")
_TEXT_OR_JSON = click.option(
    "--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True, help="Form."
)


class Age(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A span of time such as 90d."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """The span."""
        from fhircheck.model.errors import UsageError
        from fhircheck.monitor.spans import seconds_of

        try:
            return timedelta(seconds=seconds_of(value))
        except UsageError:
            self.fail("a span of time such as 36h, 90d or 12w is asked for", param, ctx)


@click.group("history")
def history() -> None:
    """List, show, compare and prune the runs that were remembered.

    Runs are remembered by `fhircheck check --history` and by `fhircheck run`, in series. RUN is SERIES@NUMBER,
    SERIES@latest, SERIES@previous, or SERIES alone for its latest run.
    """


@history.command("list")
@click.argument("series", required=False)
@click.option("--last", type=click.IntRange(min=1), default=20, show_default=True, metavar="N",
              help="Show the latest N runs of SERIES.")  # fmt: skip
@click.option("--all", "all_", is_flag=True, help="Show all of them.")
@_TEXT_OR_JSON
@_LANGUAGE
@store_options
def list_(series: str | None, last: int, all_: bool, format_: str, language: str, **place: str) -> None:
    """List the series, or the runs of SERIES."""
    from fhircheck.report.history_page import runs_page, series_page
    from fhircheck.report.run_list import run_list, series_list

    with _store(place) as store:
        if series is None:
            found = store.series()
            _write(series_list(found) if format_ == "json" else series_page(found, store.name, _view(language)))
            return
        _known(store, series)
        count = store.count(series)
        runs = store.runs(series, last=None if all_ else last)
        _write(run_list(series, runs) if format_ == "json" else runs_page(series, runs, count, _view(language)))


@history.command()
@click.argument("run", metavar="RUN")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True,
              help="Form of the report; forms that list findings list the examples that were kept.")  # fmt: skip
@click.option("--explain", is_flag=True, help="Say what each type of finding means and how to mend it.")
@_OUTPUT
@_LANGUAGE
@store_options
def show(run: str, format_: str, explain: bool, output: str | None, language: str, **place: str) -> None:
    """Show the report of RUN again, in any form."""
    from fhircheck.cli.output import opened
    from fhircheck.monitor.remember import recalled
    from fhircheck.report.write_report import write_report

    with _store(place) as store:
        found = store.named(run)
        report = recalled(store, found)
    view = replace(_view(language, output), command="check", explain=explain)
    with opened(output) as write:
        left = write_report(report, view, format_, write)
    if left:
        told = filled("{count} {count:finding is|findings are} not in it", {"count": left})
        _tell(f"{found.name}: {told}: a remembered report holds examples")


@history.command()
@click.argument("series")
@click.option("--last", type=click.IntRange(min=1), default=90, show_default=True, metavar="N",
              help="The latest N runs.")  # fmt: skip
@click.option("--of", "names", multiple=True, metavar="NAME",
              help="Only this score, measure or count (errors, warnings, resources). Repeatable.")  # fmt: skip
@click.option("--measures", is_flag=True, help="The measures too.")
@click.option("--format", "format_", type=click.Choice(("text", "json", "csv")), default="text", show_default=True,
              help="Form; csv: a line for each run.")  # fmt: skip
@_OUTPUT
@_LANGUAGE
@store_options
def trend(
    series: str, last: int, names: tuple[str, ...], measures: bool, format_: str, output: str | None, language: str,
    **place: str
) -> None:  # fmt: skip
    """Draw how scores, errors and measures of SERIES went from run to run."""
    from fhircheck.report.trend import chosen, trend_csv, trend_json, trend_page

    with _store(place) as store:
        _known(store, series)
        points = store.points(series, last, measures=measures or bool(names) or format_ != "text")
    rows = chosen(points, names, measures or format_ != "text")
    made = {
        "text": lambda: trend_page(series, points, rows, _view(language, output)),
        "json": lambda: trend_json(series, points, rows),
        "csv": lambda: trend_csv(points, rows),
    }
    _write(made[format_](), output)


@history.command()
@click.argument("before", metavar="RUN")
@click.argument("after", metavar="[RUN]", required=False)
@click.option("--format", "format_", type=click.Choice(("text", "markdown", "json")), default="text", show_default=True,
              help="Form of the comparison.")  # fmt: skip
@_OUTPUT
@_LANGUAGE
@store_options
def compare(before: str, after: str | None, format_: str, output: str | None, language: str, **place: str) -> None:
    """Say what has changed between two runs; for one RUN, since the run before it.

    `fhircheck diff` does the same for reports in files, and for scripts: its exit code says whether something alarms.
    """
    from fhircheck.cli.output import opened
    from fhircheck.history.compare import compare as compared
    from fhircheck.history.compare import named
    from fhircheck.report.difference import DIFFERENCES

    with _store(place) as store:
        runs = (store.named(before), store.named(after)) if after is not None else store.with_previous(before)
        documents = [store.document(each.series, each.number) for each in runs]
    names = [named(document, each.name, each.number) for document, each in zip(documents, runs, strict=True)]
    found = compared(documents[0], documents[1], *names)
    with opened(output) as write:
        write(DIFFERENCES[format_](found, _view(language, output)))


@history.command()
@click.option("--series", metavar="NAME", help="Only runs of this series.  [default: all, each by itself]")
@click.option("--keep", type=click.IntRange(min=1), metavar="N", help="Leave the latest N runs of each series.")
@click.option("--older-than", type=Age(), metavar="SPAN", help="Leave runs younger than SPAN (36h, 90d, 12w).")
@click.option("--even-needed", is_flag=True,
              help="Also runs that are kept (history keep), and those that show answered findings last.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@_TEXT_OR_JSON
@_LANGUAGE
@store_options
def prune(
    series: str | None, keep: int | None, older_than: timedelta | None, even_needed: bool, dry_run: bool, format_: str,
    language: str, **place: str
) -> None:  # fmt: skip
    """Remove old runs: those that neither --keep nor --older-than leaves.

    The latest run of a series and its latest that could check always stay. Runs that are kept, and those that show an
    answered finding last, stay too; which and why is said.
    """
    from fhircheck.report.history_page import pruned_page
    from fhircheck.report.run_list import pruned_form

    with _store(place) as store:
        if series is not None:
            _known(store, series)
        pruned = store.prune(series, keep, older_than, dry_run=dry_run, even_needed=even_needed)
    _write(pruned_form(pruned, dry_run) if format_ == "json" else pruned_page(pruned, dry_run, _view(language)))


@history.command()
@click.argument("run", metavar="RUN")
@click.option("--reason", required=True, metavar="TEXT", help="Why it is never pruned; an empty text lets it be.")
@store_options
def keep(run: str, reason: str, **place: str) -> None:
    """Never prune RUN, for example since others are measured against it."""
    with _store(place) as store:
        found = store.named(run)
        store.keep(found.series, found.number, reason)


@history.command()
@click.option("--series", metavar="NAME", help="Only this series.")
@_OUTPUT
@store_options
def export(series: str | None, output: str | None, **place: str) -> None:
    """Write the history as NDJSON: a copy, or the way into another database."""
    from fhircheck.cli.output import opened

    with _store(place) as store:
        if series is not None:
            _known(store, series)
        with opened(output) as write, store.exported(series) as (lines, moved):
            for line in lines:
                write(line)
    _tell(f"written: {_amount(moved)}")


@history.command("import")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@store_options
def import_(file: str, **place: str) -> None:
    """Take in what `history export` wrote, all or nothing; runs keep their numbers."""
    from fhircheck.model.errors import UsageError

    with _store(place, make=True) as store, click.open_file(file, encoding="utf-8") as lines:
        try:
            moved = store.take_in(lines)
        except UsageError as fault:
            raise UsageError(f"{file}: {fault}") from None
        except UnicodeDecodeError:
            raise UsageError(f"{file}: no UTF-8 text") from None
    _tell(f"taken in: {_amount(moved)}")


def _store(place: dict[str, str], make: bool = False) -> Any:
    from fhircheck.history.store import Store

    return Store.open(place["history"], place["history_password"], make=make)


def _known(store: Any, series: str) -> None:
    """Raises UsageError where the store has no such series."""
    store.named(f"{series}@latest")


def _view(language: str, output: str | None = None) -> Any:
    from fhircheck.cli.run_command import screen
    from fhircheck.report.shown import View

    width, color = screen(output in (None, "-"))
    return View("history", language, width=width, color=color)


def _write(text: str, output: str | None = None) -> None:
    from fhircheck.cli.output import opened

    with opened(output) as write:
        write(text)


def _amount(moved: Any) -> str:
    said = (
        "{runs} {runs:run|runs} of {series} series, {answers} {answers:answer|answers},"
        " {states} {states:state|states} of alerts"
    )
    parts = {"runs": moved.runs, "series": moved.series, "answers": moved.answers, "states": moved.alert_states}
    return filled(said, parts)


def _tell(line: str) -> None:
    from fhircheck.cli.ending import say

    say(line)
