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


def facets(definition: Json) -> dict[str, Any]:
    """What validation reads of one element, as it is written."""
    binding = definition.get("binding") or {}
    strength = binding.get("strength")
    found: dict[str, Any] = {
        "min": definition.get("min"),
        "max": definition.get("max"),
        "type": sorted(
            (each.get("code"), _canonicals(each.get("profile")), _canonicals(each.get("targetProfile")))
            for each in definition.get("type") or ()
        ),
        "binding": (strength, binding.get("valueSet")) if binding.get("valueSet") else None,
        "slicing": _slicing(definition.get("slicing")),
        "constraint": sorted({each.get("key") for each in definition.get("constraint") or ()}),
        "maxLength": definition.get("maxLength"),
        "contentReference": str(definition.get("contentReference") or "").rpartition("#")[2].partition(":")[0],
        "isModifier": definition.get("isModifier") is True,
    }
    return found | {name: value for name, value in definition.items() if name.startswith(CHOICES)}


def _canonicals(urls: list[str] | None) -> list[str]:
    return sorted(urls or (), key=lambda url: url.partition("|")[0])


def _slicing(slicing: Json | None) -> Any:
    if not slicing:
        return None
    by = sorted((each.get("type"), each.get("path")) for each in slicing.get("discriminator") or ())
    return by, slicing.get("rules") or "open", slicing.get("ordered") is True


class Effect:
    """What the facets of an element come to: two ways of saying the same are made one.

    Rules that stand at the root of the element's type or of the profile on it are judged with that type,
    whether they are repeated at the element or not. Open slicing without slices says nothing, nor do example
    bindings, nor elements below one that must not be there. Closed slicing by type, a slice by type that must be
    there, and a shorter list of types say the same of a choice.
    """

    def __init__(self, definitions: DefinitionSet) -> None:
        self._definitions = definitions
        self._roots: dict[str, frozenset[str]] = {}

    def of(self, node: ElementNode) -> dict[str, Any]:
        """The facets of `node` in their one form."""
        found = facets(node.definition)
        found["type"] = [self._with_targets(each, node) for each in found["type"]]
        found["constraint"] = [each for each in found["constraint"] if each not in self._of_types(found["type"])]
        if found["binding"] and found["binding"][0] == "example":
            found["binding"] = None
        if not node.slices and found["slicing"] and found["slicing"][1] == "open":
            found["slicing"] = None
        if node.children:
            found["contentReference"] = ""
        if node.path.endswith("[x]"):
            self._choice(node, found)
        else:
            names = [each for each in node.slices if "/" not in str(each.definition.get("sliceName"))]
            found["min"] = max(found["min"] or 0, sum(each.definition.get("min") or 0 for each in names))
        return found

    def _choice(self, node: ElementNode, found: dict[str, Any]) -> None:
        by_type = found["slicing"] and ("type", "$this") in found["slicing"][0]
        if not by_type:
            return
        of_slices = [each.get("code") for part in node.slices for each in part.definition.get("type") or ()]
        required = [part for part in node.slices if part.definition.get("min")]
        if len(required) == 1:
            of_slices = [each.get("code") for each in required[0].definition.get("type") or ()]
            found["min"] = max(1, found["min"] or 0)
        if required or found["slicing"][1] == "closed":
            found["type"] = [each for each in found["type"] if each[0] in of_slices]
        found["slicing"] = None

    def _with_targets(self, type_: tuple[str, list[str], list[str]], node: ElementNode) -> Any:
        """A reference without targets has those of FHIR's own definition, which is checked in any case."""
        code, profiles, targets = type_
        path = str((node.definition.get("base") or {}).get("path"))
        if code != "Reference" or targets:
            return type_
        structure = self._definitions.structure(path.partition(".")[0]) or {}
        for each in structure.get("snapshot", {}).get("element", ()):
            if each["path"] == path:
                for own in each.get("type", ()):
                    if own["code"] == code:
                        return code, profiles, _canonicals(own.get("targetProfile"))
        return type_

    def _of_types(self, types: list[Any]) -> frozenset[str]:
        codes = [code for code, _, _ in types] + [url for _, profiles, _ in types for url in profiles]
        return frozenset({"ele-1", "ext-1"}).union(*(self._root(each) for each in codes if each))

    def _root(self, type_or_url: str) -> frozenset[str]:
        known = self._roots.get(type_or_url)
        if known is None:
            structure = self._definitions.structure(type_or_url) or {}
            view = structure.get("snapshot") or structure.get("differential") or {}
            root = (view.get("element") or [{}])[0]
            known = frozenset(each.get("key", "") for each in root.get("constraint") or ())
            self._roots[type_or_url] = known
        return known


