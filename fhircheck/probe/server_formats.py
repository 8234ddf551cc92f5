"""The forms a server's report can be written in: one function each, from the report to text."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fhircheck.probe.result import RequirementResult, ServerReport
from fhircheck.probe.server_changes import Change
from fhircheck.probe.server_form import server_json_text
from fhircheck.probe.server_score import score_of
from fhircheck.probe.server_tables import headline, score_words, server_text
from fhircheck.probe.server_words import say
from fhircheck.probe.texts import why
from fhircheck.report.numbers import number
from fhircheck.report.shown import View, clean

_FORMULA = re.compile(r"^[=+\-@\t\r]")
_MARKUP = re.compile(r"([\\`*_{}\[\]<>|#])")


@dataclass(frozen=True, slots=True)
class Wish:
    """How a report is wanted. changes: since a baseline, None without one. details: every row."""

    view: View
    fail_on: str = "SHALL"
    details: bool = False
    changes: tuple[Change, ...] | None = None


def as_text(report: ServerReport, wish: Wish) -> str:
    """For people, at the width of the view."""
    return server_text(report, wish.view, wish.fail_on, wish.details, wish.changes)


def as_json(report: ServerReport, wish: Wish) -> str:
    """All of it, by ``server_report.schema.json``."""
    return server_json_text(report, wish.fail_on, wish.changes)


def as_csv(report: ServerReport, wish: Wish) -> str:
    """A row for each demand (RFC 4180, header first). A cell never begins like a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("actor", "demand", "expectation", "declared", "probed", "why", "request", "status", "note"))
    for row in _rows(report):
        seen = row.evidence[0] if row.evidence else None
        cells = (row.actor, row.id, row.expectation, row.declared, row.probed, why(row.why, "en", row.params))
        asked = (seen.request, str(seen.status), seen.note) if seen else ("", "", "")
        writer.writerow([_cell(each) for each in (*cells, *asked)])
    return out.getvalue()


def _rows(report: ServerReport) -> Iterator[RequirementResult]:
    return (row for actor in report.actors for row in actor.results)


def _cell(text: str) -> str:
    text = clean(text, 2000)
    return f"'{text}" if _FORMULA.match(text) else text


def as_markdown(report: ServerReport, wish: Wish) -> str:
    """Tables for a ticket or a page: a table of scores, then one for each actor; only what is unmet, or all details."""
    language = wish.view.language
    lines = [
        f"# {_md(headline(report, language, wish.fail_on, wish.changes))}",
        "",
        f"{_md(report.base)}, {_md(report.software)}",
        "",
    ]
    lines += [_md(score_words(score_of(report.actors), language)), ""]
    if wish.changes is not None:
        lines += _changes(wish.changes, language)
    for actor in report.actors:
        title = actor.german if language == "de" and actor.german else actor.title
        rows = [row for row in actor.results if wish.details or (row.unmet and row.expectation != "MAY")]
        count = say("rows", language, count=number(len(actor.results), language))
        lines += [f"## {_md(title)} {_md(actor.version)}", ""]
        lines += [f"{count}; {_md(score_words(score_of((actor,)), language))}", ""]
        lines += [*_table(rows, language), ""] if rows else []
    return "\n".join(lines).rstrip("\n") + "\n"


def _changes(changes: tuple[Change, ...], language: str) -> list[str]:
    lines = [f"## {say('changes-title', language)}", ""]
    for each in changes:
        values = f" ({_md(each.before)} → {_md(each.after)})" if each.before or each.after else ""
        lines.append(f"- {say(each.how, language)}: {_md(each.about)}{values}")
    return [*(lines if changes else [*lines, say("no-changes", language)]), ""]


def _table(rows: list[RequirementResult], language: str) -> list[str]:
    heads = [say(each, language) for each in ("expectation", "id", "declared", "probed", "why", "evidence")]
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    for row in rows:
        states = [_state(row, "declared", language), _state(row, "probed", language)]
        seen = "; ".join(f"{each.request} → {each.status or '-'} {each.note}".strip() for each in row.evidence[:3])
        cells = [row.expectation, row.id, *states, why(row.why, language, row.params), seen]
        lines.append("| " + " | ".join(_md(each) for each in cells) + " |")
    return lines


def _state(row: RequirementResult, lane: str, language: str) -> str:
    outcome = row.declared if lane == "declared" else row.probed
    return say("unmet-short" if outcome == "unmet" else outcome, language)


def _md(text: str) -> str:
    """`text` as it is, whatever Markdown would make of it."""
    return _MARKUP.sub(r"\\\1", clean(text, 2000))


FORMS: dict[str, Callable[[ServerReport, Wish], str]] = {
    "text": as_text,
    "json": as_json,
    "markdown": as_markdown,
    "csv": as_csv,
}
