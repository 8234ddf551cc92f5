"""Snapshots made from differentials beside the published ones: ``python -m tests.conformance.snapshots [PACKAGE ...]``.

For every profile in the shared packages that ships a snapshot: the share of elements that are equal in all
that validation reads, by package. ``--show N`` lists the first N differences of each package.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fhircheck.definitions.definition_set import DefinitionSet, load_definitions
from fhircheck.definitions.element_tree import ElementNode, element_tree
from fhircheck.definitions.snapshot import SnapshotGenerator
from fhircheck.model.errors import DefinitionUnusable
from tests.needs import SHARED

Json = dict[str, Any]
PACKAGES = SHARED / "packages"
CHOICES = ("fixed", "pattern", "minValue", "maxValue")


def facets(definition: Json, structure: str) -> dict[str, Any]:
    """What validation reads of one element."""
    binding = definition.get("binding") or {}
    found: dict[str, Any] = {
        "min": definition.get("min"),
        "max": definition.get("max"),
        "type": sorted(
            (each.get("code"), sorted(each.get("profile") or ()), sorted(each.get("targetProfile") or ()))
            for each in definition.get("type") or ()
        ),
        "binding": (binding.get("strength"), binding.get("valueSet")) if binding.get("valueSet") else None,
        "slicing": _slicing(definition.get("slicing")),
        "constraint": sorted({each.get("key") for each in definition.get("constraint") or ()}),
        "maxLength": definition.get("maxLength"),
        "contentReference": str(definition.get("contentReference") or "").rpartition("#")[2],
        "isModifier": definition.get("isModifier") is True,
    }
    return found | {name: value for name, value in definition.items() if name.startswith(CHOICES)}


def _slicing(slicing: Json | None) -> Any:
    if not slicing:
        return None
    by = sorted((each.get("type"), each.get("path")) for each in slicing.get("discriminator") or ())
    return by, slicing.get("rules"), slicing.get("ordered") is True


def elements(structure: Json) -> dict[str, dict[str, Any]]:
    """Element (path with slice names) -> what validation reads."""
    found: dict[str, dict[str, Any]] = {}
    for key, node in _walk(element_tree(structure), ""):
        found[key] = facets(node.definition, structure.get("url", ""))
    return found


def _walk(node: ElementNode, parent: str) -> Iterator[tuple[str, ElementNode]]:
    tail = node.path.rpartition(".")[2]
    key = f"{parent}.{tail}" if parent else tail
    yield key, node
    for child in node.children:
        yield from _walk(child, key)
    for each in node.slices:
        name = f"{key}:{each.definition.get('sliceName', '')}"
        yield name, each
        for child in each.children:
            yield from _walk(child, name)


def differences(made: Json, published: Json) -> Iterator[tuple[str, str, Any, Any]]:
    """(element, facet, made, published) wherever the two differ; facet ``element`` where one lacks it."""
    ours, theirs = elements(made), elements(published)
    for key in dict.fromkeys([*theirs, *ours]):
        if key not in ours or key not in theirs:
            yield key, "element", key in ours, key in theirs
            continue
        for facet in sorted(ours[key].keys() | theirs[key].keys()):
            if ours[key].get(facet) != theirs[key].get(facet):
                yield key, facet, ours[key].get(facet), theirs[key].get(facet)


def compare(package: Path) -> Iterator[tuple[Json, int, list[tuple[str, str, Any, Any]] | str]]:
    """(profile, its number of elements, the differences or why there is no snapshot) of each profile of a package."""
    definitions = load_definitions([str(package)], offline=True, package_cache=str(PACKAGES))
    generator = SnapshotGenerator(definitions)
    for structure in own_profiles(definitions, package.stem):
        published = len(structure["snapshot"]["element"])
        bare = {name: value for name, value in structure.items() if name != "snapshot"}
        try:
            yield structure, published, list(differences(generator.generate(bare), structure))
        except DefinitionUnusable as fault:
            yield structure, published, str(fault)


def own_profiles(definitions: DefinitionSet, package: str) -> Iterator[Json]:
    """The profiles of the package itself that ship a snapshot and a differential."""
    label = package.rpartition("-")[0]
    for structure in definitions.resources("StructureDefinition"):
        if structure.get("derivation") != "constraint" or not structure.get("differential"):
            continue
        if not structure.get("snapshot", {}).get("element"):
            continue
        canonical = f"{structure['url']}|{structure['version']}" if structure.get("version") else structure["url"]
        home = definitions.package_of(canonical, "StructureDefinition").partition("#")[0]
        if package.startswith(home) or label == home:
            yield structure


def main(arguments: list[str]) -> int:
    """Print the table. Returns the exit code: 1 where less than 99 % of all elements are equal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="*")
    parser.add_argument("--show", type=int, default=0)
    asked = parser.parse_args(arguments)
    total = Counter[str]()
    for package in sorted(PACKAGES.glob("*.tgz")):
        if asked.packages and not any(each in package.name for each in asked.packages):
            continue
        count = report(package, asked.show)
        if count["elements"]:
            line = f"{package.name:75}{count['profiles']:5}{count['elements']:7}{count['same']:7}{count['failed']:4}"
            print(f"{line}  {100 * count['same'] / count['elements']:6.2f} %", flush=True)
        total += count
    print(f"{'all':75}{total['profiles']:5}{total['elements']:7}{total['same']:7}{total['failed']:4}", end="")
    print(f"  {100 * total['same'] / max(1, total['elements']):6.2f} %")
    return 0 if total["same"] >= 0.99 * total["elements"] else 1


def report(package: Path, show: int) -> Counter[str]:
    """Count the profiles and elements of one package, and print its first `show` differences."""
    count = Counter[str]()
    for structure, number, found in compare(package):
        count["profiles"] += 1
        if isinstance(found, str):
            count["failed"] += 1
            count["elements"] += number
            if count["shown"] < show:
                count["shown"] += 1
                print("   ", found)
            continue
        wrong = {key for key, *_ in found}
        extra = {key for key, facet, ours, theirs in found if facet == "element" and not theirs}
        count["elements"] += number + len(extra)
        count["same"] += number + len(extra) - len(wrong)
        for each in found:
            if count["shown"] < show:
                count["shown"] += 1
                print("   ", structure["url"].rpartition("/")[2], *each, sep=" | ")
    return count


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
