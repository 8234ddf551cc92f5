"""Invented data for probes that write: marked as a test, and named as ours by an identifier that no other run has."""

import base64
import hashlib
import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fhircheck.probe.asking import JSON, Asked, ask
from fhircheck.probe.probe import Probing

SYSTEM = "https://fhircheck.dev/fhir/sid/test-data"
TAG = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST", "display": "test health data"}
_NAME = re.compile(r"[A-Z][A-Za-z]{1,40}/[A-Za-z0-9.-]{1,64}")
Node = dict[str, Any]


@dataclass
class TestData:
    """What one probe writes. run: names its identifiers, so that nothing else is hit. made: ``Type/id``, in order.

    sent: types that the server was given, with the identifier each can be found by (none for some types).
    """

    __test__ = False  # no test of pytest's

    run: str = field(default_factory=lambda: str(uuid.uuid4()))
    made: list[str] = field(default_factory=list)
    sent: dict[str, Node | None] = field(default_factory=dict)

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

    def document(self) -> bytes:
        """An invented document, which no other run has."""
        return f"fhircheck: an invented document, made to test this server ({self.run}). It may be deleted.\n".encode()

    def attachment(self) -> Node:
        """Metadata of the invented document, without where it is."""
        digest = hashlib.sha1(self.document(), usedforsecurity=False).digest()
        return {
            "contentType": "text/plain",
            "language": "en",
            "size": len(self.document()),
            "hash": base64.b64encode(digest).decode(),
            "title": "fhircheck test document",
            "creation": now(),
        }

    def note(self, location: str) -> str:
        """Remember a resource that was made, by its location; its ``Type/id``, empty where the location is none."""
        steps = location.split("?", 1)[0].rstrip("/").split("/")
        if "_history" in steps:
            steps = steps[: steps.index("_history")]
        name = "/".join(steps[-2:])
        if not _NAME.fullmatch(name):
            return ""
        if name not in self.made:
            self.made.append(name)
        return name


def now() -> str:
    """This moment, as a FHIR instant."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def send(probing: Probing, data: TestData, method: str, path: str, resource: Node) -> Asked:
    """Send a resource, once: what writes is never repeated by itself."""
    headers = {**JSON, "Content-Type": "application/fhir+json", "Prefer": "return=representation"}
    url = f"{probing.base}/{path}" if path else probing.base
    asked = ask(probing.client, url, method=method, headers=headers, body=json.dumps(resource).encode(), retried=False)
    if not 400 <= asked.status < 500:  # else it says that nothing was done
        data.sent |= _sent(resource)
    return asked


def place(data: TestData, asked: Asked, kind: str) -> str:
    """``Type/id`` of what was written: of its location, else of the resource in the answer; empty without both."""
    if not asked.ok:
        return ""
    location = asked.headers.get("location") or asked.headers.get("content-location")
    if location:
        return data.note(location)
    resource = asked.resource(kind)
    return data.note(f"{kind}/{resource['id']}") if resource and isinstance(resource.get("id"), str) else ""


def _sent(resource: Node) -> dict[str, Node | None]:
    if resource["resourceType"] != "Bundle":
        return {resource["resourceType"]: next(iter(resource.get("identifier", ())), resource.get("masterIdentifier"))}
    return {kind: found for entry in resource["entry"] for kind, found in _sent(entry["resource"]).items()}
