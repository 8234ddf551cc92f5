"""IHE MHD, writing: Provide Document Bundle (ITI-65) and Simplified Publish (ITI-105), with an invented document."""

import base64
from collections.abc import Iterator
from typing import Any

from fhircheck.probe.asking import JSON, Asked, ask, entries
from fhircheck.probe.declared import Declared
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.probes.document_retrieval import document_of, judged, place_of
from fhircheck.probe.probes.document_search import LIST_TYPES
from fhircheck.probe.requirement import dicts
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.test_data import TestData, now, place, send
from fhircheck.probe.test_data_removal import cleaned_up
from fhircheck.probe.verdict import Verdict

_BUNDLE, _SIMPLE = "provide-document-bundle", "simplified-publish"
_MHD = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/"
Node = dict[str, Any]


def provide_bundle(data: TestData) -> Node:
    """A transaction with patient, document, its metadata and the submission set (Minimal Metadata)."""
    patient, binary, reference, submission = (f"urn:uuid:{_uuid(data, part)}" for part in range(4))
    return {
        "resourceType": "Bundle",
        "meta": data.meta(f"{_MHD}IHE.MHD.Minimal.ProvideBundle"),
        "type": "transaction",
        "entry": [
            _entry(patient, data.patient()),
            _entry(binary, _binary(data)),
            _entry(reference, _reference(data, {"reference": patient}, {**data.attachment(), "url": binary})),
            _entry(submission, _submission(data, patient, reference)),
        ],
    }


def _uuid(data: TestData, part: int) -> str:
    return f"{data.run[:-1]}{part}"


def _entry(url: str, resource: Node) -> Node:
    return {"fullUrl": url, "resource": resource, "request": {"method": "POST", "url": resource["resourceType"]}}


def _binary(data: TestData) -> Node:
    content = base64.b64encode(data.document()).decode()
    return {"resourceType": "Binary", "meta": data.meta(), "contentType": "text/plain", "data": content}


def _reference(
    data: TestData, subject: Node, attachment: Node, profile: str = "IHE.MHD.Minimal.DocumentReference"
) -> Node:
    master = {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{data.run}"}
    ours = {} if "Simplified" in profile else {"identifier": [data.identifier("document")]}
    return {
        "resourceType": "DocumentReference",
        "meta": data.meta(_MHD + profile),
        "masterIdentifier": master,
        **ours,
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": "51851-4"}]},
        "subject": subject,
        "date": now(),
        "content": [{"attachment": attachment}],
    }


def _submission(data: TestData, patient: str, reference: str) -> Node:
    source = {
        "url": f"{_MHD}ihe-sourceId",
        "valueIdentifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{data.run}"},
    }
    return {
        "resourceType": "List",
        "meta": data.meta(f"{_MHD}IHE.MHD.Minimal.SubmissionSet"),
        "extension": [source],
        "identifier": [data.identifier("submission")],
        "status": "current",
        "mode": "working",
        "code": {"coding": [{"system": LIST_TYPES, "code": "submissionset"}]},
        "subject": {"reference": patient},
        "date": now(),
        "entry": [{"item": {"reference": reference}}],
    }


def _provided(probing: Probing) -> Iterator[ProbeResult]:
    verdict = Verdict(_BUNDLE, "system.transaction")
    if "transaction" not in Declared(probing.capability).system.interactions:
        yield verdict.not_tested("transaction-not-declared")
        return
    data = TestData()
    bundle = provide_bundle(data)
    try:
        asked = send(probing, data, "POST", "", bundle)
        names = [data.note(location) for location in locations(asked)]
        yield _response(verdict, asked, len(bundle["entry"]))
        yield from _kept(probing, data, next((each for each in names if each.startswith("DocumentReference/")), ""))
    finally:
        cleaned = cleaned_up(probing, data, _BUNDLE)
    yield cleaned


def locations(asked: Asked) -> list[str]:
    """Where the resources of a transaction are now."""
    found = (each.get("response") for each in entries(asked.resource("Bundle")))
    return [each["location"] for each in found if isinstance(each, dict) and isinstance(each.get("location"), str)]


def _response(verdict: Verdict, asked: Asked, number: int) -> ProbeResult:
    """200, a transaction-response with one entry for each that was sent, each 201 with its location."""
    bundle = asked.resource("Bundle")
    if not asked.status:
        return verdict.no_answer(asked)
    if not asked.ok or bundle is None:
        return verdict.unmet("transaction-refused", asked, status=asked.status)
    if bundle.get("type") != "transaction-response":
        return verdict.unmet("no-transaction-response", asked)
    answers = [each.get("response") for each in entries(bundle)]
    made = [each for each in answers if isinstance(each, dict) and str(each.get("status", "")).startswith("201")]
    if len(answers) != number or len(made) != number:
        return verdict.unmet("entries-not-created", asked, count=len(made), expected=number)
    if len(locations(asked)) != number:
        return verdict.unmet("locations-missing", asked)
    return verdict.met(asked)


