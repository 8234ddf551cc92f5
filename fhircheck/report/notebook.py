"""A report as a notebook shows it: a small fragment of HTML without script, in the colours of the page it stands in."""

import os
from collections.abc import Iterable
from html import escape

from fhircheck.model.action import Action
from fhircheck.model.issue import SEVERITIES, Issue
from fhircheck.model.report import MeasureResult, RunReport, Score
from fhircheck.report.messages import message
from fhircheck.report.numbers import number, percent, points, seconds
from fhircheck.report.outcome import outcome
from fhircheck.report.score_name import score_name
from fhircheck.report.sections.actions import gains
from fhircheck.report.sections.findings import place_of
from fhircheck.report.sections.measures import STATUSES
from fhircheck.report.sections.verdict import certainty, checked, findings
from fhircheck.report.shown import View, clean
from fhircheck.report.words import counted, say, severity

SCORES = 12
ACTIONS = 5
KINDS = 10
_BADGES = {
    "valid": "#1a7f37", "no-errors-found": "#7d5a00", "invalid": "#b42318", "not-checked": "#b42318",
    "fatal": "#b42318", "error": "#b42318", "warning": "#7d5a00", "information": "#0b5cad",
    "failed": "#b42318", "cannot-tell": "#7d5a00", "passed": "#1a7f37",
}  # fmt: skip
_GREY = "#57606a"
# Text and ground are the page's own (light or dark); badges bring both, with a contrast of at least 4.5.
_STYLE = (
    ".fhircheck{font:13px/1.45 system-ui,sans-serif;max-width:60em;color:inherit}"
    ".fhircheck table{border-collapse:collapse;margin:.3em 0;background:none;color:inherit;font-size:inherit}"
    ".fhircheck th,.fhircheck td{text-align:left;padding:.15em .8em .15em 0;background:none;vertical-align:top;"
    "border:0;border-bottom:1px solid rgba(128,128,128,.35);white-space:normal}"
    ".fhircheck td:last-child{overflow-wrap:anywhere}"
    ".fhircheck .n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}"
    ".fhircheck b.t{display:block;margin-top:.8em}"
    ".fhircheck .k{color:#fff;border-radius:3px;padding:.05em .45em;font-weight:600;white-space:nowrap}"
    ".fhircheck .bar{width:7em;height:.6em;border:1px solid rgba(128,128,128,.7);display:inline-block}"
    ".fhircheck .bar i{display:block;height:100%;background:#3b7dd8}"
    ".fhircheck small{opacity:.85}.fhircheck ol{margin:.3em 0;padding-left:1.6em}.fhircheck summary{cursor:pointer}"
)


def fragment(report: RunReport, language: str | None = None) -> str:
    """The report in HTML: verdict, scores, what to fix first, findings by type, measures behind a fold.

    language: ``en`` or ``de``; else that of FHIRCHECK_LANGUAGE. All that comes from data is escaped; no values of the
    data are shown. The size is bounded, whatever the report holds.
    """
    given = language or os.environ.get("FHIRCHECK_LANGUAGE", "")
    view = View(language="de" if given == "de" else "en")
    parts = (_head(report, view), _scores(report.scores, view), _actions(report.actions, view),
             _findings(report, view), _measures(report.measures, view), _foot(report, view))  # fmt: skip
    return f'<div class="fhircheck" lang="{view.language}"><style>{_STYLE}</style>{"".join(parts)}</div>'


def _text(text: str, longest: int = 200) -> str:
    """Any text as HTML."""
    return escape(clean(text, longest))


def _badge(word: str, name: str) -> str:
    return f'<span class="k" style="background:{_BADGES.get(name, _GREY)}">{_text(word)}</span>'


