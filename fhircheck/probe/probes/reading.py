"""read, vread and history, of each type they are declared for."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from fhircheck.probe.asking import JSON, Asked, entries
from fhircheck.probe.examination import NO_SUCH, Examination, exact, examination, for_each, judged
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.search_judging import RIGHTS
from fhircheck.probe.verdict import Verdict

Node = dict[str, Any]
HISTORY = 20


def _reads(probing: Probing) -> Iterator[ProbeResult]:
    session = examination(probing)
    kinds = [kind for kind in session.types if session.can(kind, "read")]
    yield from for_each("read", "{}.read", kinds, partial(_read, session))


def _read(session: Examination, verdict: Verdict, kind: str) -> ProbeResult:
    """http://hl7.org/fhir/R4/http.html#read: the resource that was asked for, and no other."""
    samples = session.samples(kind)
    if not samples:
        return verdict.not_tested("no-sample", type=kind)
    asked = session.read(samples[0])
    return _same(verdict, asked, samples[0])


def _same(verdict: Verdict, asked: Asked, sample: Node) -> ProbeResult:
    """The answer must be the resource with the sample's type and id."""
    if asked.status in RIGHTS:
        return verdict.not_tested("not-allowed", asked)
    if asked.status != 200:
        return verdict.unmet("wrong-status", asked, status=asked.status, expected="200")
    node = exact(asked.body)
    if node is None:
        return verdict.unmet("not-fhir", asked)
    if (node["resourceType"], node.get("id")) != (sample["resourceType"], sample["id"]):
        return verdict.unmet("another-resource", asked)
    return verdict.met(asked)


def _vreads(probing: Probing) -> Iterator[ProbeResult]:
    session = examination(probing)
    kinds = [kind for kind in session.types if session.can(kind, "vread")]
    for kind in kinds:
        verdict = Verdict("vread", f"{kind}.vread")
        yield judged(verdict, partial(_vread, session, verdict, kind))


def _vread(session: Examination, verdict: Verdict, kind: str) -> ProbeResult:
    """http://hl7.org/fhir/R4/http.html#vread: that version; for a version that never was, 404."""
    sample = next((each for each in session.samples(kind) if version(each)), None)
    if sample is None:
        return verdict.not_tested("no-sample", type=kind)
    asked = _version(session, sample, version(sample))
    found = _same(verdict, asked, sample)
    if found.outcome != "met":
        return found
    if version(exact(asked.body) or {}) != version(sample):
        return verdict.unmet("another-version", asked)
    other = _version(session, sample, NO_SUCH)
    if other.ok:
        return verdict.unmet("wrong-status", other, status=other.status, expected="404")
    return verdict.met(asked, other)


def _version(session: Examination, sample: Node, number: str) -> Asked:
    kind = sample["resourceType"]
    path = f"{kind}/{sample['id']}/_history/{number}"
    return session.send(path, headers=JSON, shown=f"{kind}/(id)/_history/(version)")


def version(node: Node) -> str:
    """meta.versionId, empty where there is none."""
    meta = node.get("meta")
    found = meta.get("versionId") if isinstance(meta, dict) else None
    return found if isinstance(found, str) else ""


def _histories(probing: Probing) -> Iterator[ProbeResult]:
    session = examination(probing)
    for kind in session.types:
        for interaction, instance in (("history-instance", True), ("history-type", False)):
            if session.can(kind, interaction):
                verdict = Verdict("history", f"{kind}.{interaction}")
                yield judged(
                    verdict,
                    partial(_history, session, verdict, kind, instance),
                )
    if "history-system" in session.declared.system.interactions:
        verdict = Verdict("history", "system.history-system")
        yield judged(verdict, lambda: _history_bundle(verdict, system_history(session), ""))


def _history(session: Examination, verdict: Verdict, kind: str, instance: bool) -> ProbeResult:
    sample = next(iter(session.samples(kind)), None)
    if sample is None:
        return verdict.not_tested("no-sample", type=kind)
    if not instance:
        return _history_bundle(verdict, type_history(session, kind), kind)
    path = f"{kind}/{sample['id']}/_history"
    asked = session.send(path, [("_count", "5")], headers=JSON, shown=f"{kind}/(id)/_history")
    return _history_bundle(verdict, asked, kind, sample["id"])


def type_history(session: Examination, kind: str) -> Asked:
    """The history of a type."""
    query = [("_count", str(HISTORY))]
    return session.once(f"history {kind}", lambda: session.send(f"{kind}/_history", query, headers=JSON))


def system_history(session: Examination) -> Asked:
    """The history of the whole server."""
    query = [("_count", str(HISTORY))]
    return session.once("history", lambda: session.send("_history", query, headers=JSON))


def _history_bundle(verdict: Verdict, asked: Asked, kind: str, identity: str = "") -> ProbeResult:
    """http://hl7.org/fhir/R4/http.html#history: a Bundle of type history, each entry with what was done."""
    if asked.status in RIGHTS:
        return verdict.not_tested("not-allowed", asked)
    if asked.status != 200:
        return verdict.unmet("wrong-status", asked, status=asked.status, expected="200")
    node = exact(asked.body)
    if node is None or node["resourceType"] != "Bundle" or node.get("type") != "history":
        return verdict.unmet("no-history", asked, status=asked.status)
    found = [each.get("resource") for each in entries(node)]
    strangers = [
        each
        for each in found
        if isinstance(each, dict)
        and ((kind and each.get("resourceType") != kind) or identity not in ("", each.get("id")))
    ]
    if strangers:
        return verdict.unmet("history-of-others", asked, count=len(strangers))
    if any("request" not in each for each in entries(node)):
        return verdict.unmet("history-without-request", asked)
    return verdict.met(asked) if found else verdict.unmet("history-empty", asked)


_HTTP = "http://hl7.org/fhir/R4/http.html"
READ = Probe("read", "A read gives the resource that was asked for.", f"{_HTTP}#read", _reads)
VREAD = Probe("vread", "A version that was gives that version, one that never was 404.", f"{_HTTP}#vread", _vreads)
HISTORY_PROBE = Probe(
    "history", "A history is a Bundle of type history, of what was asked for alone.", f"{_HTTP}#history", _histories
)
