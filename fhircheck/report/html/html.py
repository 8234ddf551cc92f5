"""Report as one HTML page: no network, both languages, both themes, to be read with and without script, and printed."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from fhircheck.model.action import Words
from fhircheck.model.issue import Issue
from fhircheck.model.report import RunReport
from fhircheck.report.html import clinic_view, glossary, it_tables, it_view
from fhircheck.report.html.bilingual import Bilingual
from fhircheck.report.html.bounds import LIMIT, STEPS, Bounds
from fhircheck.report.html.changes import changes
from fhircheck.report.html.environment import coloured, digest, environment, harmless
from fhircheck.report.html.figure import Absent
from fhircheck.report.html.figures import Drawings, drawn_figures
from fhircheck.report.html.first_screen import cards, tasks
from fhircheck.report.html.html_words import PAGE
from fhircheck.report.html.plots import PLOTS
from fhircheck.report.outcome import resources
from fhircheck.report.shown import View

FOLDER = Path(__file__).parent


class Html:
    """The report as one page for people."""

    name = "html"
    summary = "One page to read and to print, in English and German, for clinic and IT; it needs no network."

    def sink(self, view: View, write: Callable[[str], None]) -> Callable[[list[Issue]], None] | None:
        """None: the report's counts and examples are all it needs."""
        return None

    def finish(self, report: RunReport, view: View, write: Callable[[str], None]) -> None:
        """Write the page."""
        write(page(report, view))


def page(report: RunReport, view: View) -> str:
    """The page as HTML (UTF-8, under LIMIT bytes), opening in the view's language.

    What does not fit is left out of the ends of tables, which say so: the bounds shrink until the page is small enough.
    """
    drawings: Drawings = {}
    text = ""
    for bounds in STEPS:
        text = _rendered(report, view, bounds, drawings)
        if len(text.encode()) < LIMIT:
            break
    return text


def _rendered(report: RunReport, view: View, bounds: Bounds, drawings: Drawings) -> str:
    both = Bilingual(view, bounds.longest)
    context = _context(report, both, bounds, drawings)
    return str(_environment().get_template("page.html").render(context))


def _context(report: RunReport, both: Bilingual, bounds: Bounds, drawings: Drawings) -> dict[str, Any]:
    """All that the templates ask for."""
    explained = glossary.measures(report, both, bounds)
    plotted = [each for plot in PLOTS for each in plot.figures(report, both)]
    kinds = glossary.kinds(report, both, bounds)
    return {
        "language": both.view.language,
        "title": PAGE["title"][both.view.language == "de"],
        "policy": _policy(),
        "style": _style(),
        "script": _script(),
        "version": both.clean(report.header.version),
        "view_name": "clinic",
        "subject": _subject(report, both),
        "summary": _summary(report, both),
        "w": lambda key, **values: both.say(PAGE, key, **values),
        "cards": cards(report, both),
        "tasks": tasks(report, both, bounds.rows),
        "task_count": len(report.actions),
        "measured": bool(report.measures),
        "figures": drawn_figures(plotted, bounds, drawings),
        "absent": [each for each in plotted if isinstance(each, Absent)],
        "changes": changes(report, both, bounds),
        "gaps": clinic_view.gaps(report, both, bounds),
        "kinds": clinic_view.kinds(report, both, bounds),
        "open_reasons": clinic_view.open_reasons(report, both, bounds),
        "use_cases": clinic_view.use_cases(report, both, bounds),
        "measures": it_view.measures(report, both, bounds),
        "score_tables": it_view.scores(report, both, bounds),
        "findings": it_view.findings(report, both, bounds),
        "states": it_tables.states(report, both, bounds),
        "decisions": it_tables.decisions(report, both, bounds),
        "undecided": it_view.undecided(report, both, bounds),
        "profiles": it_view.profiles(report, both, bounds),
        "packages": it_view.packages(report, both, bounds),
        "systems": it_tables.systems(report, both, bounds),
        "apart": it_tables.apart(report, both, bounds),
        "run_facts": it_tables.run_facts(report, both),
        "glossary": explained,
        "kind_entries": kinds,
        "anchors": _anchors(report, [*explained, *kinds]),
    }


def _anchors(report: RunReport, entries: list[Any]) -> frozenset[str]:
    """What links may lead to: places that are on this page."""
    there = {each.anchor for each in entries} | {"open", "run"}
    there |= {"kinds"} if report.resources else set()
    there |= {"scores-parts"} if report.scores else set()
    there |= {"use-cases"} if report.use_cases else set()
    return frozenset(there)


def _subject(report: RunReport, both: Bilingual) -> Words:
    """The sources, as far as they fit a line."""
    names = report.sources.names
    first = both.of(lambda view: both.clean(view.names.source(names[0])) if names else "")
    rest = f" + {len(names) - 1}" if len(names) > 1 else ""
    return both.of(lambda view: first.said(view.language) + rest)


def _summary(report: RunReport, both: Bilingual) -> Words:
    """What the answer is about, in one line."""
    return both.say(
        PAGE,
        "summary",
        resources=resources(report),
        files=report.sources.files,
        day=both.clean(report.header.started[:10]),
    )


@cache
def _style() -> Any:
    from markupsafe import Markup

    return Markup(coloured((FOLDER / "style.css").read_text(encoding="utf-8")))


@cache
def _script() -> Any:
    from markupsafe import Markup

    return Markup((FOLDER / "page.js").read_text(encoding="utf-8"))


@cache
def _policy() -> str:
    """A Content-Security-Policy under which the page's own style and script run, and nothing is fetched."""
    style, script = (digest(str(each)) for each in (_style(), _script()))
    return (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def _environment() -> Any:
    return environment(FOLDER / "templates", names={"t": _twins, "code": _code})


def _twins(words: Any) -> Any:
    """Both texts, each marked with its language; once where they are the same."""
    from markupsafe import Markup, escape

    english, german = (words["english"], words["german"]) if isinstance(words, dict) else words
    english, german = (each if hasattr(each, "__html__") else harmless(each) for each in (english, german))
    if english == german:
        return escape(english)
    return Markup('<span class="l-en" lang="en">{}</span><span class="l-de" lang="de">{}</span>').format(
        english, german
    )


def _code(words: Words) -> Any:
    """A text of the data as code."""
    from markupsafe import Markup

    return Markup("<code>{}</code>").format(_twins(words))
