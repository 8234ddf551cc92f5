"""Parameters that filter nothing but shape the answer: _count, _sort, _summary, _elements, _total."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from fhircheck.probe.asking import Query
from fhircheck.probe.examination import Examination, examination, for_each, judged
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.result import Expectation, ProbeResult
from fhircheck.probe.search_judging import SearchJudge, refused, seen
from fhircheck.probe.search_kinds.date_span import span_of
from fhircheck.probe.searchset import Searchset
from fhircheck.probe.verdict import Verdict

Node = dict[str, Any]
Judge = Callable[[Examination, Verdict, str], ProbeResult]
_ALWAYS = frozenset({"resourceType", "id", "meta", "text", "implicitRules", "language"})


def _probe(name: str, least: int, expectation: Expectation, judge: Judge) -> Callable[[Probing], Iterator[ProbeResult]]:
    """A probe on a few types with at least `least` samples; it is about the parameter of each type."""

    def run(probing: Probing) -> Iterator[ProbeResult]:
        session = examination(probing)
        about = f"{{}}.searchParam:_{name.removeprefix('search-')}"
        yield from for_each(name, about, session.tried(least=least), partial(judge, session), expectation)

    return run


def _page(session: Examination, verdict: Verdict, kind: str, query: Query) -> tuple[Searchset, ProbeResult | None]:
    """The answer to a search, and what is to be said where it is none: not to know a parameter breaks no SHALL."""
    page = Searchset(session.search(kind, query), kind)
    if refused(page.asked):
        softer = Verdict(verdict.probe, verdict.about, "MAY")
        return page, softer.unmet("search-refused", page.asked, status=page.asked.status)
    return page, SearchJudge(session, verdict, kind, query[0][0]).faulty(page)


def _counts(probing: Probing) -> Iterator[ProbeResult]:
    """On every type: ISiK asks for _count on each."""
    session = examination(probing)
    for kind in session.types:
        if session.can(kind, "search-type"):
            verdict = Verdict("search-count", f"{kind}.searchParam:_count")
            yield judged(verdict, partial(_count, session, verdict, kind))


def _count(session: Examination, verdict: Verdict, kind: str) -> ProbeResult:
    """http://hl7.org/fhir/R4/search.html#count: never more matches on a page than asked for."""
    if len(session.samples(kind)) < 3:
        return verdict.not_tested("too-few-samples", type=kind)
    page, fault = _page(session, verdict, kind, [("_count", "2")])
    if fault is not None:
        return fault
    if len(page.matches) > 2:
        return verdict.unmet("count-ignored", seen(page), hits=len(page.matches))
    return verdict.met(seen(page)) if page.matches else verdict.unmet("page-empty", seen(page))


def _sort(session: Examination, verdict: Verdict, kind: str) -> ProbeResult:
    """http://hl7.org/fhir/R4/search.html#sort: by _lastUpdated, which all resources have, in both directions."""
    if len({_updated(each) for each in session.samples(kind)} - {None}) < 2:
        return verdict.not_tested("all-alike")
    evidence = []
    for key in ("_lastUpdated", "-_lastUpdated"):
        page, fault = _page(session, verdict, kind, [("_sort", key), ("_count", "20")])
        if fault is not None:
            return fault
        times = [time for each in page.hits if (time := _updated(each)) is not None]
        if times != sorted(times, reverse=key.startswith("-")):
            why = "parameter-ignored" if page.says_used("_sort") is False else "not-sorted"
            return verdict.unmet(why, seen(page), count=len(times), hits=len(page.hits))
        evidence.append(seen(page))
    return verdict.met(*evidence)


def _updated(node: Node) -> int | None:
    meta = node.get("meta")
    found = span_of(meta.get("lastUpdated")) if isinstance(meta, dict) else None
    return found.low if found else None


def _summary(session: Examination, verdict: Verdict, kind: str) -> ProbeResult:
    """http://hl7.org/fhir/R4/search.html#summary: ``count`` gives the number alone, ``true`` no narrative."""
    page, fault = _page(session, verdict, kind, [("_summary", "count")])
    if fault is not None:
        return fault
    if page.total is None:
        return verdict.unmet("total-missing", seen(page))
    if page.matches:
        return verdict.unmet("summary-ignored", seen(page), value="count")
    short, fault = _page(session, verdict, kind, [("_summary", "true"), ("_count", "5")])
    if fault is not None:
        return fault
    if any("text" in each for each in short.hits):
        return verdict.unmet("summary-ignored", seen(short), value="true")
    return verdict.met(seen(page), seen(short))


