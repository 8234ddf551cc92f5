"""Report as Markdown: what a comment on a pull request or a page of a wiki shows, short enough for either.

What comes from the data stands in code spans, where nothing is markup, a link or a mention (CommonMark 6.1).
"""

from collections.abc import Callable, Iterator, Sequence

from fhircheck.model.issue import SEVERITIES, Issue
from fhircheck.model.report import MeasureResult, RunReport, Score
from fhircheck.report.form_words import say
from fhircheck.report.markdown_text import code, plain, table, told
from fhircheck.report.messages import message
from fhircheck.report.numbers import UNKNOWN, number, people, percent, points
from fhircheck.report.outcome import outcome
from fhircheck.report.reason_words import note_words, reason_words
from fhircheck.report.score_name import score_name
from fhircheck.report.sections import verdict
from fhircheck.report.sections.findings import place_of
from fhircheck.report.sections.measures import STATUSES
from fhircheck.report.shown import View
from fhircheck.report.undecided_words import reason as undecided_words
from fhircheck.report.words import counted, severity
from fhircheck.report.words import say as words

KINDS = 20
ACTIONS = 8
UNDECIDED = 12
NOTES = 10
NAMES = 40
_MARKS = {"valid": "✅", "no-errors-found": "⚠️", "invalid": "❌", "not-checked": "⛔"}
_OPEN = ("failed", "error", "cannot-tell")


class Markdown:
    """A summary in Markdown."""

    name = "markdown"
    summary = "A summary in Markdown for pull requests and wikis: verdict, scores, what to fix, findings, measures."

    def sink(self, view: View, write: Callable[[str], None]) -> Callable[[list[Issue]], None] | None:
        """None: the report's counts and examples are all it needs."""
        return None

    def finish(self, report: RunReport, view: View, write: Callable[[str], None]) -> None:
        """Write the summary."""
        sections = (_verdict, _scores, _use_cases, _actions, _findings, _measures, _undecided, _inputs)
        parts = ["\n\n".join(section(report, view)) for section in sections]
        write("\n\n".join(part for part in parts if part) + "\n")


def _verdict(report: RunReport, view: View) -> Iterator[str]:
    word = outcome(report)
    yield f"## {_MARKS[word]} fhircheck: {words(view, word)}"
    lines = [f"**{plain(verdict.findings(report, view))}**", plain(verdict.checked(report, view)),
             plain(verdict.certainty(report, view))]  # fmt: skip
    if report.sources.sampled is not None:
        count = counted(view, min(report.sources.sampled, report.sources.records), "record")
        lines.append(plain(words(view, "sampled", count=count)))
    yield "  \n".join(lines)
    if report.verdict.exit_code:
        yield f"**{told(verdict.ending(report, view))}**"
    missing = [use for use in report.profiles if not use.found]
    if missing:
        rows = [f"- {code(use.url)} ({number(use.resources, view.language)}×)" for use in missing[:NAMES]]
        yield "\n".join((plain(words(view, "missing-profiles")), "", *rows))
    notes = [view.names.words(note_words(each, view.language), sources=report.sources.names) for each in report.notes]
    if notes:
        more = [words(view, "and-more", count=len(notes) - NOTES)] if len(notes) > NOTES else []
        yield "\n".join(f"> {told(each)}  " for each in (*notes[:NOTES], *more))


def _scores(report: RunReport, view: View) -> Iterator[str]:
    if not report.scores:
        return
    yield _heading(view, "scores")
    head = [say(view, name) for name in ("score", "points", "coverage", "lost-most")]
    yield table(head, [_score(each, view) for each in report.scores], "lrrl")


def _score(score: Score, view: View) -> list[str]:
    value = points(score.value, view.language)
    short = [part for part in score.parts if part.counted and part.earned < part.weight]
    lost = sorted((part for part in short if part.measure not in score.critical),
                  key=lambda part: (part.earned - part.weight, part.measure))  # fmt: skip
    beside = ", ".join(code(part.measure) for part in lost[:3])
    if score.critical:
        failed = plain(words(view, "critical", names="")).rstrip()
        beside = f"**{failed}** {', '.join(map(code, score.critical))}" + (f"; {beside}" if beside else "")
    return [
        code(score_name(score.name, view)),
        f"**{value}**",
        percent(score.coverage, view.language),
        beside or UNKNOWN,
    ]


def _use_cases(report: RunReport, view: View) -> Iterator[str]:
    from fhircheck.model.use_case import text_in
    from fhircheck.model.use_case_cells import cells_of_case
    from fhircheck.report.sections.use_cases import JUDGED, measured

    if not report.use_cases:
        return
    yield _heading(view, "use-cases")
    rows = []
    for each in report.use_cases:
        cells = cells_of_case(each)
        counts = [people(cell, view.language) for cell in (cells.eligible, cells.usable)]
        rows.append([plain(text_in(each.title, view.language)), *map(plain, counts)])
    yield table([say(view, name) for name in ("use-case", "eligible", "usable")], rows, "lrr")
    for each in report.use_cases:
        parts = []
        for status in JUDGED:
            names = [_share(one, view) for one in measured(each) if one.status == status]
            parts += [f"{plain(words(view, f'status-{status}'))} {', '.join(names)}"] if names else []
        if parts:
            yield f"{plain(text_in(each.title, view.language))}: {'; '.join(parts)}"


