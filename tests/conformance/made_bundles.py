"""Bundles made by chance, of all types, with references of all forms; some are not sound (see bundled_examples)."""

import uuid
from collections.abc import Callable
from random import Random
from typing import Any

BASE = "http://example.org/fhir"
TYPES = ("document", "document", "message", "transaction", "batch", "searchset", "history", "collection", "collection",
         "transaction-response", "batch-response")  # fmt: skip
TEXT = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'}
IDENTIFIER = {"system": "urn:ietf:rfc:3986", "value": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}
REQUESTS = ("POST", "PUT", "GET", "DELETE", "PATCH")
Node = dict[str, Any]


class Making:
    """A Bundle under construction. urls: kind -> fullUrls of the entries; how: `uuid`, `rest` or `mixed`."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.kind = chance.choice(TYPES)
        self.how = chance.choice(("uuid", "rest", "rest", "mixed"))
        self.plan: list[tuple[str, str, str]] = []

    def chosen(self, share: float) -> bool:
        """Whether something happens that happens in this share of cases."""
        return self.chance.random() < share

    def planned(self, kind: str) -> None:
        """An entry to come: its type, id and fullUrl."""
        number = str(len(self.plan) + 1)
        is_uuid = self.how == "uuid" or (self.how == "mixed" and self.chosen(0.5))
        named = uuid.UUID(int=self.chance.getrandbits(128), version=4)
        url = f"urn:uuid:{named}" if is_uuid else f"{BASE}/{kind}/{number}"
        self.plan.append((kind, number, url))

    def reference(self, kind: str) -> Node:
        """A reference to an entry of this type, in one of its forms; a broken one at times."""
        known = [each for each in self.plan if each[0] == kind]
        if self.chosen(0.08) or not known:
            return {"reference": self.chance.choice((
                f"{kind}/none", f"{BASE}/{kind}/none", "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a", "#none",
                f"http://other.org/fhir/{kind}/1", f"{kind}", f"Group/{self.plan[0][1]}",
            ))}  # fmt: skip
        _, number, url = self.chance.choice(known)
        relative = f"{kind}/{number}"
        forms = [url, url, url] if url.startswith("urn:") else [relative, relative, url, f"{relative}/_history/1"]
        if self.chosen(0.06):
            forms = [relative, f"{BASE}/{relative}", relative.lower(), f"{url}#x"]
        return {"reference": self.chance.choice(forms)}


def bundle(chance: Random) -> Node:
    """A Bundle of a few resources."""
    making = Making(chance)
    first = {"document": "Composition", "message": "MessageHeader"}.get(making.kind, "")
    if first and not making.chosen(0.05):
        making.planned(first)
    for kind in ("Patient", "Practitioner", *chance.choices(("Observation", "Encounter", "Condition"), k=3)):
        if not making.chosen(0.1):
            making.planned(kind)
    if making.chosen(0.06):
        chance.shuffle(making.plan)
    entries = [_entry(making, *each) for each in making.plan]
    node: Node = {"resourceType": "Bundle", "id": "b", "type": making.kind}
    if (making.kind == "document") is not making.chosen(0.06):
        node["identifier"] = IDENTIFIER
    if making.kind in ("document", "message") and not making.chosen(0.06):
        node["timestamp"] = "2024-01-01T10:00:00Z"
    if (making.kind in ("searchset", "history")) is not making.chosen(0.05):
        node["total"] = len(entries)
    if making.kind == "searchset" or making.chosen(0.05):
        node["link"] = [{"relation": "self", "url": f"{BASE}/Patient?x=1"}] * (2 if making.chosen(0.05) else 1)
    node["entry"] = entries
    for change in CHANGES:
        if entries and making.chosen(0.05):
            change(chance, entries)
    return node


def _entry(making: Making, kind: str, number: str, url: str) -> Node:
    entry: Node = {"fullUrl": url, "resource": _resource(making, kind, number)}
    if url.startswith("urn:") and making.chosen(0.5):
        del entry["resource"]["id"]
    wants = {"transaction": "request", "batch": "request", "history": "request", "searchset": "search",
             "transaction-response": "response", "batch-response": "response"}.get(making.kind, "")  # fmt: skip
    if making.chosen(0.04):
        wants = making.chance.choice(("request", "response", "search", ""))
    if wants == "request" or making.kind == "history":
        method = making.chance.choice(REQUESTS[:2]) if not making.chosen(0.1) else making.chance.choice(REQUESTS)
        entry["request"] = {"method": method, "url": kind if method == "POST" else f"{kind}/{number}"}
    if wants == "response" or making.kind == "history":
        entry["response"] = {"status": "200 OK"}
    if wants == "search":
        entry["search"] = {"mode": making.chance.choice(("match", "include"))}
    return entry


def _resource(making: Making, kind: str, number: str) -> Node:
    node: Node = {"resourceType": kind, "id": number, "text": TEXT}
    code = {"text": "a code"}
    subject = making.reference("Patient")
    if kind == "Patient":
        node["active"] = True
        if making.chosen(0.3):
            node["generalPractitioner"] = [making.reference("Practitioner")]
    elif kind == "Practitioner":
        node["active"] = True
    elif kind == "Observation":
        node |= {"status": "final", "code": code, "subject": subject, "effectiveDateTime": "2024-01-01",
                 "performer": [making.reference("Practitioner")], "valueString": "x"}  # fmt: skip
        if making.chosen(0.4):
            node["encounter"] = making.reference("Encounter")
    elif kind == "Encounter":
        coding = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"}
        node |= {"status": "finished", "class": coding, "subject": subject}
    elif kind == "Condition":
        coding = {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}
        node |= {"clinicalStatus": {"coding": [coding]}, "code": code, "subject": subject}
    elif kind == "Composition":
        targets = [each[0] for each in making.plan if each[0] in ("Observation", "Condition", "Encounter")]
        section = {"title": "One", "text": TEXT, "entry": [making.reference(each) for each in targets]}
        node |= {"status": "final", "type": code, "subject": subject, "date": "2024-01-01", "title": "A document",
                 "author": [making.reference("Practitioner")], "section": [section]}  # fmt: skip
        if not section["entry"] or making.chosen(0.1):
            del section["entry"]
    else:
        node |= {"eventUri": "http://example.org/event", "source": {"endpoint": "http://example.org/end"},
                 "focus": [making.reference(making.chance.choice(("Patient", "Observation")))]}  # fmt: skip
    return node


def _without_url(chance: Random, entries: list[Node]) -> None:
    chance.choice(entries).pop("fullUrl", None)


def _same_url(chance: Random, entries: list[Node]) -> None:
    one, other = chance.choice(entries), chance.choice(entries)
    if "fullUrl" in other:
        one["fullUrl"] = other["fullUrl"]


def _odd_url(chance: Random, entries: list[Node]) -> None:
    one = chance.choice(entries)
    one["fullUrl"] = chance.choice((f"{BASE}/Patient/99", "Patient/1", "urn:uuid:x", f"{one.get('fullUrl')}/_history/2",
                                    "urn:oid:1.2.3.4", "http://example.org/any", ""))  # fmt: skip


def _without_resource(chance: Random, entries: list[Node]) -> None:
    chance.choice(entries).pop("resource", None)


def _another_id(chance: Random, entries: list[Node]) -> None:
    one = chance.choice(entries)
    if "resource" in one:
        one["resource"]["id"] = "another"


def _twice(chance: Random, entries: list[Node]) -> None:
    entries.append(chance.choice(entries))


def _contained(chance: Random, entries: list[Node]) -> None:
    """A contained resource that somebody refers to, or nobody."""
    one = chance.choice([each for each in entries if "resource" in each] or [{"resource": {}}])["resource"]
    one["contained"] = [{"resourceType": "Organization", "id": "org", "name": "x"}]
    if one.get("resourceType") == "Patient" and chance.random() < 0.6:
        one["managingOrganization"] = {"reference": "#org"}


CHANGES: tuple[Callable[[Random, list[Node]], None], ...] = (
    _without_url, _same_url, _odd_url, _without_resource, _another_id, _twice, _contained,
)  # fmt: skip
