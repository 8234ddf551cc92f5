"""One search judged: does it find what it must, and only what holds the value (judged by our own evaluation)?

http://hl7.org/fhir/R4/search.html. Nothing of what is found is told but numbers.
"""

from collections.abc import Callable
from typing import Any

from fhircheck.probe.asking import Asked
from fhircheck.probe.examination import PAGE, Examination
from fhircheck.probe.result import Evidence, ProbeResult
from fhircheck.probe.samples import sampled
from fhircheck.probe.search_kinds.search import Search, Told
from fhircheck.probe.searchset import Searchset
from fhircheck.probe.verdict import Verdict

Node = dict[str, Any]
RIGHTS = (401, 403)


class SearchJudge:
    """Judges searches by one name of a type's parameters. holds: whether a resource is one to be found."""

    def __init__(self, session: Examination, verdict: Verdict, kind: str, name: str) -> None:
        self.session = session
        self.verdict = verdict
        self.kind = kind
        self.name = name

    def judge(self, search: Search, holds: Callable[[Node], Told], samples: list[Node]) -> ProbeResult:
        """Send `search`: every hit must hold, and of `samples` those that hold must be found."""
        name = f"{self.name}:{search.modifier}" if search.modifier else self.name
        pair = (name, search.prefix + search.text)
        page = Searchset(self.session.search(self.kind, [pair, ("_count", str(PAGE))]), self.kind)
        return self.faulty(page) or self._found(page, pair, search, holds, samples)

    def faulty(self, page: Searchset) -> ProbeResult | None:
        """What is said of an answer that is no searchset; None for one."""
        if page.node is not None:
            return None
        if page.asked.status in RIGHTS:
            return self.verdict.not_tested("not-allowed", page.asked)
        if not page.asked.ok:
            return self.verdict.unmet("search-refused", page.asked, status=page.asked.status)
        return self.verdict.unmet("no-searchset", page.asked)

    def _found(
        self, page: Searchset, pair: tuple[str, str], search: Search, holds: Callable[[Node], Told], samples: list[Node]
    ) -> ProbeResult:
        wrong = [each for each in page.hits if holds(each) is False]
        evidence = seen(page)
        if wrong:
            ignored = page.says_used(self.name) is False
            why = "parameter-ignored" if ignored else "hits-without-value" if search.finds else "finds-too-much"
            return self.verdict.unmet(why, evidence, count=len(wrong), hits=len(page.hits))
        if self._is_unfiltered(page) and any(holds(each) is False for each in samples):
            return self.verdict.unmet("total-not-lower", evidence)
        if not search.finds:
            return self.verdict.met(evidence)
        wanted = [each for each in samples if holds(each)]
        if not wanted:
            return self.verdict.not_tested("no-value", evidence, type=self.kind)
        return self._complete(page, pair, [each for each in wanted if each["id"] not in page.ids], evidence)

    def _is_unfiltered(self, page: Searchset) -> bool:
        """Whether there are more hits than the page shows, and by their number they are all resources of the type."""
        everything = sampled(self.session.probing).get(self.kind)
        if page.is_whole or not page.total or everything is None or self.kind in self.session.needed:
            return False
        return page.total == Searchset(everything, self.kind).total

    def _complete(self, page: Searchset, pair: tuple[str, str], missing: list[Node], evidence: Evidence) -> ProbeResult:
        """Whether the samples that are not on the page are found all the same: on another page, by their id."""
        if not missing:
            return self.verdict.met(evidence)
        if page.is_whole:
            return self.verdict.unmet("sample-not-found", evidence, count=len(missing))
        asked = self.session.search(self.kind, [pair, ("_id", missing[0]["id"])])
        beside = Searchset(asked, self.kind)
        if beside.node is None or any(each != missing[0]["id"] for each in beside.ids):
            return self.verdict.not_tested("not-on-first-page", evidence, seen(beside))
        if not beside.ids:
            return self.verdict.unmet("sample-not-found", evidence, seen(beside), count=1)
        return self.verdict.met(evidence, seen(beside))


def seen(page: Searchset) -> Evidence:
    """The request with the number of hits."""
    return page.asked.evidence(f"hits on the page: {len(page.hits)}")


def refused(asked: Asked) -> bool:
    """Whether the server says that it does not do this, for another reason than rights."""
    return 400 <= asked.status < 500 and asked.status not in RIGHTS
