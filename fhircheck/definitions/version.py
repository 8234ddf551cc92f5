"""Versions of packages and of conformance resources: their order, and what ``1.5.x`` or ``latest`` means.

Order as in Semantic Versioning 2.0.0, clause 11. Ranges as in the FHIR package specification
(https://hl7.org/fhir/packages.html, "Version References in Packages").
"""

import re
from collections.abc import Iterable

_SEMVER = re.compile(r"v?(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.-]+))?(?:\+.*)?")
_RANGE = re.compile(r"(\d+(?:\.\d+)*)(?:\.[xX*])?")
MOVING = frozenset({"", "latest", "*", "x", "X"})
"""What asks for the newest release."""

Key = tuple[int, tuple[int, ...], int, tuple[tuple[int, int, str], ...], str]


def version_key(version: str) -> Key:
    """A sort key: releases above their pre-releases, what is no version at all below everything."""
    found = _SEMVER.fullmatch(version)
    if not found:
        return (0, (), 0, (), version)
    numbers = tuple(int(number) for number in found[1].split(".") if len(number) < 19)
    release = found[2] is None
    parts = () if release else tuple(_identifier(part) for part in found[2].split("."))
    return (1, _without_zeros(numbers), int(release), parts, version)


def _without_zeros(numbers: tuple[int, ...]) -> tuple[int, ...]:
    while numbers and numbers[-1] == 0:
        numbers = numbers[:-1]
    return numbers


def _identifier(part: str) -> tuple[int, int, str]:
    # Clause 11.4: numeric identifiers compare as numbers and stand below alphanumeric ones.
    return (0, int(part), "") if part.isdecimal() and len(part) < 19 else (1, 0, part)


def is_prerelease(version: str) -> bool:
    """Whether a version is marked as a pre-release (``2.0.0-ballot``)."""
    found = _SEMVER.fullmatch(version)
    return bool(found and found[2])


def is_range(wanted: str) -> bool:
    """Whether `wanted` names more than one version: ``1.5.x``, ``1.5``, ``latest``, nothing."""
    return wanted in MOVING or len(_stem(wanted)) in (1, 2)


def accepts(wanted: str, version: str) -> bool:
    """Whether `version` is what `wanted` asks for: the same, or inside ``1.5.x`` or ``1.5``.

    A version of three or more parts asks for itself only.
    """
    if version == wanted or wanted in MOVING:
        return True
    if not is_range(wanted):
        return False
    found = _SEMVER.fullmatch(version)
    stem = _stem(wanted)
    return found is not None and tuple(found[1].split(".")[: len(stem)]) == stem


def _stem(wanted: str) -> tuple[str, ...]:
    found = _RANGE.fullmatch(wanted)
    return tuple(found[1].split(".")) if found else ()


def newest(versions: Iterable[str], wanted: str = "") -> str | None:
    """The version `wanted` asks for: the same, else the highest release, else the highest pre-release."""
    fitting = [version for version in versions if accepts(wanted, version)]
    if wanted in fitting:
        return wanted
    releases = [version for version in fitting if not is_prerelease(version)]
    return max(releases or fitting, key=version_key, default=None)
