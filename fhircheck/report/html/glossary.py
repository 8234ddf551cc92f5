"""What every number comes from: formula, threshold with source, code, and what this run counted and where."""

from dataclasses import dataclass, field
from fractions import Fraction

from fhircheck.model.action import Words
from fhircheck.model.issue import SEVERITIES
from fhircheck.model.report import Detail, MeasureResult, RunReport, Threshold
from fhircheck.model.small_cells import Cell
from fhircheck.report.detail_words import detail_words, item_words, of_words, unit_words
from fhircheck.report.german import (
    KindTexts,
    MeasureTexts,
    kahn_words,
    kind_texts,
    measure_texts,
    threshold_source,
)
from fhircheck.report.html.anchors import kind_anchor, measure_anchor
from fhircheck.report.html.bilingual import Bilingual, joined
from fhircheck.report.html.bounds import Bounds
from fhircheck.report.html.html_words import PAGE
from fhircheck.report.html.measure_words import plain
from fhircheck.report.kinds import ISSUE_KINDS
from fhircheck.report.numbers import weight
from fhircheck.report.reason_words import reason_words

KINDS = 40
WEAKEST = 6
DETAILS = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """One measure. texts: as MeasureTexts, none where nobody knows it. counted to details: this run's."""

    anchor: str
    name: str
    code: str
    title: Words
    texts: dict[str, Words] = field(default_factory=dict)
    threshold: Words = field(default_factory=lambda: Words("", ""))
    filed: Words | None = None
    counted: list[Words] = field(default_factory=list)
    weakest: list[tuple[Words, Words]] = field(default_factory=list)
    places: list[Words] = field(default_factory=list)
    details: list[Words] = field(default_factory=list)


def measures(report: RunReport, both: Bilingual, bounds: Bounds) -> list[Entry]:
    """An entry for each measure of the run, for those of use cases that are no others, and what scores add."""
    results: dict[str, list[MeasureResult]] = {each.name: [each] for each in report.measures}
    for case in report.use_cases[: bounds.cases]:
        for each in case.measures:
            results.setdefault(each.name, []).append(each)
    for score in report.scores:
        for part in score.parts:
            results.setdefault(part.measure, [])
    return [_entry(name, found, both, bounds) for name, found in list(results.items())[:100]]


def _entry(name: str, found: list[MeasureResult], both: Bilingual, bounds: Bounds) -> Entry:
    from fhircheck.score.outside import described

    measure = described(name) or described("patients-usable" if name == "usable-patients" else name)
    result = found[0] if found else None
    threshold = result.threshold if result else measure.threshold if measure else None
    return Entry(
        measure_anchor(name),
        both.clean(name),
        both.clean(result.code if result and result.code else measure.code if measure else ""),
        plain(both.clean(name)),
        _both(measure_texts(measure, "en"), measure_texts(measure, "de")) if measure else {},
        _threshold(name, threshold, both),
        _filed(result),
        [line for each in found[:3] for line in _counted(each, both)],
        _weakest(result, both) if result else [],
        _places(result, both, bounds) if result else [],
        [_detail(each, both) for each in (result.details[:DETAILS] if result else ())],
    )


def _both(english: MeasureTexts | KindTexts, german: MeasureTexts | KindTexts) -> dict[str, Words]:
    """The texts of an entry by name, in both languages."""
    return dict(zip(english._fields, map(Words, english, german), strict=True))


def _filed(result: MeasureResult | None) -> Words | None:
    if result is None:
        return None
    terms = (result.category, result.subcategory, result.context)
    return joined([kahn_words(each) for each in terms if each and each != "none"])


def _threshold(name: str, threshold: Threshold | None, both: Bilingual) -> Words:
    if threshold is None:
        return both.say(PAGE, "no-threshold")
    text = both.say(PAGE, "at-least", share=both.percent(1 - threshold.maximum_failing))
    if threshold.rubric:
        where = both.say(PAGE, "of-rubric", name=both.clean(threshold.rubric))
    elif not threshold.published:
        where = both.say(PAGE, "by-analogy")
    else:
        where = both.same("")
    source = both.of(lambda view: both.clean(threshold_source(name, threshold.source, view.language)))
    return joined([each for each in (text, where, source) if each.english], "; ")


def _counted(each: MeasureResult, both: Bilingual) -> list[Words]:
    """What this run counted."""
    lines = [both.say(PAGE, "nothing-judged")]
    if each.denominator:
        lines = [
            both.say(PAGE, "passed-of", passed=each.numerator, judged=each.denominator, share=both.percent(each.share))
        ]
    if each.interval:
        low, high = (both.percent(Fraction(end).limit_denominator(10**6)) for end in each.interval)
        lines.append(both.say(PAGE, "interval", low=low, high=high))
    if each.cannot_tell:
        lines.append(both.say(PAGE, "could-not", count=each.cannot_tell))
    if each.reason:
        lines.append(both.sentence(each.reason, reason_words))
    return lines


def _weakest(each: MeasureResult, both: Bilingual) -> list[tuple[Words, Words]]:
    failing = [part for part in each.by if part[1] < part[2]]
    failing.sort(key=lambda part: (Fraction(part[1], part[2]), -part[2], part[0]))
    return [(both.sentence(path, item_words), _of(passed, judged, both)) for path, passed, judged in failing[:WEAKEST]]


def _of(passed: int, judged: int, both: Bilingual) -> Words:
    share = both.percent(Fraction(passed, judged))
    return joined([share, joined([both.number(passed), both.number(judged)], "/")], " · ")


def _places(each: MeasureResult, both: Bilingual, bounds: Bounds) -> list[Words]:
    return [both.place(place) for place in each.examples[: bounds.examples]]


def _detail(detail: Detail, both: Bilingual) -> Words:
    parts = [
        both.sentence(detail.name, detail_words),
        both.sentence(detail.of, of_words),
        _value(detail, both),
        both.of(lambda view: both.clean(unit_words(detail.unit, view.language, detail.value))),
    ]
    return joined([each for each in parts if each.english], " ")


def _value(detail: Detail, both: Bilingual) -> Words:
    value = detail.value
    if value is None:
        return both.same("") if detail.least is None else both.people(Cell(detail.least, detail.most))
    if isinstance(value, int):
        return both.number(value)
    return both.of(lambda view: weight(Fraction(value), view.language))


@dataclass(frozen=True, slots=True)
class KindEntry:
    """One type of finding. texts: as KindTexts, none where nobody knows it."""

    anchor: str
    name: str
    levels: str
    texts: dict[str, Words] = field(default_factory=dict)
    clause: str = ""


def kinds(report: RunReport, both: Bilingual, bounds: Bounds) -> list[KindEntry]:
    """An entry for each of the first KINDS types of finding of the report."""
    ordered = sorted(report.totals, key=lambda total: (SEVERITIES.index(total[0]), -total[2], total[1]))
    names = dict.fromkeys((*(name for _, name, _ in ordered), *(each.kind for each in report.states)))
    return [_kind(name, both) for name in list(names)[: min(KINDS, bounds.rows)]]


def _kind(name: str, both: Bilingual) -> KindEntry:
    entry = ISSUE_KINDS.get(name)
    if entry is None:
        return KindEntry(kind_anchor(name), both.clean(name), "")
    texts = _both(kind_texts(entry, "en"), kind_texts(entry, "de"))
    return KindEntry(kind_anchor(name), both.clean(name), entry.severity, texts, entry.clause)
