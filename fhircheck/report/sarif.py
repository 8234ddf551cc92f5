"""Findings as SARIF 2.1.0, which code hosts and editors show beside the lines they are about.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; of code hosts' bounds GitHub's are kept: 25,000
results a run. What is more, the mildest, is left out and said.
"""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from fhircheck.model.issue import SEVERITIES, Issue
from fhircheck.model.report import RunReport
from fhircheck.report.collected import Collectors
from fhircheck.report.form_words import say
from fhircheck.report.ndjson import encoded
from fhircheck.report.reason_words import ending_words, note_words
from fhircheck.report.sarif_places import Artifacts
from fhircheck.report.sarif_results import result, suppressed
from fhircheck.report.sarif_rules import LEVELS, Rules
from fhircheck.report.shown import View, clean
from fhircheck.report.words import severity
from fhircheck.report.worst_findings import WorstFindings, examples

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST = 25_000


class Sarif:
    """A SARIF log of one run."""

    name = "sarif"
    summary = "Findings as SARIF 2.1.0 for code hosts and editors; at most 25,000, the most severe ones."

    def __init__(self) -> None:
        self._kept: Collectors[WorstFindings] = Collectors()

    def sink(self, view: View, write: Callable[[str], None]) -> Callable[[list[Issue]], None] | None:
        """Keep the most severe findings until the end."""
        return self._kept.begin(write, WorstFindings(MOST))

    def finish(self, report: RunReport, view: View, write: Callable[[str], None]) -> None:
        """Write the log: result by result, so that no second copy of them is held."""
        kept = self._kept.end(write)
        if kept is None:
            kept = WorstFindings(MOST)
            kept(examples(report))
        artifacts, rules = Artifacts(view, os.getcwd()), Rules(view)
        write(f'{{"$schema": {encoded(SCHEMA)}, "version": "2.1.0", "runs": [{{"results": [')
        before = "\n"
        for each in _results(report, kept, rules, artifacts, view):
            write(before + encoded(each))
            before = ",\n"
        write("\n], " + encoded(_run(report, kept, rules, artifacts, view))[1:] + "]}\n")


def _results(
    report: RunReport, kept: WorstFindings, rules: Rules, artifacts: Artifacts, view: View
) -> Iterator[dict[str, Any]]:
    """Findings, then what was accepted, which has no place left."""
    state = {"baselineState": "new"} if report.baseline is not None else {}
    for issue in kept:
        yield {**result(issue, rules, artifacts, view), **state}
    whole = report.sources.names[0] if report.sources.names else ""
    for each in report.states:
        if each.answer is not None and each.answer.state == "accepted" and each.count:
            yield suppressed(each, whole, rules, artifacts, view)


def _run(report: RunReport, kept: WorstFindings, rules: Rules, artifacts: Artifacts, view: View) -> dict[str, Any]:
    """All of a run but its results."""
    header = report.header
    return {
        "tool": {
            "driver": {
                "name": "fhircheck",
                "version": header.version,
                "language": view.language,
                "shortDescription": {"text": "Validates FHIR data and scores how standardized and AI-ready it is."},
                "rules": rules.forms(),
            }
        },
        "language": view.language,
        "columnKind": "unicodeCodePoints",
        "automationDetails": {"id": "fhircheck/"},
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The folder fhircheck was run in."}}},
        "artifacts": artifacts.forms(),
        "invocations": [_invocation(report, kept, view)],
        "properties": {
            "findings": {each: report.count(each) for each in SEVERITIES},
            "leftOut": kept.missing(report),
            "accepted": sum(each.count for each in report.accepted),
        },
    }


def _invocation(report: RunReport, kept: WorstFindings, view: View) -> dict[str, Any]:
    """How the run ended. Not successful: something asked for could not be checked."""
    code = report.verdict.exit_code
    names = report.sources.names
    notes = [
        _notification("note", view.names.words(clean(note_words(note, view.language), 1_000), sources=names))
        for note in report.notes
    ]
    reasons = [
        view.names.words(clean(ending_words(each, view.language), 1_000), sources=names)
        for each in report.verdict.reasons
    ]
    notes += [_notification("error" if code >= 2 else "warning", reason) for reason in reasons]
    for each in report.undecided:
        what = f"{each.reason} {each.detail}".strip()
        notes.append(_notification("note", say(view, "could-not-tell", count=each.count, what=clean(what, 500))))
    for level, count in kept.missing(report).items():
        text = say(view, "left-out", count=count, severity=severity(view, level))
        notes.append(_notification(LEVELS[level], text))
    return {
        "executionSuccessful": code < 2,
        "exitCode": code,
        **_times(report),
        **({"toolExecutionNotifications": notes} if notes else {}),
    }


def _notification(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": text}}


def _times(report: RunReport) -> dict[str, str]:
    try:
        started = datetime.fromisoformat(report.header.started).astimezone(UTC)
        ended = started + timedelta(seconds=report.header.duration)
    except (ValueError, OverflowError):
        return {}
    return {
        "startTimeUtc": started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "endTimeUtc": ended.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
