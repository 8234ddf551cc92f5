"""JSON and XML: by Accept and by _format, the same resource in both, and a refusal of what is neither."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from fhircheck.probe.asking import JSON, Asked
from fhircheck.probe.examination import Examination, exact, examination, for_each, judged
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.search_judging import RIGHTS
from fhircheck.probe.verdict import Verdict

Node = dict[str, Any]
XML = {"Accept": "application/fhir+xml"}
NEITHER = {"Accept": "image/x-fhircheck"}


def _json(probing: Probing) -> Iterator[ProbeResult]:
    session = examination(probing)
    yield from for_each("format-json", "rest.format:json", session.tried("read"), partial(_as_json, session))


def _as_json(session: Examination, verdict: Verdict, kind: str) -> ProbeResult:
    asked = session.read(session.samples(kind)[0])
    if asked.status in RIGHTS or (not asked.ok and asked.status not in (406, 415)):
        return verdict.not_tested("read-failed", asked)
    if not asked.ok or exact(asked.body) is None:
        return verdict.unmet("format-not-given", asked, format="json")
    if not _says(asked, "json"):
        return verdict.unmet("content-type-differs", asked, format="application/fhir+json")
    return verdict.met(asked)


def _says(asked: Asked, form: str) -> bool:
    """Whether the Content-Type is FHIR's in that form (http://hl7.org/fhir/R4/http.html#mime-type)."""
    return asked.content_type.partition(";")[0].strip().lower() == f"application/fhir+{form}"


def _xml(probing: Probing) -> Iterator[ProbeResult]:
    session = examination(probing)
    if "xml" not in session.declared.formats:
        yield Verdict("format-xml", "rest.format:xml", "MAY").not_tested("not-declared")
        return
    yield from for_each("format-xml", "rest.format:xml", session.tried("read"), partial(_as_xml, session))


def _as_xml(session: Examination, verdict: Verdict, kind: str) -> ProbeResult:
    """The same resource as in JSON, read by our own XML reader."""
    sample = session.samples(kind)[0]
    here, there = session.read(sample), session.read(sample, XML)
    if not here.ok or there.status in RIGHTS:
        return verdict.not_tested("read-failed", here, there)
    node = xml_resource(session, there)
    if node is None:
        return verdict.unmet("format-not-given", there, format="xml", status=there.status)
    if not _says(there, "xml"):
        return verdict.unmet("content-type-differs", there, format="application/fhir+xml")
    place = difference(exact(here.body), node, kind)
    return verdict.unmet("forms-differ", here, there, element=place) if place else verdict.met(here, there)


def xml_resource(session: Examination, asked: Asked) -> Node | None:
    """The resource in an answer in XML; None where there is none."""
    from fhircheck.transport.record_reader import read_document
    from fhircheck.transport.xml_reader import is_xml

    if not asked.ok or not is_xml(asked.body):
        return None
    return read_document(asked.body, session.parameters.types)


def difference(one: Any, other: Any, path: str) -> str:
    """Path of the first element in which two forms of a resource differ, empty where they are the same.

    Narratives are left out, since both forms write them differently.
    """
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(set(one) | set(other)):
            if name == "div":
                continue
            if (name in one) != (name in other):
                return f"{path}.{name}"
            found = difference(one[name], other[name], f"{path}.{name}")
            if found:
                return found
        return ""
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return path
        pairs = zip(one, other, strict=True)
        return next((found for mine, its in pairs if (found := difference(mine, its, path))), "")
    return "" if _plain(one) == _plain(other) else path


def _plain(value: Any) -> Any:
    """Numbers with the digits that were written, whatever object the readers make of them."""
    if value is None or isinstance(value, bool | str):
        return value
    try:
        return str(Decimal(bytes(value).decode() if hasattr(value, "__bytes__") else str(value)))
    except (InvalidOperation, ValueError, TypeError):
        return str(value)


