"""Images: the DICOMweb endpoint that an ImagingStudy names answers QIDO-RS and WADO-RS (DICOM PS3.18)."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

from fhircheck.probe.asking import JSON, Asked, ask
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.requirement import dicts
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.search_check import target_id
from fhircheck.probe.verdict import Verdict

_NAME = "dicomweb"
_ABOUT = "ImagingStudy.endpoint"
_WEB = {"dicom-wado-rs", "dicom-qido-rs", "dicom-stow-rs"}
_STUDY_UID = "0020000D"
_DICOM = {"Accept": "application/dicom+json"}
Node = dict[str, Any]


def _images(probing: Probing) -> Iterator[ProbeResult]:
    named, query, metadata = (Verdict(_NAME, f"{_ABOUT}{part}") for part in ("", ":QIDO-RS", ":WADO-RS"))
    studies = probing.samples.get("ImagingStudy", [])
    if not studies:
        yield from (each.not_tested("no-sample", type="ImagingStudy") for each in (named, query, metadata))
        return
    study, endpoint = _with_endpoint(probing, studies)
    if endpoint is None:
        yield named.unmet("no-dicomweb-endpoint")
        yield from (each.not_tested("no-dicomweb-endpoint") for each in (query, metadata))
        return
    yield named.met()
    address = str(endpoint["address"]).rstrip("/")
    if not _may_ask(probing, address):
        yield from (each.not_tested("on-another-host") for each in (query, metadata))
        return
    yield _listed(
        query, ask(probing.client, f"{address}/studies?limit=1", headers=_DICOM, shown="(endpoint)/studies?limit=1")
    )
    yield _metadata(probing, metadata, address, study)


def _with_endpoint(probing: Probing, studies: list[Node]) -> tuple[Node, Node | None]:
    """The first study that leads to a DICOMweb Endpoint, and that Endpoint."""
    for study in studies:
        references = [
            *dicts(study, "endpoint"),
            *(one for each in dicts(study, "series") for one in dicts(each, "endpoint")),
        ]
        for reference in references:
            endpoint = _endpoint(probing, study, reference)
            if endpoint is not None and _is_dicomweb(endpoint):
                return study, endpoint
    return studies[0], None


def _endpoint(probing: Probing, study: Node, reference: Node) -> Node | None:
    text = reference.get("reference")
    if isinstance(text, str) and text.startswith("#"):
        return next((each for each in dicts(study, "contained") if each.get("id") == text[1:]), None)
    identity = target_id(reference, "Endpoint")
    known = (each for each in probing.samples.get("Endpoint", []) if each.get("id") == identity)
    found = next(known, None)
    if found is None and identity:
        found = ask(probing.client, f"{probing.base}/Endpoint/{identity}", headers=JSON).resource("Endpoint")
    return found


def _is_dicomweb(endpoint: Node) -> bool:
    kind = endpoint.get("connectionType")
    code = kind.get("code") if isinstance(kind, dict) else None
    return code in _WEB and isinstance(endpoint.get("address"), str)


def _may_ask(probing: Probing, address: str) -> bool:
    """Only the host that this run was pointed at is asked, unless others were allowed too."""
    try:
        there, here = urlsplit(address), urlsplit(probing.base)
    except ValueError:
        return False
    return there.scheme in ("http", "https") and (there.hostname == here.hostname or probing.other_hosts)


def _listed(verdict: Verdict, asked: Asked) -> ProbeResult:
    """QIDO-RS: a list of studies in DICOM JSON, of one at most; 204 where there is none."""
    if not asked.status:
        return verdict.unmet("endpoint-not-reachable", asked)
    if asked.status == 204:
        return verdict.met(asked)
    found = asked.json() if asked.status == 200 else None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        return verdict.unmet("no-dicom-json", asked, status=asked.status)
    return verdict.met(asked) if len(found) <= 1 else verdict.unmet("limit-ignored", asked)


def _metadata(probing: Probing, verdict: Verdict, address: str, study: Node) -> ProbeResult:
    uid = study_uid(study)
    if not uid:
        return verdict.not_tested("no-study-uid")
    url = f"{address}/studies/{quote(uid, safe='')}/metadata"
    asked = ask(probing.client, url, headers=_DICOM, shown="(endpoint)/studies/***/metadata")
    if not asked.status:
        return verdict.unmet("endpoint-not-reachable", asked)
    found = asked.json() if asked.status == 200 else None
    if not isinstance(found, list) or not found:
        return verdict.unmet("no-dicom-json", asked, status=asked.status)
    same = all(isinstance(each, dict) and _uid_of(each) == uid for each in found)
    return verdict.met(asked) if same else verdict.unmet("other-study", asked)


def study_uid(study: Node) -> str:
    """The Study Instance UID of an ImagingStudy; empty without one (R4 imagingstudy.html#notes)."""
    for each in dicts(study, "identifier"):
        value = each.get("value")
        if each.get("system") == "urn:dicom:uid" and isinstance(value, str):
            return value.removeprefix("urn:oid:")
    return ""


def _uid_of(instance: Node) -> str:
    element = instance.get(_STUDY_UID)
    values = element.get("Value") if isinstance(element, dict) else None
    return values[0] if isinstance(values, list) and values and isinstance(values[0], str) else ""


DICOMWEB = Probe(
    _NAME,
    "The endpoint of an ImagingStudy answers QIDO-RS and WADO-RS.",
    "https://dicom.nema.org/medical/dicom/current/output/chtml/part18/chapter_10.html",
    _images,
)
