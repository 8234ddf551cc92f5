"""``fhircheck server``: what a FHIR server declares and does, as tables of what is asked of it."""

from typing import Any

import click

from fhircheck.cli.package_options import OFFLINE, PACKAGE_CACHE, REGISTRY, Function, Option

FORMATS = ("text", "json")

_OPTIONS: tuple[Option, ...] = (
    click.argument("url", metavar="[URL]", required=False),
    click.option("--against", multiple=True, metavar="NAME|FILE|URL",
                 help="Demands to compare with: a name of --list, a file, a canonical of a package, or all."
                 "  [default: what the server claims]"),
    click.option("--list", "list_", is_flag=True, help="List the demands shipped with fhircheck, and the probes."),
    click.option("--no-probes", is_flag=True, help="Judge the CapabilityStatement alone."),
    click.option("--only", multiple=True, metavar="PROBE", help="Run only this probe. Repeatable."),
    click.option("--allow-writes", is_flag=True, help="Also run probes that create test data on the server."),
    click.option("--package", "packages", multiple=True, metavar="NAME#VERSION|FILE",
                 help="FHIR package with profiles or demands. Repeatable."),
    click.option("--details", is_flag=True, help="Show every row, not only what is unmet."),
    click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True,
                 help="Form of the report."),
    click.option("--output", metavar="FILE", help="Write the report to FILE (whole or not at all)."),
    click.option("--fail-on", type=click.Choice(("SHALL", "SHOULD", "never"), case_sensitive=False), default="SHALL",
                 show_default=True, help="Least demand that makes exit code 1 where it is unmet."),
    click.option("--language", type=click.Choice(("en", "de")), default="en", show_default=True,
                 envvar="FHIRCHECK_LANGUAGE", help="Language of texts."),
    OFFLINE,
    PACKAGE_CACHE,
    REGISTRY,
)  # fmt: skip


def _options(function: Function) -> Function:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command("server")
@_options
@click.pass_context
def server(ctx: click.Context, /, **given: Any) -> None:
    """Judge a FHIR server: its CapabilityStatement and what it does.

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
    rows = [(one.name, one.version, f"[{one.verified}]", one.title) for one in shipped().values()]
    rows += [(probe.name, "", "", probe.summary) for probe in PROBES]
    click.echo(listed(rows, View("server", language, width=width, color=color)), nl=False)


def _judge(url: str, format_: str, output: str | None, details: bool, fail_on: str, language: str, **given: Any) -> int:
    import sys

    from fhircheck.cli.output import opened
    from fhircheck.cli.run_command import screen
    from fhircheck.probe.judging import ServerOptions, exit_code, judge_server
    from fhircheck.probe.server_form import server_json_text
    from fhircheck.probe.server_tables import server_text
    from fhircheck.report.shown import View

    on_screen = output in (None, "-")
    width, color = screen(on_screen)
    probes = not given.pop("no_probes")
    encoding = (sys.stdout.encoding or "utf-8") if format_ == "text" and on_screen else "utf-8"
    options = ServerOptions(base=url, probes=probes, **given)
    with opened(output, encoding) as write:
        report = judge_server(options)
        view = View("server", language, width=width, color=color)
        write(server_json_text(report, fail_on) if format_ == "json" else server_text(report, view, fail_on, details))
    return exit_code(report, fail_on)
