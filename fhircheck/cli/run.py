"""``fhircheck run``: a scheduled check, as its job file says."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from fhircheck.cli.package_options import Function, Option

if TYPE_CHECKING:
    from fhircheck.model.job import Job
    from fhircheck.monitor.run_job import JobRun, RunAsked

TERMINATED = 143

_OPTIONS: tuple[Option, ...] = (
    click.argument("file", metavar="[JOB.toml]", required=False),
    click.option("--check", is_flag=True, help="Only check the job file: all faults, by line."),
    click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing."),
    click.option("--schema", is_flag=True, help="Print the JSON Schema of job files, for editors."),
    click.option("--whole", is_flag=True, help="Read all, whatever the job says of since."),
    click.option("--wait", metavar="TIME", help="Wait so long (10m) for another run of the job to end, before exit 3."),
    click.option("--quiet", "-q", is_flag=True, help="Print nothing where the exit code is 0."),
    click.option("--log-format", type=click.Choice(("none", "text", "json")),
                 help="Events of the run, one a line, on stderr.  [default: none; json with --log-file]"),
    click.option("--log-file", metavar="FILE", help="Add events to the end of FILE instead."),
    click.option("--now", metavar="TIME", help="The moment the data is judged at (ISO 8601).  [default: the present]"),
)  # fmt: skip


def _options(function: Function) -> Function:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command("run")
@_options
@click.pass_context
def run(ctx: click.Context, /, **given: Any) -> None:
    """Run the scheduled check that JOB.toml describes.

    Its data is checked, measured and scored, remembered in the history, compared with earlier runs,
    reported and told of. One run of a job at a time. `fhircheck init` writes a first job file.

    \b
    Exit codes: 0 clean, 1 findings (or a score under its threshold),
    2 wrong use, 3 could not check, not in time, or not all could be written (3 wins over 1).
    """
    ctx.exit(_run(**given))


def _run(file: str | None, check: bool, dry_run: bool, schema: bool, **given: Any) -> int:
    from fhircheck.model.errors import UsageError

    if schema:
        return _print_schema()
    if file is None:
        raise UsageError("name the job file; fhircheck init writes a first one")
    if check:
        return _check(file)
    from fhircheck.cli.connection_options import remarks_said
    from fhircheck.monitor.job_file import load_job

    job = load_job(file)
    with remarks_said():
        return _dry(job, given) if dry_run else _ran(job, **given)


def _print_schema() -> int:
    import json

    from fhircheck.monitor.job_schema import job_schema

    click.echo(json.dumps(job_schema(), indent=2, ensure_ascii=False))
    return 0


def _check(file: str) -> int:
    """All faults, a line each, on stderr; exit code 2 where there are any."""
    from fhircheck.cli.ending import say
    from fhircheck.monitor.job_file import JobFaulty, load_job

    try:
        job = load_job(file)
    except JobFaulty as faulty:
        for line in faulty.lines:
            say(line)
        return faulty.exit_code
    click.echo(f"{file}: job {job.name} is sound")
    return 0


def _dry(job: "Job", given: dict[str, Any]) -> int:
    from fhircheck.monitor.dry_run import plan_lines

    asked = _asked(given["whole"], None, given["now"])
    for line in plan_lines(job, asked):
        click.echo(line)
    return 0


def _ran(
    job: "Job",
    whole: bool,
    wait: str | None,
    quiet: bool,
    log_format: str | None,
    log_file: str | None,
    now: str | None,
) -> int:
    from dataclasses import replace

    from fhircheck.cli.progress import shown
    from fhircheck.monitor.deadline import Terminated
    from fhircheck.monitor.log import opened_log
    from fhircheck.monitor.run_job import run_job

    form: Any = log_format or ("json" if log_file else "none")
    asked = _asked(whole, wait, now)
    with opened_log(form, log_file) as write, shown(allowed=form == "none" or bool(log_file)) as progress:
        try:
            done = run_job(job, replace(asked, write=write, form=form, progress=progress))
        except Terminated:
            return TERMINATED
    if done.exit_code or not quiet:
        _print(job, done)
    return done.exit_code


def _asked(whole: bool, wait: str | None, now: str | None) -> "RunAsked":
    from fhircheck.model.errors import UsageError
    from fhircheck.monitor.run_job import RunAsked
    from fhircheck.monitor.spans import seconds_of

    try:
        moment = datetime.fromisoformat(now).astimezone() if now else None
    except ValueError:
        raise UsageError(f"--now {now}: a moment such as 2026-01-31T04:00:00+01:00 is asked for") from None
    return RunAsked(whole=whole, wait=seconds_of(wait, "--wait") if wait else 0.0, now=moment)


def _print(job: "Job", done: "JobRun") -> None:
    from fhircheck.cli.output import opened
    from fhircheck.cli.run_command import disguise, screen
    from fhircheck.report.job_summary import JobEnd, job_summary
    from fhircheck.report.shown import View

    width, color = screen(True)
    view = View("run", job.language, names=disguise(job.hash_ids), width=width, color=color)
    end = JobEnd(job.name, done.series, done.number, [str(path) for path in done.written], done.said)
    with opened(None, sys.stdout.encoding or "utf-8") as write:
        write(job_summary(done.report, end, view))
