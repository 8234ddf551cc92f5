"""How a search may be asked: by POST, with what the server does not know, with nothing, with what is no date."""

from collections.abc import Iterator
from functools import partial

from fhircheck.probe.asking import Query
from fhircheck.probe.examination import Examination, examination, for_each, judged
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.search_judging import RIGHTS, SearchJudge, refused, seen
from fhircheck.probe.searchset import Searchset
from fhircheck.probe.verdict import Verdict

UNKNOWN = "fhircheck-no-such-parameter"
NO_DATE = "2025-13-41"
_LENIENT = {"Prefer": "handling=lenient"}
_STRICT = {"Prefer": "handling=strict"}


def _posts(probing: Probing) -> Iterator[ProbeResult]:
    session = examination(probing)
    yield from for_each("post-search", "rest.post-search", session.tried(), partial(_post, session))


def _post(session: Examination, verdict: Verdict, kind: str) -> ProbeResult:
    """http://hl7.org/fhir/R4/http.html#search: GET and POST find the same."""
    query: Query = [("_lastUpdated", "gt1900-01-01"), ("_sort", "_id"), ("_count", "50")]
    got = Searchset(session.search(kind, query), kind)
    if refused(got.asked):
        query = [("_count", "50")]
        got = Searchset(session.search(kind, query), kind)
    judge = SearchJudge(session, verdict, kind, "_count")
    posted = Searchset(session.post_search(kind, query), kind)
    fault = judge.faulty(got) or judge.faulty(posted)
    if fault is not None:
        return fault
    if (got.is_whole and set(got.ids) != set(posted.ids)) or (got.total is not None and got.total != posted.total):
        return verdict.unmet("post-differs", seen(got), seen(posted), get=len(got.ids), post=len(posted.ids))
    return verdict.met(seen(got), seen(posted))


def _unknowns(probing: Probing) -> Iterator[ProbeResult]:
    session = examination(probing)
    kind = next(iter(session.tried()), "")
    for handling, judge in (("lenient", _lenient), ("strict", _strict)):
        verdict = Verdict("unknown-parameter", f"rest.unknown-parameter:{handling}", "SHOULD")
        yield judged(verdict, partial(judge, session, verdict, kind)) if kind else verdict.not_tested("nothing-to-try")


def _lenient(session: Examination, verdict: Verdict, kind: str) -> ProbeResult:
    """http://hl7.org/fhir/R4/search.html#errors: under lenient handling it is ignored."""
    page = Searchset(session.search(kind, [(UNKNOWN, "x"), ("_count", "2")], _LENIENT), kind)
    fault = SearchJudge(session, verdict, kind, UNKNOWN).faulty(page)
    if fault is not None:
        return fault
    return verdict.met(seen(page)) if page.hits else verdict.unmet("unknown-filters", seen(page))


def _strict(session: Examination, verdict: Verdict, kind: str) -> ProbeResult:
    """Under strict handling it is an error."""
    asked = session.search(kind, [(UNKNOWN, "x"), ("_count", "2")], _STRICT)
    if asked.status in RIGHTS:
        return verdict.not_tested("not-allowed", asked)
    if refused(asked):
        return verdict.met(asked)
    return verdict.unmet("strict-ignored", asked, status=asked.status)


def _empties(probing: Probing) -> Iterator[ProbeResult]:
    session = examination(probing)
    found = [(kind, name) for kind in session.tried() if (name := _parameter(session, kind, "token"))][:1]
    names = dict(found)
    yield from for_each(
        "empty-parameter",
        "rest.empty-parameter",
        names,
        lambda verdict, kind: _empty(session, verdict, kind, names[kind]),
        "SHOULD",
    )


def _parameter(session: Examination, kind: str, search_type: str) -> str:
    """A declared parameter of that type, one of the resource's own rather than of all resources."""
    level = session.level(kind)
    found = [
        name
        for name, listed in level.parameters.items()
        if ":" not in name and "." not in name and any(each.type == search_type for each in listed)
    ]
    return next((each for each in found if not each.startswith("_")), "")


def _empty(session: Examination, verdict: Verdict, kind: str, name: str) -> ProbeResult:
    """http://hl7.org/fhir/R4/search.html#errors: a parameter without a value is as if it were not there."""
    page = Searchset(session.search(kind, [(name, ""), ("_count", "2")]), kind)
    if refused(page.asked):
        return verdict.unmet("empty-refused", page.asked, status=page.asked.status)
    fault = SearchJudge(session, verdict, kind, name).faulty(page)
    if fault is not None:
        return fault
    return verdict.met(seen(page)) if page.hits else verdict.unmet("empty-filters", seen(page))


def _dates(probing: Probing) -> Iterator[ProbeResult]:
    session = examination(probing)
    found = {kind: name for kind in session.tried() if (name := _parameter(session, kind, "date"))}
    yield from for_each(
        "invalid-date",
        "rest.invalid-date",
        found,
        lambda verdict, kind: _date(session, verdict, kind, found[kind]),
        "SHOULD",
    )


def _date(session: Examination, verdict: Verdict, kind: str, name: str) -> ProbeResult:
    """What is no date is refused, or ignored and said so: by an OperationOutcome, or in the self link."""
    page = Searchset(session.search(kind, [(name, NO_DATE), ("_count", "2")]), kind)
    if refused(page.asked):
        return verdict.met(page.asked)
    fault = SearchJudge(session, verdict, kind, name).faulty(page)
    if fault is not None:
        return fault
    if page.hits and not page.outcomes() and page.says_used(name) is not False:
        return verdict.unmet("invalid-date-taken", seen(page))
    return verdict.met(seen(page))


_ERRORS = "http://hl7.org/fhir/R4/search.html#errors"
POST_SEARCH = Probe(
    "post-search", "A search by POST finds the same as by GET.", "http://hl7.org/fhir/R4/http.html#search", _posts
)
UNKNOWN_PARAMETER = Probe(
    "unknown-parameter",
    "What the server does not know is ignored under Prefer handling=lenient, and an error under strict.",
    _ERRORS,
    _unknowns,
)
EMPTY_PARAMETER = Probe("empty-parameter", "A parameter without a value is ignored.", _ERRORS, _empties)
INVALID_DATE = Probe("invalid-date", "What is no date is not taken for one.", _ERRORS, _dates)
