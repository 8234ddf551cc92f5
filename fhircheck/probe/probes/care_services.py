"""IHE mCSD: Find Matching Care Services (ITI-90) and Request Care Services Updates (ITI-91)."""

from collections.abc import Iterator
from urllib.parse import urlencode

from fhircheck.probe.asking import JSON, ask
from fhircheck.probe.combined_search import combined, included, until_silent
from fhircheck.probe.declared import Declared
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.verdict import Verdict

_NAME = "care-services"
SEARCHES: dict[str, tuple[str, ...]] = {
    "Organization": ("active", "identifier", "name", "name:contains", "name:exact", "type", "partof"),
    "Location": (
        "identifier", "name", "name:contains", "name:exact", "organization", "type", "status", "partof",
    ),
    "Practitioner": (
        "active", "identifier", "name", "name:contains", "name:exact", "given", "given:contains", "given:exact",
        "family", "family:contains", "family:exact",
    ),
    "PractitionerRole": ("active", "location", "organization", "role", "service", "specialty"),
    "HealthcareService": (
        "active", "identifier", "location", "name", "name:contains", "name:exact", "organization", "service-type",
    ),
    "Endpoint": ("identifier", "organization", "status"),
    "OrganizationAffiliation": (
        "active", "date", "identifier", "participating-organization", "primary-organization", "role",
    ),
}  # fmt: skip
INCLUDES = {
    "Organization": ("Organization:endpoint",),
    "Location": ("Location:organization",),
    "PractitionerRole": ("PractitionerRole:practitioner",),
    "OrganizationAffiliation": ("OrganizationAffiliation:endpoint",),
}


def _found(probing: Probing) -> Iterator[ProbeResult]:
    """Each declared type by each parameter of mCSD, whether or not the server declares it."""
    declared = Declared(probing.capability)
    there = [kind for kind in SEARCHES if declared.can(kind, "search-type")]
    if not there:
        yield Verdict(_NAME, "Organization.search-type").not_tested("search-not-declared", type="Organization")
    yield from until_silent(_each(probing, there))


def _each(probing: Probing, kinds: list[str]) -> Iterator[ProbeResult]:
    for kind in kinds:
        for name in ("_id", "_lastUpdated", *SEARCHES[kind]):
            yield combined(probing, Verdict(_NAME, f"{kind}.searchParam:{name}"), kind, (name,))
        for include in INCLUDES.get(kind, ()):
            yield included(probing, Verdict(_NAME, f"{kind}._include:{include}"), kind, include)


def _updates(probing: Probing) -> Iterator[ProbeResult]:
    declared = Declared(probing.capability)
    for kind in SEARCHES:
        verdict = Verdict("care-services-updates", f"{kind}.history-type")
        if not declared.can(kind, "history-type"):
            yield verdict.not_tested("history-not-declared", type=kind)
            continue
        query = urlencode({"_since": "2000-01-01T00:00:00Z", "_count": "5"})
        asked = ask(probing.client, f"{probing.base}/{kind}/_history?{query}", headers=JSON)
        bundle = asked.resource("Bundle")
        if not asked.status:
            yield verdict.no_answer(asked)
        elif asked.ok and bundle is not None and bundle.get("type") == "history":
            yield verdict.met(asked)
        else:
            yield verdict.unmet("no-history", asked, status=asked.status)


CARE_SERVICES = Probe(
    _NAME,
    "Organizations, locations, practitioners and services are found as mCSD asks (ITI-90).",
    "https://profiles.ihe.net/ITI/mCSD/ITI-90.html",
    _found,
    of_actors=True,
)
CARE_SERVICES_UPDATES = Probe(
    "care-services-updates",
    "What has changed in the directory can be asked for (ITI-91).",
    "https://profiles.ihe.net/ITI/mCSD/ITI-91.html",
    _updates,
    of_actors=True,
)
