"""A first look at sources: which resource types their beginnings hold, and which profiles these claim."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from fhircheck.model.connection import DEFAULT_CONNECTION, Connection
from fhircheck.model.errors import FhircheckError, SourceUnusable
from fhircheck.monitor.job_reading import is_url

RECORDS = 2_000
"""Resources that are looked at in a file or folder."""
TYPES = 60
PAGE = 20
"""Types of a server that are looked at, and resources of each."""


@dataclass(slots=True)
class Look:
    """types, claims: resources by type, claims by profile. faults: (source as it may be shown, why it is not read)."""

    types: Counter[str] = field(default_factory=Counter)
    claims: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[str, str]] = field(default_factory=list)


def look_at(sources: Iterable[str], connection: Connection = DEFAULT_CONNECTION, offline: bool = False) -> Look:
    """What the beginnings of `sources` hold. A source that cannot be read is a fault of the look, and no exception."""
    from fhircheck.transport.http_url import shown

    found = Look()
    for name in sources:
        try:
            nodes = _of_server(name, connection) if is_url(name) and not offline else _of_files(name, offline)
            for node in nodes:
                _count(node, found)
        except FhircheckError as error:
            found.faults.append((shown(name), str(error).removeprefix(f"{shown(name)}: ")))
    return found


def _count(node: dict[str, Any], found: Look) -> None:
    """Count a resource, or those in a Bundle."""
    kind = node.get("resourceType")
    if kind == "Bundle":
        for entry in islice(_list(node.get("entry")), RECORDS):
            if isinstance(entry, dict) and isinstance(entry.get("resource"), dict):
                _count(entry["resource"], found)
    if isinstance(kind, str) and kind.isascii() and kind.isalpha() and len(kind) < 64:
        found.types[kind] += 1
        meta = node.get("meta")
        for claim in _list(meta.get("profile") if isinstance(meta, dict) else None)[:20]:
            if isinstance(claim, str) and claim.startswith(("http://", "https://", "urn:")) and len(claim) < 300:
                found.claims[claim] += 1


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _of_files(name: str, offline: bool) -> Iterator[dict[str, Any]]:
    from fhircheck.definitions.definition_set import load_definitions
    from fhircheck.definitions.type_table import TypeTable
    from fhircheck.sources import ReadOptions, open_sources
    from fhircheck.transport.record_reader import RecordReader

    reader = RecordReader(TypeTable(load_definitions(offline=True)), False)
    chunks = open_sources([name], ReadOptions(offline=offline))
    records = (record for chunk in chunks for piece in chunk for record in reader.records(piece))
    for record in islice(records, RECORDS):
        if isinstance(record.node, dict):
            yield record.node


def _of_server(url: str, connection: Connection) -> Iterator[dict[str, Any]]:
    """The first page of a search, or of searches for the types that the server at a base address declares."""
    from fhircheck.sources.search_page import HEADERS, SearchPage
    from fhircheck.sources.search_pieces import capability
    from fhircheck.sources.search_query import query_of, searchable_types, with_parameters
    from fhircheck.sources.service_base import service_base
    from fhircheck.transport.http import HttpClient, ServerFault

    base, query = service_base(url), query_of(url)
    with HttpClient(connection, base) as client:
        urls = [query.url] if query else [f"{base}/{each}" for each in searchable_types(capability(client, base))]
        failed: list[str] = []
        for each in urls[:TYPES]:
            try:
                page = SearchPage(client.get(with_parameters(each, [("_count", str(PAGE))]), HEADERS))
            except ServerFault as fault:
                failed.append(fault.shown)
                continue
            yield from (entry.node for entry in page.entries) if page.is_paged else (page.node,)
        if failed and len(failed) == len(urls[:TYPES]):
            raise SourceUnusable(f"{failed[0]}")


def fitting_use_cases(types: Iterable[str]) -> list[str]:
    """Names of our use cases whose requirements could be met by resources of `types`."""
    from fhircheck.use_cases.shipped import shipped, shipped_names

    there, found = set(types), []
    for name in shipped_names():
        groups: dict[str, set[str]] = {}
        for each in shipped(name).requirements:
            if each.role in ("cohort", "index", "feature"):
                groups.setdefault(each.group or each.name, set()).add(each.type)
        if groups and all(group & there for group in groups.values()):
            found.append(name)
    return found


@dataclass(frozen=True, slots=True)
class PackageProposal:
    """A package that has profiles the data claims. label: name#version, or the name alone. claims: how many use it."""

    label: str
    installed: bool
    claims: int


def proposed_packages(claims: Counter[str], package_cache: str | None = None) -> list[PackageProposal]:
    """Packages that publish what is claimed, the most used first; versions as they are installed here."""
    from fhircheck.definitions.package_cache import PackageCache, package_cache_folder
    from fhircheck.definitions.version import newest
    from fhircheck.report.remedies import package_of

    cache = PackageCache(package_cache_folder(package_cache))
    wanted: dict[str, Counter[str]] = {}
    for claim, count in claims.items():
        name = package_of(claim)
        if name is not None and not _is_core(claim):
            wanted.setdefault(name, Counter())[claim.partition("|")[2]] += count
    found = []
    for name, versions in wanted.items():
        version = newest(cache.versions(name), versions.most_common(1)[0][0]) or newest(cache.versions(name))
        label = f"{name}#{version}" if version else f"{name}#latest"
        found.append(PackageProposal(label, version is not None, sum(versions.values())))
    return sorted(found, key=lambda each: (-each.claims, each.label))


def _is_core(claim: str) -> bool:
    """Whether a profile is one of the base specification, which is built in."""
    return claim.startswith("http://hl7.org/fhir/StructureDefinition/")


def default_name(source: str) -> str:
    """A name for a job about `source`: of the server's host, or of the folder or file."""
    from urllib.parse import urlsplit

    text = (urlsplit(source).hostname or "") if is_url(source) else os.path.basename(os.path.realpath(source))
    kept = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "-" for sign in text)
    return kept.strip("._-")[:64] or "check"
