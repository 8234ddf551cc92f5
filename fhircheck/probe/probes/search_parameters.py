"""Does the server filter by what it declares? Search parameters, their modifiers and prefixes, one by one."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

from fhircheck.probe.declared import Named
from fhircheck.probe.examination import Examination, examination, judged, with_share
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.requirement import parameter_name
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.search_judging import SearchJudge, refused, seen
from fhircheck.probe.search_kinds.search import Search, Told
from fhircheck.probe.search_values import SearchValues
from fhircheck.probe.searchset import Searchset
from fhircheck.probe.verdict import Verdict

_PLAIN = "search-parameter"
_MODIFIER = "search-modifier"
_PREFIX = "search-prefix"
_RESULTS = frozenset(
    {"_count", "_sort", "_include", "_revinclude", "_summary", "_total", "_elements", "_contained", "_containedType"}
)
"""Parameters that filter nothing; other probes are about them."""
_SPECIAL = frozenset({"_has", "_list", "_query", "_filter", "_text", "_content", "_type", "_language", "_in"})
"""Parameters of no type of their own, or whose finds are up to the server."""


def declared_parameters(session: Examination) -> Iterator[tuple[str, str, str]]:
    """(type, name as declared, canonical) of all parameters of types that can be searched, each once."""
    for kind in session.types:
        if not session.can(kind, "search-type"):
            continue
        listed: dict[str, list[Named]] = {**session.declared.system.parameters, **session.level(kind).parameters}
        for name, found in listed.items():
            if name not in _RESULTS:
                yield kind, name, next((each.definition for each in found if each.definition), "")


def values_of(session: Examination, kind: str, name: str, canonical: str) -> SearchValues:
    """Searches by one parameter, made once for all probes."""
    key = f"values {kind} {name} {canonical}"
    found = session.probing.shared.get(key)
    if not isinstance(found, SearchValues):
        parameter = session.parameters.find(kind, name, canonical)
        found = session.probing.shared[key] = SearchValues(parameter, session.samples(kind), session.parameters)
    return found


class _Subject:
    """One declared parameter of a type. plain: its name without a modifier, which some servers declare with it."""

    def __init__(self, session: Examination, kind: str, name: str, canonical: str) -> None:
        self.session = session
        self.kind = kind
        self.plain, _, self.modifier = name.partition(":")
        self.about = f"{kind}.searchParam:{self.plain}"
        self.values = values_of(session, kind, parameter_name(self.plain), canonical)
        self.nodes = [each.node for each in self.values.samples]

    def holds(self, search: Search, node: dict[str, Any]) -> Told:
        items = self.values.items(node)
        return None if items is None else search.holds(items)

    def judged(self, verdict: Verdict, search: Search) -> ProbeResult:
        judge = SearchJudge(self.session, verdict, self.kind, self.plain)
        return judge.judge(search, lambda node: self.holds(search, node), self.nodes)

    def not_tested(self, verdict: Verdict, reason: str = "") -> ProbeResult:
        return verdict.not_tested(reason or self.values.reason, type=self.kind, parameter=self.plain)


def _subjects(session: Examination) -> Iterator[_Subject]:
    done = set()
    for kind, name, canonical in declared_parameters(session):
        if "." in name or (kind, name) in done:
            continue
        done.add((kind, name))
        yield _Subject(session, kind, name, canonical)


def _parameters(probing: Probing) -> Iterator[ProbeResult]:
    session = examination(probing)
    shared: dict[str, list[ProbeResult]] = {}
    for subject in _subjects(session):
        if subject.modifier:
            continue
        result = _of_type(subject, Verdict(_PLAIN, subject.about))
        if result.outcome == "unmet":
            session.unlike.add(subject.about)
        if subject.plain in ("_id", "_lastUpdated"):
            shared.setdefault(subject.plain, []).append(result)
        yield result
    for name, results in shared.items():
        yield replace(_worst(results), about=f"system.searchParam:{name}")


def _worst(results: list[ProbeResult]) -> ProbeResult:
    """An unmet one, else a met one, else the first."""
    order = ("unmet", "met", "not-tested")
    return min(results, key=lambda each: order.index(each.outcome))


def _of_type(subject: _Subject, verdict: Verdict) -> ProbeResult:
    if subject.plain in _SPECIAL:
        return subject.not_tested(verdict, "special-parameter")
    if subject.values.reason:
        return subject.not_tested(verdict)
    return judged(verdict, partial(_parameter, subject, verdict))


def _parameter(subject: _Subject, verdict: Verdict) -> ProbeResult:
    """By a value of a sample, and by one that cannot be there."""
    plain, impossible = subject.values.plain(), subject.values.impossible()
    if plain is None or impossible is None:
        return subject.not_tested(verdict, "no-value")
    found = subject.judged(verdict, plain)
    if found.outcome == "unmet":
        return found
    asked = subject.session.search(subject.kind, [(subject.plain, impossible.text), ("_count", "2")])
    page = Searchset(asked, subject.kind)
    if refused(asked):
        return replace(found, evidence=(*found.evidence, asked.evidence()))
    fault = SearchJudge(subject.session, verdict, subject.kind, subject.plain).faulty(page)
    if fault is not None:
        return fault
    if page.hits:
        why = "parameter-ignored" if page.says_used(subject.plain) is False else "impossible-value-found"
        return verdict.unmet(why, *found.evidence, seen(page), count=len(page.hits), hits=len(page.hits))
    return replace(found, evidence=(*found.evidence, seen(page)))


def _modifiers(probing: Probing) -> Iterator[ProbeResult]:
    session = examination(probing)
    for subject in _subjects(session):
        if subject.values.reason:
            if subject.modifier:
                verdict = Verdict(_MODIFIER, f"{subject.about}:{subject.modifier}")
                yield subject.not_tested(verdict)
            continue
        for label, searches in _by_modifier(subject).items():
            verdict = Verdict(_MODIFIER, f"{subject.about}:{label}")
            yield judged(verdict, partial(_labelled, subject, verdict, searches))


def _by_modifier(subject: _Subject) -> dict[str, list[Search]]:
    """The searches for each modifier; for parameters of all resources only what the server declares."""
    found: dict[str, list[Search]] = {}
    for each in subject.values.modified():
        if subject.modifier in ("", each.modifier) and (subject.modifier or not subject.plain.startswith("_")):
            found.setdefault(each.modifier, []).append(each)
    return found


def _prefixes(probing: Probing) -> Iterator[ProbeResult]:
    session = examination(probing)
    for subject in _subjects(session):
        if subject.values.reason or subject.modifier:
            continue
        for search in subject.values.prefixed():
            verdict = Verdict(_PREFIX, f"{subject.about}:{search.prefix}")
            yield judged(verdict, partial(_labelled, subject, verdict, [search]))


def _labelled(subject: _Subject, verdict: Verdict, searches: list[Search]) -> ProbeResult:
    """Searches that must all be right. A refusal says that the server cannot do it: better than a wrong answer."""
    if subject.about in subject.session.unlike:
        return subject.not_tested(verdict, "parameter-does-not-work")
    results = []
    for search in searches:
        found = subject.judged(verdict, search)
        if found.why == "search-refused" and refused_by(found):
            return replace(found, expectation="MAY", why="modifier-refused")
        if found.outcome == "unmet":
            return found
        results.append(found)
    best = next((each for each in results if each.outcome == "met"), results[0])
    return replace(best, evidence=tuple(each for found in results for each in found.evidence))


def refused_by(found: ProbeResult) -> bool:
    """Whether the server said with 4xx that it does not do this."""
    return 400 <= int(dict(found.params).get("status", 0)) < 500


SEARCH_PARAMETER = Probe(
    _PLAIN,
    "A declared search parameter finds what holds the value, and nothing else.",
    "http://hl7.org/fhir/R4/search.html#parameters",
    with_share(_parameters, Fraction(1, 2)),
)
SEARCH_MODIFIER = Probe(
    _MODIFIER,
    "A modifier does what it is for, or is refused.",
    "http://hl7.org/fhir/R4/search.html#modifiers",
    with_share(_modifiers, Fraction(3, 4)),
)
SEARCH_PREFIX = Probe(
    _PREFIX,
    "A prefix of a date, number or quantity compares as it says, or is refused.",
    "http://hl7.org/fhir/R4/search.html#prefix",
    with_share(_prefixes, Fraction(1, 2)),
)
