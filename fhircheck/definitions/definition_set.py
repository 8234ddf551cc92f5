"""The definitions of one set of packages: canonical URL in, conformance resource out.

A canonical without version means, in this order: a loose definition (``--profile FILE``); R4's own
base types; what the package that refers depends on, nearest first; the highest version loaded.
https://hl7.org/fhir/R4/references.html#canonical leaves the choice open; see docs/how-to/packages.md.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fhircheck.definitions.canonical import LOOSE, TYPE_PREFIX, Candidate, fitting, highest, split_canonical
from fhircheck.definitions.definition_cache import DefinitionCache
from fhircheck.definitions.definition_conflicts import conflict_notes
from fhircheck.definitions.package import Package
from fhircheck.definitions.package_reach import package_ranks, reach
from fhircheck.definitions.store_form import FORM, head_of
from fhircheck.definitions.store_reader import PackageStore
from fhircheck.definitions.version import version_key
from fhircheck.model.errors import DefinitionUnusable
from fhircheck.model.report import PackageSummary

Resource = dict[str, Any]
CORE = 0
REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class DefinitionRecipe:
    """All that another process needs to open the same definitions; small, picklable, no network."""

    packages: tuple[Package, ...]
    notes: tuple[str, ...] = ()
    loose: tuple[tuple[Resource, str], ...] = ()


class DefinitionSet:
    """Definitions of the packages of a recipe; the first package is the R4 core.

    What it returns is shared: read it, never change it. It may be used after a fork.
    """

    def __init__(self, recipe: DefinitionRecipe) -> None:
        self._packages = recipe.packages
        self._stores = [PackageStore(Path(package.store)) for package in recipe.packages]
        self._ranks = package_ranks(recipe.packages)
        self._reach = [reach(recipe.packages, number) for number in range(len(recipe.packages))]
        self._load_notes = recipe.notes
        self._conflicts: tuple[str, ...] | None = None
        self._loose: list[tuple[Resource, str]] = []
        self._loose_by_url: dict[str, list[Candidate]] = {}
        self._parsed = DefinitionCache()
        self._candidates: dict[str, list[Candidate]] = {}
        self._chosen: dict[tuple[str, str, int], Candidate | None] = {}
        for resource, origin in recipe.loose:
            self.add_resource(resource, origin)

    def find(self, canonical: str, resource_type: str = "", referrer: str = "") -> Resource | None:
        """The conformance resource `canonical` (``url`` or ``url|version``) means, or None.

        resource_type: only this type. referrer: canonical of the definition that refers, or label
        (``name#version``) of its package. A fragment is not understood here. Raises
        PackageUnusable where a package's store is damaged.
        """
        chosen = self._choose(canonical, resource_type, self._home(referrer))
        return None if chosen is None else self._read(chosen)

    def structure(self, type_or_url: str) -> Resource | None:
        """The StructureDefinition of an R4 type (``Patient``) or of a canonical, or None."""
        if ":" in type_or_url or "/" in type_or_url:
            return self.find(type_or_url, "StructureDefinition")
        url = TYPE_PREFIX + type_or_url
        base = [each for each in self._all(url) if each.source == CORE]
        return self._read(base[0]) if base else None

    def find_version(self, canonical: str, resource_type: str = "", referrer: str = "") -> str:
        """The business version of the resource `find` gives, empty where there is none."""
        chosen = self._choose(canonical, resource_type, self._home(referrer))
        return "" if chosen is None else chosen.head.version

    def versions(self, url: str, resource_type: str = "") -> tuple[str, ...]:
        """All versions of a URL that are loaded, highest first: for "another version is there"."""
        found = {each.head.version for each in fitting(self._all(split_canonical(url)[0]), "", resource_type)}
        return tuple(sorted(found, key=version_key, reverse=True))

    def package_of(self, canonical: str, resource_type: str = "", referrer: str = "") -> str:
        """Label (``name#version``) of the package `find` takes the resource from, its origin for a
        loose one, empty where there is none."""
        chosen = self._choose(canonical, resource_type, self._home(referrer))
        if chosen is None:
            return ""
        if chosen.source == LOOSE:
            return self._loose[chosen.head.number][1]
        return self._packages[chosen.source].label

    def urls(self, resource_type: str) -> Iterable[str]:
        """All canonical URLs of a resource type, sorted, each once."""
        heads = [each.head for found in self._loose_by_url.values() for each in found]
        found = {head.url for head in heads if head.url and head.resource_type == resource_type}
        return sorted(found.union(*(store.urls(resource_type) for store in self._stores)))

    def resources(self, resource_type: str) -> Iterator[Resource]:
        """Every resource of a type in every package, one at a time: also those without a URL (NamingSystem)."""
        for number, store in enumerate(self._stores):
            for head in store.heads(resource_type):
                yield self._read(Candidate(head, number))
        for resource, _ in self._loose:
            if resource.get("resourceType") == resource_type:
                yield resource

    def add_resource(self, resource: Resource, origin: str = "") -> None:
        """Add a loose definition; it wins over packages with the same URL, and over earlier loose ones."""
        head = head_of(resource, origin)._replace(number=len(self._loose))
        self._loose.append((resource, origin))
        self._loose_by_url.setdefault(head.url, []).insert(0, Candidate(head, LOOSE))
        self._candidates.clear()
        self._chosen.clear()

    def fingerprint(self) -> str:
        """SHA-256 over the hashes of all packages and loose definitions: equal sets, equal definitions.

        Raises DefinitionUnusable for a loose definition that is nested without end.
        """
        packages = sorted(f"{package.label} {package.sha256}" for package in self._packages)
        whole = hashlib.sha256("\n".join([FORM, *packages]).encode())
        for resource, origin in self._loose:
            try:
                whole.update(json.dumps(resource, sort_keys=True, default=repr).encode())
            except (RecursionError, ValueError):
                raise DefinitionUnusable(f"{origin or 'a definition'}: nested too deeply to be read") from None
        return whole.hexdigest()

    @property
    def packages(self) -> tuple[PackageSummary, ...]:
        """The packages in the order they were loaded."""
        return tuple(
            PackageSummary(package.name, package.version, package.origin, package.sha256, package.definitions)
            for package in self._packages
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know: missing packages, versions chosen, conflicts between packages."""
        return self._load_notes + self.conflicts()

    def conflicts(self, known: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Where the packages contradict each other. known: what was found before in the same packages."""
        if self._conflicts is None:
            self._conflicts = conflict_notes(self._packages, self._stores) if known is None else known
        return self._conflicts

    def recipe(self) -> DefinitionRecipe:
        """What `open_definitions` needs to give an equal set in another process."""
        return DefinitionRecipe(self._packages, self._load_notes, tuple(self._loose))

    def _all(self, url: str) -> list[Candidate]:
        known = self._candidates.get(url)
        if known is None:
            if len(self._candidates) > REMEMBERED:
                self._candidates.clear()
            known = list(self._loose_by_url.get(url, ()))
            for number, store in enumerate(self._stores):
                known += [Candidate(head, number) for head in store.versions(url)]
            self._candidates[url] = known
        return known

    def _home(self, referrer: str) -> int:
        if not referrer or len(self._packages) == 1:
            return LOOSE
        if "#" in referrer and "|" not in referrer:
            labels = [package.label for package in self._packages]
            return labels.index(referrer) if referrer in labels else LOOSE
        chosen = self._choose(referrer, "", LOOSE)
        return LOOSE if chosen is None else chosen.source

    def _choose(self, canonical: str, resource_type: str, home: int) -> Candidate | None:
        key = (canonical, resource_type, home)
        if key not in self._chosen:
            if len(self._chosen) > REMEMBERED:
                self._chosen.clear()
            self._chosen[key] = self._decide(*key)
        return self._chosen[key]

    def _decide(self, canonical: str, resource_type: str, home: int) -> Candidate | None:
        url, version = split_canonical(canonical)
        candidates = fitting(self._all(url), version, resource_type)
        if len(candidates) < 2 or candidates[0].source == LOOSE:
            return candidates[0] if candidates else None
        base = [each for each in candidates if each.source == CORE and each.head.derivation == "specialization"]
        if base and not version:
            return base[0]
        near = self._reach[home] if home != LOOSE else {}
        reached = [each for each in candidates if each.source in near]
        nearest = min((near[each.source] for each in reached), default=0)
        return highest([each for each in reached if near[each.source] == nearest] or candidates, self._ranks)

    def _read(self, chosen: Candidate) -> Resource:
        head, source = chosen
        if source == LOOSE:
            return self._loose[head.number][0]
        return self._parsed.get((source, head.number), lambda: self._stores[source].text(head.number))


def load_definitions(
    packages: Iterable[str] = (),
    *,
    package_cache: str | None = None,
    registries: Iterable[str] = (),
    offline: bool = False,
    loose: Iterable[Resource] = (),
) -> DefinitionSet:
    """The embedded R4 core and the named packages with their dependencies, and loose definitions.

    packages: ``name#version``, ``name`` (latest), or the path of a .tgz or a folder.
    package_cache: another place than ``~/.fhir/packages``. registries: asked before the default
    ones. offline: ask none. Raises PackageUnusable for a named package that cannot be had, and
    says where it was looked for.
    """
    from fhircheck.definitions.package_resolution import resolve

    found, notes = resolve(tuple(packages), package_cache, tuple(registries), offline)
    return DefinitionSet(DefinitionRecipe(found, notes, tuple((resource, "") for resource in loose)))


def open_definitions(recipe: DefinitionRecipe) -> DefinitionSet:
    """The set `recipe` was made of, in another process of this machine: no network, no look-up."""
    return DefinitionSet(recipe)