def _actions(report: RunReport, view: View) -> Iterator[str]:
    if not report.actions:
        return
    yield _heading(view, "actions")
    rows = []
    for number_, each in enumerate(report.actions[:ACTIONS], 1):
        gains = ", ".join(f"{code(score_name(gain.score, view))} {_gain(gain.low, gain.high, view)}"
                          for gain in each.gains)  # fmt: skip
        who = [words(view, f"{what}-{name}") for what, name in (("owner", each.owner), ("effort", each.effort))]
        failing = number(each.count, view.language)
        what = f"{plain(each.title.said(view.language))} ({failing} {code(each.measure)})"
        rows.append([str(number_), what, *map(plain, who), gains])
    yield table(["", *(say(view, name) for name in ("what", "who", "work", "gain"))], rows, "rllll")
    rest = len(report.actions) - ACTIONS
    if rest > 0:
        yield plain(words(view, "and-more", count=rest))


def _gain(low: object, high: object, view: View) -> str:
    from fractions import Fraction

    ends = []
    for each in dict.fromkeys((low, high)):
        assert isinstance(each, Fraction)
        ends.append(("−" if each < 0 else "+") + points(abs(each), view.language))
    return plain(" … ".join(ends))


def _findings(report: RunReport, view: View) -> Iterator[str]:
    yield _heading(view, "findings")
    if not report.totals:
        yield plain(words(view, "no-findings"))
        return
    ordered = sorted(report.totals, key=lambda total: (SEVERITIES.index(total[0]), -total[2], total[1]))
    rows = []
    for level, kind, count in ordered[:KINDS]:
        groups = sorted((each for each in report.issues if (each.severity, each.kind) == (level, kind)),
                        key=lambda each: (-each.count, each.definition, each.profile))  # fmt: skip
        where = ", ".join(code(each.definition) for each in groups[:2] if each.definition)
        if len(groups) > 2:
            where += f" {plain(words(view, 'and-more', count=len(groups) - 2))}"
        example = groups[0].examples[0] if groups and groups[0].examples else None
        shown = f"{code(message(example, view))} {code(place_of(example.place, view))}" if example else UNKNOWN
        mark = f"**{plain(severity(view, level))}**" if level in ("fatal", "error") else plain(severity(view, level))
        rows.append([mark, code(kind), number(count, view.language), where or UNKNOWN, shown])
    yield table([say(view, name) for name in ("severity", "kind", "count", "where", "example")], rows, "llrll")
    if len(ordered) > KINDS:
        rest = counted(view, sum(count for _, _, count in ordered[KINDS:]), "finding")
        names = ", ".join(code(kind) for _, kind, _ in ordered[KINDS:][:NAMES])
        yield f"{plain(words(view, 'more-kinds', count=rest, names=''))} {names}"


def _measures(report: RunReport, view: View) -> Iterator[str]:
    if not report.measures:
        return
    yield _heading(view, "measures")
    ordered = sorted(report.measures, key=lambda each: STATUSES.index(each.status))
    open_ = [each for each in ordered if each.status in _OPEN]
    head = [say(view, name) for name in ("measure", "share", "judged", "needed", "status", "reason")]
    if open_:
        yield table(head, [_measure(each, view) for each in open_], "lrrrll")
    for status in STATUSES:
        names = [_share(each, view) for each in ordered if each.status == status and status not in _OPEN]
        if names:
            yield f"{plain(words(view, f'status-{status}'))}: {', '.join(names)}"


def _measure(each: MeasureResult, view: View) -> list[str]:
    needed = 1 - each.threshold.maximum_failing if each.threshold else None
    return [
        code(each.name),
        f"**{percent(each.share, view.language, apart_from=needed)}**",
        number(each.denominator, view.language),
        percent(needed, view.language),
        plain(words(view, f"status-{each.status}")),
        told(reason_words(each.reason, view.language)) or UNKNOWN,
    ]


def _share(each: MeasureResult, view: View) -> str:
    return code(each.name) + (f" {percent(each.share, view.language)}" if each.denominator else "")


def _undecided(report: RunReport, view: View) -> Iterator[str]:
    if not report.undecided:
        return
    yield _heading(view, "undecided")
    ordered = sorted(report.undecided, key=lambda each: (-each.count, each.reason, each.detail))
    rows = [
        [number(each.count, view.language), plain(undecided_words(view, each.reason)) or code(each.reason),
         code(each.detail) if each.detail else UNKNOWN]
        for each in ordered[:UNDECIDED]
    ]  # fmt: skip
    yield table([say(view, name) for name in ("checks", "reason", "details")], rows, "rll")
    if len(ordered) > UNDECIDED:
        yield plain(words(view, "and-more", count=len(ordered) - UNDECIDED))


def _inputs(report: RunReport, view: View) -> Iterator[str]:
    header, sources = report.header, report.sources
    names: Sequence[str] = [code(view.names.source(each)) for each in sources.names[:5]]
    more = [plain(words(view, "and-more", count=len(sources.names) - 5))] if len(sources.names) > 5 else []
    packages = ", ".join(code(f"{each.name}#{each.version}") for each in report.packages[:NAMES])
    yield "---"
    yield f"fhircheck {plain(header.version)}, {plain(header.started)}  \n" + "  \n".join(
        filter(None, (f"{words(view, 'sources')}: {', '.join((*names, *more))}" if names else "",
                      f"{words(view, 'packages')}: {packages}" if packages else ""))
    )  # fmt: skip


def _heading(view: View, key: str) -> str:
    return f"### {words(view, key).capitalize()}"
