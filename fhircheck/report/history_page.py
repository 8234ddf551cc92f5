"""Lists of runs as pages of text: the series of a history, the runs of a series, and what was pruned."""

from collections.abc import Sequence

from fhircheck.model.run_history import Pruned, Spared, StoredRun, StoredSeries
from fhircheck.report.history_words import runs as runs_said
from fhircheck.report.history_words import say
from fhircheck.report.numbers import number, percent, points
from fhircheck.report.page import Page, Span
from fhircheck.report.shown import View, clean

_SCORES = 2
"""Scores a row has place for."""
_COLOURS = {"valid": "green", "no-errors-found": "yellow", "invalid": "red", "not-checked": "red"}


def series_page(series: Sequence[StoredSeries], where: str, view: View) -> str:
    """All series of the history at `where`, a line each, with their last runs."""
    page = Page(view)
    page.heading(say(view.language, "history"), clean(where))
    if not series:
        page.line((say(view.language, "nothing"), ""), indent=2)
        return page.text()
    header = tuple((_said(view, key), "dim") for key in ("series", "runs", "last-run", "outcome", "errors", "scores"))
    rows = [header]
    for each in series:
        rows.append(
            (
                (clean(each.name, 30), "bold"), (number(each.runs, view.language), ""), (moment(each.last.started), ""),
                _outcome(each.last, view), (number(each.last.errors, view.language), ""), _scores(each.last, view),
            )
        )  # fmt: skip
    _table(page, rows, frozenset({1, 4}))
    _legend(page, [each.last for each in series])
    return page.text()


def runs_page(series: str, runs: Sequence[StoredRun], count: int, view: View) -> str:
    """Runs of a series, the latest last; `count`: how many there are in all."""
    page, language = Page(view), view.language
    many = runs_said(count, language)
    beside = many if len(runs) == count else say(language, "of-runs", shown=len(runs), all=count)
    page.heading(say(language, "history-of", series=clean(series)), beside)
    keys = ("run", "started", "outcome", "resources", "errors", "coverage", "scores")
    rows: list[tuple[Span, ...]] = [tuple((_said(view, key), "dim") for key in keys)]
    unmarked = " " if any(each.kept for each in runs) else ""
    for each in runs:
        mark = "*" if each.kept else unmarked
        rows.append(
            (
                (f"{each.number}{mark}", "bold"), (moment(each.started), ""), _outcome(each, view),
                (number(each.resources, language), ""), (number(each.errors, language), ""),
                (percent(each.coverage, language), ""), _scores(each, view),
            )
        )  # fmt: skip
    _table(page, rows, frozenset({0, 3, 4, 5}))
    _legend(page, runs)
    return page.text()


def pruned_page(pruned: Pruned, dry_run: bool, view: View) -> str:
    """What was removed, series by series, and what stays although it is old."""
    page, language = Page(view), view.language
    by_series: dict[str, list[int]] = {}
    for each in pruned.removed:
        by_series.setdefault(each.series, []).append(each.number)
    for name, numbers in by_series.items():
        many = runs_said(len(numbers), language)
        key = "would-remove" if dry_run else "removed"
        page.wrapped((say(language, key, runs=many, series=clean(name), which=spans(numbers)), "bold"), hanging=2)
    if not by_series:
        page.line((say(language, "nothing-old"), "bold"))
    for spared in pruned.spared:
        page.wrapped((_why(spared, view), ""), indent=2, hanging=2)
    return page.text()


def _why(spared: Spared, view: View) -> str:
    key = "why-" + spared.why + ("-1" if spared.why == "answered" and spared.detail == "1" else "")
    why = say(view.language, key, detail=clean(spared.detail))
    return say(view.language, "spared", run=clean(spared.run.name), why=why)


def spans(numbers: Sequence[int]) -> str:
    """Numbers in their order, those in a row as a span: ``1–4, 6``."""
    found: list[list[int]] = []
    for each in numbers:
        if found and each == found[-1][1] + 1:
            found[-1][1] = each
        else:
            found.append([each, each])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in found)


def moment(started: str) -> str:
    """The minute of a moment in ISO 8601."""
    return started[:16].replace("T", " ")


def _table(page: Page, rows: Sequence[tuple[Span, ...]], right: frozenset[int]) -> None:
    """Columns two spaces apart, `right` ones aligned right; a thousand rows would take Page.table seconds."""
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(*([text for text, _ in row] for row in rows), strict=True)]
    lines: list[list[Span]] = []
    for row in rows:
        lines.append([])
        for place, (text, style) in enumerate(row):
            room = " " * (widths[place] - cell_len(text))
            lines[-1].append(((room + text if place in right else text + room) + "  ", style))
    if page.view.color:
        for spans in lines:
            page.line(*spans, indent=2)
        return
    page.plain("  " + "".join(text for text, _ in spans) for spans in lines)


def _said(view: View, key: str) -> str:
    return say(view.language, key)


def _outcome(run: StoredRun, view: View) -> Span:
    known = run.outcome in _COLOURS
    return (_said(view, run.outcome) if known else clean(run.outcome, 20)), _COLOURS.get(run.outcome, "")


def _scores(run: StoredRun, view: View) -> Span:
    values = [points(value, view.language) for _, value in run.scores[:_SCORES]]
    return " / ".join(values) + (" …" if len(run.scores) > _SCORES else ""), ""


def _legend(page: Page, runs: Sequence[StoredRun]) -> None:
    """What the columns leave open: the names of the scores, and the mark of runs that are kept."""
    names = list(dict.fromkeys(name for each in runs for name, _ in each.scores[:_SCORES]))
    if names:
        page.wrapped((say(page.view.language, "scores-are", names=", ".join(map(clean, names))), "dim"), indent=2)
    if any(each.kept for each in runs):
        page.line((say(page.view.language, "kept-mark"), "dim"), indent=2)
