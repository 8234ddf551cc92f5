"""What the answers claim beside what was measured, by the links table."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Literal

from fhircheck.assess.answers import Answers, Sheet
from fhircheck.assess.conditions import variables_of
from fhircheck.assess.deciding import Subject, subjects
from fhircheck.assess.evidence import Json, Piece
from fhircheck.assess.form import Form
from fhircheck.assess.tables import Link, links

Verdict = Literal["supported", "contradicted", "cannot-tell", "not-measured"]
VERDICTS: tuple[Verdict, ...] = ("contradicted", "cannot-tell", "supported", "not-measured")
LEAST_COVERAGE = Fraction(1, 2)
"""With a smaller share of items decided a measure neither supports nor contradicts; ours."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A number: the share (least, most: where counts of people are not shown exactly), or a count of something.

    judged: items it rests on. good: for counts, whether the number speaks for the claim. told: enough was decided.
    """

    least: Fraction | None = None
    most: Fraction | None = None
    judged: int = 0
    count: int | None = None
    good: bool = True
    told: bool = True


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim with what was measured beside it. answer: short code. source: name of the document, empty for none."""

    link: Link
    subject: Subject
    answer: str
    verdict: Verdict
    measured: Measured | None
    source: str

    @property
    def falls_to(self) -> str:
        """The answer that the measured number leaves of a contradicted claim: partly, no, or as it was."""
        if self.verdict != "contradicted" or self.measured is None or not {"yes", "partly"} & set(self.link.claims):
            return self.answer
        most, partly = self.measured.most, self.link.expected["partly"]
        return "partly" if self.answer == "yes" and most is not None and most >= partly else "no"


def claims_of(form: Form, answers: Answers, pieces: Iterable[Piece], now: datetime) -> list[Claim]:
    """All claims that a link knows how to set a number beside, of answers that count."""
    kept = list(pieces)
    found = [
        _claim(link, subject, str(answer), _label(link, sheet), kept)
        for link in links()
        for subject, sheet in subjects(form, answers, link.each)
        for answer in {**answers.single, **sheet}.get(link.claim, ())
        if answer in link.claims and _asked(link, form, sheet, answers, now)
    ]
    shown = [each for place, each in enumerate(found) if _says_something(each, found[:place], found)]
    return sorted(shown, key=lambda each: VERDICTS.index(each.verdict))


def what_is_left(answers: Answers, claims: Iterable[Claim]) -> Answers:
    """The answers, with each contradicted claim as what the worst number leaves of it."""
    left = answers.copy()
    for claim in claims:
        group, index = claim.subject
        sheet = left.repeated[group][index] if group else left.single
        if claim.falls_to != claim.answer and sheet.get(claim.link.claim) != ("no",):
            sheet[claim.link.claim] = (claim.falls_to,)
    return left


def _says_something(claim: Claim, before: list[Claim], found: list[Claim]) -> bool:
    """Whether a claim is to be shown: one that was not measured only once, and only where nothing else measured it."""
    if claim.verdict != "not-measured":
        return True
    same = (claim.link.claim, claim.subject)
    told = any(each.verdict != "not-measured" and (each.link.claim, each.subject) == same for each in found)
    return not told and all((each.link.claim, each.subject) != same for each in before)


def _asked(link: Link, form: Form, sheet: Sheet, answers: Answers, now: datetime) -> bool:
    return link.when is None or link.when.holds(variables_of(form, sheet, answers.single), now) is True


def _label(link: Link, sheet: Sheet) -> str:
    first = {"applications": "application", "ai": "useCase"}.get(link.each, "")
    return link.label or str(next(iter(sheet.get(first, ())), ""))


def _claim(link: Link, subject: Subject, answer: str, label: str, pieces: list[Piece]) -> Claim:
    kind, measure = _KINDS[link.kind]
    fitting = [each for each in pieces if each.kind == kind and each.label == label]
    if not link.label and not fitting:
        fitting = [each for each in pieces if each.kind == kind and not each.label and label]
    for piece in fitting:
        found = measure(piece.document, link, label)
        if found is not None:
            return Claim(link, subject, answer, _verdict(link, answer, found), found, piece.name)
    return Claim(link, subject, answer, "not-measured", None, "")


def _verdict(link: Link, answer: str, found: Measured) -> Verdict:
    if not found.told:
        return "cannot-tell"
    if found.count is not None:
        return "supported" if found.good else "contradicted"
    expected = link.expected["partly" if answer == "partly" else "yes"]
    if found.least is not None and found.least >= expected:
        return "supported"
    if found.most is not None and found.most < expected:
        return "contradicted"
    return "cannot-tell"


