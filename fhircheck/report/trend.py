"""The trend of a series: what goes up and down over its runs, as text, CSV or JSON."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from fhircheck.model.errors import UsageError
from fhircheck.model.run_history import TrendPoint
from fhircheck.report.history_page import moment
from fhircheck.report.history_words import runs as runs_said
from fhircheck.report.history_words import say
from fhircheck.report.ndjson import encoded
from fhircheck.report.numbers import number, percent, points, rounded
from fhircheck.report.page import Page, Span
from fhircheck.report.shown import View, clean
from fhircheck.report.sparkline import MISSING, Value, per_column, sparkline

_COUNTS = ("errors", "warnings", "resources")
_WIDEST = 40


@dataclass(frozen=True, slots=True)
class Row:
    """One quantity over the runs. kind: ``score`` (of 100), ``count`` or ``share``; None where a run has none."""

    name: str
    kind: str
    values: tuple[Value, ...]


def rows(found: Sequence[TrendPoint], measures: bool = False) -> list[Row]:
    """Scores, counts and, where asked for, the shares of the measures."""
    scores = _by_name(found, lambda each: each.scores)
    made = [Row(name, "score", values) for name, values in scores.items()]
    made += [Row(name, "count", tuple(getattr(each, name) for each in found)) for name in _COUNTS]
    if measures:
        shares = _by_name(found, lambda each: [(name, _share(one, all_)) for name, one, all_ in each.measures])
        made += [Row(name, "share", values) for name, values in shares.items()]
    return made


def chosen(found: Sequence[TrendPoint], names: Sequence[str], measures: bool) -> list[Row]:
    """The rows of `names`, or all. Raises UsageError for a name that no run has."""
    if not names:
        return rows(found, measures)
    known = {each.name: each for each in rows(found, measures=True)}
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise UsageError(
                f"no run has a score, measure or count {name}" + (f"; did you mean {near[0]}?" if near else "")
            )
    return [known[name] for name in dict.fromkeys(names)]


def _share(passed: int, judged: int) -> Fraction | None:
    return Fraction(passed, judged) if judged else None


def _by_name(
    found: Sequence[TrendPoint], pairs: Callable[[TrendPoint], Sequence[tuple[str, Any]]]
) -> dict[str, tuple[Value, ...]]:
    tables = [dict(pairs(each)) for each in found]
    names = dict.fromkeys(name for table in tables for name in table)
    return {name: tuple(table.get(name) for table in tables) for name in names}


def trend_page(series: str, found: Sequence[TrendPoint], wanted: Sequence[Row], view: View) -> str:
    """A line for each quantity: how it went, where it stands, between which values."""
    page, language = Page(view), view.language
    first, last = moment(found[0].started)[:10], moment(found[-1].started)[:10]
    many = runs_said(len(found), language)
    page.heading(
        say(language, "trend-of", series=clean(series)), say(language, "from-to", runs=many, first=first, last=last)
    )
    name_width = max(len(clean(each.name, 30)) for each in wanted)
    width = max(8, min(_WIDEST, view.width - name_width - 28))
    page.table([_line(each, width, view) for each in wanted], right=frozenset({2}))
    page.wrapped((say(language, "scale"), "dim"), indent=2)
    step = per_column(len(found), width)
    if step > 1:
        page.wrapped((say(language, "several-a-column", count=step), "dim"), indent=2)
    return page.text()


def _line(row: Row, width: int, view: View) -> tuple[Span, ...]:
    known = [each for each in row.values if each is not None]
    last = row.values[-1]
    span = ""
    if known:
        low, high = _said(min(known), row.kind, view), _said(max(known), row.kind, view)
        span = say(view.language, "always") if low == high else say(view.language, "low-high", low=low, high=high)
    shown = MISSING if last is None else _said(last, row.kind, view)
    return (clean(row.name, 30), "bold"), (sparkline(row.values, width), ""), (shown, "bold"), (span, "dim")


def _said(value: Any, kind: str, view: View) -> str:
    if kind == "count":
        return number(value, view.language)
    return points(value, view.language) if kind == "score" else percent(value, view.language)


def trend_json(series: str, found: Sequence[TrendPoint], wanted: Sequence[Row]) -> str:
    """The rows as JSON: runs beside each other in every list; fractions rounded to six digits."""
    return encoded(
        {
            "format": "fhircheck-trend",
            "format_version": "1.0",
            "series": series,
            "runs": [{"number": each.number, "started": each.started, "outcome": each.outcome} for each in found],
            "rows": [{"name": row.name, "kind": row.kind, "values": list(map(_plain, row.values))} for row in wanted],
        },
        indent=2,
    ) + "\n"  # fmt: skip


def trend_csv(found: Sequence[TrendPoint], wanted: Sequence[Row]) -> str:
    """A line for each run, a column for each row (RFC 4180); empty where a run has no value."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(["number", "started", "outcome", *(_cell(row.name) for row in wanted)])
    for place, each in enumerate(found):
        values = [_plain(row.values[place]) for row in wanted]
        writer.writerow([each.number, each.started, each.outcome, *("" if one is None else one for one in values)])
    return buffer.getvalue()


def _plain(value: Value) -> int | float | None:
    return rounded(value) if isinstance(value, Fraction) else value


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return "'" + text if text[:1] in "=+-@\t\r" else text
