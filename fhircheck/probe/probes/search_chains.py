"""Chained parameters: those that are declared by name, and by identifier those that ISiK and IHE ask for."""

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any

from fhircheck.fhirpath import Item
from fhircheck.probe.asking import JSON
from fhircheck.probe.examination import Examination, exact, examination, judged, with_share
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.search_judging import SearchJudge, refused, seen
from fhircheck.probe.search_kinds import SEARCH_KINDS
from fhircheck.probe.search_kinds.reference import literal
from fhircheck.probe.search_kinds.search import NO_SUCH, Search, Told
from fhircheck.probe.searchset import Searchset
from fhircheck.probe.verdict import Verdict

Node = dict[str, Any]
ASKED = ("patient", "encounter")
"""References over which ISiK asks for chaining (UebergreifendeFestlegungen_Suchparameter)."""


def _chains(probing: Probing) -> Iterator[ProbeResult]:
    session = examination(probing)
    for kind in session.types:
        if not session.can(kind, "search-type"):
            continue
        listed = session.level(kind).parameters
        declared = [name for name in listed if "." in name and ":" not in name]
        asked = [f"{name}.identifier" for name in ASKED if name in listed]
        for name in dict.fromkeys([*declared, *asked]):
            verdict = Verdict("chained-search", f"{kind}.searchParam:{name}", "SHALL" if name in declared else "MAY")
            yield judged(verdict, partial(_chain, session, verdict, kind, name))


def _chain(session: Examination, verdict: Verdict, kind: str, name: str) -> ProbeResult:
    """http://hl7.org/fhir/R4/search.html#chaining: by a value of what a sample refers to."""
    first, _, second = name.partition(".")
    parameter = session.parameters.find(kind, first.partition(":")[0])
    if parameter is None or parameter.kind != "reference":
        return _by_definition(session, verdict, kind, name)
    if f"{kind}.searchParam:{first}" in session.unlike:
        return verdict.not_tested("parameter-does-not-work", parameter=first)
    edge = _edge(session, kind, first)
    if edge is None:
        return verdict.not_tested("no-value" if session.samples(kind) else "no-sample", type=kind, parameter=name)
    sample, target = edge
    search = _search(session, target, second)
    if search is None:
        return verdict.not_tested("no-value", type=target["resourceType"], parameter=second)
    reached = (target["resourceType"], target["id"])

    def holds(node: Node) -> Told:
        """True for what refers to the same, false for what refers to nothing; others may have the same value."""
        items = session.parameters.items(parameter, node)
        if items is None:
            return None
        return True if any(literal(each) == reached for each in items) else None if items else False

    found = SearchJudge(session, verdict, kind, name).judge(search, holds, [sample])
    return found if found.outcome != "met" else _nothing(session, verdict, kind, name, found)


def _nothing(session: Examination, verdict: Verdict, kind: str, name: str, found: ProbeResult) -> ProbeResult:
    """A value that cannot be there finds nothing."""
    page = Searchset(session.search(kind, [(name, NO_SUCH), ("_count", "2")]), kind)
    if not refused(page.asked) and page.hits:
        return verdict.unmet("impossible-value-found", *found.evidence, seen(page), count=len(page.hits))
    return verdict.met(*found.evidence, seen(page))


def _by_definition(session: Examination, verdict: Verdict, kind: str, name: str) -> ProbeResult:
    """``author.given`` and the like, where the first part is no reference of R4's: nothing is known to search by."""
    return verdict.not_tested("no-definition", type=kind, parameter=name)


def _edge(session: Examination, kind: str, name: str) -> tuple[Node, Node] | None:
    """A sample, and the resource on this server that it refers to by a parameter."""
    plain, _, wanted = name.partition(":")
    parameter = session.parameters.find(kind, plain)
    for sample in session.samples(kind)[:5] if parameter else ():
        for item in (session.parameters.items(parameter, sample) if parameter else None) or ():
            target = literal(item)
            if target and wanted in ("", target[0]):
                node = _target(session, *target)
                if node is not None:
                    return sample, node
    return None


def _target(session: Examination, kind: str, identity: str) -> Node | None:
    for sample in session.samples(kind):
        if sample["id"] == identity:
            return sample
    asked = session.once(
        f"target {kind}/{identity}", lambda: session.send(f"{kind}/{identity}", headers=JSON, shown=f"{kind}/(id)")
    )
    node = exact(asked.body) if asked.ok else None
    return node if node and (node["resourceType"], node.get("id")) == (kind, identity) else None


def _search(session: Examination, target: Node, name: str) -> Search | None:
    """A search by a value that the target of a chain holds."""
    parameter = session.parameters.find(target["resourceType"], name)
    kind = SEARCH_KINDS.get(parameter.kind) if parameter else None
    items: list[Item] = (session.parameters.items(parameter, target) if parameter else None) or []
    return next((search for item in items if kind for search in kind.plain(item)), None)


CHAINED_SEARCH = Probe(
    "chained-search",
    "A chained parameter finds by a value of what is referred to.",
    "http://hl7.org/fhir/R4/search.html#chaining",
    with_share(_chains, Fraction(1, 4)),
)