def _kept(probing: Probing, data: TestData, name: str) -> Iterator[ProbeResult]:
    """The document that was sent is the one that can be had, by the metadata as the server keeps it."""
    about = "system.transaction:document"
    if not name:
        yield Verdict(_BUNDLE, about).not_tested("nothing-written")
        return
    yield _read_back(probing, Verdict(_BUNDLE, about), name, data)


def _read_back(probing: Probing, verdict: Verdict, name: str, data: TestData) -> ProbeResult:
    asked = ask(probing.client, f"{probing.base}/{name}", headers=JSON)
    reference = asked.resource("DocumentReference")
    if reference is None:
        return verdict.unmet("not-there-after-writing", asked, status=asked.status)
    attachments = [each.get("attachment") for each in dicts(reference, "content")]
    attachment = next(
        (each for each in attachments if isinstance(each, dict) and isinstance(each.get("url"), str)), None
    )
    if attachment is None:
        return verdict.unmet("document-without-url", asked)
    if not place_of(probing, attachment):
        return verdict.not_tested("on-another-host", asked)
    if is_binary(attachment["url"], probing.base):
        data.note(attachment["url"])  # of our document, wherever the server put it
    got, content = document_of(probing, attachment)
    if content is None:
        return verdict.unmet("document-not-retrieved", got, status=got.status)
    if content != data.document():
        return verdict.unmet("document-changed", got)
    differing = [each for each in (judged(part, attachment, got, content) for part in ("size", "hash")) if each.why]
    wrong = next((each for each in differing if each.outcome == "unmet"), None)
    return verdict.unmet(wrong.why, got) if wrong is not None else verdict.met(asked, got)


def is_binary(url: str, base: str) -> bool:
    """Whether a URL is that of a Binary of this server."""
    return url.removeprefix(base + "/").startswith("Binary/")


def _published(probing: Probing) -> Iterator[ProbeResult]:
    verdict = Verdict(_SIMPLE, "DocumentReference.create")
    if not Declared(probing.capability).can("DocumentReference", "create"):
        yield verdict.not_tested("create-not-declared", type="DocumentReference")
        return
    data = TestData()
    attachment = {**data.attachment(), "data": base64.b64encode(data.document()).decode()}
    try:
        subject = _subject(probing, data)
        profile = "IHE.MHD.SimplifiedPublish.DocumentReference"
        asked = send(probing, data, "POST", "DocumentReference", _reference(data, subject, attachment, profile))
        name = place(data, asked, "DocumentReference")
        yield created(verdict, asked)
        if name:
            yield _read_back(probing, Verdict(_SIMPLE, "DocumentReference.create:document"), name, data)
    finally:
        cleaned = cleaned_up(probing, data, _SIMPLE)
    yield cleaned


def _subject(probing: Probing, data: TestData) -> Node:
    """The invented patient on the server where patients can be created, else by identifier alone."""
    level = Declared(probing.capability).resources.get("Patient")
    if level is not None and "create" in level.interactions:
        asked = send(probing, data, "POST", "Patient", data.patient())
        if name := place(data, asked, "Patient"):
            return {"reference": name}
    return {"type": "Patient", "identifier": data.identifier("patient")}


def created(verdict: Verdict, asked: Asked) -> ProbeResult:
    """201 with a Location (R4 http.html#create)."""
    if not asked.status:
        return verdict.no_answer(asked)
    if asked.status != 201:
        return verdict.unmet("not-created", asked, status=asked.status)
    return verdict.met(asked) if asked.headers.get("location") else verdict.unmet("no-location", asked)


PROVIDE_DOCUMENT_BUNDLE = Probe(
    _BUNDLE,
    "A document with its metadata is taken in one transaction (ITI-65).",
    "https://profiles.ihe.net/ITI/MHD/ITI-65.html",
    _provided,
    writes=True,
    of_actors=True,
)
SIMPLIFIED_PUBLISH = Probe(
    _SIMPLE,
    "A document inside its metadata is taken (ITI-105).",
    "https://profiles.ihe.net/ITI/MHD/ITI-105.html",
    _published,
    writes=True,
    of_actors=True,
)
