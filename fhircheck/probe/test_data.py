"""Invented data for probes that write: marked as a test, named as ours, and taken away afterwards."""

import base64
import hashlib
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fhircheck.probe.asking import JSON, Asked, ask, matches, search
from fhircheck.probe.probe import Probing
from fhircheck.probe.requirement import dicts
from fhircheck.probe.result import Evidence, ProbeResult
from fhircheck.probe.verdict import Verdict

SYSTEM = "https://fhircheck.dev/fhir/sid/test-data"
TAG = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST", "display": "test health data"}
DOCUMENT = b"fhircheck: an invented document, made to test this server. It may be deleted.\n"
Node = dict[str, Any]


@dataclass
class TestData:
    """What one probe writes. run: names its identifiers, so that nothing else is hit. made: ``Type/id``, in order."""

    __test__ = False  # no test of pytest's

    run: str = field(default_factory=lambda: str(uuid.uuid4()))
    made: list[str] = field(default_factory=list)

    def identifier(self, part: str) -> Node:
        """An identifier of ours."""
        return {"system": SYSTEM, "value": f"{self.run}-{part}"}

    def meta(self, *profiles: str) -> Node:
        """The mark that this is test data, and the profiles it follows."""
        return {"tag": [TAG], **({"profile": list(profiles)} if profiles else {})}

    def patient(self, *profiles: str) -> Node:
        """An invented patient."""
        return {
            "resourceType": "Patient",
            "meta": self.meta(*profiles),
            "identifier": [self.identifier("patient")],
            "active": True,
            "name": [{"use": "official", "family": "Testperson-Fhircheck", "given": ["Probe"]}],
            "gender": "other",
            "birthDate": "1900-01-01",
        }

    def attachment(self) -> Node:
        """Metadata of the invented document, without where it is."""
        digest = hashlib.sha1(DOCUMENT, usedforsecurity=False).digest()
        return {
            "contentType": "text/plain",
            "language": "en",
            "size": len(DOCUMENT),
            "hash": base64.b64encode(digest).decode(),
            "title": "fhircheck test document",
            "creation": now(),
        }

    def note(self, location: str) -> str:
        """Remember a resource that was made, by its location; its ``Type/id``, empty where the location is none."""
        steps = location.split("?", 1)[0].rstrip("/").split("/")
        if "_history" in steps:
            steps = steps[: steps.index("_history")]
        name = "/".join(steps[-2:]) if len(steps) >= 2 else ""
        if name and name not in self.made:
            self.made.append(name)
        return name


def now() -> str:
    """This moment, as a FHIR instant."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def send(probing: Probing, method: str, path: str, resource: Node) -> Asked:
    """Send a resource, once: what writes is never repeated by itself."""
    headers = {**JSON, "Content-Type": "application/fhir+json", "Prefer": "return=representation"}
    url = f"{probing.base}/{path}" if path else probing.base
    return ask(probing.client, url, method=method, headers=headers, body=json.dumps(resource).encode(), retried=False)


def _look_for(probing: Probing, data: TestData, kind: str, part: str) -> None:
    ours = data.identifier(part)
    found = search(probing.client, probing.base, kind, [("identifier", f"{SYSTEM}|{ours['value']}")])
    for each in matches(found.resource("Bundle"), kind):
        if ours in dicts(each, "identifier") and isinstance(each.get("id"), str):
            data.note(f"{kind}/{each['id']}")


def cleaned_up(probing: Probing, data: TestData, probe: str, *sent: tuple[str, str]) -> ProbeResult:
    """Delete what was made, what refers to others first; what stays is said, with its type and id.

    sent: type and part of the identifier of each resource that was sent: what an answer did not name is looked for,
    since it may be there all the same.
    """
    for kind, part in sent:
        if not any(name.startswith(kind + "/") for name in data.made):
            _look_for(probing, data, kind, part)
    verdict, stays, evidence = Verdict(probe, "test-data", "MAY"), [], []
    for name in reversed(data.made):
        asked = ask(probing.client, f"{probing.base}/{name}", method="DELETE")
        evidence.append(Evidence(f"DELETE {name}", asked.status, asked.fault))
        if not asked.ok and asked.status not in (404, 410):
            stays.append(name)
    if stays:
        return verdict.unmet("test-data-stays", *evidence, count=len(stays), names=", ".join(stays))
    return verdict.met(*evidence) if data.made else verdict.not_tested("nothing-written")
