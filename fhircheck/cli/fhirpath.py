"""``fhircheck fhirpath``: what an expression gives for a resource."""

import click

from fhircheck.cli.package_options import package_options


@click.command("fhirpath")
@click.argument("expression")
@click.argument("sources", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--package",
    "packages",
    multiple=True,
    metavar="NAME#VERSION|FILE",
    help="FHIR package for conformsTo() and memberOf(), beside the built-in R4 core. Repeatable.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(("text", "ndjson")),
    default="text",
    show_default=True,
    help="One item a line, or one line of JSON for each resource.",
)
@click.option("--loose", is_flag=True, help="Unknown elements are empty instead of wrong, as invariants are evaluated.")
@package_options
def fhirpath(
    expression: str,
    sources: tuple[str, ...],
    packages: tuple[str, ...],
    format_: str,
    loose: bool,
    offline: bool,
    package_cache: str | None,
    registries: tuple[str, ...],
) -> None:
    """Evaluate the FHIRPath EXPRESSION on each resource in FILE.

    Prints the items it gives, which are values of the data. Exit codes: 0 evaluated, 2 a faulty expression,
    3 could not be evaluated.
    """
    from fhircheck.cli.output import opened
    from fhircheck.evaluation import as_json, evaluate

    found = evaluate(expression, *sources, packages=packages, package_cache=package_cache, registries=registries,
                     offline=offline, strict=not loose)  # fmt: skip
    with opened(None) as write:
        for each in found:
            if format_ == "ndjson":
                write(as_json(each) + "\n")
            else:
                write("".join(f"{text}\n" for _, text in each.items))
