"""``fhircheck use-cases``: what projects need of the data, ours and one's own."""

import click

_LANGUAGE = click.option(
    "--language", type=click.Choice(("en", "de")), default="en", envvar="FHIRCHECK_LANGUAGE", help="Language of texts."
)


@click.group("use-cases")
def use_cases() -> None:
    """List and show use cases: what projects need of the data.

    A use case is a FHIR Library of data requirements; `fhircheck check DATA --use-case NAME|FILE` says how many
    patients serve it.
    """


@use_cases.command("list")
@_LANGUAGE
def list_(language: str) -> None:
    """List the use cases that come with fhircheck."""
    from fhircheck.model.use_case import text_in
    from fhircheck.use_cases.shipped import shipped, shipped_names

    width = max(map(len, shipped_names()))
    for name in shipped_names():
        click.echo(f"{name:{width}}  {text_in(shipped(name).title, language)}")


@use_cases.command("show")
@click.argument("name", metavar="NAME|FILE")
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True,
              help="json: the Library itself, to begin your own with (ours only).")  # fmt: skip
@_LANGUAGE
def show(name: str, format_: str, language: str) -> None:
    """Show what a use case asks for, step by step; a fault in a file ends with exit code 2 and names its place."""
    from fhircheck.cli.output import opened
    from fhircheck.cli.run_command import screen
    from fhircheck.definitions.definition_set import load_definitions
    from fhircheck.report.shown import View
    from fhircheck.report.use_case_page import use_case_text
    from fhircheck.use_cases.shipped import library_text, load_use_case

    case = load_use_case(name, load_definitions(offline=True))
    if format_ == "json" and case.origin != "fhircheck":
        raise click.UsageError(f"{name} is a file already.")
    width, color = screen(True)
    with opened(None) as write:
        view = View("use-cases", language, width=width, color=color)
        write(library_text(name) if format_ == "json" else use_case_text(case, view))
