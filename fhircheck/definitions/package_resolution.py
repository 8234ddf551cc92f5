"""From the packages a user names to the packages that are loaded: dependencies, choices, what is missing."""

import contextlib
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

from fhircheck.definitions.embedded import core_package
from fhircheck.definitions.package import (
    CORE_NAME,
    Package,
    is_for_r4,
    is_name,
    is_version,
    other_core,
    split_label,
)
from fhircheck.definitions.package_cache import VARIABLE, PackageCache, package_cache_folder
from fhircheck.definitions.package_index import SINGLE, open_package
from fhircheck.definitions.package_install import install_archive
from fhircheck.definitions.package_reach import satisfying
from fhircheck.definitions.package_registry import PackageRegistry, Progress
from fhircheck.definitions.registry_access import registry_addresses
from fhircheck.definitions.version import accepts, version_key
from fhircheck.model.errors import PackageUnusable, UsageError

DEFAULTS = ("hl7.terminology.r4", "hl7.fhir.uv.extensions.r4")
"""Used when they are installed; see rule 9 of the design."""

MOVING_STATES = frozenset({"current", "dev"})
"""Versions whose content changes under their name."""

ARCHIVES = (".tgz", ".tar.gz")


class Resolution:
    """One set of packages while it is put together; `packages` and `notes` are the outcome."""

    def __init__(
        self,
        package_cache: str | None = None,
        registries: Iterable[str] = (),
        offline: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self.cache = PackageCache(package_cache_folder(package_cache))
        self.packages: list[Package] = [core_package()]
        self.notes: list[str] = []
        self._registry = None if offline else PackageRegistry(registry_addresses(registries), progress)
        self._queue: deque[Package] = deque()
        self._missed: dict[tuple[str, str], str] = {}
        self._noted: set[tuple[str, str]] = set()

    def add_named(self, named: str) -> Package | None:
        """Add a package the user names, None where it is the embedded core. Raises PackageUnusable."""
        if _is_path(named):
            return self._add(open_package(Path(named).expanduser()))
        name, wanted = split_label(named)
        if not is_name(name) or not is_version(wanted):
            raise UsageError(f"{named} is neither a file, a folder, nor NAME#VERSION")
        if name.lower() == CORE_NAME and accepts(wanted, self.packages[0].version):
            return None
        _refuse_other_core(name, named)
        found = self.cache.locate(name, wanted)
        return self._add(self._open_as(found, name) if found else self._fetch(name, wanted))

    def follow(self) -> None:
        """Add what the packages added so far depend on, and what that depends on."""
        while self._queue:
            package = self._queue.popleft()
            for name, wanted in package.dependencies:
                self._depend(package, name, wanted)

    def add_defaults(self) -> None:
        """Add the default packages where they are installed and not loaded yet."""
        for name in DEFAULTS:
            if satisfying(self.packages, name, "") is not None:
                continue
            found = self.cache.locate(name, "")
            if found:
                with self._tolerant(f"{name} cannot be used"):
                    self.packages.append(self._open_as(found, name))
            else:
                self.notes.append(
                    f"{name} is not installed: what depends on its definitions cannot be told;"
                    f" install it with: fhircheck packages install {name}"
                )

    def _add(self, package: Package) -> Package:
        _refuse_other_core(package.name, f"{package.origin} ({package.label})")
        for known in self.packages:
            if (known.name.lower(), known.version, known.sha256) == (
                package.name.lower(), package.version, package.sha256
            ):  # fmt: skip
                return known
        if package.name.lower() == CORE_NAME:
            self.notes.append(f"{package.origin} is {package.label}: the embedded one is used")
            return self.packages[0]
        if not is_for_r4(package.fhir_versions):
            versions = ", ".join(package.fhir_versions)
            self.notes.append(f"{package.label} is made for FHIR {versions}, not for R4 (4.0.1)")
        self.notes += [f"{package.label}: {note}" for note in package.notes]
        self.packages.append(package)
        self._queue.append(package)
        return package

    def _depend(self, package: Package, name: str, wanted: str) -> None:
        if core := other_core(name):
            self._note_core(package, name, wanted, core)
            return
        number = satisfying(self.packages, name, wanted)
        if number is not None and accepts(wanted, self.packages[number].version):
            return
        asked = f"{package.label} depends on {name}#{wanted or 'latest'}"
        if not _may_be_r4(name):
            self._note(name, wanted, f"{asked}, which is not for R4: not loaded")
            return
        found = self._dependency(name, wanted)
        if found is not None and is_for_r4(found.fhir_versions):
            self._add(found)
        elif found is not None:
            self._stand_in(asked, name, found)
        else:
            self._instead(asked, name, wanted, number)

    def _dependency(self, name: str, wanted: str) -> Package | None:
        """The dependency out of the cache or a registry; None, with the reason kept, where it is not to be had."""
        if (name, wanted) in self._missed:
            return None
        try:
            found = self.cache.locate(name, wanted)
            return self._open_as(found, name) if found else self._fetch(name, wanted)
        except PackageUnusable as unusable:
            self._missed[name, wanted] = unusable.where if isinstance(unusable, _NotThere) else str(unusable)
            return None

    def _stand_in(self, asked: str, name: str, found: Package) -> None:
        """A package for another FHIR version: its R4 sibling (``NAME.r4``) is what is meant here."""
        versions = ", ".join(found.fhir_versions)
        sibling = self.cache.locate(f"{name}.r4", found.version) or self.cache.locate(f"{name}.r4", "")
        if sibling is None:
            self._note(name, found.version, f"{asked}, which is made for FHIR {versions}: not loaded")
            return
        with self._tolerant(f"{asked}, made for FHIR {versions}"):
            used = self._add(self._open_as(sibling, f"{name}.r4"))
            self._note(name, found.version, f"{asked}, which is made for FHIR {versions}: {used.label} is used instead")

    def _instead(self, asked: str, name: str, wanted: str, loaded: int | None) -> None:
        """Another version of a dependency that is not to be had: the one loaded, else the newest installed."""
        used = None if loaded is None else self.packages[loaded]
        other = self.cache.locate(name, "")
        if used is None and other is not None:
            with self._tolerant(f"{asked}, which is not there"):
                used = self._add(self._open_as(other, name))
        instead = f"{used.label} is used instead" if used else "its definitions are missing"
        self._note(name, wanted, f"{asked}, which is not there: {instead} ({self._missed[name, wanted]})")

    def _note_core(self, package: Package, name: str, wanted: str, core: str) -> None:
        if name.lower() != CORE_NAME:
            why = "not needed" if core == "r4" else f"the specification of FHIR {core.upper()}, not R4"
            self._note(name, wanted, f"{package.label} depends on {name}#{wanted}: not loaded ({why})")
        elif not accepts(wanted, self.packages[0].version):
            used = self.packages[0].label
            self._note(name, wanted, f"{package.label} depends on {name}#{wanted}: the embedded {used} is used")

    def _note(self, name: str, wanted: str, note: str) -> None:
        """Keep the first note on a dependency: others ask for the same."""
        if (name, wanted) not in self._noted:
            self._noted.add((name, wanted))
            self.notes.append(note)

    @contextlib.contextmanager
    def _tolerant(self, what: str) -> Iterator[None]:
        try:
            yield
        except PackageUnusable as unusable:
            self.notes.append(f"{what}: {unusable}")

    def _open_as(self, path: Path, name: str) -> Package:
        package = open_package(path, release=path.name.rpartition("#")[2] not in MOVING_STATES)
        if package.name.lower() != name.lower():
            raise PackageUnusable(f"{path} says it is {package.label}, not {name}")
        return package

    def _fetch(self, name: str, wanted: str) -> Package:
        label = f"{name}#{wanted or 'latest'}"
        where = str(self.cache.folder)
        if other := sorted(self.cache.versions(name), key=version_key):
            where += f" (which has {', '.join(other)})"
        if self._registry is None:
            raise _NotThere(label, f"{where}, no registry was asked (offline)")
        try:
            with tempfile.TemporaryDirectory(prefix="fhircheck-") as folder:
                archive = self._registry.download(name, wanted, Path(folder))
                package = install_archive(archive, self.cache.folder)
        except PackageUnusable as unusable:
            raise _NotThere(label, f"{where}; {unusable}") from None
        self.cache.forget()
        return package


def _is_path(named: str) -> bool:
    if named.lower().endswith((*ARCHIVES, *SINGLE)) or "/" in named or "\\" in named:
        return True
    return named != "" and Path(named).is_dir()


def _refuse_other_core(name: str, shown: str) -> None:
    other = other_core(name)
    if other and other != "r4":
        raise PackageUnusable(f"{shown} is the specification of FHIR {other.upper()}: fhircheck checks R4 (4.0.1)")


class _NotThere(PackageUnusable):
    """A package is to be had neither here nor from a registry; `where` tells where it was looked for."""

    def __init__(self, label: str, where: str) -> None:
        super().__init__(
            f"{label} is not there: looked in {where}; to install it by hand, get its .tgz and run:"
            f" fhircheck packages install FILE.tgz (or set {VARIABLE})"
        )
        self.where = f"looked in {where}"


def _may_be_r4(name: str) -> bool:
    """Whether a package's name does not say that it is made for another FHIR version."""
    return not name.lower().endswith((".r2", ".r2b", ".r3", ".stu3", ".r4b", ".r5", ".r6"))


def resolve(
    named: tuple[str, ...],
    package_cache: str | None = None,
    registries: tuple[str, ...] = (),
    offline: bool = False,
    progress: Progress | None = None,
) -> tuple[tuple[Package, ...], tuple[str, ...]]:
    """The packages to load, the R4 core first, and notes. Raises PackageUnusable for a named one that is missing."""
    resolution = Resolution(package_cache, registries, offline, progress)
    for each in named:
        resolution.add_named(each)
    resolution.follow()
    resolution.add_defaults()
    return tuple(resolution.packages), tuple(resolution.notes)
