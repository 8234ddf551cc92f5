"""Options about privacy, which `check` and `privacy` share."""

import click

from fhircheck.cli.package_options import Function, Option

_OPTIONS: tuple[Option, ...] = (
    click.option("--de-identified", is_flag=True,
                 help="The data is said to hold no direct identifiers: each one that is found fails."),
    click.option("--date-precision", type=click.Choice(("year", "month", "day")),
                 help="Finest precision that dates are said to have; finer ones are direct identifiers."),
    click.option("--quasi-identifier", "quasi_identifiers", multiple=True, metavar="NAME",
                 help="What people are told apart by, e.g. birth-year, sex, postal-code-3, country. Repeatable.  "
                      "[default: birth-year, sex, postal-code-3]"),
    click.option("--smallest-cell", type=click.IntRange(min=1), metavar="N",
                 help="Counts of people by a property below N are not shown.  [default: 10]"),
    click.option("--sensitive", type=click.Choice(("diagnosis-group", "diagnosis-chapter", "diagnosis", "none")),
                 help="What people who are alike must differ in (l-diversity).  [default: diagnosis-group]"),
)  # fmt: skip


def privacy_options_of(function: Function) -> Function:
    """Add them."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function
