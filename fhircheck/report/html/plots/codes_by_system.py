"""Codes by code system: what the data is coded with."""

from collections import Counter
from typing import Any

from fhircheck.model.report import RunReport
from fhircheck.report.html.bilingual import Bilingual
from fhircheck.report.html.canvas import Spec
from fhircheck.report.html.figure import Absent, Figure
from fhircheck.report.html.plot_words import PLOTS, SYSTEM_NAMES
from fhircheck.report.html.plots.labelled_bars import Bar, bars

MOST = 10


class CodesBySystem:
    """How many codings there are of each code system."""

    name = "codes-by-system"
    summary = "Codings by code system, the most frequent first."

    def figures(self, report: RunReport, both: Bilingual) -> list[Figure | Absent]:
        """One plot of the MOST frequent systems."""
        title = both.say(PLOTS, "codes")
        counts = _counts(report)
        if not counts:
            return [Absent(self.name, title, both.say(PLOTS, "no-census" if report.census is None else "no-codes"))]
        ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        text = both.say(PLOTS, "codes-text", count=len(counts), codings=sum(counts.values()),
                        first=_named(ordered[0][0], both), number=ordered[0][1])  # fmt: skip
        columns = tuple(both.say(PLOTS, key) for key in ("system", "url", "codings"))
        rows = tuple(
            (_named(system, both), both.same(system or "–"), both.number(count))
            for system, count in ordered[: MOST * 3]
        )
        return [
            Figure(self.name, title, text, columns, rows,
                   lambda language: _chart(ordered[:MOST], both, language), more=max(len(ordered) - MOST * 3, 0))
        ]  # fmt: skip


def _counts(report: RunReport) -> Counter[str]:
    found: Counter[str] = Counter()
    for each in report.census.systems if report.census else ():
        found[each.which] += each.count
    return found


def _named(system: str, both: Bilingual) -> Any:
    if not system:
        return both.say(PLOTS, "without-system")
    return both.same(SYSTEM_NAMES.get(system) or _short(system))


def _short(system: str) -> str:
    """What tells a URL from others, then whose it is: ``v3-ActCode (terminology.hl7.org)``."""
    scheme, mark, rest = system.partition("://")
    host, _, path = (rest if mark else scheme).partition("/")
    last = path.rstrip("/").rpartition("/")[2]
    return f"{last} ({host})" if last else host


def _chart(ordered: list[tuple[str, int]], both: Bilingual, language: str) -> Spec:
    return bars(
        [
            Bar(_named(system, both).said(language), count, both.number(count).said(language))
            for system, count in ordered
        ],
        ordered[0][1],
    )
