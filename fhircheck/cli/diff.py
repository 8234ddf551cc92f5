"""``fhircheck diff``: what has changed between two runs."""

import sys
from typing import TYPE_CHECKING, Any

import click

from fhircheck.cli.history_options import store_options

if TYPE_CHECKING:
    from fhircheck.model.change import RunDiff


@click.command("diff")
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@click.option(
    "--format",
    "format_",
    type=click.Choice(("text", "markdown", "json")),
    default="text",
    show_default=True,
    help="Form of the comparison.",
)
@click.option("--output", metavar="FILE", help="Write to FILE (whole or not at all).")
@click.option(
    "--fail-on",
    type=click.Choice(("alarming", "any", "never")),
    default="alarming",
    show_default=True,
    help="What makes exit code 1.",
)
@store_options
@click.option(
    "--language",
    type=click.Choice(("en", "de")),
    default="en",
    show_default=True,
    envvar="FHIRCHECK_LANGUAGE",
    help="Language of texts.",
)
@click.pass_context
def diff(ctx: click.Context, /, before: str, after: str, **given: Any) -> None:
    """Say what has changed between two runs.

    BEFORE and AFTER are reports (check --format json), or runs of the history: SERIES@12,
    SERIES@latest, SERIES@previous. Two saved server reports (server --save) are compared by what the
    server offers.

    The alarming changes come first. What chance alone may do to a number is no change.

    \b
    Exit codes: 0 nothing alarming, 1 something alarming (see --fail-on), 2 wrong use,
    3 a history that cannot be used.
    """  # fmt: skip
    found = _compared(before, after, given.pop("history"), given.pop("history_password"))
    _write(found, given)
    alarming = any(each.alarming for each in found.changes)
    fails = {"alarming": alarming, "any": bool(found.changes), "never": False}
    ctx.exit(int(fails[given["fail_on"]]))


def _compared(before: str, after: str, history: str, password: str) -> "RunDiff":
    from contextlib import ExitStack

    from fhircheck.history.compare import compare, named
    from fhircheck.history.judge import Runs

    servers = _servers(before, after)
    if servers is not None:
        return servers
    with ExitStack() as stack:
        runs = Runs(history, password, stack)
        (one, old), (other, new) = runs.read(before), runs.read(after)
    return compare(old, new, named(old, one.name, one.number), named(new, other.name, other.number))


def _servers(before: str, after: str) -> "RunDiff | None":
    """The comparison of two saved server reports, None where they are none."""
    from fhircheck.probe.interface_changes import compare_servers
    from fhircheck.probe.server_form import load_server_json

    if not (_is_server_report(before) and _is_server_report(after)):
        return None
    return compare_servers(load_server_json(before), load_server_json(after), before, after)


def _is_server_report(path: str) -> bool:
    """Whether a file begins as `fhircheck server --save` writes it."""
    try:
        with open(path, "rb") as file:
            start = file.read(4_096)
    except OSError:
        return False
    return b'"fhircheck-report"' not in start and (b'"server"' in start or b'"form"' in start or b'"changes"' in start)


def _write(found: "RunDiff", given: dict[str, Any]) -> None:
    from fhircheck.cli.output import opened
    from fhircheck.cli.run_command import screen
    from fhircheck.report.difference import DIFFERENCES
    from fhircheck.report.shown import View

    form, output = given["format_"], given["output"]
    on_screen = output in (None, "-")
    width, color = screen(on_screen)
    view = View("diff", given["language"], width=width, color=color and form == "text")
    encoding = (sys.stdout.encoding or "utf-8") if form == "text" and on_screen else "utf-8"
    with opened(output, encoding) as write:
        write(DIFFERENCES[form](found, view))
