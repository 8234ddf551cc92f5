"""A server's tables as text for people: verdict first, 80 columns, English or German."""

from collections.abc import Iterable

from fhircheck.probe.judging import exit_code, unmet
from fhircheck.probe.result import ActorResult, RequirementResult, ServerReport
from fhircheck.probe.server_score import ScoreRow, ServerScore, outcome_in, score_of
from fhircheck.probe.server_words import say
from fhircheck.probe.texts import why
from fhircheck.report.numbers import number, percent, points
from fhircheck.report.page import Page
from fhircheck.report.shown import View, clean

_STYLES = {"met": "green", "unmet": "red", "not-tested": "dim"}
_MOST = 40


def server_text(report: ServerReport, view: View, fail_on: str = "SHALL", details: bool = False) -> str:
    """The whole page. details: every row, not only what is unmet."""
    page = Page(view)
    _verdict(page, report, fail_on)
    _score(page, score_of(report.actors))
    for actor in report.actors:
        _actor(page, actor, details)
    _notes(page, report, details)
    return page.text()


def headline(report: ServerReport, language: str = "en", fail_on: str = "SHALL") -> str:
    """The verdict in a few words; what was not tested is never called met."""
    code, broken = exit_code(report, fail_on), unmet(report, "SHALL")
    untested = [
        row
        for actor in report.actors
        for row in actor.results
        if row.expectation == "SHALL" and "met" not in (row.declared, row.probed) and row not in broken
    ]
    if code == 3:
        name = "not-checked"
    elif code or broken:
        name = "unmet"
    else:
        name = "none-unmet" if untested or _untold(report) else "all-met"
    counts = say("unmet-count", language, unmet=len(broken), open=len(untested))
    return f"{say(name, language)}  {counts}"


def _untold(report: ServerReport) -> bool:
    return any(
        outcome_in(row, lane) == "not-tested" and row.expectation == "SHALL"
        for actor in report.actors
        for lane in actor.lanes
        for row in actor.results
    )


def _verdict(page: Page, report: ServerReport, fail_on: str) -> None:
    language = page.view.language
    page.line((headline(report, language, fail_on), "bold"))
    page.line((clean(report.base), ""), indent=2)
    about = ", ".join(filter(None, (clean(report.software), f"FHIR {clean(report.fhir_version)}")))
    page.line((about, ""), indent=2)
    counts = {level: sum(n for each, _, n in report.issues if each == level) for level, _, _ in report.issues}
    errors = counts.get("fatal", 0) + counts.get("error", 0)
    warnings = counts.get("warning", 0)
    words = say("findings", language, errors=number(errors, language), warnings=number(warnings, language))
    page.line((say("capability", language, count=words if report.issues else say("clean", language)), ""), indent=2)
    page.columns([((f"{count}×", ""), (severity, ""), (kind, "")) for severity, kind, count in report.issues], indent=4)
    if report.broken:
        page.wrapped((say("broken", language, names=", ".join(report.broken)), "red"), indent=2)


def _score(page: Page, score: ServerScore) -> None:
    language = page.view.language
    page.heading(say("score", language), _score_words(score, language))
    page.wrapped((say("formula", language), "dim"), indent=2)
    rows = [_score_row(each, language) for each in score.parts if each.met or each.unmet or each.not_tested]
    heads = ("expectation", "lane", "met", "unmet-short", "not-tested", "share")
    titles = tuple((say(each, language), "dim") for each in heads)
    page.table([titles, *rows], frozenset({2, 3, 4, 5}))


def _score_words(score: ServerScore, language: str) -> str:
    share = percent(score.coverage, language)
    if score.value is None:
        return say("no-score", language, share=share)
    return say("score-line", language, points=points(score.value, language), share=share)


def _score_row(each: ScoreRow, language: str) -> tuple[tuple[str, str], ...]:
    counts = (number(each.met, language), number(each.unmet, language), number(each.not_tested, language))
    return tuple(
        (text, "")
        for text in (each.expectation, say(each.lane, language), *counts, percent(each.share, language))
    )


def _actor(page: Page, actor: ActorResult, details: bool) -> None:
    language = page.view.language
    page.heading(clean(actor.title), " ".join(filter(None, (clean(actor.version), actor.actor))))
    about = say(f"verified-{actor.verified}", language) if actor.verified else ""
    rows = say("rows", language, count=number(len(actor.results), language))
    page.line((", ".join(filter(None, (rows, about))), "dim"), indent=2)
    page.line((_score_words(score_of((actor,)), language), ""), indent=2)
    heads = ("expectation", "lane", "met", "unmet-short", "not-tested")
    table = [tuple((say(each, language), "dim") for each in heads)]
    for each in score_of((actor,)).parts:
        if each.met or each.unmet or each.not_tested:
            table.append(_score_row(each, language)[:5])
    page.table(table, frozenset({2, 3, 4}))
    shown = list(actor.results) if details else [row for row in actor.results if _is_unmet(row, actor)]
    _rows(page, shown, actor, len(shown) if details else _MOST)


def _is_unmet(row: RequirementResult, actor: ActorResult) -> bool:
    return any(outcome_in(row, lane) == "unmet" for lane in actor.lanes) and row.expectation != "MAY"


def _rows(page: Page, rows: list[RequirementResult], actor: ActorResult, most: int) -> None:
    """Two lines a row: what and how it stands; why, and what was asked and answered."""
    language = page.view.language
    for row in sorted(rows, key=lambda each: ("SHALL", "SHOULD", "MAY").index(each.expectation))[:most]:
        states = [(lane, outcome_in(row, lane)) for lane in actor.lanes]
        spans: list[tuple[str, str]] = [(f"{row.expectation:6}  ", ""), (clean(row.id), "bold")]
        for lane, outcome in states:
            word = say("unmet-short" if outcome == "unmet" else outcome, language)
            spans += [(f"  {say(lane, language)}: ", "dim"), (word, _STYLES[outcome])]
        page.wrapped(*spans, indent=2, hanging=8)
        if row.why:
            page.wrapped((clean(why(row.why, language, row.params), 400), "dim"), indent=10)
        for each in row.evidence[:3]:
            status = str(each.status or "-")
            page.wrapped((f"{clean(each.request)} → {status} {clean(each.note)}".rstrip(), "dim"), indent=10, hanging=2)
    if len(rows) > most:
        page.line((say("more-rows", language, count=number(len(rows) - most, language)), "dim"), indent=2)


def _notes(page: Page, report: ServerReport, details: bool) -> None:
    language = page.view.language
    page.blank()
    if not [each for each in report.actors if each.actor not in ("fhir-rest", "own-declaration")]:
        page.wrapped((say("no-actors", language), ""))
    for note in report.notes:
        page.wrapped((say("note", language, note=clean(note, 400)), ""), hanging=2)
    if not details:
        page.wrapped((say("details", language), "dim"))


def listed(rows: Iterable[tuple[str, str, str, str]], view: View) -> str:
    """``fhircheck server --list``: name, version and how well verified, title."""
    page = Page(view)
    page.table([((name, "bold"), (version, ""), (mark, "dim"), (title, "")) for name, version, mark, title in rows])
    return page.text()