def elements(structure: Json, effect: Effect | None) -> dict[str, dict[str, Any]]:
    """Element (path with slice names) -> what validation reads, as written or in effect."""
    return {
        key: effect.of(node) if effect else facets(node.definition)
        for key, node in _walk(element_tree(structure), "", effect is not None)
    }


def _walk(node: ElementNode, parent: str, live: bool) -> Iterator[tuple[str, ElementNode]]:
    tail = node.path.rpartition(".")[2]
    key = f"{parent}.{tail}" if parent else tail
    named = [(f"{key}:{each.definition.get('sliceName', '')}", each) for each in node.slices]
    for name, each in [(key, node), *named]:
        yield name, each
        if live and str(each.definition.get("max")) == "0":
            continue
        for child in each.children:
            yield from _walk(child, name, live)


def differences(made: Json, published: Json, effect: Effect | None) -> Iterator[tuple[str, str, Any, Any]]:
    """(element, facet, made, published) wherever the two differ; facet ``element`` where one lacks it."""
    ours, theirs = elements(made, effect), elements(published, effect)
    for key in dict.fromkeys([*theirs, *ours]):
        if key not in ours or key not in theirs:
            yield key, "element", key in ours, key in theirs
            continue
        for facet in sorted(ours[key].keys() | theirs[key].keys()):
            if not same(ours[key].get(facet), theirs[key].get(facet)):
                yield key, facet, ours[key].get(facet), theirs[key].get(facet)


def same(one: Any, other: Any) -> bool:
    """Equal; a canonical with a version and one without count as equal (publishers pin versions or do not)."""
    if isinstance(one, str) and isinstance(other, str) and ("|" in one) != ("|" in other):
        return one.partition("|")[0] == other.partition("|")[0]
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def compare(package: Path, strict: bool = False) -> Iterator[tuple[Json, int, list[tuple[str, str, Any, Any]] | str]]:
    """(profile, its number of elements, the differences or why there is no snapshot) of each profile of a package."""
    definitions = load_definitions([str(package)], offline=True, package_cache=str(PACKAGES))
    generator = SnapshotGenerator(definitions)
    effect = None if strict else Effect(definitions)
    for structure in own_profiles(definitions, package.stem):
        published = len(structure["snapshot"]["element"])
        bare = {name: value for name, value in structure.items() if name != "snapshot"}
        try:
            yield structure, published, list(differences(generator.generate(bare), structure, effect))
        except DefinitionUnusable as fault:
            yield structure, published, str(fault)


def own_profiles(definitions: DefinitionSet, package: str) -> Iterator[Json]:
    """The profiles of the package itself that ship a snapshot and a differential."""
    for structure in definitions.resources("StructureDefinition"):
        if structure.get("derivation") != "constraint" or not structure.get("differential"):
            continue
        if not structure.get("snapshot", {}).get("element"):
            continue
        canonical = f"{structure['url']}|{structure['version']}" if structure.get("version") else structure["url"]
        if definitions.package_of(canonical, "StructureDefinition").replace("#", "-").lower() == package.lower():
            yield structure


def main(arguments: list[str]) -> int:
    """Print the table. Returns the exit code: 1 where less than 99 % of all elements are equal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="*")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--strict", action="store_true", help="compare what is written, not what it comes to")
    asked = parser.parse_args(arguments)
    total = Counter[str]()
    for package in sorted(PACKAGES.glob("*.tgz")):
        if asked.packages and not any(each in package.name for each in asked.packages):
            continue
        count = report(package, asked.show, asked.strict)
        if count["elements"]:
            line = f"{package.name:75}{count['profiles']:5}{count['elements']:7}{count['same']:7}{count['failed']:4}"
            print(f"{line}  {100 * count['same'] / count['elements']:6.2f} %", flush=True)
        total += count
    print(f"{'all':75}{total['profiles']:5}{total['elements']:7}{total['same']:7}{total['failed']:4}", end="")
    print(f"  {100 * total['same'] / max(1, total['elements']):6.2f} %")
    return 0 if total["same"] >= 0.99 * total["elements"] else 1


def report(package: Path, show: int, strict: bool) -> Counter[str]:
    """Count the profiles and elements of one package, and print its first `show` differences."""
    count = Counter[str]()
    for structure, number, found in compare(package, strict):
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
