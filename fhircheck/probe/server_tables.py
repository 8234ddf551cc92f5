"""A server's tables as text for people: verdict first, 80 columns, English or German."""

import re
from collections.abc import Iterable

from fhircheck.probe.judging import exit_code, unmet
from fhircheck.probe.probe import Probe
from fhircheck.probe.requirement_sets import RequirementSet
from fhircheck.probe.result import ActorResult, Lane, RequirementResult, ServerReport
from fhircheck.probe.server_changes import Change
from fhircheck.probe.server_score import ScoreRow, ServerScore, score_of
from fhircheck.probe.server_words import say
from fhircheck.probe.texts import why
from fhircheck.report.numbers import number, percent, points
from fhircheck.report.page import Page
from fhircheck.report.shown import View, clean
from fhircheck.report.words import severity

_STYLES = {"met": "green", "unmet": "red", "not-tested": "dim"}
_LEVEL = re.compile(r"[A-Za-z-]+\.(?=[A-Za-z_])")
LANES: tuple[Lane, ...] = ("declared", "probed")


def server_text(
    report: ServerReport,
    view: View,
    fail_on: str = "SHALL",
    details: bool = False,
    changes: tuple[Change, ...] | None = None,
) -> str:
    """The whole page. details: every row, not only what is unmet. changes: since a baseline."""
    page = Page(view)
    _verdict(page, report, headline(report, view.language, fail_on, changes))
    if changes is not None:
        _changes(page, changes)
    _score(page, score_of(report.actors))
    for actor in report.actors:
        _actor(page, actor, details)
    _notes(page, report, details)
    return page.text()


def headline(
    report: ServerReport,
    language: str = "en",
    fail_on: str = "SHALL",
    changes: tuple[Change, ...] | None = None,
) -> str:
    """The verdict in a few words; what was not tested is never called met."""
    code, broken = exit_code(report, fail_on, changes), unmet(report, "SHALL")
    rows = [row for actor in report.actors for row in actor.results if row.expectation == "SHALL"]
    untold = sum(1 for row in rows if not row.told and not row.unmet)
    if code == 3:
        name = "not-checked"
    elif broken:
        name = "unmet"
    elif code:
        name = "lost" if any(each.breaking for each in changes or ()) else "unmet"
    else:
        name = "none-unmet" if untold or not report.probes else "all-met"
    counts = say("unmet-count", language, unmet=number(len(broken), language), open=number(untold, language))
    return f"{say(name, language)}  {counts}"


def _verdict(page: Page, report: ServerReport, title: str) -> None:
    language = page.view.language
    page.line((title, "bold"))
    page.line((clean(report.base), ""), indent=2)
    about = ", ".join(filter(None, (clean(report.software), f"FHIR {clean(report.fhir_version)}")))
    page.line((about, ""), indent=2)
    counts = {level: sum(n for each, _, n in report.issues if each == level) for level, _, _ in report.issues}
    errors = counts.get("fatal", 0) + counts.get("error", 0)
    warnings = counts.get("warning", 0)
    words = say("findings", language, errors=number(errors, language), warnings=number(warnings, language))
    page.line((say("capability", language, count=words if report.issues else say("clean", language)), ""), indent=2)
    rows = [((f"{count}×", ""), (severity(page.view, level), ""), (kind, "")) for level, kind, count in report.issues]
    page.columns(rows, indent=4)
    if report.broken:
        page.wrapped((say("broken", language, names=", ".join(report.broken)), "red"), indent=2)


def _changes(page: Page, changes: tuple[Change, ...]) -> None:
    """What is different from the baseline, the breaking first."""
    language = page.view.language
    page.heading(say("changes-title", language).upper())
    if not changes:
        page.line((say("no-changes", language), ""), indent=2)
    for each in changes:
        values = f"  {clean(each.before) or '-'} → {clean(each.after) or '-'}" if each.before or each.after else ""
        style = "red" if each.breaking else ""
        page.wrapped(
            (f"{say(each.how, language):14}", style), (clean(each.about), "bold"), (values, ""), indent=2, hanging=14
        )


def _score(page: Page, score: ServerScore) -> None:
    language = page.view.language
    page.heading(say("score", language), score_words(score, language))
    page.wrapped((say("formula", language), "dim"), indent=2)
    rows = [_score_row(each, language) for each in score.parts if each.met or each.unmet or each.not_tested]
    heads = ("expectation", "lane", "met", "unmet-short", "not-tested", "share")
    titles = tuple((say(each, language), "dim") for each in heads)
    page.table([titles, *rows], frozenset({2, 3, 4, 5}))


def score_words(score: ServerScore, language: str) -> str:
    """The score beside its coverage, never without it."""
    share = percent(score.coverage, language)
    if score.value is None:
        return say("no-score", language, share=share)
    return say("score-line", language, points=points(score.value, language), share=share)


