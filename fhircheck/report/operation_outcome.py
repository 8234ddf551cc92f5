"""Report as an OperationOutcome (http://hl7.org/fhir/R4/operationoutcome.html): the run's findings as its issues.

Source, line and column of an issue stand in the extensions that the HL7 validator writes them in, by their published
definitions (hl7.fhir.uv.extensions), and in `location` as servers write it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from fhircheck.model.issue import Issue, Severity
from fhircheck.model.report import RunReport
from fhircheck.report.collected import Collectors
from fhircheck.report.form_words import say
from fhircheck.report.kinds import ISSUE_KINDS
from fhircheck.report.measure_definition import BASE
from fhircheck.report.messages import message
from fhircheck.report.ndjson import encoded
from fhircheck.report.outcome import outcome
from fhircheck.report.sections.verdict import headline
from fhircheck.report.shown import View, clean
from fhircheck.report.undecided_words import reason
from fhircheck.report.words import severity
from fhircheck.report.worst_findings import WorstFindings, examples

MOST = 1_000
"""Findings that are listed."""
UNDECIDED = 50
KIND_SYSTEM = f"{BASE}/CodeSystem/issue-kind"
_EXTENSION = "http://hl7.org/fhir/StructureDefinition/operationoutcome"
Node = dict[str, Any]


class OperationOutcome:
    """The run as a FHIR resource."""

    name = "operation-outcome"
    summary = "A FHIR OperationOutcome of the run; at most 1,000 findings, the most severe ones."

    def __init__(self) -> None:
        self._kept: Collectors[WorstFindings] = Collectors()

    def sink(self, view: View, write: Callable[[str], None]) -> Callable[[list[Issue]], None] | None:
        """Keep the most severe findings until the end."""
        return self._kept.begin(write, WorstFindings(MOST))

    def finish(self, report: RunReport, view: View, write: Callable[[str], None]) -> None:
        """Write the resource."""
        kept = self._kept.end(write)
        issues: Iterable[Issue] = examples(report) if kept is None else kept
        write(encoded(operation_outcome(report, issues, view), indent=2) + "\n")


def operation_outcome(report: RunReport, issues: Iterable[Issue], view: View) -> Node:
    """The OperationOutcome of a run: how it ended, its findings (`issues`, up to MOST), what could not be told."""
    kept = WorstFindings(MOST)
    kept(issues)
    found = [_ending(report, view), *(issue_form(each, view) for each in kept), *_left_out(kept, report, view)]
    return {
        "resourceType": "OperationOutcome",
        "language": view.language,
        "issue": [*found, *_undecided(report, view)],
    }


def issue_form(issue: Issue, view: View) -> Node:
    """One finding. details: its type and its words; diagnostics: profile and definition that were broken."""
    kind, place = ISSUE_KINDS.get(issue.kind), issue.place
    form: Node = {
        "extension": _extensions(issue, view),
        "severity": issue.severity,
        "code": kind.code if kind else "processing",
        "details": {
            "coding": [{"system": KIND_SYSTEM, "code": issue.kind}],
            "text": message(issue, view),
        },
    }
    about = [f"{name} {clean(text, 500)}" for name, text in (("profile", issue.profile), ("element", issue.definition))
             if text]  # fmt: skip
    if about:
        form["diagnostics"] = ", ".join(about)
    if place.line:
        form["location"] = [f"Line[{place.line}] Col[{place.column}]"]
    if place.expression:
        form["expression"] = [clean(place.expression, 1_000)]
    return form


def _extensions(issue: Issue, view: View) -> list[Node]:
    place = issue.place
    given: list[tuple[str, str, str | int]] = [("issue-source", "valueString", "fhircheck")]
    if place.source:
        given.append(("file", "valueString", clean(view.names.source(place.source), 1_000)))
    if place.line:
        given.append(("issue-line", "valueInteger", place.line))
        given.append(("issue-col", "valueString", str(place.column)))
    return [{"url": f"{_EXTENSION}-{name}", kind: value} for name, kind, value in given]


def _ending(report: RunReport, view: View) -> Node:
    """How the run ended: what was not checked is an error, so that nothing reads as valid."""
    word = outcome(report)
    level, code = ("error", "incomplete") if word == "not-checked" or report.verdict.exit_code >= 2 else (
        "information", "informational")  # fmt: skip
    return _remark(level, code, view.names.words(headline(report, view), sources=report.sources.names))


def _left_out(kept: WorstFindings, report: RunReport, view: View) -> Iterator[Node]:
    missing: dict[Severity, int] = kept.missing(report)
    for level, count in missing.items():
        yield _remark(level, "incomplete", say(view, "left-out", count=count, severity=severity(view, level)))


def _undecided(report: RunReport, view: View) -> Iterator[Node]:
    """What could not be told, the most frequent first: neither right nor wrong, so information."""
    ordered = sorted(report.undecided, key=lambda each: (-each.count, each.reason, each.detail))
    for each in ordered[:UNDECIDED]:
        what = ": ".join(filter(None, (reason(view, each.reason) or clean(each.reason), clean(each.detail))))
        yield _remark("information", "incomplete", say(view, "could-not-tell", count=each.count, what=what))
    rest = sum(each.count for each in ordered[UNDECIDED:])
    if rest:
        yield _remark("information", "incomplete", say(view, "could-not-tell", count=rest, what="..."))


def _remark(level: str, code: str, text: str) -> Node:
    return {"severity": level, "code": code, "details": {"text": text}}
