"""Where loaded packages contradict each other: said once, with counts and an example."""

from collections.abc import Sequence

from fhircheck.definitions.package import Package
from fhircheck.definitions.store_reader import PackageStore
from fhircheck.model.plural import filled

EXAMPLES = 3


def conflict_notes(packages: Sequence[Package], stores: Sequence[PackageStore]) -> tuple[str, ...]:
    """Notes on URLs that stand in several versions, and on url|version pairs with different content."""
    versions: dict[str, set[str]] = {}
    contents: dict[tuple[str, str, str], dict[str, str]] = {}
    if len(packages) > 1:
        for package, store in zip(packages, stores, strict=True):
            for head in store.heads():
                if head.url:
                    versions.setdefault(head.url, set()).add(head.version)
                    contents.setdefault((head.url, head.version, head.resource_type), {}).setdefault(
                        head.digest, package.label
                    )
    several = sorted(url for url, found in versions.items() if len(found) > 1)
    different = sorted(
        (f"{url}|{version}", tuple(dict.fromkeys(found.values())))
        for (url, version, _), found in contents.items()
        if len(found) > 1
    )
    return (*_several_note(several, versions), *_different_note(different))


def _several_note(several: list[str], versions: dict[str, set[str]]) -> list[str]:
    if not several:
        return []
    shown = "; ".join(f"{url} ({', '.join(sorted(versions[url]))})" for url in several[:EXAMPLES])
    return [
        filled("{count} canonical {count:URL stands|URLs stand} in several versions", {"count": len(several)})
        + " in the loaded packages; where a reference gives"
        f" no version, the dependencies of the package that refers decide, then the highest version: {shown}"
    ]


def _different_note(different: list[tuple[str, tuple[str, ...]]]) -> list[str]:
    if not different:
        return []
    shown = "; ".join(f"{canonical} in {', '.join(labels)}" for canonical, labels in different[:EXAMPLES])
    return [
        filled("{count} {count:definition has|definitions have} the same URL and version", {"count": len(different)})
        + " but different content; the package that refers"
        f" decides by its dependencies, then the R4 core, then the newest package: {shown}"
    ]
