"""What was decided about findings: other severities, accepted issues, what a baseline knew, where records went."""

from fhircheck.model.report import DecisionUse, RunReport
from fhircheck.report.numbers import number
from fhircheck.report.page import Page
from fhircheck.report.shown import View, clean
from fhircheck.report.words import counted, say, severity

SHOWN = 12


def show(page: Page, report: RunReport) -> None:
    """Write what was decided; nothing where nothing was."""
    if not (report.overrides or report.accepted or report.baseline or report.split):
        return
    page.heading(say(page.view, "decisions"))
    _listed(page, "overrides", report.overrides)
    _listed(page, "accepted", report.accepted)
    if report.baseline is not None:
        page.wrapped((_baseline(report, page.view), ""), indent=2, hanging=2)
    if report.split is not None:
        page.wrapped((_split(report, page.view), ""), indent=2, hanging=2)


def _listed(page: Page, title: str, uses: tuple[DecisionUse, ...]) -> None:
    """Each decision with its use: those that want attention first."""
    if not uses:
        return
    view = page.view
    page.line((say(view, title), "bold"), indent=2)
    ordered = sorted(uses, key=lambda use: (not use.expired, use.count > 0, -use.count, use.what))
    for use in ordered[:SHOWN]:
        page.line((f"{number(use.count, view.language)}×  ", "bold"), (clean(use.what), ""), indent=4)
        page.wrapped((_said(use, view), "red" if use.expired else "yellow" if not use.count else "dim"), indent=6)
    if len(ordered) > SHOWN:
        page.line((say(view, "and-more", count=len(ordered) - SHOWN), "dim"), indent=4)


def _said(use: DecisionUse, view: View) -> str:
    """State, reason and owner of a decision."""
    parts = []
    if use.expired:
        parts.append(say(view, "expired", day=use.expires))
    elif not use.count:
        parts.append(say(view, "unused"))
    if use.severity:
        parts.append(say(view, "now", severity=severity(view, use.severity)))
    elif not use.expired:
        parts.append(say(view, "until", day=use.expires))
    return "; ".join([*parts, *(clean(each) for each in (use.reason, use.owner) if each)])


def _baseline(report: RunReport, view: View) -> str:
    assert report.baseline is not None
    known, gone = (counted(view, each, "finding") for each in (report.baseline.known, report.baseline.gone))
    return say(view, "baseline", name=clean(view.names.source(report.baseline.name)), known=known, gone=gone)


def _split(report: RunReport, view: View) -> str:
    split = report.split
    assert split is not None
    text = say(view, f"split-{split.by}", valid=counted(view, split.valid, "record"),
               invalid=counted(view, split.invalid, "record"))  # fmt: skip
    if split.held_back:
        text += " " + say(view, "held-back", count=counted(view, split.held_back, "record"))
    if split.unwritten:
        text += " " + say(view, "unwritten", count=counted(view, split.unwritten, "record"))
    return text
