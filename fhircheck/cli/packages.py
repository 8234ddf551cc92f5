"""``fhircheck packages``: list, install, show, lock and export FHIR packages."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fhircheck.model.plural import filled

if TYPE_CHECKING:
    from fhircheck.definitions.package_registry import Progress
    from fhircheck.definitions.package_setup import Sources

Function = TypeVar("Function", bound=Callable[..., Any])
LOCK = "fhircheck.lock"
_PACKAGES = "{count} {count:package|packages}"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def packages() -> None:
    """List, install and export FHIR packages.

    Packages live in the cache that FHIR tools share: ~/.fhir/packages, or FHIRCHECK_PACKAGE_CACHE.
    """


def _cache_option(function: Function) -> Function:
    return click.option(
        "--package-cache", metavar="FOLDER", help="Package cache instead of ~/.fhir/packages."
    )(function)  # fmt: skip


def _source_options(function: Function) -> Function:
    registry = click.option(
        "--registry", "registries", multiple=True, metavar="URL", help="Registry to ask before the default ones."
    )
    offline = click.option("--offline", is_flag=True, help="Ask no registry.")
    return _cache_option(registry(offline(function)))


@packages.command("list")
@_cache_option
def list_(package_cache: str | None) -> None:
    """List the packages that can be used: one line each, name#version and place."""
    from fhircheck.definitions.embedded import ORIGIN, core_package
    from fhircheck.definitions.package_cache import PackageCache, package_cache_folder

    cache = PackageCache(package_cache_folder(package_cache))
    click.echo(f"{core_package().label}\t{ORIGIN}")
    for name, version, path in cache.all():
        click.echo(f"{name}#{version}\t{path}")


@packages.command()
@click.argument("names", metavar="[NAME#VERSION|FILE]...", nargs=-1)
@click.option("--lock", "lock_file", metavar="FILE", default=LOCK, show_default=True,
              help="Without names: install exactly what this lock file says.")  # fmt: skip
@_source_options
def install(names: tuple[str, ...], lock_file: str, **options: Any) -> None:
    """Install packages and what they depend on.

    FILE is a package's .tgz, or an archive made by `fhircheck packages export`. Without names, the
    lock file's packages are installed, and each must have the content that was locked.
    """
    from fhircheck.definitions import package_setup
    from fhircheck.definitions.package_lock import read_lock

    with _sources(options) as sources:
        if names:
            found, notes = package_setup.install(names, sources)
        else:
            found, notes = package_setup.install_locked(read_lock(Path(lock_file)), sources), []
    for package in found:
        click.echo(f"{package.label}\t{package.origin}")
    _say(notes)


@packages.command()
@click.argument("name", metavar="NAME#VERSION|FILE")
@_source_options
def show(name: str, **options: Any) -> None:
    """Show what a package holds and what it depends on."""
    from fhircheck.definitions.package_setup import describe

    with _sources(options) as sources:
        found = describe(name, sources)
    package = found.package
    rows = [("package", package.label), ("FHIR", ", ".join(package.fhir_versions) or "not said")]
    rows += [("from", package.origin), ("sha256", package.sha256), ("definitions", str(package.definitions))]
    rows += [(f"  {resource_type}", str(count)) for resource_type, count in found.counts]
    rows += [("depends on", f"{label}  ({place or 'not installed'})") for label, place in found.dependencies]
    rows += [("note", note) for note in found.notes]
    width = max(len(title) for title, _ in rows)
    for title, value in rows:
        click.echo(f"{title:<{width}}  {value}")


@packages.command()
@click.argument("names", metavar="NAME#VERSION|FILE...", nargs=-1, required=True)
@click.option("--file", "file", metavar="FILE", default=LOCK, show_default=True, help="The lock file to write.")
@_source_options
def lock(names: tuple[str, ...], file: str, **options: Any) -> None:
    """Write a lock file: the packages and all they depend on, with version and hash."""
    from fhircheck.definitions.package_lock import locked, write_lock
    from fhircheck.definitions.package_setup import gather

    with _sources(options) as sources:
        found, notes = gather(names, sources)
    entries = locked(found)
    write_lock(Path(file), entries)
    click.echo(f"{file}: {filled(_PACKAGES, {'count': len(entries)})} locked")
    _say(notes)


@packages.command()
@click.argument("names", metavar="[NAME#VERSION|FILE]...", nargs=-1)
@click.option("--output", "-o", metavar="FILE", default="fhircheck-packages.tar", show_default=True,
              help="The archive to write.")  # fmt: skip
@_source_options
def export(names: tuple[str, ...], output: str, **options: Any) -> None:
    """Write packages to one archive, for a machine without network.

    With names: these and all they depend on; without: all that are installed. There, run
    `fhircheck packages install ARCHIVE`.
    """
    from fhircheck.definitions.package_cache import PackageCache, package_cache_folder
    from fhircheck.definitions.package_export import write_export
    from fhircheck.definitions.package_index import open_package
    from fhircheck.definitions.package_setup import gather

    notes: list[str] = []
    if names:
        with _sources(options) as sources:
            found, notes = gather(names, sources)
    else:
        cache = PackageCache(package_cache_folder(options["package_cache"]))
        found = [open_package(each.path) for each in cache.all()]
    if not found:
        raise click.UsageError("there is no package to export: name one, or install it first")
    write_export(Path(output), found)
    click.echo(f"{output}: {filled(_PACKAGES, {'count': len(found)})}")
    _say(notes)


def _say(notes: list[str]) -> None:
    for note in notes:
        click.echo(f"note: {note}", err=True)


@contextlib.contextmanager
def _sources(options: dict[str, Any]) -> "Iterator[Sources]":
    from fhircheck.definitions.package_setup import Sources

    with _progress() as progress:
        yield Sources(options["package_cache"], options["registries"], options["offline"], progress)


@contextlib.contextmanager
def _progress() -> "Iterator[Progress | None]":
    """Bars of the downloads on stderr, None where no person looks at it; rich is loaded for the first one."""
    if not sys.stderr.isatty():
        yield None
        return
    bars: dict[str, Any] = {}
    stack = contextlib.ExitStack()

    def show(label: str, done: int, expected: int) -> None:
        from rich.console import Console
        from rich.progress import Progress

        if "progress" not in bars:
            bars["progress"] = stack.enter_context(Progress(console=Console(stderr=True), transient=True))
        if label not in bars:
            bars[label] = bars["progress"].add_task(label, total=None)
        bars["progress"].update(bars[label], completed=done, total=expected or None)

    with stack:
        yield show
