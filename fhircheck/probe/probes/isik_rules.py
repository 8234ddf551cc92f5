"""What ISiK asks of every server beyond its resources: its own statement, formats, versions, _tag, next links."""

import uuid
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from fhircheck.probe.asking import ask, matches, search
from fhircheck.probe.declared import Declared
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.probes.patient_demographics import families
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.search_check import here, judged_nothing
from fhircheck.probe.search_kinds.search import escaped
from fhircheck.probe.verdict import Verdict
from fhircheck.sources.search_page import link_url

_NAME = "isik-rules"
_CLAUSE = "https://simplifier.net/guide/isik-basis-stufe-4"
_INSTANTIATES = "https://gematik.de/fhir/isik/"
FORMATS = ("json", "xml")


def _rules(probing: Probing) -> Iterator[ProbeResult]:
    yield from _statement(probing)
    yield from _formats(probing)
    yield _other_version(probing)
    yield from _tag(probing)
    yield _next_link(probing)


def _statement(probing: Probing) -> Iterator[ProbeResult]:
    """The statement is of this very server: kind, software with version, and the actors it means to be."""
    capability, declared = probing.capability, Declared(probing.capability)
    kind = Verdict(_NAME, "rest.kind")
    yield kind.met() if capability.get("kind") == "instance" else kind.unmet("kind-not-instance")
    software = capability.get("software")
    for name in ("name", "version"):
        verdict, found = Verdict(_NAME, f"software.{name}"), isinstance(software, dict) and bool(software.get(name))
        yield verdict.met() if found else verdict.unmet("software-incomplete", member=name)
    claimed = any(each.startswith(_INSTANTIATES) for each in declared.claims)
    verdict = Verdict(_NAME, "rest.instantiates")
    yield verdict.met() if claimed else verdict.unmet("isik-not-claimed")


def _formats(probing: Probing) -> Iterator[ProbeResult]:
    for name in FORMATS:
        verdict = Verdict(_NAME, f"rest.format:{name}")
        asked = ask(probing.client, f"{probing.base}/metadata", headers={"Accept": f"application/fhir+{name}"})
        if not asked.status:
            yield verdict.no_answer(asked)
        elif asked.ok and f"fhir+{name}" in asked.content_type:
            yield verdict.met(asked)
        else:
            yield verdict.unmet("format-not-given", asked, format=name)


def _other_version(probing: Probing) -> ProbeResult:
    """Another FHIR version than 4.0 in Accept is answered with 406."""
    verdict = Verdict(_NAME, "rest.fhirVersion")
    accept = {"Accept": "application/fhir+json; fhirVersion=3.0"}
    asked = ask(probing.client, f"{probing.base}/metadata", headers=accept)
    if not asked.status:
        return verdict.no_answer(asked)
    return verdict.met(asked) if asked.status == 406 else verdict.unmet("no-406", asked, status=asked.status)


def _tag(probing: Probing) -> Iterator[ProbeResult]:
    """A tag that nothing has finds nothing, on every type that can be searched and has resources."""
    searchable = [
        kind
        for kind, level in Declared(probing.capability).resources.items()
        if "search-type" in level.interactions and probing.samples.get(kind)
    ]
    if not searchable:
        yield Verdict(_NAME, "system.searchParam:_tag").not_tested("no-type-to-search")
    for kind in searchable:
        query = [("_tag", f"https://fhircheck.dev/no-such-tag|{uuid.uuid4().hex}")]
        yield judged_nothing(probing, Verdict(_NAME, f"{kind}.searchParam:_tag"), kind, query)


def _next_link(probing: Probing) -> ProbeResult:
    """The next link shows neither names nor values of the search: they would stand in logs of every proxy."""
    verdict = Verdict(_NAME, "rest.next-link")
    found = _shared_by_two(probing)
    if found is None:
        return verdict.not_tested("no-sample", type="Patient")
    name, value = found
    asked = search(probing.client, probing.base, "Patient", [(name, escaped(value)), ("_count", "1")])
    link = here(link_url(asked.resource("Bundle"), "next"), asked.url, probing.base)
    if not asked.ok or link in ("", asked.url):
        return verdict.not_tested("no-next-link", asked)
    shown = parse_qsl(urlsplit(link).query, keep_blank_values=True)
    leaks = name in dict(shown) or any(value.lower() == each.lower() for _, each in shown)
    return verdict.unmet("next-link-shows-search", asked) if leaks else verdict.met(asked)


def _shared_by_two(probing: Probing) -> tuple[str, str] | None:
    """Name and value of a search that at least two of the server's patients answer to."""
    asked = search(probing.client, probing.base, "Patient", [("_count", "50")])
    seen: set[tuple[str, str]] = set()
    for patient in matches(asked.resource("Bundle"), "Patient"):
        gender = patient.get("gender")
        pairs = {("family", each) for each in families(patient)} | {("gender", str(gender))} if gender else set()
        if shared := seen & pairs:
            return min(shared)
        seen |= pairs
    return None


ISIK_RULES = Probe(_NAME, "The rules of ISiK Basis for every server.", _CLAUSE, _rules, of_actors=True)
