"""What a server says of what is not there, was never there, or is not there any more."""

from collections.abc import Iterator
from typing import Any

from fhircheck.probe.asking import JSON, Asked, entries
from fhircheck.probe.examination import NO_SUCH, Examination, exact, examination, for_each, judged
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.probes.reading import system_history, type_history
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.search_judging import RIGHTS
from fhircheck.probe.verdict import Verdict

Node = dict[str, Any]


def _unknown_ids(probing: Probing) -> Iterator[ProbeResult]:
    session = examination(probing)
    kinds = session.tried("read")[:2]
    yield from for_each(
        "unknown-id", "rest.unknown-id", kinds, lambda verdict, kind: _expected(verdict, unknown_id(session, kind), 404)
    )


def unknown_id(session: Examination, kind: str) -> Asked:
    """A read of what is not there."""
    return session.once(f"unknown {kind}", lambda: session.send(f"{kind}/{NO_SUCH}-id", headers=JSON))


def unknown_type(session: Examination) -> Asked:
    """A search for a type that FHIR does not have."""
    return session.once("unknown type", lambda: session.send("FhircheckNoSuchType", headers=JSON))


def _expected(verdict: Verdict, asked: Asked, *statuses: int) -> ProbeResult:
    if asked.status in RIGHTS:
        return verdict.not_tested("not-allowed", asked)
    if asked.status in statuses:
        return verdict.met(asked)
    return verdict.unmet("wrong-status", asked, status=asked.status, expected=" / ".join(map(str, statuses)))


def _unknown_types(probing: Probing) -> Iterator[ProbeResult]:
    session, verdict = examination(probing), Verdict("unknown-type", "rest.unknown-type")
    yield judged(verdict, lambda: _expected(verdict, unknown_type(session), 404, 400))


def _outcomes(probing: Probing) -> Iterator[ProbeResult]:
    session, verdict = examination(probing), Verdict("error-outcome", "rest.error-outcome", "SHOULD")
    yield judged(verdict, lambda: _outcome(session, verdict))


def _outcome(session: Examination, verdict: Verdict) -> ProbeResult:
    """http://hl7.org/fhir/R4/http.html#2.21.0.4: an error says what it is in an OperationOutcome."""
    asked = [unknown_type(session), *(unknown_id(session, kind) for kind in session.tried("read")[:1])]
    errors = [each for each in asked if each.status >= 400]
    if not errors:
        return verdict.not_tested("no-error-seen", *asked)
    bare = [each for each in errors if (exact(each.body) or {}).get("resourceType") != "OperationOutcome"]
    return verdict.unmet("no-outcome", *bare, count=len(bare)) if bare else verdict.met(*errors)


def _deletions(probing: Probing) -> Iterator[ProbeResult]:
    session, verdict = examination(probing), Verdict("deleted", "rest.deleted")
    yield judged(verdict, lambda: _deleted(session, verdict))


def _deleted(session: Examination, verdict: Verdict) -> ProbeResult:
    """http://hl7.org/fhir/R4/http.html#read: 410 for what was deleted, where a history shows such a one."""
    histories = [
        *([system_history(session)] if "history-system" in session.declared.system.interactions else []),
        *(type_history(session, kind) for kind in session.tried("history-type")),
    ]
    for asked in histories:
        for entry in entries(exact(asked.body) if asked.ok else None):
            path = _gone(entry)
            if path:
                kind = path.partition("/")[0]
                read = session.send(path, headers=JSON, shown=f"{kind}/(id)")
                return verdict.not_tested("came-back", read) if read.ok else _expected(verdict, read, 410)
    return verdict.not_tested("nothing-deleted", *histories)


def _gone(entry: Node) -> str:
    """``Type/id`` of what an entry of a history says was deleted, else empty."""
    request = entry.get("request")
    if not isinstance(request, dict) or request.get("method") != "DELETE" or not isinstance(request.get("url"), str):
        return ""
    steps = request["url"].partition("?")[0].strip("/").split("/")
    return "/".join(steps[-2:]) if len(steps) >= 2 and steps[-2].isalpha() else ""


_HTTP = "http://hl7.org/fhir/R4/http.html"
UNKNOWN_ID = Probe("unknown-id", "An id that is not there gets 404.", f"{_HTTP}#read", _unknown_ids)
UNKNOWN_TYPE = Probe(
    "unknown-type", "A type that FHIR does not have gets 404 or 400.", f"{_HTTP}#search", _unknown_types
)
ERROR_OUTCOME = Probe("error-outcome", "An error comes with an OperationOutcome.", f"{_HTTP}#Status-Codes", _outcomes)
DELETED = Probe("deleted", "What was deleted gets 410.", f"{_HTTP}#delete", _deletions)
