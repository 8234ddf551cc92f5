"""IHE ATNA, writing: Record Audit Event by FHIR (ITI-20)."""

from collections.abc import Iterator
from typing import Any

from fhircheck.probe.asking import JSON, ask
from fhircheck.probe.declared import Declared
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.probes.document_submission import created
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.test_data import TestData, now, place, send
from fhircheck.probe.test_data_removal import cleaned_up
from fhircheck.probe.verdict import Verdict

_NAME = "audit-feed"
_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
Node = dict[str, Any]


def audit_event(data: TestData) -> Node:
    """An invented record: the probe itself asked for something."""
    return {
        "resourceType": "AuditEvent",
        "meta": data.meta(),
        "type": {"system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest"},
        "subtype": [{"system": "http://hl7.org/fhir/restful-interaction", "code": "search"}],
        "action": "E",
        "recorded": now(),
        "outcome": "0",
        "agent": [
            {
                "type": {"coding": [{"system": _DICOM, "code": "110153"}]},
                "who": {"identifier": data.identifier("agent"), "display": "fhircheck probe"},
                "requestor": True,
            }
        ],
        "source": {"observer": {"identifier": data.identifier("source"), "display": "fhircheck probe"}},
    }


def _recorded(probing: Probing) -> Iterator[ProbeResult]:
    verdict = Verdict(_NAME, "AuditEvent.create")
    declared = Declared(probing.capability)
    if not declared.can("AuditEvent", "create"):
        yield verdict.not_tested("create-not-declared", type="AuditEvent")
        return
    data = TestData()
    try:
        asked = send(probing, data, "POST", "AuditEvent", audit_event(data))
        name = place(data, asked, "AuditEvent")
        yield created(verdict, asked)
        if name and declared.can("AuditEvent", "read"):
            kept, again = (
                Verdict(_NAME, "AuditEvent.create:kept"),
                ask(probing.client, f"{probing.base}/{name}", headers=JSON),
            )
            there = again.resource("AuditEvent") is not None
            yield kept.met(again) if there else kept.unmet("not-there-after-writing", again, status=again.status)
    finally:
        cleaned = cleaned_up(probing, data, _NAME)
    yield cleaned


AUDIT_FEED = Probe(
    _NAME,
    "An audit record is taken (ITI-20).",
    "https://profiles.ihe.net/ITI/BALP/content.html",
    _recorded,
    writes=True,
    of_actors=True,
)
