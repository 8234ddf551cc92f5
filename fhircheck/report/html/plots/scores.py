"""Scores with their bounds: how far each could move if all that could not be told were known."""

from fractions import Fraction

from fhircheck.model.action import Words
from fhircheck.model.report import RunReport, Score
from fhircheck.report.html.bilingual import Bilingual, joined
from fhircheck.report.html.canvas import Spec
from fhircheck.report.html.figure import Absent, Figure
from fhircheck.report.html.plot_words import PLOTS
from fhircheck.report.html.plots.labelled_bars import Bar, bars
from fhircheck.report.html.score_words import score_words
from fhircheck.report.score_interval import results_of, score_interval

MOST = 12
Row = tuple[Score, tuple[Fraction, Fraction] | None]


class Scores:
    """All scores of a run, each a bar with an interval."""

    name = "scores"
    summary = "Scores, each with the bounds that what could not be told leaves open."

    def figures(self, report: RunReport, both: Bilingual) -> list[Figure | Absent]:
        """One plot of all scores."""
        title = both.say(PLOTS, "scores")
        rows = [(each, score_interval(each, results_of(each, report))) for each in report.scores]
        drawable = [row for row in rows if row[0].value is not None][:MOST]
        if not drawable:
            return [Absent(self.name, title, both.say(PLOTS, "no-scores"))]
        columns = tuple(both.say(PLOTS, key) for key in ("score", "points", "bounds", "coverage"))
        return [
            Figure(
                self.name,
                title,
                both.say(PLOTS, "scores-text", list=joined([_told(row, report, both) for row in drawable], "; ")),
                columns,
                tuple(_row(row, report, both) for row in rows[:MOST]),
                lambda language: _chart(drawable, report, both, language),
                more=max(len(rows) - MOST, 0),
                note=both.say(PLOTS, "scores-note"),
            )
        ]


def _bounds(row: Row, both: Bilingual) -> Words:
    bounds = row[1]
    if bounds is None:
        return both.same("–")
    return both.say(PLOTS, "from-to", low=both.points(bounds[0]), high=both.points(bounds[1]))


def _told(row: Row, report: RunReport, both: Bilingual) -> Words:
    name = score_words(row[0], report, both)
    if row[1] is None or row[1][0] == row[1][1]:
        return joined([name, both.points(row[0].value)], ": ")
    return both.say(PLOTS, "score-told", name=name, points=both.points(row[0].value), bounds=_bounds(row, both))


def _row(row: Row, report: RunReport, both: Bilingual) -> tuple[Words, ...]:
    score = row[0]
    return (
        score_words(score, report, both), both.points(score.value), _bounds(row, both), both.percent(score.coverage),
    )  # fmt: skip


def _chart(rows: list[Row], report: RunReport, both: Bilingual, language: str) -> Spec:
    drawn = []
    for score, bounds in rows:
        low, high = bounds if bounds and bounds[0] != bounds[1] else (None, None)
        drawn.append(
            Bar(
                score_words(score, report, both).said(language),
                float(score.value or 0),
                both.points(score.value).said(language),
                None if low is None else float(low),
                None if high is None else float(high),
            )
        )
    return bars(drawn, 100)
