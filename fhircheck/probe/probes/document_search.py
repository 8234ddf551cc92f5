"""IHE MHD: Find Document Lists (ITI-66) and Find Document References (ITI-67), with values of the server's own data."""

from collections.abc import Callable, Iterator
from typing import Any

from fhircheck.probe.asking import JSON, Query, ask
from fhircheck.probe.declared import Declared
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.requirement import dicts
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.search_check import codings, identifiers, judged_search, refers_to, target_id, token
from fhircheck.probe.verdict import Verdict

LIST_TYPES = "https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes"
_LISTS, _REFERENCES = "document-lists", "document-references"
_DESIGNATION = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-designationType"
_SOURCE_ID = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-sourceId"
Node = dict[str, Any]


def _lists(probing: Probing) -> Iterator[ProbeResult]:
    if (reason := _unsearchable(probing, "List")) is not None:
        yield Verdict(_LISTS, "List.search-type").not_tested(reason, type="List")
        return
    lists = [each for each in probing.samples.get("List", []) if _list_code(each)]
    yield from _by_patient(probing, _LISTS, "List", lists, _code)
    yield _extension(probing, lists, "designationType", _designations)
    yield _extension(probing, lists, "sourceId", _source_ids)


def _references(probing: Probing) -> Iterator[ProbeResult]:
    if (reason := _unsearchable(probing, "DocumentReference")) is not None:
        yield Verdict(_REFERENCES, "DocumentReference.search-type").not_tested(reason, type="DocumentReference")
        return
    samples = probing.samples.get("DocumentReference", [])
    yield from _by_patient(probing, _REFERENCES, "DocumentReference", samples, lambda _: [])
    yield _creation(probing, samples)


def _by_patient(
    probing: Probing, name: str, kind: str, samples: list[Node], more: Callable[[Node], Query]
) -> Iterator[ProbeResult]:
    """What every consumer sends: patient (or patient.identifier) and status, for lists also their code."""
    sample = next((each for each in samples if target_id(each.get("subject"), "Patient") and each.get("status")), None)
    verdicts = [Verdict(name, f"{kind}.search-type:patient+status")] * 2
    chained = Verdict(name, f"{kind}.searchParam:patient.identifier")
    if sample is None:
        yield from (each.not_tested("no-sample", type=kind) for each in (*verdicts, chained))
        return
    patient, status = target_id(sample["subject"], "Patient"), str(sample["status"])

    def holds(node: Node) -> bool:
        return refers_to(node.get("subject"), "Patient", patient) and node.get("status") == status

    query = [("patient", f"Patient/{patient}"), *more(sample), ("status", status)]
    for verdict, post in zip(verdicts, (False, True), strict=True):
        yield judged_search(probing, verdict, kind, query, holds, sample["id"], post=post)
    pair = next(iter(identifiers(_patient(probing, patient))), None)
    if pair is None:
        yield chained.not_tested("no-sample", type="Patient")
        return

    def belongs(node: Node) -> bool:
        return node.get("status") == status and _is_of(probing, node, patient, pair)

    query = [("patient.identifier", token(*pair)), *more(sample), ("status", status)]
    yield judged_search(probing, chained, kind, query, belongs, sample["id"])


def _is_of(probing: Probing, node: Node, patient: str, pair: tuple[str, str]) -> bool:
    """Whether a resource is of `patient`, or of another record with the same identifier."""
    subject = node.get("subject")
    if refers_to(subject, "Patient", patient):
        return True
    inside = subject.get("identifier") if isinstance(subject, dict) else None
    if isinstance(inside, dict) and pair in identifiers({"identifier": [inside]}):
        return True
    other = target_id(subject, "Patient")
    return bool(other) and pair in identifiers(_patient(probing, other))


def _patient(probing: Probing, identity: str) -> Node:
    """A patient by id: of the samples, else read; empty where there is none."""
    known = (each for each in probing.samples.get("Patient", []) if each.get("id") == identity)
    found = next(known, None)
    return found or ask(probing.client, f"{probing.base}/Patient/{identity}", headers=JSON).resource("Patient") or {}


def _extension(probing: Probing, lists: list[Node], name: str, values: Callable[[Node], list[str]]) -> ProbeResult:
    """A search parameter of MHD's own, over an extension of the list."""
    verdict = Verdict(_LISTS, f"List.searchParam:{name}")
    sample = next((each for each in lists if values(each)), None)
    if sample is None:
        return verdict.not_tested("no-sample", type="List")
    value = values(sample)[0]
    return judged_search(probing, verdict, "List", [(name, value)], lambda node: value in values(node), sample["id"])


def _creation(probing: Probing, samples: list[Node]) -> ProbeResult:
    """``creation``: the day on which the document was made."""
    verdict = Verdict(_REFERENCES, "DocumentReference.searchParam:creation")
    sample = next((each for each in samples if _created(each)), None)
    if sample is None:
        return verdict.not_tested("no-sample", type="DocumentReference")
    text = _created(sample)[0]
    query = [("creation", text)]

    def holds(node: Node) -> bool:
        return any(each.startswith(text) or text.startswith(each) for each in _created(node))

    return judged_search(probing, verdict, "DocumentReference", query, holds, sample["id"])


def _created(node: Node) -> list[str]:
    attachments = (each.get("attachment") for each in dicts(node, "content"))
    found = (each.get("creation") for each in attachments if isinstance(each, dict))
    return [each for each in found if isinstance(each, str)]


def _code(node: Node) -> Query:
    return [("code", token(LIST_TYPES, _list_code(node)))]


def _list_code(node: Node) -> str:
    return next((code for system, code in codings(node.get("code")) if system == LIST_TYPES), "")


def _designations(node: Node) -> list[str]:
    found = (each.get("valueCodeableConcept") for each in dicts(node, "extension") if each.get("url") == _DESIGNATION)
    return [token(*pair) for each in found for pair in codings(each)]


def _source_ids(node: Node) -> list[str]:
    found = (each.get("valueIdentifier") for each in dicts(node, "extension") if each.get("url") == _SOURCE_ID)
    return [token(*pair) for pair in identifiers({"identifier": [each for each in found if isinstance(each, dict)]})]


def _unsearchable(probing: Probing, kind: str) -> str | None:
    return None if Declared(probing.capability).can(kind, "search-type") else "search-not-declared"


DOCUMENT_LISTS = Probe(
    _LISTS,
    "Submission sets and folders are found by patient, code and status (ITI-66).",
    "https://profiles.ihe.net/ITI/MHD/ITI-66.html",
    _lists,
    of_actors=True,
)
DOCUMENT_REFERENCES = Probe(
    _REFERENCES,
    "Documents are found by patient and status, by GET and POST (ITI-67).",
    "https://profiles.ihe.net/ITI/MHD/ITI-67.html",
    _references,
    of_actors=True,
)
