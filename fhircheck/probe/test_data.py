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


def cleaned_up(probing: Probing, data: TestData, probe: str) -> ProbeResult:
    """Delete what was made, what refers to others first; what stays, or may stay, is said.

    What an answer did not name is looked for by its identifier, since it may be there all the same.
    """
    lost = [kind for kind in data.sent if not any(name.startswith(kind + "/") for name in data.made)]
    untraced = [kind for kind in lost if not _found_again(probing, data, kind)]
    evidence: list[Evidence] = []
    stays = _deleted(probing, list(reversed(data.made)), evidence)
    stays = (_deleted(probing, stays, evidence) if stays else []) + [f"{kind}/?" for kind in untraced]
    verdict = Verdict(probe, "test-data", "MAY")
    if stays:
        return verdict.unmet("test-data-stays", *evidence, count=len(stays), names=", ".join(stays))
    return verdict.met(*evidence) if data.made else verdict.not_tested("nothing-written")


def _found_again(probing: Probing, data: TestData, kind: str) -> bool:
    """Whether it is known what became of a resource of `kind`: found by its identifier, or surely not there."""
    ours = data.sent[kind]
    if ours is None:
        return False
    found = search(probing.client, probing.base, kind, [("identifier", f"{ours['system']}|{ours['value']}")])
    bundle = found.resource("Bundle")
    for each in matches(bundle, kind):
        known = [*dicts(each, "identifier"), each.get("masterIdentifier")]
        if isinstance(each.get("id"), str) and any(_same(one, ours) for one in known):
            data.note(f"{kind}/{each['id']}")
    return bundle is not None


def _same(one: Any, other: Node) -> bool:
    return isinstance(one, dict) and (one.get("system"), one.get("value")) == (other["system"], other["value"])


def _deleted(probing: Probing, names: list[str], evidence: list[Evidence]) -> list[str]:
    """Delete `names`; those that stay."""
    stays = []
    for name in names:
        asked = ask(probing.client, f"{probing.base}/{name}", method="DELETE")
        evidence.append(Evidence(f"DELETE {name}", asked.status, asked.fault))
        if not asked.ok and asked.status not in (404, 410):
            stays.append(name)
    return stays
