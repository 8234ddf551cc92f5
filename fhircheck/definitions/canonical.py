"""Canonical references ``url|version`` (https://hl7.org/fhir/R4/references.html#canonical)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fhircheck.definitions.store_form import Head
from fhircheck.definitions.version import Key, accepts, version_key

TYPE_PREFIX = "http://hl7.org/fhir/StructureDefinition/"


def split_canonical(canonical: str) -> tuple[str, str]:
    """URL and version, the version empty where there is none."""
    url, _, version = canonical.partition("|")
    return url, version


class Candidate(NamedTuple):
    """A definition that a canonical may mean. source: number of its package, -1 for a loose one."""

    head: Head
    source: int


LOOSE = -1


def fitting(candidates: Iterable[Candidate], version: str, resource_type: str) -> list[Candidate]:
    """The candidates of that resource type (empty: any) whose version is what was asked for.

    The very version asked for wins over others in its range: ``url|1.3`` means any 1.3.x.
    """
    found = [each for each in candidates if not resource_type or each.head.resource_type == resource_type]
    if not version:
        return found
    same = [each for each in found if each.head.version == version]
    return same or [each for each in found if accepts(version, each.head.version)]


def highest(candidates: Iterable[Candidate], ranks: Sequence[int]) -> Candidate | None:
    """The candidate of the highest version; of equal versions the one of the package of the highest rank."""

    def key(candidate: Candidate) -> tuple[Key, int]:
        return version_key(candidate.head.version), ranks[candidate.source]

    return max(candidates, key=key, default=None)
