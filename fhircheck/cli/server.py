"""``fhircheck server``: what a FHIR server declares and does, as tables of what is asked of it."""

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click

from fhircheck.cli.connection_options import connection_options
from fhircheck.cli.package_options import PACKAGE_CACHE, REGISTRY, Function, Option

_FILES = ("save", "test_report", "outcome")
FORMATS = ("text", "json", "markdown", "csv")

_OPTIONS: tuple[Option, ...] = (
    click.argument("url", metavar="[URL]", required=False),
    click.option("--against", multiple=True, metavar="NAME|FILE|URL",
                 help="Demands to compare with: a name of --list, a file, a canonical of a package, or all."
                 "  [default: what the server claims]"),
    click.option("--list", "list_", is_flag=True, help="List the demands shipped with fhircheck, and the probes."),
    click.option("--no-probes", is_flag=True, help="Judge the CapabilityStatement alone."),
    click.option("--only", multiple=True, metavar="PROBE", help="Run only this probe. Repeatable."),
    click.option("--allow-writes", is_flag=True, help="Also run probes that create test data on the server."),
    click.option("--other-hosts", is_flag=True,
                 help="Probes may ask addresses on other hosts that the server names (without credentials)."),
    click.option("--max-requests", type=click.IntRange(1), default=1000, show_default=True, metavar="NUMBER",
                 help="Requests of the probes of REST and search; what is left out is not tested."),
    click.option("--package", "packages", multiple=True, metavar="NAME#VERSION|FILE",
                 help="FHIR package with profiles or demands. Repeatable."),
    click.option("--details", is_flag=True, help="Show every row, not only what is unmet."),
    click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True,
                 help="Form of the report."),
    click.option("--output", metavar="FILE", help="Write the report to FILE (whole or not at all)."),
    click.option("--save", metavar="FILE", help="Save all of it as JSON, for a later --baseline."),
    click.option("--baseline", metavar="FILE",
                 help="Say what has changed since that --save; an interface that is gone makes exit code 1."),
    click.option("--test-report", metavar="FILE", help="Write the tables to FILE as a FHIR TestReport."),
    click.option("--outcome", metavar="FILE", help="Write what is unmet to FILE as a FHIR OperationOutcome."),
    click.option("--fail-on", type=click.Choice(("SHALL", "SHOULD", "never"), case_sensitive=False), default="SHALL",
                 show_default=True, help="Least demand that makes exit code 1 where it is unmet."),
    click.option("--language", type=click.Choice(("en", "de")), default="en", show_default=True,
                 envvar="FHIRCHECK_LANGUAGE", help="Language of texts."),
    click.option("--offline", is_flag=True, help="Ask no package registry; the server itself is asked all the same."),
    PACKAGE_CACHE,
    REGISTRY,
)  # fmt: skip


def _options(function: Function) -> Function:
    function = connection_options(function)
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command("server")
@_options
@click.pass_context
def server(ctx: click.Context, /, **given: Any) -> None:
    """Judge a FHIR server: what it declares and what it does.

    URL is the server's FHIR base. Its CapabilityStatement is validated and compared with what ISiK,
    IHE, SMART or others ask; live probes try what can be tried by reading. Three lanes are kept
    apart: declared, probed, not tested.

    \b
    Exit codes: 0 no SHALL unmet, 1 a demand at or above --fail-on unmet,
    2 wrong use, 3 server not reachable or a probe broke off (3 wins over 1).
    """
    if given.pop("list_"):
        _list(given["language"])
        return
    if not given["url"]:
        raise click.UsageError("name the server by its URL, or ask for --list")
    ctx.exit(_judge(**given))


def _list(language: str) -> None:
    from fhircheck.cli.run_command import screen
    from fhircheck.probe.probes import PROBES
    from fhircheck.probe.requirement_sets import shipped
    from fhircheck.probe.server_tables import listed
    from fhircheck.report.shown import View

    width, color = screen(True)
    view = View("server", language, width=width, color=color)
    click.echo(listed(shipped().values(), PROBES, view), nl=False)


def _judge(url: str, **given: Any) -> int:
    """Judge the server, write all that was asked for, and return the exit code."""
    from fhircheck.cli.ending import say
    from fhircheck.cli.output import opened
    from fhircheck.cli.progress import named
    from fhircheck.probe.judging import exit_code, judge_server
    from fhircheck.probe.server_changes import server_changes
    from fhircheck.probe.server_form import load_server_json, server_json
    from fhircheck.probe.server_formats import FORMS
    from fhircheck.probe.server_tables import headline

    form, output, wish, encoding = _wish(given)
    files = {name: given.pop(name) for name in _FILES}
    baseline = given.pop("baseline")
    before = load_server_json(baseline) if baseline else None
    with opened(output, encoding) as write:
        with named() as progress:
            report = judge_server(_options_of(url, {**given, "progress": progress}))
        changes = None if before is None else server_changes(before, server_json(report))
        write(FORMS[form](report, replace(wish, changes=changes)))
    if not (form == "text" and output in (None, "-")):
        say(headline(report, wish.view.language, wish.fail_on, changes))
    _write(files, report, wish)
    return exit_code(report, wish.fail_on, changes)


def _wish(given: dict[str, Any]) -> tuple[str, str | None, Any, str]:
    """Form, file, how it is wanted, and encoding; takes the options about that out of `given`."""
    from fhircheck.cli.run_command import screen
    from fhircheck.probe.server_formats import Wish
    from fhircheck.report.shown import View

    form, output = given.pop("format_"), given.pop("output")
    on_screen = output in (None, "-")
    width, color = screen(on_screen)
    view = View("server", given.pop("language"), width=width, color=color and form == "text")
    encoding = (sys.stdout.encoding or "utf-8") if form == "text" and on_screen else "utf-8"
    return form, output, Wish(view, given.pop("fail_on"), given.pop("details")), encoding


def _options_of(url: str, given: dict[str, Any]) -> Any:
    from fhircheck.probe.judging import ServerOptions

    return ServerOptions(base=url, probes=not given.pop("no_probes"), **given)


def _write(paths: dict[str, str | None], report: Any, wish: Any) -> None:
    """The files asked for beside the report."""
    from fhircheck.cli.output import opened
    from fhircheck.probe.fhir_reports import as_operation_outcome, as_test_report
    from fhircheck.probe.server_form import server_json_text

    forms: dict[str, Callable[[], str]] = {
        "save": lambda: server_json_text(report, wish.fail_on),
        "test_report": lambda: as_test_report(report, wish.view.language),
        "outcome": lambda: as_operation_outcome(report, wish.view.language),
    }
    for name in _FILES:
        if path := paths[name]:
            with opened(path) as write:
                write(forms[name]())