def _format_parameter(probing: Probing) -> Iterator[ProbeResult]:
    session, verdict = examination(probing), Verdict("format-parameter", "rest.format-parameter")
    yield judged(verdict, lambda: _by_parameter(session, verdict))


def _by_parameter(session: Examination, verdict: Verdict) -> ProbeResult:
    """http://hl7.org/fhir/R4/http.html#parameters: _format goes before Accept."""
    kinds = session.tried("read")
    if "xml" not in session.declared.formats or not kinds:
        return verdict.not_tested("not-declared" if kinds else "nothing-to-try")
    sample = session.samples(kinds[0])[0]
    if xml_resource(session, session.read(sample, XML)) is None:
        return verdict.not_tested("format-does-not-work", format="xml")
    path, shown = f"{kinds[0]}/{sample['id']}", f"{kinds[0]}/(id)"
    by_xml = session.send(path, [("_format", "xml")], headers=JSON, shown=shown)
    by_json = session.send(path, [("_format", "json")], headers=XML, shown=shown)
    if xml_resource(session, by_xml) is None:
        return verdict.unmet("format-parameter-ignored", by_xml, format="xml")
    if exact(by_json.body) is None:
        return verdict.unmet("format-parameter-ignored", by_json, format="json")
    return verdict.met(by_xml, by_json)


def _unsupported(probing: Probing) -> Iterator[ProbeResult]:
    session, verdict = examination(probing), Verdict("unsupported-accept", "rest.unsupported-accept", "SHOULD")
    yield judged(verdict, lambda: _not_acceptable(session, verdict))


def _not_acceptable(session: Examination, verdict: Verdict) -> ProbeResult:
    """http://hl7.org/fhir/R4/http.html#mime-type: 406 for a form that the server does not have."""
    kinds = [kind for kind in session.tried("read") if kind not in ("Binary", "Media")]
    if not kinds:
        return verdict.not_tested("nothing-to-try")
    asked = session.read(session.samples(kinds[0])[0], NEITHER)
    if asked.status in RIGHTS:
        return verdict.not_tested("not-allowed", asked)
    if asked.status == 406:
        return verdict.met(asked)
    return verdict.unmet("wrong-status", asked, status=asked.status, expected="406")


def _content_types(probing: Probing) -> Iterator[ProbeResult]:
    session = examination(probing)
    verdict = Verdict("unsupported-content-type", "rest.unsupported-content-type", "SHOULD")
    yield judged(verdict, lambda: _media_type(session, verdict))


def _media_type(session: Examination, verdict: Verdict) -> ProbeResult:
    """415 for a search that is posted in a form that is none."""
    kinds = session.tried()
    if not kinds:
        return verdict.not_tested("nothing-to-try")
    kind = kinds[0]
    right = session.once(f"post {kind}", lambda: session.post_search(kind, [("_count", "1")]))
    if not right.ok:
        return verdict.not_tested("post-does-not-work", right)
    asked = session.post_search(kind, [("_count", "1")], "application/x-fhircheck")
    if asked.status == 415:
        return verdict.met(asked)
    return verdict.unmet("wrong-status", asked, status=asked.status, expected="415")


_MIME = "http://hl7.org/fhir/R4/http.html#mime-type"
FORMAT_JSON = Probe("format-json", "A read with Accept of JSON gives FHIR JSON.", _MIME, _json)
FORMAT_XML = Probe("format-xml", "A read with Accept of XML gives the same resource in FHIR XML.", _MIME, _xml)
FORMAT_PARAMETER = Probe(
    "format-parameter",
    "_format goes before Accept.",
    "http://hl7.org/fhir/R4/http.html#parameters",
    _format_parameter,
)
UNSUPPORTED_ACCEPT = Probe("unsupported-accept", "A form that there is not gets 406.", _MIME, _unsupported)
UNSUPPORTED_CONTENT_TYPE = Probe(
    "unsupported-content-type", "A search posted in a form that is none gets 415.", _MIME, _content_types
)
