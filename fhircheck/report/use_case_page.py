"""A use case as a page: what it asks for, step by step."""

from fhircheck.model.use_case import text_in
from fhircheck.report.page import Page
from fhircheck.report.shown import View, clean
from fhircheck.report.words import say
from fhircheck.use_cases.requirement import Requirement, UseCase

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def use_case_text(case: UseCase, view: View) -> str:
    """Title, description and all requirements in the language of `view`."""
    page = Page(view)
    page.heading(clean(text_in(case.title, view.language)), clean(f"{case.url} {case.version}".strip()))
    if case.description:
        page.wrapped((clean(text_in(case.description, view.language), longest=4_000), ""), indent=2)
    for asked in case.requirements:
        _requirement(page, asked)
    if not case.declared:
        page.blank()
        page.wrapped((say(view, "use-case-undeclared"), "yellow"), indent=2)
    return page.text()


def _requirement(page: Page, asked: Requirement) -> None:
    view = page.view
    page.blank()
    page.line(
        (say(view, f"role-{asked.role}"), "bold"), (f"  {clean(text_in(asked.title, view.language))}", ""),
        (f"  {clean(asked.name)}", "dim"), indent=2,
    )  # fmt: skip
    for line in _lines(asked, view):
        page.wrapped((clean(line, longest=400), ""), indent=4, hanging=2)


def _lines(asked: Requirement, view: View) -> list[str]:
    """What it demands, a line each."""
    found = [asked.type + "".join(f", {each}" for each in asked.profiles)]
    for code in asked.codes:
        listed = ", ".join("|".join(filter(None, pair)) for pair in code.codes)
        found.append(f"{code.path} = {' / '.join(filter(None, (listed, code.value_set))) or '*'}")
    if asked.paths:
        found.append(say(view, "use-case-must", paths=", ".join(asked.paths)))
    if asked.minimum > 1:
        found.append(say(view, "use-case-least", count=asked.minimum))
    if asked.window is not None:
        ends = [duration(each) for each in (asked.window.start, asked.window.end)]
        found.append(say(view, "use-case-window", start=ends[0], end=ends[1]))
    if asked.density is not None:
        share = f"{float(asked.density.share):g}"
        found.append(say(view, "use-case-density", share=share, every=duration(asked.density.every)))
    found += _stream_lines(asked, view)
    if asked.link is not None:
        found.append(f"{asked.link.path} -> {asked.link.to}")
    if asked.group:
        found.append(say(view, "use-case-either", name=asked.group))
    if asked.classes:
        found.append(say(view, "use-case-classes", names=", ".join(each.name for each in asked.classes)))
    return found + ([say(view, "use-case-undecided", name=asked.name, why=asked.fault)] if asked.fault else [])


def _stream_lines(asked: Requirement, view: View) -> list[str]:
    found = []
    if asked.sampling is not None:
        each = asked.sampling
        found.append(say(view, "use-case-sampling", by=", ".join(each.by), every=duration(each.every),
                         share=f"{float(each.share):g}", gap=duration(each.gap)))  # fmt: skip
    if asked.clock is not None:
        against = " / ".join(asked.clock.against)
        found.append(say(view, "use-case-clock", ahead=duration(asked.clock.ahead), against=against))
        if asked.clock.late is not None:
            found.append(say(view, "use-case-clock-late", late=duration(asked.clock.late), against=against))
    return found


def duration(seconds: int | None) -> str:
    """Seconds in the largest unit that divides them; an ellipsis for an open end."""
    if seconds is None:
        return "..."
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{seconds // size} {unit}"
