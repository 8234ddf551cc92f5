"""The options about where packages come from, which every command that reads definitions has."""

from collections.abc import Callable
from typing import Any

import click

Function = Callable[..., Any]
Option = Callable[[Function], Function]

OFFLINE: Option = click.option("--offline", is_flag=True, help="Never use the network.")
PACKAGE_CACHE: Option = click.option(
    "--package-cache", metavar="FOLDER", help="Where FHIR packages are kept (default ~/.fhir/packages)."
)
REGISTRY: Option = click.option(
    "--registry",
    "registries",
    multiple=True,
    metavar="URL",
    help="Package registry to use instead of the public ones. Repeatable.",
)


def package_options(function: Function) -> Function:
    """Add them."""
    return OFFLINE(PACKAGE_CACHE(REGISTRY(function)))
