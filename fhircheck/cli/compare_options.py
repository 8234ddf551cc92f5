"""Options of ``fhircheck compare``."""

import click

from fhircheck.cli.package_options import OFFLINE, Function, Option
from fhircheck.cli.spark_options import ENGINE_OPTIONS

FORMS = ("text", "html", "markdown", "json", "csv", "ndjson")
_OPTIONS: tuple[Option, ...] = (
    click.argument("before", metavar="BEFORE"),
    click.argument("after", metavar="AFTER"),
    click.option("--more-before", multiple=True, metavar="PATH_OR_URL", help="Also part of BEFORE. Repeatable."),
    click.option("--more-after", multiple=True, metavar="PATH_OR_URL", help="Also part of AFTER. Repeatable."),
    click.option("--identity", type=click.Choice(("auto", "id", "identifier")), default="auto", show_default=True,
                 help="What makes two resources the same one: the logical id, a business identifier (whatever the ids "
                      "are), or auto: the id, and where that finds nothing identifier and content."),
    click.option("--decimals", type=click.Choice(("exact", "value")), default="exact", show_default=True,
                 help="Whether 1.0 and 1.00 differ, as FHIR has it, or only values count."),
    click.option("--ignore", multiple=True, metavar="PATH",
                 help="Leave out this element: Observation.note, meta.tag (any type), extension(URL). Repeatable."),
    click.option("--mapping", metavar="FILE",
                 help="What the migration was meant to rename (TOML): ids, identifier systems, canonicals."),
    click.option("--before-base", multiple=True, metavar="URL",
                 help="Address of the server that BEFORE was exported from: references to it are its own. Repeatable."),
    click.option("--after-base", multiple=True, metavar="URL", help="The same for AFTER. Repeatable."),
    click.option("--work", metavar="DIR",
                 help="Keep the rows here: after a stop the same command goes on where it was."),
    click.option("--memory-limit", default="1GiB", show_default=True, metavar="SIZE",
                 help="Memory of the joins, such as 400MB or 2GiB; what is more goes to disk."),
    click.option("--jobs", type=click.IntRange(min=0), default=1, show_default=True, metavar="N",
                 help="Processes; 0 is one for each processor."),
    click.option("--fail-on", type=click.Choice(("any", "changed", "missing", "never")), default="any",
                 show_default=True, help="Least difference that makes exit code 1; any: also what is extra."),
    click.option("--list-moved", "moved", is_flag=True, help="List those too that are the same under another id."),
    click.option("--format", "format_", type=click.Choice(FORMS), default="text", show_default=True,
                 help="Form of the protocol; csv, ndjson: each difference."),
    click.option("--output", metavar="FILE", help="Write to FILE (whole or not at all)."),
    click.option("--report", "reports", multiple=True, metavar="FILE",
                 help="Write the protocol to FILE too, in the form its ending says (.html, .md, .json, .csv, .ndjson, "
                      ".txt). Repeatable."),
    *ENGINE_OPTIONS,
    OFFLINE,
    click.option("--language", type=click.Choice(("en", "de")), default="en", show_default=True,
                 envvar="FHIRCHECK_LANGUAGE", help="Language of texts."),
    click.option("--hash-ids", is_flag=True, help="Replace resource ids and file names by hashes."),
)  # fmt: skip


def compare_options_of(function: Function) -> Function:
    """Add the options of `compare`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function
