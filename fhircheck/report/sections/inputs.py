"""What the report is about: sources, resources, profiles, packages."""

from fhircheck.model.report import PackageSummary, ProfileUse, RunReport
from fhircheck.report.numbers import number, seconds, size
from fhircheck.report.page import Page, Span
from fhircheck.report.shown import clean
from fhircheck.report.words import counted, say

SHOWN = 12


def show(page: Page, report: RunReport) -> None:
    """Write what was read, what it was checked against, and where the definitions came from."""
    view, sources = page.view, report.sources
    page.heading(say(view, "inputs"), f"fhircheck {report.header.version}")
    read = say(
        view,
        "read",
        records=counted(view, sources.records, "record"),
        files=counted(view, sources.files, "file"),
        size=size(sources.bytes, view.language),
        time=seconds(report.header.duration, view.language),
    )
    page.wrapped((read, ""), indent=2)
    names = [clean(view.names.source(name)) for name in sources.names]
    _listed(page, "sources", names)
    _listed(
        page,
        "resources",
        [_type(page, *each) for each in sorted(report.resources, key=lambda each: (-each[1], each[0]))],
    )
    _profiles(page, report.profiles)
    _packages(page, report.packages)


def _listed(page: Page, title: str, items: list[str]) -> None:
    if not items:
        return
    rest = len(items) - SHOWN
    shown = items[:SHOWN] + ([say(page.view, "and-more", count=rest)] if rest > 0 else [])
    page.wrapped((say(page.view, title) + ": ", "bold"), (", ".join(shown), ""), indent=2, hanging=2)


def _type(page: Page, name: str, count: int, bad: int) -> str:
    view = page.view
    text = f"{number(count, view.language)} {clean(name)}"
    return f"{text} ({say(view, 'with-errors', count=number(bad, view.language))})" if bad else text


def _profiles(page: Page, profiles: tuple[ProfileUse, ...]) -> None:
    """Profiles beside the base types; these only where nothing else was used."""
    view = page.view
    named = [use for use in profiles if use.how != "base"]
    if not named:
        return
    page.line((say(view, "profiles"), "bold"), (f" ({say(view, 'without-errors')})", ""), indent=2)
    ordered = sorted(named, key=lambda use: (use.found, -use.resources, use.url, use.how))
    page.columns([_profile(page, use) for use in ordered[:SHOWN]], indent=4)
    if len(named) > SHOWN:
        page.line((say(view, "and-more", count=len(named) - SHOWN), "dim"), indent=4)


def _profile(page: Page, use: ProfileUse) -> tuple[Span, ...]:
    view = page.view
    of = f"{number(use.valid, view.language)}/{number(use.resources, view.language)}"
    how = say(view, f"how-{use.how}") if use.found else say(view, "not-found")
    return (of if use.found else "–", ""), (how, "" if use.found else "bold red"), (clean(use.url), "")


def _packages(page: Page, packages: tuple[PackageSummary, ...]) -> None:
    view = page.view
    if not packages:
        return
    page.line((say(view, "packages"), "bold"), indent=2)
    for package in packages[:SHOWN]:
        count = counted(view, package.definitions, "definition")
        beside = say(view, "definitions", count=count, origin=clean(package.origin))
        page.line((clean(f"{package.name}#{package.version}"), ""), (f"  {beside}", "dim"), indent=4)
    if len(packages) > SHOWN:
        page.line((say(view, "and-more", count=len(packages) - SHOWN), "dim"), indent=4)
