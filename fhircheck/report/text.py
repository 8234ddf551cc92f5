"""Report as text for people: verdict first, details after it, 80 columns, English or German."""

from collections.abc import Callable

from fhircheck.model.issue import Issue
from fhircheck.model.report import RunReport
from fhircheck.report.messages import message
from fhircheck.report.page import Page
from fhircheck.report.sections import (
    actions,
    answers,
    apart,
    decisions,
    explained,
    findings,
    history,
    inputs,
    measures,
    scores,
    undecided,
    use_cases,
    verdict,
)
from fhircheck.report.shown import View, clean
from fhircheck.report.words import say, severity

_CODES = {"fatal": "31", "error": "31", "warning": "33", "information": "34"}


class Text:
    """The report a person reads; `validate` lists all findings before it."""

    name = "text"
    summary = "A report to read: verdict, scores, findings by type, measures, what could not be told."

    def sink(self, view: View, write: Callable[[str], None]) -> Callable[[list[Issue]], None] | None:
        """For `validate` a line a finding as they come; `check` shows them by type in the report."""
        if view.command != "validate":
            return None
        return lambda issues: write("".join(line(issue, view) + "\n" for issue in issues))

    def finish(self, report: RunReport, view: View, write: Callable[[str], None]) -> None:
        """Write the report."""
        page = Page(view)
        if view.command == "validate":
            _summary(page, report)
        else:
            for section in (
                verdict,
                scores,
                history,
                actions,
                use_cases,
                findings,
                explained,
                answers,
                decisions,
                measures,
                apart,
                undecided,
                inputs,
            ):
                section.show(page, report)
        write(page.text())


def _summary(page: Page, report: RunReport) -> None:
    """What ends a list of findings: counts by type, and the verdict last, where the eye is."""
    if report.totals:
        page.blank()
        page.heading(say(page.view, "summary"))
        findings.totals(page, report)
    explained.show(page, report)
    answers.show(page, report)
    decisions.show(page, report)
    scores.show(page, report)
    undecided.totals(page, report)
    if page.text():
        page.blank()
    verdict.show(page, report)


def line(issue: Issue, view: View) -> str:
    """``source:line:column: severity kind: message [resource expression]``, for eyes, editors and grep."""
    level = severity(view, issue.severity)
    if view.color:
        level = f"\x1b[1;{_CODES[issue.severity]}m{level}\x1b[0m"
    beside = findings.whereabouts(issue.place, view)
    tail = f" [{beside}]" if beside else ""
    return f"{findings.place_of(issue.place, view)}: {level} {clean(issue.kind)}: {message(issue, view)}{tail}"
