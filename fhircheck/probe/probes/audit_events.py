"""IHE ATNA/BALP: Retrieve ATNA Audit Event (ITI-81): audit records by their date, and what they look like."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from fhircheck.probe.asking import matches, search
from fhircheck.probe.declared import Declared
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.search_check import judged_nothing, judged_search
from fhircheck.probe.verdict import Verdict

RECORDS = 20
_NAME = "audit-events"
_BALP = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/"
Node = dict[str, Any]


def _audited(probing: Probing) -> Iterator[ProbeResult]:
    verdict = Verdict(_NAME, "AuditEvent.search-type:date")
    if not Declared(probing.capability).can("AuditEvent", "search-type"):
        yield verdict.not_tested("search-not-declared", type="AuditEvent")
        return
    sample = next((each for each in probing.samples.get("AuditEvent", []) if _day(each)), None)
    if sample is None:
        yield verdict.not_tested("no-sample", type="AuditEvent")
        return
    day = _day(sample) or date.min
    span = [("date", f"ge{day - timedelta(1)}"), ("date", f"le{day + timedelta(1)}")]

    def holds(node: Node) -> bool:
        found = _day(node)
        return found is not None and abs(found - day) <= timedelta(2)  # the day may differ by time zone

    yield judged_search(probing, verdict, "AuditEvent", span, holds, sample["id"])
    before = [("date", "le1900-01-01")]
    yield judged_nothing(probing, Verdict(_NAME, "AuditEvent.search-type:no-hits"), "AuditEvent", before)
    yield _profiled(probing, [*span, ("_count", str(RECORDS))])


def _profiled(probing: Probing, query: list[tuple[str, str]]) -> ProbeResult:
    """Records that claim a profile of BALP are as it says, as far as the profile is loaded."""
    verdict = Verdict(_NAME, "AuditEvent.profile:BALP")
    asked = search(probing.client, probing.base, "AuditEvent", query)
    claiming = [(each, url) for each in matches(asked.resource("Bundle"), "AuditEvent") for url in _claims(each)]
    if not claiming:
        return verdict.not_tested("no-record-claims-balp", asked)
    if probing.errors_against is None:
        return verdict.not_tested("profile-not-loaded", asked)
    counts = [probing.errors_against(each, url) for each, url in claiming[:RECORDS]]
    if all(each is None for each in counts):
        return verdict.not_tested("profile-not-loaded", asked)
    wrong = sum(1 for each in counts if each)
    return verdict.unmet("records-break-profile", asked, count=wrong) if wrong else verdict.met(asked)


def _claims(node: Node) -> list[str]:
    meta = node.get("meta")
    found = meta.get("profile") if isinstance(meta, dict) else None
    return (
        [each for each in found if isinstance(each, str) and each.startswith(_BALP)] if isinstance(found, list) else []
    )


def _day(node: Node) -> date | None:
    text = node.get("recorded")
    try:
        return date.fromisoformat(text[:10]) if isinstance(text, str) else None
    except ValueError:
        return None


AUDIT_EVENTS = Probe(
    _NAME,
    "Audit records are found by date, and are as the BALP profiles they claim say (ITI-81).",
    "https://profiles.ihe.net/ITI/BALP/index.html",
    _audited,
    of_actors=True,
)
