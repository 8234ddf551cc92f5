"""The first screen: may the data be used for what was asked, how sure is that, what to fix first and who does it."""

from dataclasses import dataclass
from fractions import Fraction

from fhircheck.model.action import Action, Gain, Words
from fhircheck.model.report import RunReport, Score
from fhircheck.model.use_case_cells import cells_of_case
from fhircheck.report.detail_words import item_words
from fhircheck.report.fitness import CASE_SCORE, Fitness, Reason, fitness
from fhircheck.report.html.anchors import measure_anchor
from fhircheck.report.html.bilingual import Bilingual, joined
from fhircheck.report.html.html_words import PAGE
from fhircheck.report.html.measure_words import plain
from fhircheck.report.html.score_words import score_title, score_words
from fhircheck.report.score_interval import results_of, score_interval
from fhircheck.report.words import WORDS

FIRST = 3
CASES = 12
_NAMES = 3


@dataclass(frozen=True, slots=True)
class Fact:
    """One number of a card. share: of 100, drawn as a bar, None for none. href: what it comes from."""

    label: Words
    value: Words
    beside: Words | None = None
    share: float | None = None
    low: float | None = None
    high: float | None = None
    href: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """The answer for one use."""

    title: Words
    answer: str
    facts: list[Fact]
    reasons: list[tuple[Words, str]]
    sure: str
    doubts: list[Words]


def cards(report: RunReport, both: Bilingual) -> list[Card]:
    """A card for each of the first CASES use cases, and the general one last."""
    answers = fitness(report)
    return [_card(each, report, both) for each in (*answers[:-1][:CASES], answers[-1])]


def _card(each: Fitness, report: RunReport, both: Bilingual) -> Card:
    title = both.texts(each.case.title) if each.case is not None else both.say(PAGE, "in-general")
    return Card(
        title,
        each.answer,
        [*_people(each, both), *(_score(score, report, both) for score in each.scores[:6])],
        [(_reason(reason, each, both), _target(reason)) for reason in each.reasons[:5]],
        each.sure,
        [_reason(doubt, each, both) for doubt in each.doubts[:4]],
    )


def _people(each: Fitness, both: Bilingual) -> list[Fact]:
    """Usable of eligible patients, as far as they may be shown."""
    if each.case is None:
        return []
    cells = cells_of_case(each.case)
    usable, eligible = both.people(cells.usable), both.people(cells.eligible)
    known = cells.usable.count is not None and cells.eligible.count
    share = float(Fraction(cells.usable.least, cells.eligible.least) * 100) if known else None
    value = both.say(PAGE, "of-eligible", usable=usable, eligible=eligible)
    return [Fact(both.say(PAGE, "usable"), value, share=share, href="#use-cases")]


def _score(score: Score, report: RunReport, both: Bilingual) -> Fact:
    bounds = score_interval(score, results_of(score, report))
    beside = low = high = None
    if bounds is not None and bounds[0] != bounds[1]:
        low, high = (float(end) for end in bounds)
        beside = both.say(PAGE, "bounds", low=both.points(bounds[0]), high=both.points(bounds[1]))
    own = score.name.startswith(CASE_SCORE)
    label = both.say(PAGE, "score") if own else score_words(score, report, both)
    if score.value is None:
        return Fact(label, Words(*WORDS["no-score"]), href="#scores-parts")
    value = both.say(PAGE, "score-of", points=both.points(score.value))
    return Fact(label, value, beside, float(score.value), low, high, "#scores-parts")


def _reason(reason: Reason, each: Fitness, both: Bilingual) -> Words:
    if reason.key in ("requirement-open", "lost-most") and each.case is not None:
        titles = {step.name: both.texts(step.title) for step in each.case.steps}
        names = [titles.get(name) or both.same(name) for name in reason.names]
    elif reason.key == "score-open":
        names = [score_title(name, both) for name in reason.names]
        names = [both.say(PAGE, "score")] if each.case is not None else names
    else:
        names = [plain(name) for name in reason.names]
    told = joined(names[:_NAMES], "; ")
    if len(names) > _NAMES:
        told = joined([told, both.of(lambda view: f"+ {len(names) - _NAMES}")], " ")
    return both.say(PAGE, f"why-{reason.key}", names=told, share=both.percent(reason.share), count=reason.count)


def _target(reason: Reason) -> str:
    """What a reason leads to."""
    if reason.key in ("critical", "critical-elsewhere", "failed"):
        return "#" + measure_anchor(reason.names[0])
    if reason.key in ("errors", "borne"):
        return "#kinds"
    if reason.key in ("little-decided", "part-decided", "requirement-open"):
        return "#open"
    if reason.key in ("nobody-eligible", "nobody-usable", "too-few", "part-usable", "lost-most"):
        return "#use-cases"
    return "#run"


@dataclass(frozen=True, slots=True)
class Task:
    """An action as it is shown."""

    title: Words
    owner: Words
    effort: Words
    why_effort: Words
    gains: list[Words]
    critical: bool
    count: Words
    measure: Words
    href: str
    clinic: Words
    it: Words
    where: list[tuple[Words, Words]]
    kinds: list[str]


def tasks(report: RunReport, both: Bilingual, most: int) -> list[Task]:
    """The first `most` actions, those that win most for their work first."""
    return [_task(each, both) for each in report.actions[:most]]


def _task(action: Action, both: Bilingual) -> Task:
    return Task(
        _words(action.title, both),
        Words(*WORDS[f"owner-{action.owner}"]),
        Words(*WORDS[f"effort-{action.effort}"]),
        _words(action.reason, both),
        [_gain(each, both) for each in action.gains[:6] if each.low or each.high],
        bool(action.critical),
        both.number(action.count),
        plain(action.measure),
        "#" + measure_anchor(action.measure),
        _words(action.clinic, both),
        _words(action.it, both),
        [(both.sentence(path, item_words), both.number(count)) for path, count in action.where[:4]],
        [both.clean(each) for each in action.kinds[:4]],
    )


def _words(words: Words, both: Bilingual) -> Words:
    return Words(both.clean(words.english), both.clean(words.german))


def _gain(gain: Gain, both: Bilingual) -> Words:
    score = score_title(gain.score, both)
    low = both.points(abs(gain.low))
    if gain.low < 0:
        low = Words(f"−{low.english}", f"−{low.german}")
        return both.say(PAGE, "gain-signed", score=score, low=low, high=both.points(gain.high))
    key = "gain-exact" if low == both.points(gain.high) else "gain-points"
    return both.say(PAGE, key, score=score, low=low, high=both.points(gain.high))
