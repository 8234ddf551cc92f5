"""From the packages a user names to the packages that are loaded."""

from fhircheck.definitions.embedded import core_package
from fhircheck.definitions.package import Package


def resolve(
    named: tuple[str, ...], package_cache: str | None, registries: tuple[str, ...], offline: bool
) -> tuple[tuple[Package, ...], tuple[str, ...]]:
    """The packages to load, the R4 core first, and notes."""
    return (core_package(),), ()