def _score_row(each: ScoreRow, language: str) -> tuple[tuple[str, str], ...]:
    counts = (number(each.met, language), number(each.unmet, language), number(each.not_tested, language))
    return tuple(
        (text, "") for text in (each.expectation, say(each.lane, language), *counts, percent(each.share, language))
    )


def _actor(page: Page, actor: ActorResult, details: bool) -> None:
    language = page.view.language
    title = actor.german if language == "de" and actor.german else actor.title
    page.heading(clean(title), " ".join(filter(None, (clean(actor.version), actor.actor))))
    about = say(f"verified-{actor.verified}", language) if actor.verified else ""
    rows = say("rows", language, count=number(len(actor.results), language))
    page.line((", ".join(filter(None, (rows, about))), "dim"), indent=2)
    score = score_of((actor,))
    page.line((score_words(score, language), ""), indent=2)
    heads = ("expectation", "lane", "met", "unmet-short", "not-tested")
    table = [_score_row(each, language)[:5] for each in score.parts if each.met or each.unmet or each.not_tested]
    page.table([tuple((say(each, language), "dim") for each in heads), *table], frozenset({2, 3, 4}))
    _groups(page, [row for row in actor.results if details or (row.unmet and row.expectation != "MAY")], details)


def _groups(page: Page, rows: list[RequirementResult], details: bool) -> None:
    """Rows that stand alike for the same reason together: what they are about, then why, then what was asked."""
    language = page.view.language
    groups: dict[tuple[tuple[str, ...], str, str, str], list[RequirementResult]] = {}
    for row in sorted(rows, key=lambda each: ("SHALL", "SHOULD", "MAY").index(each.expectation)):
        states = tuple(_state(row, lane, details) for lane in LANES)
        key = (states, row.expectation, _split(row.id)[0], why(row.why, language, row.params))
        groups.setdefault(key, []).append(row)
    for (states, expectation, level, reason), members in groups.items():
        page.wrapped(*_standing(expectation, level, states, members, language), indent=2, hanging=8)
        if reason:
            page.wrapped((clean(reason, 400), "dim"), indent=10)
        seen = [row for row in members if details or row.probed == "unmet"]
        for each in dict.fromkeys(one for row in seen for one in row.evidence[:1]):
            status = str(each.status or "-")
            page.wrapped((f"{clean(each.request)} → {status} {clean(each.note)}".rstrip(), "dim"), indent=10, hanging=2)


def _state(row: RequirementResult, lane: Lane, details: bool) -> str:
    """The outcome in a lane where it is to be shown: only what is wrong, unless all details are wanted."""
    shown = lane in row.lanes and (details or row.outcome(lane) == "unmet")
    return row.outcome(lane) if shown else ""


def _standing(
    expectation: str, level: str, states: tuple[str, ...], members: list[RequirementResult], language: str
) -> list[tuple[str, str]]:
    """``SHALL   declared unmet  Patient: read, family``."""
    spans = [(f"{expectation:8}", "")]
    for lane, outcome in zip(LANES, states, strict=True):
        if outcome:
            word = say("unmet-short" if outcome == "unmet" else outcome, language)
            spans += [(f"{say(lane, language)} ", "dim"), (f"{word}  ", _STYLES[outcome])]
    names = ", ".join(_name(_split(each.id)[1]) for each in members)
    return [*spans, (clean(level), "bold"), (f": {names}" if names and level else names, "")]


def _name(text: str) -> str:
    """What a row is about; of a profile's canonical only its end, since the whole would fill the page."""
    kind, colon, url = text.partition(":")
    return clean(f"{kind} {url.rpartition('/')[2]}" if colon and kind == "profile" else text)


def _split(name: str) -> tuple[str, str]:
    """The level of an id (a type, ``system``, ``smart-configuration``) and what of it, in few words."""
    if _LEVEL.match(name):
        level, _, rest = name.partition(".")
        return level, rest.removeprefix("searchParam:").removeprefix("operation:")
    return "", name


def _notes(page: Page, report: ServerReport, details: bool) -> None:
    language = page.view.language
    page.blank()
    if not [each for each in report.actors if each.actor not in ("fhir-rest", "own-declaration")]:
        page.wrapped((say("no-actors", language), ""))
    for note in report.notes:
        page.wrapped((say("note", language, note=clean(note, 400)), ""), hanging=2)
    if not details:
        page.wrapped((say("details", language), "dim"))


def listed(sets: Iterable[RequirementSet], probes: Iterable[Probe], view: View) -> str:
    """``fhircheck server --list``: the demands by name, version and how well they are verified; the probes."""
    page = Page(view)
    page.heading(say("demands", view.language))
    for one in sets:
        title = one.german if view.language == "de" else one.title
        page.line((f"{one.name:38}", "bold"), (f"{one.version:11} [{one.verified}] ", "dim"), indent=2)
        page.wrapped((clean(title), ""), indent=6)
    page.heading(say("probes", view.language))
    for probe in probes:
        page.line((probe.name, "bold"), indent=2)
        page.wrapped((probe.summary, ""), indent=6)
    return page.text()
