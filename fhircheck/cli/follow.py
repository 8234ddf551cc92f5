"""``fhircheck follow``: data that keeps coming, checked while it comes."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from fhircheck.cli.check_options import check_options_of
from fhircheck.cli.follow_options import follow_options_of
from fhircheck.cli.history_options import RememberingCommand, remember_options
from fhircheck.cli.run_command import run_options_of, without

if TYPE_CHECKING:
    from fhircheck.stream.follow import Following
    from fhircheck.stream.follow_options import FollowOptions
    from fhircheck.stream.window import WindowResult

Write = Callable[[str], None]
_NOT_HERE = ("baseline", "write_valid", "write_invalid", "split_by", "sample", "write_usable", "cards", "card_facts")


@click.command("follow", cls=RememberingCommand)
@without(_NOT_HERE)
@run_options_of
@check_options_of
@follow_options_of
@remember_options
@click.pass_context
def follow(ctx: click.Context, /, **given: Any) -> None:
    """Follow data that keeps coming: findings at once, rolling windows.

    PATH is a folder that new files come to, a file of NDJSON lines that grows, a pattern, or - for an endless
    stream on standard input. Ctrl-C, SIGTERM or the end of the input end it, with the report of all.

    \b
    Exit codes, of the whole report: 0 clean, 1 findings at or above --fail-on (or a score under
    --min-score), 2 wrong use, 3 could not check (3 wins over 1).
    """
    ctx.exit(_follow(**given))


def _follow(format_: str, output: str | None, **given: Any) -> int:
    from fhircheck.api import run_options
    from fhircheck.cli.ending import CANNOT_CHECK, say
    from fhircheck.cli.history_options import memory_of
    from fhircheck.cli.output import opened
    from fhircheck.cli.run_command import hidden, shown_as, told
    from fhircheck.report import RENDERERS
    from fhircheck.report.write_report import report_files, together
    from fhircheck.stream.follow import Following

    memory = memory_of(given)
    tell_receivers = _receivers(given.pop("alerts"), memory)
    reports, on_screen = given.pop("reports"), output in (None, "-")
    options = _options(given)
    view = shown_as("check", on_screen, given)
    run = run_options(**given)
    renderer = RENDERERS[format_]
    with (
        opened(output) as write,
        report_files(reports, view) as files,
        hidden(view.names, run.sources),
    ):
        screen = _Screen(format_, view, write)
        sink = together((screen.sink or renderer.sink(view, write), files.sink))
        last: Any = None
        with Following(run, options, sink, screen.notice) as following, _ending(following):
            for last in following:
                if not last.final:
                    report = memory.remember(last.report, view.names) if memory else last.report
                    screen.window(last)
                    tell_receivers(report)
        report = last.total
        screen.end(last)
        renderer.finish(report, view, write)
        files.complete(report)
    if not (format_ == "text" and on_screen) and (report.verdict.exit_code or not on_screen):
        told(report, view)
    if memory and memory.fault:
        say(f"{memory.fault}: not all windows are remembered")
        return CANNOT_CHECK
    return int(report.verdict.exit_code)


def _options(given: dict[str, Any]) -> "FollowOptions":
    """Take what following is asked for out of `given`."""
    from fhircheck.model.errors import UsageError
    from fhircheck.monitor.spans import seconds_of
    from fhircheck.stream.feed import Bounds
    from fhircheck.stream.follow_options import FollowOptions
    from fhircheck.stream.watch import Limits

    names = ("window", "every", "lasts", "idle", "silence", "late", "clock_tolerance", "patience", "poll")
    text = {name: given.pop(name) for name in names}
    shown = {"lasts": "for", "clock_tolerance": "clock-tolerance"}
    span = {name: seconds_of(value, f"--{shown.get(name, name)}") for name, value in text.items() if value is not None}
    checkpoint = given.pop("checkpoint")
    if checkpoint is not None and given["hash_ids"]:
        raise UsageError("--hash-ids: a checkpoint keeps ids of examples as they are: leave one of the two out")
    given["now"] = _moment(given["now"], "--now")
    return FollowOptions(
        window=span["window"],
        every=span["every"],
        checkpoint=checkpoint,
        restart=given.pop("restart"),
        until=_moment(given.pop("until"), "--until"),
        lasts=span.get("lasts"),
        idle=span.get("idle"),
        limits=Limits(span["silence"], span["late"], span["clock_tolerance"]),
        bounds=Bounds(patience=span["patience"]),
        poll=max(span["poll"], 0.05),
        replay=given.pop("replay"),
    )


def _moment(text: str | None, option: str) -> datetime | None:
    from fhircheck.model.errors import UsageError

    try:
        return datetime.fromisoformat(text).astimezone() if text else None
    except ValueError:
        raise UsageError(f"{option} {text}: a moment such as 2026-01-31T04:00:00+01:00 is asked for") from None


@contextlib.contextmanager
def _ending(following: "Following") -> Iterator[None]:
    """Ctrl-C and SIGTERM end it with the report; a second Ctrl-C at once."""
    handlers: dict[int, Any] = {}

    def end(number: int, frame: object) -> None:
        for each, before in handlers.items():
            signal.signal(each, before)
        following.stop()

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            number = getattr(signal, name)
            handlers[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, before in handlers.items():
            signal.signal(number, before)


class _Screen:
    """What is said while following goes on: on standard output for text and ndjson, else on standard error."""

    def __init__(self, format_: str, view: Any, write: Write) -> None:
        from dataclasses import replace

        from fhircheck.report.text import Text

        self._view, self._format = view, format_
        self._write = write if format_ in ("text", "ndjson") else self._beside
        self.sink = Text().sink(replace(view, command="validate"), write) if format_ == "text" else None

    @staticmethod
    def _beside(text: str) -> None:
        with contextlib.suppress(OSError):
            click.echo(text, err=True, nl=False)

    def notice(self, notice: Any) -> None:
        """Tell of it."""
        from fhircheck.stream.words import notice_form, notice_line

        form = notice_form if self._format == "ndjson" else notice_line
        self._write(form(notice, self._view) + "\n")

    def window(self, result: "WindowResult") -> None:
        """Tell of a window."""
        from fhircheck.stream.words import window_form, window_lines

        lines = [window_form(result, self._view)] if self._format == "ndjson" else window_lines(result, self._view)
        self._write("\n".join(lines) + "\n")

    def end(self, result: "WindowResult") -> None:
        """The last window, before the report."""
        self.window(result)
        if self._format == "text":
            self._write("\n")


def _receivers(job_file: str | None, memory: Any) -> Callable[[Any], None]:
    """What tells the receivers of a job file of a window's report; nothing without one."""
    if job_file is None:
        return lambda report: None
    from fhircheck.cli.ending import say
    from fhircheck.model.errors import UsageError
    from fhircheck.monitor.job_file import load_job

    if memory is None:
        raise UsageError("--alerts: receivers are told of what has changed: name a history too (--history)")
    job = load_job(job_file)
    if not job.alerts:
        raise UsageError(f"--alerts {job_file}: there are no [[alerts]]")

    def tell(report: Any) -> None:
        for line in memory.tell(report, job):
            say(line)

    return tell
