"""Pages of a search: disjoint, together all, with next links that end and stay the same."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from fhircheck.probe.examination import Examination, examination, for_each
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.result import Evidence, ProbeResult
from fhircheck.probe.search_judging import SearchJudge, seen
from fhircheck.probe.searchset import Searchset
from fhircheck.probe.verdict import Verdict
from fhircheck.transport.http import ServerFault, joined, same_place

PAGES = 8
SMALLEST = 2


@dataclass
class _Walk:
    """What following the next links gave. fault: why it ended before the last page, as the name of a text."""

    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    second: list[str] = field(default_factory=list)
    fault: str = ""
    ended: bool = False
    pages: int = 0


def _pages(probing: Probing) -> Iterator[ProbeResult]:
    session = examination(probing)
    yield from for_each("paging", "rest.paging", _fitting(session), partial(_paged, session))


def _fitting(session: Examination) -> list[str]:
    """Types with more than one page; those whose samples are all there is come first, since they can be counted."""
    found = session.tried(least=SMALLEST + 1)
    return [each for each in found if each not in ("Binary", "Media")]


def _paged(session: Examination, verdict: Verdict, kind: str) -> ProbeResult:
    """http://hl7.org/fhir/R4/http.html#paging."""
    whole = Searchset(session.search(kind, [("_count", "200")]), kind)
    fault = SearchJudge(session, verdict, kind, "_count").faulty(whole)
    if fault is not None:
        return fault
    size = max(SMALLEST, -(-len(whole.ids) // (PAGES - 2)))
    first = Searchset(session.search(kind, [("_count", str(size))]), kind)
    fault = SearchJudge(session, verdict, kind, "_count").faulty(first)
    if fault is not None:
        return fault
    if first.is_whole:
        return _one_page(verdict, whole, first, size)
    walk = _walked(session, first, kind)
    return _judged(verdict, walk, whole if whole.is_whole else None)


def _one_page(verdict: Verdict, whole: Searchset, first: Searchset, size: int) -> ProbeResult:
    """No next link: right where all is there, or where the server gives larger pages (another probe's matter)."""
    if len(first.ids) < len(whole.ids) and len(first.ids) <= size:
        return verdict.unmet("next-missing", seen(whole), seen(first), count=len(whole.ids) - len(first.ids))
    return verdict.not_tested("one-page", seen(first))


def _walked(session: Examination, first: Searchset, kind: str) -> _Walk:
    walk, page = _Walk(), first
    for walk.pages in range(1, PAGES + 1):
        walk.evidence.append(seen(page))
        walk.ids += page.ids
        if walk.pages == 2:
            walk.second = page.ids
        following = page.link("next")
        if not following:
            walk.ended = True
            break
        walk.fault = _unfit(session, page, following, walk)
        if walk.fault:
            break
        walk.links.append(joined(page.asked.url, following))
        page = Searchset(session.follow(walk.links[-1]), kind)
        if page.node is None:
            walk.evidence.append(page.asked.evidence())
            walk.fault = "next-broken"
            break
    if walk.links and walk.fault not in ("next-broken", "next-elsewhere"):
        again = Searchset(session.follow(walk.links[0]), kind)
        if again.ids != walk.second and not walk.fault:
            walk.evidence.append(seen(again))
            walk.fault = "next-unstable"
    return walk


def _unfit(session: Examination, page: Searchset, following: str, walk: _Walk) -> str:
    """Why a next link must not be followed, empty where it may be."""
    try:
        url = joined(page.asked.url, following)
        if not same_place(url, session.base):
            return "next-elsewhere"
    except ServerFault:
        return "next-elsewhere"
    return "next-loops" if url in walk.links else ""


def _judged(verdict: Verdict, walk: _Walk, whole: Searchset | None) -> ProbeResult:
    """What the walk says; `whole`: the same search on one page, where the server gave it."""
    evidence = walk.evidence
    if walk.fault:
        return verdict.unmet(walk.fault, *evidence[-2:], page=walk.pages)
    repeated = len(walk.ids) - len(set(walk.ids))
    if repeated:
        return verdict.unmet("page-repeats", *evidence, count=repeated)
    if whole is not None and walk.ended:
        missing = set(whole.ids) - set(walk.ids)
        if missing:
            return verdict.unmet("page-loses", seen(whole), *evidence, count=len(missing))
    return verdict.met(*evidence)


PAGING = Probe(
    "paging",
    "Pages are disjoint and together all; next links end, and give the same when asked again.",
    "http://hl7.org/fhir/R4/http.html#paging",
    _pages,
)
