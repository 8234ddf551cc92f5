"""``fhircheck snapshot``: a profile with all its elements, made from its base and its differential."""

from typing import Any

import click

from fhircheck.cli.package_options import package_options


@click.command("snapshot")
@click.argument("profile", metavar="FILE|URL")
@click.option(
    "--package",
    "packages",
    multiple=True,
    metavar="NAME#VERSION|FILE",
    help="FHIR package with the profile or its bases, beside the built-in R4 core. Repeatable.",
)
@click.option("--output", metavar="FILE", help="Write to FILE (whole or not at all).")
@package_options
def snapshot(
    profile: str,
    packages: tuple[str, ...],
    output: str | None,
    offline: bool,
    package_cache: str | None,
    registries: tuple[str, ...],
) -> None:
    """Make the snapshot of a profile from its base and its differential.

    The profile is a StructureDefinition in FILE (JSON or XML), or one of a package by its URL. Its snapshot is made
    anew, also where it has one. Exit codes: 0 made, 3 could not be made.
    """
    from fhircheck.cli.output import opened
    from fhircheck.definitions.definition_set import DefinitionSet, load_definitions
    from fhircheck.definitions.snapshot import generate_snapshot
    from fhircheck.model.errors import DefinitionUnusable

    definitions: DefinitionSet = load_definitions(
        packages, package_cache=package_cache, registries=registries, offline=offline
    )
    found = definitions.find(profile, "StructureDefinition") if "://" in profile else _read(profile, definitions)
    if found is None:
        raise DefinitionUnusable(f"{profile}: no StructureDefinition with this URL in the packages loaded")
    made = generate_snapshot(found, definitions)
    with opened(output) as write:
        write(_text(made))


def _read(path: str, definitions: Any) -> dict[str, Any]:
    """The StructureDefinition in a file. Raises SourceUnusable for a file that has none."""
    from fhircheck.definitions.type_table import TypeTable
    from fhircheck.model.errors import SourceUnusable
    from fhircheck.transport.bounded_file import read_bounded
    from fhircheck.transport.record_reader import read_document

    data = read_bounded(path, 64 << 20, path, SourceUnusable, reason=str)
    found = read_document(data, TypeTable(definitions))
    if found is None or found.get("resourceType") != "StructureDefinition":
        raise SourceUnusable(f"{path}: no StructureDefinition")
    return found


def _text(resource: dict[str, Any]) -> str:
    """The resource as JSON; decimals keep their value."""
    import json

    return json.dumps(resource, ensure_ascii=False, indent=2, default=float) + "\n"
