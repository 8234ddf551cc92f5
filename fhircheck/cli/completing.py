"""What a shell may complete: the values of options and arguments that stand in a table; files where a file is meant.

Loaded only while a shell asks. A value that cannot be found out (no history yet, a package cache out of reach) is no
error: nothing is proposed.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

import click
from click.shell_completion import CompletionItem

Named = Iterable[tuple[str, str]]
_FILE = re.compile(r"\b(FILE|PATH|PATH_OR_URL|JOB\.toml|REPORT\.json)\b")
_FOLDER = re.compile(r"\b(FOLDER|DIR|OUT)\b")


def attach(command: click.Command, above: str = "") -> None:
    """Have every parameter of `command`, and of the commands below it, complete what it can."""
    path = f"{above} {command.name}".strip()
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        attach(below, path)
    for each in command.params:
        names = VALUES.get(f"{path} {each.name}") or VALUES.get(str(each.name))
        kind = _kind(each)
        if (names or kind) and not isinstance(each.type, click.Choice):
            each._custom_shell_complete = _completer(names, kind)


def _kind(parameter: click.Parameter) -> str:
    """``file`` or ``dir`` where the parameter names one."""
    metavar = parameter.metavar or ""
    return "file" if _FILE.search(metavar) else "dir" if _FOLDER.search(metavar) else ""


def _completer(names: Callable[[], Named] | None, kind: str) -> Callable[..., list[Any]]:
    def complete(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[Any]:
        found = [CompletionItem(name, help=about) for name, about in _given(names) if name.startswith(incomplete)]
        return found or ([CompletionItem(incomplete, type=kind)] if kind else [])

    return complete


def _given(names: Callable[[], Named] | None) -> list[tuple[str, str]]:
    """The names, none where they cannot be found out: a shell that asks must not be shown an error."""
    try:
        return list(names()) if names is not None else []
    except Exception:
        return []


def _use_cases() -> Named:
    from fhircheck.use_cases.shipped import shipped, shipped_names

    return ((name, dict(shipped(name).title).get("en", "")) for name in shipped_names())


def _rubrics() -> Named:
    from fhircheck.score.rubric import RUBRICS

    return ((name, "") for name in RUBRICS)


def _explained() -> Named:
    from fhircheck.report.explanation import tables

    return ((entry.name, entry.summary) for table in tables().values() for entry in table)


def _measures() -> Named:
    from fhircheck.measures import MEASURES

    return ((each.name, each.summary) for each in MEASURES)


def _demands() -> Named:
    from fhircheck.probe.requirement_sets import shipped

    return ((one.name, one.title) for one in shipped().values())


def _probes() -> Named:
    from fhircheck.probe.probes import PROBES

    return ((each.name, each.summary) for each in PROBES)


def _ways() -> Named:
    from fhircheck.apart.grouping import WAYS

    return ((name, "") for name in (*WAYS, "tag="))


def _quasi_identifiers() -> Named:
    from fhircheck.measures.quasi_identifiers import QUASI_IDENTIFIERS

    return ((name, "") for name in QUASI_IDENTIFIERS)


def _types() -> Named:
    from fhircheck.definitions.definition_set import load_definitions

    urls = load_definitions(offline=True).urls("StructureDefinition")
    names = (url.removeprefix("http://hl7.org/fhir/StructureDefinition/") for url in urls)
    return sorted((name, "") for name in names if re.fullmatch("[A-Z][A-Za-z]+", name))


def _packages() -> Named:
    from fhircheck.definitions.package_cache import PackageCache, package_cache_folder

    return ((f"{each.name}#{each.version}", "") for each in PackageCache(package_cache_folder()).all())


def _series() -> Named:
    """Series of the default history, where it is a file: a database is not asked for a password by the way."""
    from fhircheck.history.place import store_place
    from fhircheck.history.store import Store

    path = store_place().path
    if path is None or not path.is_file():
        return ()
    with Store.open(make=False) as store:
        return [(each.name, "") for each in store.series()]


VALUES: dict[str, Callable[[], Named]] = {
    "use_cases": _use_cases,
    "use-cases show name": _use_cases,
    "rubric": _rubrics,
    "rubric show name": _rubrics,
    "rubric apply rubric_name": _rubrics,
    "explain name": _explained,
    "history trend names": _measures,
    "against": _demands,
    "only": _probes,
    "apart": _ways,
    "quasi_identifiers": _quasi_identifiers,
    "types": _types,
    "packages": _packages,
    "packages show name": _packages,
    "packages lock names": _packages,
    "packages export names": _packages,
    "series": _series,
    "run": _series,
}
"""By name of the parameter, or by its command's names and its own."""
