"""``fhircheck fetch``: the data of a FHIR server in a folder of NDJSON files."""

from typing import TYPE_CHECKING, Any

import click

from fhircheck.cli.bulk_options import BulkAsked, bulk_options, exported
from fhircheck.cli.connection_options import connection_options
from fhircheck.cli.package_options import Function, Option

if TYPE_CHECKING:
    from fhircheck.model.connection import Connection

_OPTIONS: tuple[Option, ...] = (
    click.argument("url", metavar="BASE|URL"),
    click.argument("out", metavar="OUT"),
    click.option("--type", "types", multiple=True, metavar="TYPE",
                 help="Only this resource type. Repeatable, or parted by commas.  [default: all that can be searched]"),
    click.option("--query", "queries", multiple=True, metavar="SEARCH",
                 help="Only what this search finds, such as Observation?status=final. Repeatable."),
    click.option("--patient", "patients", multiple=True, metavar="ID",
                 help="All about this patient ($everything). Repeatable."),
    click.option("--group", "groups", multiple=True, metavar="ID",
                 help="All about this group's patients ($everything). Repeatable."),
    click.option("--everything", is_flag=True, help="All about all patients (Patient/$everything)."),
    click.option("--since", metavar="TIME|last", default="",
                 help="Only what was changed since; last: since the last complete run of the same."),
    click.option("--post", is_flag=True, help="Search by POST, so that no values stand in the server's logs."),
    click.option("--count", type=click.IntRange(min=1), metavar="N", help="Resources a page (_count)."),
    click.option("--include", "includes", multiple=True, metavar="PATH",
                 help="Also what hits refer to, such as Observation:subject. Repeatable."),
    click.option("--revinclude", "revincludes", multiple=True, metavar="PATH",
                 help="Also what refers to hits, such as Provenance:target. Repeatable."),
    click.option("--resume", is_flag=True, help="Only go on with what is unfinished (which is done anyway)."),
    click.option("--restart", is_flag=True, help="Begin anew; replaces what an earlier fetch left in OUT."),
    click.option("--partial", is_flag=True, help="Put OUT in its place also where something could not be had."),
    click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True,
                 help="What is printed at the end: a summary, or the manifest."),
    click.option("--language", type=click.Choice(("en", "de")), default="en", show_default=True,
                 envvar="FHIRCHECK_LANGUAGE", help="Language of texts."),
)  # fmt: skip


def _options(function: Function) -> Function:
    function = bulk_options(connection_options(function))
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command("fetch")
@_options
@click.pass_context
def fetch(ctx: click.Context, /, **given: Any) -> None:
    """Fetch the data of a FHIR server into a folder of NDJSON files.

    BASE is the server's FHIR base address; a search or an operation may be named instead by its whole
    URL. OUT appears when all is there: a file for each resource type, and manifest.json. After a stop
    or a fault the same command goes on where it was.

    \b
    Exit codes: 0 complete, 1 complete but the server sent something wrong,
    2 wrong use, 3 something could not be had.
    """
    ctx.exit(_fetch(**given))


def _fetch(connection: "Connection", bulk: BulkAsked, format_: str, language: str, **given: Any) -> int:
    """Fetch, print what came, and return the exit code."""
    import json

    from fhircheck.cli.connection_options import remarks_said
    from fhircheck.cli.output import opened
    from fhircheck.report.fetch_summary import fetch_summary
    from fhircheck.report.shown import View

    out, partial = given["out"], given["partial"]
    with remarks_said():
        manifest = exported(bulk, connection, given) if bulk.bulk else _searched(connection, **given)
    with opened(None) as write:
        if format_ == "json":
            write(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
        else:
            write(fetch_summary(manifest, out, View("fetch", language), partial))
    if not manifest["complete"]:
        return 3
    return int(any(each["severity"] in ("error", "fatal") for each in manifest["findings"]))


def _searched(connection: "Connection", **given: Any) -> dict[str, Any]:
    """Fetch by searches and operations."""
    from fhircheck.cli.ending import say
    from fhircheck.cli.progress import shown
    from fhircheck.fetch.fetch_request import request_of
    from fhircheck.fetch.fetching import FetchOptions, fetch

    out, flags = given.pop("out"), {name: given.pop(name) for name in ("resume", "restart", "partial")}
    request = request_of(given.pop("url"), **given)
    with shown(unit="resources", rate=True) as tick:
        return fetch(request, out, FetchOptions(connection, tick=tick, tell=say, **flags))
