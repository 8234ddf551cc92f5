"""``fhircheck explain``: what a name in a report means."""

import click


@click.command("explain")
@click.argument("name", required=False)
@click.option(
    "--language", type=click.Choice(("en", "de")), default="en", envvar="FHIRCHECK_LANGUAGE", help="Language of texts."
)
def explain(name: str | None, language: str) -> None:
    """Explain a type of finding, a measure or a criterion.

    Without NAME, list all that can be explained.
    """
    from fhircheck.cli.output import opened
    from fhircheck.cli.run_command import screen
    from fhircheck.report.explanation import explanation, listing, nearest
    from fhircheck.report.shown import View, clean

    width, color = screen(True)
    view = View("explain", language, width=width, color=color)
    text = listing(view) if name is None else explanation(name, view)
    if text is None:
        near = nearest(str(name))
        hint = f" Did you mean {' or '.join(near)}?" if near else " `fhircheck explain` lists all names."
        raise click.UsageError(f"Nothing is called {clean(str(name))}.{hint}")
    with opened(None) as write:
        write(text)
