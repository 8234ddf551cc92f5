"""What a run needs before it reads: settings, definitions, rubric, use cases, and the plan of the first pass."""

import warnings
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jiter import from_json

from fhircheck.definitions.definition_set import DefinitionSet, load_definitions
from fhircheck.first_pass import Plan, linker_for
from fhircheck.model.connection import DEFAULT_CONNECTION
from fhircheck.model.errors import DefinitionUnusable, SecretExposed, UsageError
from fhircheck.model.report import MeasureResult
from fhircheck.model.settings import DEFAULT_SETTINGS, CheckSettings
from fhircheck.transport.bounded_file import read_bounded
from fhircheck.transport.http_url import shown
from fhircheck.transport.xml_reader import is_xml

LARGEST = 64 << 20

if TYPE_CHECKING:
    from fhircheck.run import RunOptions
    from fhircheck.use_cases.requirement import UseCase


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run is asked for, read and checked. options: with what the settings file names. rubric: None for none.

    exchange: the result of the server the data is from.
    """

    options: "RunOptions"
    started: datetime
    settings: CheckSettings
    rubric: Any
    exchange: tuple[MeasureResult, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that can begin: what it is asked for, its definitions, and the plan of its first pass."""

    asked: Asked
    definitions: DefinitionSet
    plan: Plan


def asked_of(options: "RunOptions") -> Asked:
    """The files that `options` name, read: rubric, settings, server report. Raises UsageError."""
    started = options.now or datetime.now(UTC)
    rubric = _rubric(options)
    options, settings = with_settings(options)
    return Asked(options, started, settings, rubric, _exchange(options))


def prepared(asked: Asked, keep: bool) -> Prepared:
    """The definitions loaded and the plan made. keep: findings are handed on, not only counted.

    Raises UsageError for wrong options and CouldNotCheck for a package or profile that is unusable.
    """
    options = asked.options
    definitions, profiles = definitions_of(options, asked.settings)
    plan = Plan(
        definitions.recipe(),
        profiles,
        options.measure,
        keep,
        asked.started,
        asked.settings,
        options.split_by if options.write_valid or options.write_invalid else "",
        options.measures,
        tuple(map(shown, options.sources)),
        _use_cases(options, definitions),
        options.write_usable is not None,
    )
    return Prepared(asked, definitions, plan)


def with_settings(options: "RunOptions") -> "tuple[RunOptions, CheckSettings]":
    """The settings of a run, and the options with the packages and profiles that a settings file names.

    Raises UsageError for a file that is missing or wrong.
    """
    if isinstance(options.settings, str):
        from fhircheck.validate.settings_file import load_settings

        job = load_settings(options.settings)
        settings = job.check
        packages = tuple(dict.fromkeys((*options.packages, *job.packages)))
        profiles = tuple(dict.fromkeys((*options.profiles, *job.profiles)))
        connection = options.connection.completed(dict(job.connection))
        options = replace(options, packages=packages, profiles=profiles, connection=connection)
    else:
        settings = options.settings or DEFAULT_SETTINGS
    _check_connection(options)
    if options.terminology_server:
        settings = replace(settings, terminology_server=options.terminology_server)
    if settings.terminology_server and not settings.terminology_server.startswith(("http://", "https://")):
        raise UsageError("a terminology server is named by a URL that begins with http:// or https://")
    if settings.terminology_server and options.offline:
        raise UsageError("a terminology server is named, but the run is offline: leave one of the two out")
    if options.unknown_profile is not None:
        settings = replace(settings, unknown_profile=options.unknown_profile)
    if options.accept:
        from fhircheck.validate.settings_file import load_accepted

        more = tuple(entry for each in options.accept for entry in load_accepted(each))
        settings = replace(settings, accepted=(*settings.accepted, *more))
    if options.accepted:
        settings = replace(settings, accepted=(*settings.accepted, *options.accepted))
    return options, settings


def _check_connection(options: "RunOptions") -> None:
    """Raises UsageError where the connection's settings do not fit together, or its credentials to the sources."""
    if options.connection == DEFAULT_CONNECTION:
        return
    from fhircheck.transport.auth.checks import check_connection, check_one_server, remarks

    check_connection(options.connection)
    check_one_server(options.connection, [each for each in options.sources if each.lower().startswith("http")])
    for line in remarks(options.connection):
        warnings.warn(line, SecretExposed, stacklevel=2)


def definitions_of(options: "RunOptions", settings: CheckSettings) -> tuple[DefinitionSet, tuple[str, ...]]:
    """The definitions of a run and the canonicals of the profiles asked for, which must be usable."""
    files = [each for each in options.profiles if not each.startswith(("http://", "https://", "urn:"))]
    loose = {each: _profile_file(each) for each in files}
    definitions = load_definitions(
        options.packages,
        package_cache=options.package_cache,
        registries=options.registries,
        offline=options.offline,
        loose=loose.values(),
    )
    asked = tuple(dict.fromkeys(loose[each]["url"] if each in loose else each for each in options.profiles))
    linker = linker_for(definitions, lambda reason, detail: None)
    mapped = (url for each in settings.mapped for url in each.profiles)
    for url in dict.fromkeys((*asked, *mapped)):
        linked = linker.profile(url)
        if linked is None:
            raise DefinitionUnusable(
                f"profile {url} is in none of the loaded packages: name its package with --package"
            )
        if linked.compiled is None:
            raise DefinitionUnusable(linked.fault)
    return definitions, asked


def _profile_file(path: str) -> dict[str, Any]:
    """A StructureDefinition out of a file, JSON or XML. Raises UsageError where it is none."""
    data = read_bounded(path, LARGEST, f"--profile {path}", reason=str)
    try:
        resource = _from_xml(data) if is_xml(data) else from_json(data, float_mode="decimal")
    except ValueError as fault:
        raise UsageError(f"--profile {path}: neither JSON nor XML ({fault})") from fault
    if (
        not isinstance(resource, dict)
        or resource.get("resourceType") != "StructureDefinition"
        or not resource.get("url")
    ):
        raise UsageError(f"--profile {path}: not a StructureDefinition with a url")
    return resource


def _from_xml(data: bytes) -> dict[str, Any] | None:
    from fhircheck.definitions.type_table import TypeTable
    from fhircheck.transport.record_reader import read_document

    return read_document(data, TypeTable(load_definitions(offline=True)))


def _rubric(options: "RunOptions") -> Any:
    if not options.measure:
        return None
    from fhircheck.score import load_rubric

    return load_rubric(options.rubric)


def _exchange(options: "RunOptions") -> tuple[MeasureResult, ...]:
    """The result of the server the data is from, where there is one."""
    if options.server_report is None or not options.measure:
        return ()
    from fhircheck.score.outside import exchange_result

    return (exchange_result(options.server_report),)


def _use_cases(options: "RunOptions", definitions: DefinitionSet) -> "tuple[UseCase, ...]":
    """The use cases that were asked for. Raises UsageError where one makes no sense or is no use here."""
    if not options.use_cases and options.write_usable is None:
        return ()
    if not options.measure:
        raise UsageError("use cases are judged by check, not by validate")
    from fhircheck.use_cases.shipped import load_use_cases

    return load_use_cases(options.use_cases, definitions, only_one=options.write_usable is not None)
