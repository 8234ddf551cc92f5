"""A server judged: what it declares, what probes see, and the tables of the actors it is compared with."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.model.connection import DEFAULT_CONNECTION, Connection
from fhircheck.model.errors import UsageError
from fhircheck.probe.actor_table import Probed, actor_table, general, own_declaration
from fhircheck.probe.capability import read_capability, validated
from fhircheck.probe.declared import Declared
from fhircheck.probe.probe import Probing
from fhircheck.probe.profile_errors import profile_errors
from fhircheck.probe.requirement import text_of
from fhircheck.probe.requirement_sets import RequirementSet, claimed_sets, requirement_sets
from fhircheck.probe.result import ActorResult, ProbeResult, RequirementResult, ServerReport
from fhircheck.probe.run_probes import chosen_probes, run_probes
from fhircheck.probe.server_changes import Change
from fhircheck.run import RunOptions


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """What a server is judged by.

    against: names, files or canonicals of demands, ``all``; empty for what the server claims. probes: run them; only:
    these, all where empty. other_hosts: probes may ask addresses on other hosts that the server names, without
    credentials. packages, package_cache, registries, offline: as in RunOptions, for the CapabilityStatement and for
    demands. now: the moment noted in the report. progress: is told the name of each probe.
    """

    base: str
    against: tuple[str, ...] = ()
    probes: bool = True
    only: tuple[str, ...] = ()
    allow_writes: bool = False
    other_hosts: bool = False
    max_requests: int = 1000
    packages: tuple[str, ...] = ()
    package_cache: str | None = None
    registries: tuple[str, ...] = ()
    offline: bool = False
    connection: Connection = field(default_factory=lambda: DEFAULT_CONNECTION)
    now: datetime | None = None
    progress: Callable[[str], None] | None = None


def judge_server(options: ServerOptions) -> ServerReport:
    """Judge the server at ``options.base``.

    Raises UsageError for wrong options, CouldNotCheck where the server gives no CapabilityStatement.
    """
    from fhircheck.transport.http import HttpClient

    base, started = _base(options.base), time.monotonic()
    probes = chosen_probes(options.only) if options.probes else ()
    definitions = load_definitions(
        options.packages,
        package_cache=options.package_cache,
        registries=options.registries,
        offline=options.offline,
    )
    asked = requirement_sets(options.against, definitions)
    with HttpClient(options.connection, base) as client, HttpClient(_unsigned(options.connection), base) as anonymous:
        capability, text = read_capability(client, base, definitions)
        sets = asked if options.against else claimed_sets(capability, definitions)
        probing = Probing(
            client,
            anonymous,
            base,
            capability,
            options.allow_writes,
            other_hosts=options.other_hosts,
            errors_against=profile_errors(definitions),
            definitions=definitions,
            max_requests=options.max_requests,
        )
        found, broken = run_probes(probes, probing, options.progress)
    issues = validated(text, _run_options(options))
    return ServerReport(
        base=_shown(base),
        at=(options.now or datetime.now(UTC)).isoformat(),
        seconds=time.monotonic() - started,
        fhir_version=text_of(capability, "fhirVersion"),
        software=_software(capability),
        capability=capability,
        issues=issues,
        probes=found,
        actors=tables(capability, issues, found, sets, base),
        broken=broken,
        notes=(*(note for one in sets for note in one.notes), *_unknown_claims(capability, sets, options)),
    )


def tables(
    capability: dict[str, Any],
    issues: tuple[tuple[str, str, int], ...],
    probes: tuple[ProbeResult, ...],
    sets: tuple[RequirementSet, ...],
    base: str,
) -> tuple[ActorResult, ...]:
    """All tables: rules for every server, what it declares of itself, and one for each actor."""
    declared, probed = Declared(capability), Probed(probes)
    actors = [actor_table(one, declared, probed, base) for one in sets]
    own = own_declaration(capability, probed, base)
    covered = {row.id for table in (own, *actors) for row in table.results}
    first = general(capability, issues, probed, covered)
    return (first, *((own,) if probes else ()), *actors)


def unmet(report: ServerReport, expectation: str) -> list[RequirementResult]:
    """Rows whose demand of that expectation is unmet in a lane."""
    return [row for actor in report.actors for row in actor.results if row.expectation == expectation and row.unmet]


def exit_code(report: ServerReport, fail_on: str = "SHALL", changes: tuple[Change, ...] | None = None) -> int:
    """0 no demand unmet, 1 one of at least `fail_on` (SHALL, SHOULD, never) is, or something broke since the baseline,
    3 a probe broke off.
    """
    if report.broken:
        return 3
    levels: tuple[str, ...] = {"SHALL": ("SHALL",), "SHOULD": ("SHALL", "SHOULD")}.get(fail_on, ())
    lost = bool(levels) and any(each.breaking for each in changes or ())
    return 1 if lost or any(unmet(report, each) for each in levels) else 0


def _base(url: str) -> str:
    if not url.lower().startswith(("http://", "https://")):
        raise UsageError("a server is named by the URL of its FHIR base, http:// or https://")
    return url.split("?", 1)[0].split("#", 1)[0].rstrip("/").removesuffix("/metadata")


def _shown(url: str) -> str:
    from fhircheck.transport.http import redacted

    return redacted(url)


def _unsigned(connection: Connection) -> Connection:
    """The same connection without any credentials."""
    return replace(
        connection,
        sign_in="none",
        user="",
        client_id="",
        secret="",
        token_url="",
        scopes="",
        key_id="",
        client_auth="",
        certificate="",
        certificate_key="",
        passphrase="",
    )


def _run_options(options: ServerOptions) -> RunOptions:
    return RunOptions(
        sources=(),
        packages=options.packages,
        package_cache=options.package_cache,
        registries=options.registries,
        offline=options.offline,
        now=options.now,
    )


def _software(capability: dict[str, Any]) -> str:
    software = capability.get("software")
    return " ".join(filter(None, (text_of(software, "name"), text_of(software, "version"))))


def _unknown_claims(capability: dict[str, Any], sets: tuple[RequirementSet, ...], options: ServerOptions) -> list[str]:
    """Claims that nothing was compared with, since no statement of that canonical is known."""
    if options.against:
        return []
    known = {url for one in sets for url in (one.url, *one.stands_for)}
    claims = sorted({each.partition("|")[0] for each in Declared(capability).claims} - known)
    return [f"{each} is claimed, and no statement of that canonical is known: nothing was compared" for each in claims]
