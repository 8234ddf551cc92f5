"""What ``fhircheck packages`` does, without a word printed: install, describe, lock, export."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fhircheck.definitions.package import Package, is_for_r4, other_core
from fhircheck.definitions.package_cache import PackageCache
from fhircheck.definitions.package_export import install_export, is_export
from fhircheck.definitions.package_index import open_package
from fhircheck.definitions.package_install import install_archive
from fhircheck.definitions.package_lock import Locked, check_locked
from fhircheck.definitions.package_registry import Progress
from fhircheck.definitions.package_resolution import ARCHIVES, Resolution
from fhircheck.definitions.store_reader import PackageStore
from fhircheck.model.errors import PackageUnusable, UsageError


@dataclass(frozen=True, slots=True)
class Sources:
    """Where packages come from: the options that all commands share."""

    package_cache: str | None = None
    registries: tuple[str, ...] = ()
    offline: bool = False
    progress: Progress | None = None

    def resolution(self) -> Resolution:
        """An empty resolution over these sources."""
        return Resolution(self.package_cache, self.registries, self.offline, self.progress)


def gather(named: Iterable[str], sources: Sources, *, defaults: bool = True) -> tuple[list[Package], list[str]]:
    """The named packages with all they depend on (not the embedded core), and notes.

    defaults: with the default packages where they are installed. Raises PackageUnusable.
    """
    resolution = sources.resolution()
    for each in named:
        resolution.add_named(each)
    resolution.follow()
    if defaults:
        resolution.add_defaults()
    return resolution.packages[1:], resolution.notes


def install(named: Sequence[str], sources: Sources) -> tuple[list[Package], list[str]]:
    """Install packages (names, .tgz files, archives made by export) and their dependencies; notes beside.

    Raises PackageUnusable where one that is named cannot be had.
    """
    resolution = sources.resolution()
    for each in named:
        path = Path(each).expanduser()
        if is_export(path):
            for package in install_export(path, resolution.cache.folder):
                resolution.add_named(package.origin)
        elif each.lower().endswith(ARCHIVES):
            resolution.add_named(_installed_by_hand(path, resolution.cache.folder))
        elif path.is_dir():
            raise UsageError(f"{each} is a folder: name it with --package, or install the package's .tgz")
        elif resolution.add_named(each) is None:
            resolution.notes.append(f"{resolution.packages[0].label} comes with fhircheck: nothing to install")
    resolution.cache.forget()
    resolution.follow()
    return resolution.packages[1:], resolution.notes


def _installed_by_hand(path: Path, cache: Path) -> str:
    package = open_package(path)
    core = other_core(package.name)
    if core and core != "r4":
        raise PackageUnusable(f"{path} is {package.label}: fhircheck checks R4 (4.0.1)")
    installed = Path(install_archive(path, cache).origin)
    if open_package(installed).sha256 != package.sha256:
        raise PackageUnusable(f"{package.label} is installed in {installed} with other content: remove that first")
    return str(installed)


def install_locked(entries: Iterable[Locked], sources: Sources) -> list[Package]:
    """Install exactly what a lock file says. Raises PackageUnusable where a package is missing or differs."""
    installed = []
    resolution = sources.resolution()
    for entry in entries:
        package = resolution.add_named(entry.label)
        if package is not None:
            check_locked(open_package(Path(package.origin)), entry)
            installed.append(package)
    return installed


@dataclass(frozen=True, slots=True)
class Description:
    """What a package holds: number of definitions by resource type; its dependencies with what
    stands for each here (empty where nothing does)."""

    package: Package
    counts: tuple[tuple[str, int], ...]
    dependencies: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def describe(named: str, sources: Sources) -> Description:
    """Describe one package. Raises PackageUnusable where it cannot be had."""
    resolution = sources.resolution()
    package = resolution.add_named(named) or resolution.packages[0]
    store = PackageStore(Path(package.store))
    counts: dict[str, int] = {}
    for head in store.heads():
        counts[head.resource_type] = counts.get(head.resource_type, 0) + 1
    store.close()
    dependencies = tuple(
        (f"{name}#{wanted}", _standing(resolution.cache, name, wanted)) for name, wanted in package.dependencies
    )
    notes = package.notes
    if not is_for_r4(package.fhir_versions):
        notes = (*notes, "it is not made for R4 (4.0.1)")
    return Description(package, tuple(sorted(counts.items())), dependencies, notes)


def _standing(cache: PackageCache, name: str, wanted: str) -> str:
    if other_core(name):
        return "embedded" if other_core(name) == "r4" else "not needed"
    path = cache.locate(name, wanted)
    return "" if path is None else str(path)
