"""Options of `check` alone: what its measures are asked for."""

import click

from fhircheck.cli.package_options import Function, Option
from fhircheck.cli.privacy_options import privacy_options_of

_OPTIONS: tuple[Option, ...] = (
    click.option("--use-case", "use_cases", multiple=True, metavar="NAME|FILE",
                 help="Say how many patients serve this use case (fhircheck use-cases list). Repeatable."),
    click.option("--write-usable", metavar="FILE|FOLDER/",
                 help="Write what counts for the use case's usable patients to FILE as NDJSON (.gz: packed), or to "
                      "FOLDER/, a file for each resource type."),
    click.option("--apart", metavar="WAY",
                 help="Measure several sources apart and compare them; WAY is file, server, source (meta.source), "
                      "tag (meta.tag) or tag=SYSTEM."),
    click.option("--tables", metavar="DIR",
                 help="Folder with plausibility tables (value_ranges.csv, unit_groups.csv, sex_codes.csv ...) that go "
                      "before the shipped ones of the same name."),
    click.option("--server-report", metavar="FILE",
                 help="What `fhircheck server --save` wrote about the data's server: part of interoperability."),
    click.option("--card", "cards", multiple=True, metavar="FILE",
                 help="Write the data set's card for catalogues and ML pipelines: .ttl, .jsonld (HealthDCAT-AP) or "
                      ".croissant.json. Repeatable."),
    click.option("--card-facts", metavar="FILE",
                 help="What a card says that no run can know (TOML): title, publisher, contact, access, legal basis."),
)  # fmt: skip


def check_options_of(function: Function) -> Function:
    """Add the options that `check` does not share with `validate`."""
    function = privacy_options_of(function)
    for option in reversed(_OPTIONS):
        function = option(function)
    return function
