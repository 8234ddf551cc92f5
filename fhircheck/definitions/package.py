"""A FHIR package: what its package.json says, and where its definitions are kept.

https://hl7.org/fhir/packages.html and the FHIR NPM package specification
(https://confluence.hl7.org/display/FHIR/NPM+Package+Specification).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fhircheck.definitions.version import MOVING

R4 = "4.0"
CORE_NAME = "hl7.fhir.r4.core"
CORE_VERSION = "4.0.1"
_CORE_PACKAGE = re.compile(r"hl7\.fhir\.(r\d\w*)\.(core|corexml|expansions|examples|elements|search)")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,213}")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,127}")


@dataclass(frozen=True, slots=True)
class Package:
    """A package that can be read.

    fhir_versions: FHIR versions it says it is made for. dependencies: (name, wanted version).
    origin: where it was found. sha256: package_hash of its files. store: path of its store.
    """

    name: str
    version: str
    fhir_versions: tuple[str, ...]
    dependencies: tuple[tuple[str, str], ...]
    origin: str
    sha256: str
    store: str
    definitions: int
    notes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """``name#version``."""
        return f"{self.name}#{self.version}"

    def seen_at(self, origin: str) -> "Package":
        """The same package, found at `origin`."""
        return replace(self, origin=origin)


def split_label(label: str) -> tuple[str, str]:
    """Name and wanted version of ``name#version``, ``name@version`` or ``name`` (version empty)."""
    for mark in ("#", "@"):
        name, found, version = label.partition(mark)
        if found:
            return name.strip(), version.strip()
    return label.strip(), ""


def is_name(name: str) -> bool:
    """Whether `name` can be the name of a package (it becomes part of paths and addresses)."""
    return bool(_NAME.fullmatch(name)) and ".." not in name


def is_version(version: str) -> bool:
    """Whether `version` can be a wanted version (it becomes part of paths and addresses)."""
    return version in MOVING or (bool(_VERSION.fullmatch(version)) and ".." not in version)


def dependencies_of(manifest: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The package's dependencies, those with names and versions that make sense."""
    stated = manifest.get("dependencies")
    if not isinstance(stated, dict):
        return ()
    pairs = [(name, wanted) for name, wanted in stated.items() if isinstance(wanted, str)]
    return tuple((name, wanted) for name, wanted in pairs if is_name(name) and is_version(wanted))


def fhir_versions_of(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """FHIR versions the package says it is made for; the member's name changed over the years."""
    stated = manifest.get("fhirVersions") or manifest.get("fhir-version-list") or ()
    if isinstance(stated, str):
        stated = (stated,)
    return tuple(version for version in stated if isinstance(version, str))


def is_for_r4(versions: tuple[str, ...]) -> bool:
    """Whether a package is made for R4: it says so, or says nothing."""
    return not versions or any(version == "R4" or version.startswith(R4) for version in versions)


def other_core(name: str) -> str:
    """The FHIR version (``r5``) of a package that holds the specification itself, empty for others."""
    found = _CORE_PACKAGE.fullmatch(name.lower())
    return found[1] if found else ""