def _title(view: View, key: str, beside: str = "") -> str:
    aside = f" <small>{_text(beside)}</small>" if beside else ""
    return f'<b class="t">{_text(say(view, key).capitalize())}{aside}</b>'


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; cells are HTML, those that begin with a tab stand right."""
    lines = "".join(f"<tr>{''.join(_cell('td', each) for each in row)}</tr>" for row in rows)
    first = "".join(_cell('th scope="col"', each) for each in head)
    return f"<table>{f'<thead><tr>{first}</tr></thead>' if first else ''}<tbody>{lines}</tbody></table>"


def _cell(tag: str, html: str) -> str:
    right = ' class="n"' if html.startswith("\t") else ""
    return f"<{tag}{right}>{html.strip()}</{tag.partition(' ')[0]}>"


def _head(report: RunReport, view: View) -> str:
    word = outcome(report)
    rest = " ".join((findings(report, view), checked(report, view), certainty(report, view)))
    return f"<div>{_badge(say(view, word), word)} {_text(rest, 500)}</div>"


def _scores(scores: tuple[Score, ...], view: View) -> str:
    if not scores:
        return ""
    rows = []
    for each in scores[:SCORES]:
        width = round(float(each.value or 0))
        critical = [say(view, "critical", names=", ".join(each.critical))] if each.critical else []
        beside = [say(view, "coverage", share=percent(each.coverage, view.language)), *critical]
        value = points(each.value, view.language)
        bar = f'<span class="bar" aria-hidden="true"><i style="width:{width}%"></i></span>'
        said = _text(say(view, "of-100", points=value)) if each.value is not None else _text(say(view, "no-score"))
        rows.append(
            (_text(score_name(each.name, view)), f"\t{said}", bar, f"<small>{_text('; '.join(beside))}</small>")
        )
    rubrics = ", ".join(dict.fromkeys(each.rubric for each in scores))
    return _title(view, "scores", say(view, "rubric", name=rubrics)) + _table((), rows)


def _actions(actions: tuple[Action, ...], view: View) -> str:
    if not actions:
        return ""
    items = "".join(
        f"<li>{_text(each.title.said(view.language))} <small>{_text(_who(each, view))}</small></li>"
        for each in actions[:ACTIONS]
    )
    return _title(view, "actions", say(view, "actions-why")) + f"<ol>{items}</ol>"


def _who(action: Action, view: View) -> str:
    owner, effort = say(view, f"owner-{action.owner}"), say(view, f"effort-{action.effort}")
    return f"{owner}, {effort}; {gains(action, view)}"


def _findings(report: RunReport, view: View) -> str:
    if not report.totals:
        return _title(view, "findings") + f"<div>{_text(say(view, 'no-findings'))}</div>"
    examples: dict[tuple[str, str], Issue] = {}
    for group in sorted(report.issues, key=lambda each: -each.count):
        if group.examples:
            examples.setdefault((group.severity, group.kind), group.examples[0])
    ordered = sorted(report.totals, key=lambda each: (SEVERITIES.index(each[0]), -each[2], each[1]))
    rows = [_kind(*each, examples.get(each[:2]), view) for each in ordered[:KINDS]]
    rest = ordered[KINDS:]
    more = ""
    if rest:
        count = counted(view, sum(each[2] for each in rest), "finding")
        names = ", ".join(each[1] for each in rest)
        more = f"<small>{_text(say(view, 'more-kinds', count=count, names=names), 1000)}</small>"
    return _title(view, "findings") + _table((), rows) + more


def _kind(level: str, kind: str, count: int, example: Issue | None, view: View) -> tuple[str, ...]:
    """Severity, name, how often, and what one of them says."""
    said = ""
    if example is not None:
        where = place_of(example.place, view)
        said = f"{_text(message(example, view), 400)}<br><small>{_text(where, 300)}</small>"
    return _badge(severity(view, level), level), _text(kind), f"\t{number(count, view.language)}×", said


def _measures(measures: tuple[MeasureResult, ...], view: View) -> str:
    if not measures:
        return ""
    rows = [
        (_badge(say(view, f"status-{each.status}"), each.status), _text(each.name),
         f"\t{percent(each.share, view.language)}", f"\t{number(each.denominator, view.language)}")
        for each in sorted(measures, key=lambda each: STATUSES.index(each.status))
    ]  # fmt: skip
    head = (_text(say(view, "status")), _text(say(view, "measure")), f"\t{_text(say(view, 'share'))}",
            f"\t{_text(say(view, 'judged'))}")  # fmt: skip
    title = say(view, "measures").capitalize()
    return f"<details><summary><b>{_text(title)}</b> ({len(measures)})</summary>{_table(head, rows)}</details>"


def _foot(report: RunReport, view: View) -> str:
    sources, header = report.sources, report.header
    parts = (counted(view, sources.records, "record"), counted(view, sources.files, "file"),
             seconds(header.duration, view.language), f"fhircheck {header.version}", header.started)  # fmt: skip
    return f"<small>{_text(' · '.join(parts))}</small>"
