"""Two runs beside each other, as text, Markdown and JSON."""

from collections.abc import Callable
from typing import Any

from fhircheck.model.change import Change, RunDiff, RunName
from fhircheck.report.change_words import run_name, source, unlike, words
from fhircheck.report.history_form import change_form
from fhircheck.report.ndjson import encoded
from fhircheck.report.page import Page
from fhircheck.report.shown import View

SHOWN = 40
"""Changes past no threshold that text and Markdown show; JSON has all."""
FORMAT = "fhircheck-diff"
FORMAT_VERSION = "1.0"

_WORDS: dict[str, tuple[str, str]] = {
    "same": ("Nothing has changed", "Nichts hat sich geändert"),
    "changes": ("Changes, none alarming", "Änderungen, keine auffällig"),
    "alarming": ("Alarming changes", "Auffällige Änderungen"),
    "count": ("{alarming} alarming of {all}", "{alarming} auffällig von {all}"),
    "before": ("before", "vorher"),
    "after": ("after", "nachher"),
    "unlike": ("Not all can be compared", "Nicht alles ist vergleichbar"),
    "other": ("Other changes", "Weitere Änderungen"),
    "more": ("and {count} more: --format json", "und {count} weitere: --format json"),
    "judged": ("by: {source}", "nach: {source}"),
    "chance": (
        "What chance alone may do to these numbers is no change; how that is told: docs/concepts/drift.md",
        "Was der Zufall mit diesen Zahlen tun kann, ist keine Änderung; wie das bestimmt wird: docs/concepts/drift.md",
    ),
}


def _say(view: View, key: str, **parts: object) -> str:
    return _WORDS[key][view.language == "de"].format(**parts)


def _verdict(diff: RunDiff) -> str:
    if not diff.changes:
        return "same"
    return "alarming" if any(each.alarming for each in diff.changes) else "changes"


def difference_text(diff: RunDiff, view: View) -> str:
    """To read at the view's width: the alarming changes first, each with what it comes from and is judged by."""
    page = Page(view)
    alarming = [each for each in diff.changes if each.alarming]
    others = [each for each in diff.changes if not each.alarming]
    verdict = _verdict(diff)
    beside = _say(view, "count", alarming=len(alarming), all=len(diff.changes)) if diff.changes else ""
    page.heading(_say(view, verdict).upper(), beside)
    names = [(f"{_say(view, each)}", run_name(view_name(run, view))) for each, run in _runs(diff)]
    page.table([((label, "dim"), (name, "")) for label, name in names])
    for change in alarming:
        page.sentence(("! ", "bold red"), words(change, view.language))
    for text in dict.fromkeys(source(each, view.language) for each in alarming if each.source):
        page.wrapped((_say(view, "judged", source=text), "dim"), indent=4, hanging=2)
    if diff.comparable:
        page.heading(_say(view, "unlike").upper())
        for reason in diff.comparable:
            page.wrapped((unlike(reason, view.language), "yellow"), indent=2, hanging=2)
    if others:
        if alarming or diff.comparable:
            page.heading(_say(view, "other").upper())
        for change in others[:SHOWN]:
            page.sentence(("- ", "dim"), words(change, view.language))
        if len(others) > SHOWN:
            page.line((_say(view, "more", count=len(others) - SHOWN), "dim"), indent=2)
    page.blank()
    page.wrapped((_say(view, "chance"), "dim"))
    return page.text()


def _runs(diff: RunDiff) -> tuple[tuple[str, RunName], tuple[str, RunName]]:
    return ("before", diff.before), ("after", diff.after)


def view_name(run: RunName, view: View) -> RunName:
    """The run with its file name hidden where file names are."""
    return run if run.number is not None else RunName(view.names.source(run.name), run.started, run.version)


def difference_markdown(diff: RunDiff, view: View) -> str:
    """For a comment or a wiki: nothing out of the data becomes markup."""
    alarming = [each for each in diff.changes if each.alarming]
    others = [each for each in diff.changes if not each.alarming]
    lines = [f"## {_say(view, _verdict(diff))}", ""]
    lines += [f"- {_say(view, label)}: {_escaped(run_name(view_name(run, view)))}" for label, run in _runs(diff)]
    if alarming:
        lines += ["", *(f"- **{_escaped(words(each, view.language))}**" for each in alarming)]
    if diff.comparable:
        lines += ["", f"### {_say(view, 'unlike')}", ""]
        lines += [f"- {_escaped(unlike(each, view.language))}" for each in diff.comparable]
    if others:
        lines += ["", f"### {_say(view, 'other')}", ""]
        lines += [f"- {_escaped(words(each, view.language))}" for each in others[:SHOWN]]
        if len(others) > SHOWN:
            lines.append(f"- {_say(view, 'more', count=len(others) - SHOWN)}")
    return "\n".join(lines) + "\n"


_MARKUP = {ord(each): f"\\{each}" for each in "\\`*_{}[]()#+!|~"} | {
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord("&"): "&amp;",
    ord("@"): "&#64;",
    ord(":"): "&#58;",
}
"""A colon begins no link and no address calls anybody."""


def _escaped(text: str) -> str:
    return text.translate(_MARKUP).replace("www.", "www&#46;")


def difference_json(diff: RunDiff, view: View) -> str:
    """All changes, each with its words in the view's language."""
    return encoded(difference_form(diff, view), indent=2) + "\n"


def difference_form(diff: RunDiff, view: View) -> dict[str, Any]:
    """The JSON form; its schema is diff.schema.json."""
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "before": _run_form(view_name(diff.before, view)),
        "after": _run_form(view_name(diff.after, view)),
        "alarming": sum(each.alarming for each in diff.changes),
        "unlike": [{"name": each, "text": unlike(each, view.language)} for each in diff.comparable],
        "changes": [_change(each, view) for each in diff.changes],
    }


def _run_form(run: RunName) -> dict[str, Any]:
    return {"name": run.name, "started": run.started, "version": run.version, "number": run.number}


def _change(change: Change, view: View) -> dict[str, Any]:
    return {**change_form(change), "text": words(change, view.language)}


DIFFERENCES: dict[str, Callable[[RunDiff, View], str]] = {
    "text": difference_text,
    "markdown": difference_markdown,
    "json": difference_json,
}
"""The forms of a comparison."""
