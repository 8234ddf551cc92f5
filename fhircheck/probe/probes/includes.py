"""_include and _revinclude as declared: do they bring what samples refer to, and what refers to them?"""

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any

from fhircheck.probe.asking import JSON, entries, search_of
from fhircheck.probe.examination import Examination, exact, examination, judged, with_share
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.result import Evidence, ProbeResult
from fhircheck.probe.search_judging import SearchJudge, refused
from fhircheck.probe.search_kinds.reference import literal
from fhircheck.probe.searchset import Searchset
from fhircheck.probe.verdict import Verdict

Node = dict[str, Any]
MANY = 1000


def _includes(probing: Probing) -> Iterator[ProbeResult]:
    session = examination(probing)
    for kind in session.types:
        for text in sorted(session.level(kind).includes):
            verdict = Verdict("include", f"{kind}._include:{text}")
            yield judged(verdict, partial(_include, session, verdict, kind, text))


def _revincludes(probing: Probing) -> Iterator[ProbeResult]:
    """Of servers that declare every reference there is, only those are told that samples could be about."""
    session = examination(probing)
    many = sum(len(session.level(kind).revincludes) for kind in session.types) > MANY
    for kind in session.types:
        for text in sorted(session.level(kind).revincludes):
            if many and not (session.samples(kind) and session.samples(text.partition(":")[0])):
                continue
            verdict = Verdict("revinclude", f"{kind}._revinclude:{text}")
            yield judged(verdict, partial(_revinclude, session, verdict, kind, text))


def _include(session: Examination, verdict: Verdict, kind: str, text: str) -> ProbeResult:
    """http://hl7.org/fhir/R4/search.html#include: what a match refers to comes with it, marked as included."""
    source, _, rest = text.partition(":")
    name, _, target = rest.partition(":")
    if not name or "*" in text or source != kind:
        return verdict.not_tested("include-wildcard")
    edges = [each for each in _edges(session, kind, name) if target in ("", each[1][0])]
    if not edges:
        return verdict.not_tested("no-value" if session.samples(kind) else "no-sample", type=kind, parameter=name)
    sample, (wanted, identity) = edges[0]
    page = Searchset(session.search(kind, [("_id", sample["id"]), ("_include", text)]), kind)
    found = _brought(session, verdict, kind, page, wanted, identity)
    if found.why != "include-missing":
        return found
    read = session.send(f"{wanted}/{identity}", headers=JSON, shown=f"{wanted}/(id)")
    return (
        found
        if read.ok and _is(exact(read.body), wanted, identity)
        else verdict.not_tested("target-not-there", *found.evidence, read)
    )


def _revinclude(session: Examination, verdict: Verdict, kind: str, text: str) -> ProbeResult:
    """http://hl7.org/fhir/R4/search.html#revinclude: what refers to a match comes with it."""
    source, _, rest = text.partition(":")
    name = rest.partition(":")[0]
    if not name or "*" in text:
        return verdict.not_tested("include-wildcard")
    edges = [each for each in _edges(session, source, name) if each[1][0] == kind]
    if not edges:
        return verdict.not_tested("no-value" if session.samples(source) else "no-sample", type=source, parameter=name)
    sample, (_, identity) = edges[0]
    page = Searchset(session.search(kind, [("_id", identity), ("_revinclude", text)]), kind)
    if page.node is not None and not page.ids:
        return verdict.not_tested("target-not-there", page.asked)
    return _brought(session, verdict, kind, page, source, sample["id"])


def _edges(session: Examination, kind: str, name: str) -> list[tuple[Node, tuple[str, str]]]:
    """Samples of a type with what they refer to by a parameter: (type, id), on this server as far as can be seen."""
    parameter = session.parameters.find(kind, name)
    found = []
    for sample in session.samples(kind) if parameter else ():
        items = session.parameters.items(parameter, sample) if parameter else None
        for item in items or ():
            url = item.value.get("reference", "") if isinstance(item.value, dict) else ""
            target = literal(item)
            if target and isinstance(url, str) and (not url.startswith("http") or url.startswith(session.base + "/")):
                found.append((sample, target))
    return found


def _brought(
    session: Examination, verdict: Verdict, kind: str, page: Searchset, wanted: str, identity: str
) -> ProbeResult:
    """Whether a resource is on the page, and marked as what it is."""
    if refused(page.asked):
        return verdict.unmet("search-refused", page.asked, status=page.asked.status)
    fault = SearchJudge(session, verdict, kind, "_include").faulty(page)
    if fault is not None:
        return fault
    marks = [search_of(each).get("mode") for each in entries(page.node) if _is(each.get("resource"), wanted, identity)]
    evidence: Evidence = page.asked.evidence(f"entries: {sum(1 for _ in entries(page.node))}")
    if not marks:
        return verdict.unmet("include-missing", evidence)
    if wanted != kind and "include" not in marks:
        return verdict.unmet("include-not-marked", evidence)
    return verdict.met(evidence)


def _is(node: Any, kind: str, identity: str) -> bool:
    return isinstance(node, dict) and (node.get("resourceType"), node.get("id")) == (kind, identity)


INCLUDE = Probe(
    "include",
    "A declared _include brings what is referred to.",
    "http://hl7.org/fhir/R4/search.html#include",
    with_share(_includes, Fraction(1, 3)),
)
REVINCLUDE = Probe(
    "revinclude",
    "A declared _revinclude brings what refers to the match.",
    "http://hl7.org/fhir/R4/search.html#revinclude",
    _revincludes,
)
