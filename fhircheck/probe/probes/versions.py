"""The version of a resource in headers, and conditional reads that rest on them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

from fhircheck.probe.asking import Asked
from fhircheck.probe.examination import Examination, exact, examination, for_each, judged
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.probes.reading import version
from fhircheck.probe.requirement import dicts
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.verdict import Verdict


def _headers(probing: Probing) -> Iterator[ProbeResult]:
    session = examination(probing)
    kinds = session.tried("read")
    yield from for_each(
        "version-headers",
        "rest.version-headers",
        kinds,
        lambda verdict, kind: _header(verdict, session.read(session.samples(kind)[0])),
        "SHOULD",
    )


def _header(verdict: Verdict, asked: Asked) -> ProbeResult:
    """http://hl7.org/fhir/R4/http.html#versioning: ETag is the versionId, Last-Modified meta.lastUpdated."""
    node = exact(asked.body) if asked.ok else None
    if node is None:
        return verdict.not_tested("not-fhir", asked)
    missing = [name for name in ("etag", "last-modified") if name not in asked.headers]
    if missing:
        return verdict.unmet("header-missing", asked, headers=", ".join(missing))
    if version(node) and asked.headers["etag"].removeprefix("W/").strip('"') != version(node):
        return verdict.unmet("header-differs", asked, header="ETag", element="meta.versionId")
    meta = dicts({"meta": [node.get("meta")]}, "meta")
    if meta and not _same_second(asked.headers["last-modified"], meta[0].get("lastUpdated")):
        return verdict.unmet("header-differs", asked, header="Last-Modified", element="meta.lastUpdated")
    return verdict.met(asked)


def _same_second(header: str, instant: Any) -> bool:
    """Whether both say the same second, give or take one; true where the resource says nothing."""
    try:
        there = datetime.fromisoformat(instant)
        said = parsedate_to_datetime(header)
        return abs((said.astimezone(UTC) - there.astimezone(UTC)).total_seconds()) < 2
    except (ValueError, TypeError):
        return not isinstance(instant, str)


def _conditionals(probing: Probing) -> Iterator[ProbeResult]:
    session = examination(probing)
    for kind in session.tried("read"):
        declared = next(iter(session.level(kind).flags.get("conditionalRead", ())), "")
        promised = declared not in ("", "not-supported")
        about = f"{kind}.conditionalRead:{declared}" if promised else "rest.conditional-read"
        verdict = Verdict("conditional-read", about, "SHALL" if promised else "MAY")
        yield judged(
            verdict,
            partial(_conditional, session, verdict, kind, declared),
        )


def _conditional(session: Examination, verdict: Verdict, kind: str, declared: str) -> ProbeResult:
    """http://hl7.org/fhir/R4/http.html#cread: 304 for what the client has already."""
    sample = session.samples(kind)[0]
    before = session.read(sample)
    pairs = {"If-None-Match": before.headers.get("etag"), "If-Modified-Since": before.headers.get("last-modified")}
    left_out = {"modified-since": "If-None-Match", "not-match": "If-Modified-Since"}.get(declared)
    sent = {name: text for name, text in pairs.items() if text and name != left_out}
    if not sent:
        return verdict.not_tested("no-version-headers", before)
    asked = {name: session.read(sample, {name: text}) for name, text in sent.items()}
    evidence = [each.evidence(name) for name, each in asked.items()]
    wrong = [each for each in evidence if each.status != 304]
    if wrong and (verdict.expectation == "SHALL" or len(wrong) == len(evidence)):
        return verdict.unmet("wrong-status", *wrong, status=wrong[0].status, expected="304")
    return verdict.met(*evidence)


_HTTP = "http://hl7.org/fhir/R4/http.html"
VERSION_HEADERS = Probe(
    "version-headers", "A read tells version and time in ETag and Last-Modified.", f"{_HTTP}#versioning", _headers
)
CONDITIONAL_READ = Probe("conditional-read", "What the client has already gets 304.", f"{_HTTP}#cread", _conditionals)