def _elements(session: Examination, verdict: Verdict, kind: str) -> ProbeResult:
    """http://hl7.org/fhir/R4/search.html#elements: what was not asked for and is not mandatory stays away."""
    optional = _optional(session, kind)
    if len(optional) < 2:
        return verdict.not_tested("no-value", type=kind, parameter="_elements")
    page, fault = _page(session, verdict, kind, [("_elements", optional[0]), ("_count", "20")])
    if fault is not None:
        return fault
    if not any(optional[0] in each for each in page.hits):
        return verdict.unmet("element-missing", seen(page), element=f"{kind}.{optional[0]}")
    extra = sorted({name for each in page.hits for name in optional[1:] if name in each})
    if extra:
        return verdict.unmet("elements-ignored", seen(page), element=f"{kind}.{extra[0]}")
    return verdict.met(seen(page))


def _optional(session: Examination, kind: str) -> list[str]:
    """Elements of the type that samples have and that need not be there, the most frequent first."""
    info = session.parameters.types.type(kind)
    found: dict[str, int] = {}
    for sample in session.samples(kind) if info else ():
        for name in sample:
            known = info.by_json.get(name) if info else None
            if known and known[0].minimum == 0 and not known[0].choice and name not in _ALWAYS:
                found[name] = found.get(name, 0) + 1
    return sorted(found, key=lambda each: (-found[each], each))


def _total(session: Examination, verdict: Verdict, kind: str) -> ProbeResult:
    """http://hl7.org/fhir/R4/search.html#total: there when asked for, and as many as there are."""
    page, fault = _page(session, verdict, kind, [("_total", "accurate"), ("_count", "200")])
    if fault is not None:
        return fault
    if page.total is None:
        why = "parameter-ignored" if page.says_used("_total") is False else "total-missing"
        return verdict.unmet(why, seen(page), count=0, hits=len(page.hits))
    if page.is_whole and page.total != len(page.hits):
        return verdict.unmet("total-wrong", seen(page), total=page.total, hits=len(page.hits))
    if page.total < len(page.hits):
        return verdict.unmet("total-wrong", seen(page), total=page.total, hits=len(page.hits))
    return verdict.met(seen(page)) if page.is_whole else verdict.not_tested("not-on-first-page", seen(page))


def _self(probing: Probing) -> Iterator[ProbeResult]:
    session = examination(probing)
    yield from for_each("self-link", "rest.self-link", session.tried(), partial(_honest, session))


def _honest(session: Examination, verdict: Verdict, kind: str) -> ProbeResult:
    """http://hl7.org/fhir/R4/search.html#conformance: `self` names what was used, and not what was ignored."""
    unknown = "fhircheck-no-such-parameter"
    query: Query = [("_id", session.samples(kind)[0]["id"]), (unknown, "x")]
    page = Searchset(session.search(kind, query, {"Prefer": "handling=lenient"}), kind)
    if refused(page.asked):
        page = Searchset(session.search(kind, query[:1]), kind)
    fault = SearchJudge(session, verdict, kind, "_id").faulty(page)
    if fault is not None:
        return fault
    if page.names() is None:
        return verdict.unmet("self-missing", seen(page))
    if page.says_used(unknown):
        return verdict.unmet("self-keeps", seen(page))
    if not page.says_used("_id") and len(page.hits) == 1:
        return verdict.unmet("self-forgets", seen(page))
    return verdict.met(seen(page))


_SEARCH = "http://hl7.org/fhir/R4/search.html"
SEARCH_COUNT = Probe(
    "search-count",
    "A page has no more matches than _count.",
    f"{_SEARCH}#count",
    _counts,
)
SEARCH_SORT = Probe(
    "search-sort", "_sort puts into order, both ways.", f"{_SEARCH}#sort", _probe("search-sort", 2, "SHOULD", _sort)
)
SEARCH_SUMMARY = Probe(
    "search-summary",
    "_summary gives the number alone, or resources without narrative.",
    f"{_SEARCH}#summary",
    _probe("search-summary", 1, "SHOULD", _summary),
)
SEARCH_ELEMENTS = Probe(
    "search-elements",
    "_elements leaves out what was not asked for.",
    f"{_SEARCH}#elements",
    _probe("search-elements", 1, "SHOULD", _elements),
)
SEARCH_TOTAL = Probe(
    "search-total", "total is the number of hits.", f"{_SEARCH}#total", _probe("search-total", 1, "SHOULD", _total)
)
SELF_LINK = Probe(
    "self-link", "The self link names the parameters used, and no others.", f"{_SEARCH}#conformance", _self
)