def _of_measure(document: Json, link: Link, label: str) -> Measured | None:
    found = next((each for each in _objects(document, "measures") if each.get("name") == link.measure), None)
    if found is None:
        return None
    passed, judged, open_ = (_count(found.get(name)) for name in ("numerator", "denominator", "cannot_tell"))
    if link.elements:
        rows = [each for each in _rows(found) if each[0].startswith(link.elements)]
        passed, judged = sum(each[1] for each in rows), sum(each[2] for each in rows)
    if not judged:
        return None
    share = Fraction(passed, judged)
    told = bool(link.elements) or Fraction(judged, judged + open_) >= LEAST_COVERAGE
    return Measured(share, share, judged, told=told)


def _rows(measure: Json) -> list[tuple[str, int, int]]:
    """Element path, passed, judged."""
    found = []
    for each in measure.get("by") or ():
        if isinstance(each, dict):
            path, passed, judged = (each.get(name) for name in ("path", "numerator", "denominator"))
            found.append((str(path), _count(passed), _count(judged)))
    return found


def _of_resources(document: Json, link: Link, label: str) -> Measured | None:
    """How many there are; that there is none in this data does not say that there is none anywhere."""
    counts = {each.get("type"): _count(each.get("count")) for each in _objects(document, "resources")}
    return Measured(count=counts[link.type]) if counts.get(link.type) else None


def _any_report(document: Json, link: Link, label: str) -> Measured | None:
    found = len(_objects(document, "measures"))
    return Measured(count=found) if found else None


def _of_use_case(document: Json, link: Link, label: str) -> Measured | None:
    found = next((each for each in _objects(document, "use_cases") if each.get("name") == label), None)
    if found is None:
        return None
    usable, eligible = found.get("usable") or {}, found.get("eligible") or {}
    if not _count(eligible.get("most")) and eligible.get("most") is not None:
        return None
    least, most = eligible.get("least"), eligible.get("most")
    low = Fraction(_count(usable.get("least")), most) if most else None
    high = (
        min(Fraction(1), Fraction(_count(usable["most"]), least)) if least and usable.get("most") is not None else None
    )
    return Measured(low, high, _count(least))


def _of_states(document: Json, link: Link, label: str) -> Measured | None:
    states = [each.get("state") for each in _objects(document, "states")]
    if not states or not document.get("history"):
        return None
    share = Fraction(sum(each not in ("open", "returned") for each in states), len(states))
    return Measured(share, share, len(states))


def _of_server(document: Json, link: Link, label: str) -> Measured | None:
    rows = [
        row
        for actor in _objects(document, "actors")
        if str(actor.get("actor", "")).startswith(link.actors)
        for row in _objects(actor, "results")
        if row.get("expectation") == "SHALL"
    ]
    told = [{row.get(lane) for lane in ("declared", "probed")} - {"not-tested"} for row in rows]
    judged = [each for each in told if each]
    if not judged:
        return None
    share = Fraction(sum("unmet" not in each for each in judged), len(judged))
    return Measured(share, share, len(judged))


def _of_changes(document: Json, link: Link, label: str) -> Measured | None:
    if "changes" not in document:
        return None
    lost = sum(bool(each.get("breaking")) for each in _objects(document, "changes"))
    return Measured(count=lost, good=lost == 0)


def _of_compare(document: Json, link: Link, label: str) -> Measured | None:
    outcome = (document.get("verdict") or {}).get("outcome")
    counts = document.get("counts") or {}
    names = ("changed", "missing", "extra", "missing_copies", "extra_copies")
    found = sum(_count(counts.get(name)) for name in names)
    return Measured(
        count=found, judged=_count(counts.get("before")), good=outcome == "complete", told=outcome != "could-not-tell"
    )


def _objects(node: Json, name: str) -> list[Json]:
    found = node.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _count(value: Any) -> int:
    return value if type(value) is int and value >= 0 else 0


_KINDS: dict[str, tuple[str, Callable[[Json, Link, str], Measured | None]]] = {
    "report": ("report", _of_measure),
    "resources": ("report", _of_resources),
    "measured": ("report", _any_report),
    "use-case": ("report", _of_use_case),
    "states": ("report", _of_states),
    "server": ("server", _of_server),
    "changes": ("server", _of_changes),
    "compare": ("compare", _of_compare),
}
