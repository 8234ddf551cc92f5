"""``fhircheck alerts``: who can be told of runs, and whether it would arrive."""

from typing import Any

import click


@click.group("alerts")
def alerts() -> None:
    """List the receivers of alerts, and send them a test message.

    Receivers stand in the tables [[alerts]] of a job file; `fhircheck run` tells them what has changed.
    """


@alerts.command("list")
@click.argument("type_", metavar="[TYPE]", required=False)
def list_(type_: str | None) -> None:
    """List the types of receivers, or the settings of one."""
    from fhircheck.model.errors import UsageError
    from fhircheck.monitor.alerts import ALERTS

    if type_ is None:
        width = max(map(len, ALERTS.names))
        for each in ALERTS:
            click.echo(f"{each.name:{width}}  {each.summary}")
        return
    found = ALERTS.get(type_)
    if found is None:
        raise UsageError(f"{type_}: no such receiver; there are: {', '.join(ALERTS.names)}")
    click.echo(f"{found.name}: {found.summary}\n")
    width = max(map(len, found.properties))
    for name, part in found.properties.items():
        needed = "needed: " if name in found.required else ""
        click.echo(f"  {name:{width}}  {needed}{part.get('description', '')}")


@alerts.command("test")
@click.argument("file", metavar="JOB.toml")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.pass_context
def test(ctx: click.Context, file: str, names: tuple[str, ...]) -> None:
    """Send the receivers of a job, or those called NAME, a message that says it is a test.

    Nothing is noted as told. Exit code 3 where one was not reached.
    """
    from fhircheck.cli.connection_options import remarks_said
    from fhircheck.model.errors import UsageError
    from fhircheck.monitor.alerts.receiver import name_of
    from fhircheck.monitor.job_file import load_job

    job = load_job(file)
    known = [name_of(each) for each in job.alerts]
    for name in names:
        if name not in known:
            raise UsageError(f"{file}: no receiver is called {name}; there are: {', '.join(known) or 'none'}")
    chosen = [each for each in job.alerts if not names or name_of(each) in names]
    if not chosen:
        raise UsageError(f"{file}: there are no [[alerts]]")
    with remarks_said():
        worst = max([_tried(each, job) for each in chosen])
    ctx.exit(worst)


def _tried(table: dict[str, Any], job: Any) -> int:
    """Send one test message, and say what came of it."""
    from fhircheck.cli.ending import CANNOT_CHECK, say
    from fhircheck.monitor.alerts.notify import send_test
    from fhircheck.monitor.alerts.receiver import NotDelivered, name_of

    name = name_of(table)
    try:
        remark = send_test(table, job.name, job.language)
    except NotDelivered as fault:
        say(f"alert {name}: not delivered: {fault}")
        return CANNOT_CHECK
    click.echo(f"{name}: delivered" + (f"; {remark}" if remark else ""))
    return 0
