"""The plain search of each type: is it answered as a searchset of that type?"""

from collections.abc import Iterator

from fhircheck.probe.asking import Asked
from fhircheck.probe.examination import exact, examination
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.samples import sampled
from fhircheck.probe.search_judging import RIGHTS, refused, seen
from fhircheck.probe.searchset import Searchset
from fhircheck.probe.verdict import Verdict


def _searches(probing: Probing) -> Iterator[ProbeResult]:
    session, asked = examination(probing), sampled(probing)
    for kind in session.types:
        if session.can(kind, "search-type"):
            verdict = Verdict("search-type", f"{kind}.search-type")
            yield _search(verdict, asked[kind], kind) if kind in asked else verdict.not_tested("request-limit")


def _search(verdict: Verdict, asked: Asked, kind: str) -> ProbeResult:
    """http://hl7.org/fhir/R4/http.html#search: 200 with a Bundle of type searchset, whose matches are of the type."""
    if not asked.status or asked.status in (429, 502, 503, 504):
        return verdict.no_answer(asked)
    if asked.status in RIGHTS:
        return verdict.not_tested("not-allowed", asked)
    if refused(asked):
        return verdict.not_tested("search-too-wide", asked, status=asked.status)
    if not asked.ok:
        return verdict.unmet("wrong-status", asked, status=asked.status, expected="200")
    page = Searchset(asked, kind)
    if page.node is None:
        return verdict.unmet("not-fhir" if exact(asked.body) is None else "no-searchset", asked)
    others = [each for each in page.matches if each.get("resourceType") not in (kind, "OperationOutcome")]
    if others:
        return verdict.unmet("another-type", asked, count=len(others))
    if len(page.hits) < sum(each.get("resourceType") == kind for each in page.matches):
        return verdict.unmet("no-id", asked)
    return verdict.met(seen(page)) if page.hits else verdict.not_tested("no-sample", asked, type=kind)


SEARCH_TYPE = Probe(
    "search-type",
    "A search without parameters gives a searchset of the type.",
    "http://hl7.org/fhir/R4/http.html#search",
    _searches,
)
