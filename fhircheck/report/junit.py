"""Report as JUnit XML, as CI servers read it (GitLab, Jenkins, Azure DevOps, GitHub actions).

A test case is a rule that the data must keep, not a file: so it has the same name in every run, CI servers say what
is newly broken and what is mended, and there are as many for ten million records as for ten. Suites: the run itself,
profiles, types of finding by the definition they break, measures, and what could not be told (skipped).
"""

from collections.abc import Callable
from typing import Literal

from fhircheck.model.issue import ERRORS, Issue
from fhircheck.model.report import IssueGroup, MeasureResult, ProfileUse, RunReport
from fhircheck.report.detail_words import item_words
from fhircheck.report.form_words import say
from fhircheck.report.german import threshold_source
from fhircheck.report.junit_xml import Case, Suite, Trouble, document
from fhircheck.report.messages import message
from fhircheck.report.numbers import number, percent
from fhircheck.report.outcome import outcome
from fhircheck.report.reason_words import ending_words, reason_words
from fhircheck.report.sections.findings import place_of, whereabouts
from fhircheck.report.sections.measures import STATUSES
from fhircheck.report.sections.verdict import headline
from fhircheck.report.shown import View, clean
from fhircheck.report.undecided_words import reason as undecided_words
from fhircheck.report.words import counted, severity

WARNINGS = 200
"""Types of finding below error that are listed; they fail nothing."""


class Junit:
    """Test suites for CI servers."""

    name = "junit"
    summary = "JUnit XML for CI servers: a test case for each rule, profile and measure."

    def sink(self, view: View, write: Callable[[str], None]) -> Callable[[list[Issue]], None] | None:
        """None: the report's counts and examples are all it needs."""
        return None

    def finish(self, report: RunReport, view: View, write: Callable[[str], None]) -> None:
        """Write the suites."""
        suites = (_run(report, view), _profiles(report, view), _findings(report, view), _measures(report, view),
                  _undecided(report, view))  # fmt: skip
        write(document([each for each in suites if each.cases], report.header.started, report.header.duration))


def _run(report: RunReport, view: View) -> Suite:
    """Whether the run itself came to an end, and what was demanded of it (scores, coverage)."""
    code = report.verdict.exit_code
    names = report.sources.names
    reasons = "; ".join(
        view.names.words(clean(ending_words(each, view.language), 1_000), sources=names)
        for each in report.verdict.reasons
    )
    text = headline(report, view)
    unread = code >= 2 or outcome(report) == "not-checked"
    checked = Case(
        say(view, "run-checked"),
        "fhircheck.run",
        Trouble("error", reasons or text, text, "could-not-check") if unread else None,
        output=text,
    )
    how: Literal["failure", "skipped"] = "failure" if code == 1 else "skipped"
    unmet = Trouble(how, reasons or text, text, "demands") if code else None
    return Suite(say(view, "run"), [checked, Case(say(view, "run-demands"), "fhircheck.run", unmet)])


def _profiles(report: RunReport, view: View) -> Suite:
    """Profiles by URL: some are met, some not, some were not found."""
    return Suite(say(view, "profiles"), [_profile(use, view) for use in report.profiles])


def _profile(use: ProfileUse, view: View) -> Case:
    name = f"{clean(use.url, 500)} ({use.how})"
    count = number(use.resources, view.language)
    if not use.found:
        text = say(view, "profile-missing", count=count)
        return Case(name, "fhircheck.profiles", Trouble("error", text, text, "profile-not-found"))
    if use.valid == use.resources:
        return Case(name, "fhircheck.profiles")
    text = say(view, "profile-failing", bad=number(use.resources - use.valid, view.language), count=count)
    return Case(name, "fhircheck.profiles", Trouble("failure", text, text, "profile"))


def _findings(report: RunReport, view: View) -> Suite:
    """Types of finding at a definition; errors fail, the others are told of."""
    errors = [each for each in report.issues if each.severity in ERRORS]
    others = [each for each in report.issues if each.severity not in ERRORS][:WARNINGS]
    cases = [_finding(each, view) for each in (*errors, *others)]
    if not errors:
        cases.insert(0, Case(say(view, "no-findings"), "fhircheck.findings"))
    return Suite(say(view, "findings"), cases)


def _finding(group: IssueGroup, view: View) -> Case:
    about = group.definition or group.profile
    kind = group.definition.partition(".")[0].partition(":")[0] or "data"
    lines = [message(group.examples[0], view)] if group.examples else [clean(group.kind)]
    resources = counted(view, group.resources, "resource")
    lines.append(say(view, "found-times", count=number(group.count, view.language), resources=resources))
    for each in group.examples:
        beside = whereabouts(each.place, view)
        lines.append(f"{place_of(each.place, view)}: {message(each, view)}" + (f" [{beside}]" if beside else ""))
    text = "\n".join((*lines, *([clean(group.profile, 500)] if group.profile else [])))
    place = group.examples[0].place if group.examples else None
    failed = group.severity in ERRORS
    return Case(
        " ".join(filter(None, (clean(group.kind), clean(about, 300)))),
        f"fhircheck.findings.{clean(kind)}",
        Trouble("failure", lines[0], text, f"{group.severity}: {clean(group.kind)}") if failed else None,
        file=clean(view.names.source(place.source), 1_000) if place else "",
        line=place.line if place else 0,
        output="" if failed else f"{severity(view, group.severity)}: {text}",
    )


def _measures(report: RunReport, view: View) -> Suite:
    ordered = sorted(report.measures, key=lambda each: STATUSES.index(each.status))
    return Suite(say(view, "measures"), [_measure(each, view) for each in ordered])


def _measure(each: MeasureResult, view: View) -> Case:
    """Failed ones fail; what could not be told, and what does not apply, is skipped."""
    reason = clean(reason_words(each.reason, view.language), 500)
    needed = 1 - each.threshold.maximum_failing if each.threshold else None
    share = percent(each.share, view.language, apart_from=needed)
    text = say(view, "measure-failing", share=share, needed=percent(needed, view.language))
    trouble = None
    if each.status == "failed":
        source = each.threshold.source if each.threshold else ""
        weakest = [
            f"{clean(item_words(path, view.language))} {passed}/{judged}"
            for path, passed, judged in each.by
            if passed < judged
        ]
        source = clean(threshold_source(each.name, source, view.language), 500)
        body = "\n".join(part for part in (text, reason, source, *weakest[:20]) if part)
        trouble = Trouble("failure", text, body, "measure")
    elif each.status == "error":
        trouble = Trouble("error", reason or text, reason or text, "measure")
    elif each.status in ("cannot-tell", "not-applicable"):
        trouble = Trouble("skipped", ": ".join(filter(None, (each.status, reason))))
    output = f"{share} ({each.numerator}/{each.denominator})" if each.denominator and trouble is None else ""
    return Case(clean(each.name), f"fhircheck.measures.{clean(each.category)}", trouble, output=output)


def _undecided(report: RunReport, view: View) -> Suite:
    counts: dict[str, int] = {}
    for each in report.undecided:
        counts[each.reason] = counts.get(each.reason, 0) + each.count
    cases = []
    for name, count in counts.items():
        text = f"{counted(view, count, 'check')}: {undecided_words(view, name) or clean(name)}"
        cases.append(Case(clean(name), "fhircheck.undecided", Trouble("skipped", text)))
    return Suite(say(view, "undecided"), cases)
