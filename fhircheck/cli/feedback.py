"""``fhircheck feedback``: what clinic and IT answer to findings, one by one or as files that go out and come back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from fhircheck.cli.history_options import store_options
from fhircheck.cli.package_options import Function

STATES = ("open", "accepted", "assigned", "fixed", "returned")
_SERIES = click.option("--series", default="", metavar="NAME", help="Series of runs.  [default: the only one there is]")
_LANGUAGE = click.option(
    "--language", type=click.Choice(("en", "de")), default="en", envvar="FHIRCHECK_LANGUAGE", help="Language of texts."
)
_AUTHOR = click.option(
    "--author", default="", envvar="FHIRCHECK_AUTHOR", metavar="TEXT",
    help="Who answers, for the log: a role or a team.  [default: $FHIRCHECK_AUTHOR]",
)  # fmt: skip
_COMMENT = click.option("--comment", metavar="TEXT", help="What else is to be said. No patient's data.")
_STATE = click.option("--state", "wanted", multiple=True, type=click.Choice(STATES), help="Only these. Repeatable.")
_NAMED = click.argument("fingerprints", nargs=-1, required=True, metavar="FINGERPRINT...")


@click.group("feedback")
def feedback() -> None:
    """Answer findings of remembered runs: accept, assign, fixed, as a table.

    An answer is about all findings of one fingerprint (or its first four characters or more) in a series of runs. The
    last answer counts; all are kept. The next run of the series takes them into account.
    """


def _of_store(function: Function) -> Function:
    return _SERIES(store_options(function))


def _answering(function: Function) -> Function:
    return _NAMED(_COMMENT(_AUTHOR(_of_store(function))))


@feedback.command("list")
@_STATE
@click.option("--all", "all_", is_flag=True, help="All of them, not only the first 40.")
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True,
              help="Form.")  # fmt: skip
@_LANGUAGE
@_of_store
def list_(wanted: tuple[str, ...], all_: bool, format_: str, language: str, **place: str) -> None:
    """List the findings of the latest run with their state, the most severe first."""
    from fhircheck.cli.output import opened
    from fhircheck.cli.run_command import screen
    from fhircheck.report.feedback_page import feedback_json, feedback_page
    from fhircheck.report.shown import View

    with _opened(place) as (store, series):
        found = _Found(store, series)
        rows = found.rows(language, wanted)
    width, color = screen(True)
    with opened(None) as write:
        view = View("feedback", language, width=width, color=color)
        if format_ == "json":
            write(feedback_json(rows, series))
        else:
            write(feedback_page(rows, found.states.values(), series, all_, view))


@feedback.command()
@_answering
@click.option("--reason", required=True, metavar="TEXT", help="Why they are borne; shown in reports.")
@click.option("--expires", required=True, metavar="YYYY-MM-DD", help="Last day on which they are borne.")
@click.option("--owner", metavar="TEXT", help="Role or team that answers for that.")
def accept(fingerprints: tuple[str, ...], **given: Any) -> None:
    """Accept findings until a day: runs count and show them apart, and they return after it."""
    _answer("accepted", fingerprints, given)


@feedback.command()
@_answering
@click.option("--owner", required=True, metavar="TEXT", help="Role or team that is to mend them; no single person.")
def assign(fingerprints: tuple[str, ...], **given: Any) -> None:
    """Say who is to mend findings."""
    _answer("assigned", fingerprints, given)


@feedback.command()
@_answering
def fixed(fingerprints: tuple[str, ...], **given: Any) -> None:
    """Say that findings are mended: a later run that finds them again reports a regression."""
    _answer("fixed", fingerprints, given)


@feedback.command()
@_answering
def reopen(fingerprints: tuple[str, ...], **given: Any) -> None:
    """Take an answer back: the findings are open again."""
    _answer("open", fingerprints, given)


@feedback.command()
@_NAMED
@click.argument("text", nargs=1)
@_AUTHOR
@_of_store
def comment(fingerprints: tuple[str, ...], text: str, **given: Any) -> None:
    """Say something about findings; their state stays."""
    _answer("", fingerprints, {**given, "comment": text})


@feedback.command("export")
@click.option("--format", "format_", type=click.Choice(("csv", "task")), default="csv", show_default=True,
              help="csv: a table for spreadsheets; task: a FHIR Bundle of Tasks.")  # fmt: skip
@click.option("--output", metavar="FILE", help="Write to FILE (whole or not at all).")
@click.option("--excel", is_flag=True, help="As German Excel opens it by itself: semicolons and a byte order mark.")
@click.option("--separator", type=click.Choice((",", ";", "tab")), help="Between cells.  [default: ,]")
@click.option("--bom", is_flag=True, help="A byte order mark first, by which Excel knows UTF-8.")
@_STATE
@_LANGUAGE
@_of_store
def export(
    format_: str, output: str | None, excel: bool, separator: str | None, bom: bool, wanted: tuple[str, ...],
    language: str, **place: str,
) -> None:  # fmt: skip
    """Write findings and their states to a file that others fill in; `feedback import` reads it back."""
    from fhircheck.cli.output import opened
    from fhircheck.report.feedback_csv import feedback_csv
    from fhircheck.report.feedback_tasks import task_bundle
    from fhircheck.report.ndjson import encoded

    with _opened(place) as (store, series):
        rows = _Found(store, series).rows(language, wanted)
    with opened(output) as write:
        if format_ == "task":
            write(encoded(task_bundle(rows, series, language), indent=2) + "\n")
        else:
            between = "\t" if separator == "tab" else separator or (";" if excel else ",")
            write(feedback_csv(rows, language, between, bom or excel))


@feedback.command("import")
@click.argument("file", metavar="FILE")
@click.option("--format", "format_", type=click.Choice(("csv", "task")), help="[default: as FILE begins]")
@click.option("--dry-run", is_flag=True, help="Only say what would be taken.")
@_AUTHOR
@_of_store
@click.pass_context
def import_(ctx: click.Context, /, file: str, format_: str | None, dry_run: bool, author: str, **place: str) -> None:
    """Read answers out of a file that `feedback export` wrote and others filled in.

    All rows are taken or none: each fault is named by its line, among them rows that were answered elsewhere meanwhile
    (exit code 2). Rows that nobody changed change nothing, so a file may be read twice.
    """
    from fhircheck.cli.ending import say
    from fhircheck.history.feedback import answer_all
    from fhircheck.history.feedback_import import plan_import
    from fhircheck.report.feedback_csv import read_feedback_csv
    from fhircheck.report.feedback_tasks import read_tasks
    from fhircheck.transport.bounded_file import read_bounded

    data = read_bounded(file, 64 << 20, file)
    is_task = format_ == "task" or (format_ is None and data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"))
    read = _naming(file, lambda: read_tasks(data) if is_task else read_feedback_csv(data))
    with _opened(place) as (store, series):
        found = _Found(store, series)
        plan = plan_import(read.given, found.answers, found.states, author)
        faults = [*read.faults, *plan.faults]
        for where, fault in faults:
            say(f"{file}: {where}: {fault}")
        if faults:
            say(f"{file}: nothing was taken; {len(faults)} to mend, {len(plan.answers)} would be new")
            ctx.exit(2)
        if not dry_run:
            answer_all(store, series, plan.answers)
        word = "would be " if dry_run else ""
        click.echo(f"{series}: {len(plan.answers)} {word}answered, {plan.unchanged} unchanged")


class _Found:
    """The findings of the latest run of a series, and what was answered to them."""

    def __init__(self, store: Any, series: str) -> None:
        from datetime import UTC, datetime

        from fhircheck.history.feedback import states
        from fhircheck.history.finding_states import last_answers
        from fhircheck.model.errors import UsageError

        run = store.latest(series)
        if run is None:
            raise UsageError(f"{series}: this series has no runs (history {store.name})")
        self._document = store.document(series, run.number)
        self.states = {each.fingerprint: each for each in states(store, series, self._document)}
        self.answers = last_answers(store.answers(series), datetime.now(UTC).date().isoformat())
        self.series = series

    def rows(self, language: str, wanted: tuple[str, ...] = ()) -> Any:
        """What is shown of them."""
        from fhircheck.report.feedback_rows import feedback_rows
        from fhircheck.report.read_report import read_report

        shown = [each for each in self.states.values() if not wanted or each.state in wanted]
        return feedback_rows(shown, read_report(self._document), language)

    def named(self, text: str) -> str:
        """The fingerprint that `text`, which may be its beginning, names."""
        from fhircheck.model.errors import UsageError
        from fhircheck.report.feedback_rows import fingerprint_of

        name = fingerprint_of(text)
        fitting = [each for each in self.states if each.startswith(name)] if len(name) >= 4 else []
        if len(fitting) == 1:
            return fitting[0]
        if len(name) < 4:
            raise UsageError(f"{text}: at least the first four characters of a fingerprint are needed")
        if fitting:
            raise UsageError(f"{text}: {len(fitting)} fingerprints begin so: {', '.join(sorted(fitting)[:5])}")
        raise UsageError(f"{text}: {self.series} has no finding of this fingerprint (fhircheck feedback list)")


def _answer(state: str, fingerprints: tuple[str, ...], given: dict[str, Any]) -> None:
    """Answer the findings named, all or none; an empty state keeps theirs."""
    from dataclasses import replace

    from fhircheck.history.feedback import answer_all, next_answer

    place = {name: given.pop(name) for name in ("history", "history_password", "series")}
    author = given.pop("author")
    with _opened(place) as (store, series):
        found = _Found(store, series)
        names = dict.fromkeys(found.named(each) for each in fingerprints)
        answers = []
        for name in names:
            before = found.answers.get(name)
            told: Any = state or (before.state if before else "open")
            answers.append(replace(next_answer(before, name, told, **given), author=author))
        for each in answer_all(store, series, answers):
            shown = found.states[each.fingerprint]
            click.echo(f"{each.fingerprint}  {each.state}  {shown.kind} {shown.expression or shown.definition}")


@contextmanager
def _opened(place: dict[str, str]) -> Iterator[tuple[Any, str]]:
    """The store and the series; the only one there is where none was named."""
    from fhircheck.history.store import Store
    from fhircheck.model.errors import UsageError

    with Store.open(place["history"], place["history_password"], make=False) as store:
        known = [each.name for each in store.series()]
        series = place["series"] or (known[0] if len(known) == 1 else "")
        if not series:
            some = f"there are: {', '.join(known[:10])}" if known else "there is none yet"
            raise UsageError(f"--series: name a series of runs; {some} (history {store.name})")
        if series not in known:
            raise UsageError(f"--series {series}: there is no such series (history {store.name})")
        yield store, series


def _naming(file: str, read: Callable[[], Any]) -> Any:
    from fhircheck.model.errors import UsageError

    try:
        return read()
    except UsageError as fault:
        raise UsageError(f"{file}: {fault}") from None
