"""Answers as OperationOutcome (http://hl7.org/fhir/R4/operationoutcome.html)."""

from collections.abc import Iterable
from typing import Any

from fhircheck.model.issue import Issue
from fhircheck.report.kinds import ISSUE_KINDS
from fhircheck.report.messages import message
from fhircheck.report.shown import View, clean
from fhircheck.report.undecided_words import reason
from fhircheck.serve.fhir.checker import Verdict
from fhircheck.serve.fhir.refusal import Refused
from fhircheck.serve.fhir.words import said

Node = dict[str, Any]
KIND_SYSTEM = "https://fhircheck.dev/fhir/CodeSystem/issue-kind"
DETAILS = 50
"""Lines about what could not be told; the rest is counted in the last."""


def outcome_of(verdict: Verdict, view: View) -> Node:
    """The findings, then the remarks, then what could not be told; "All OK" where there is none of these."""
    language = view.language
    issues = [issue_form(issue, view) for issue in verdict.issues]
    issues += [_remark(severity, code, key, language, values) for key, severity, code, values in verdict.remarks]
    if verdict.accepted:
        issues.append(_remark("information", "informational", "accepted", language, {"count": verdict.accepted}))
    if verdict.left_out:
        issues.append(_remark("warning", "incomplete", "and-more", language, {"count": verdict.left_out}))
    told = not any(each["severity"] != "information" for each in issues)
    unsure = list(_undecided(verdict, view))
    if told and not verdict.issues and not _negative(verdict):
        issues.insert(0, _remark("information", "informational", "no-errors" if unsure else "all-ok", language, {}))
    return outcome([*issues, *unsure], language)


def outcome(issues: list[Node], language: str) -> Node:
    """An OperationOutcome of `issues`, whose texts are in `language`."""
    return {"resourceType": "OperationOutcome", "language": language, "issue": issues}


def unread(found: Iterable[Issue], view: View) -> Node:
    """The answer where no resource could be read: why, as fatal issues."""
    issues = [issue_form(issue, view) for issue in found]
    head = _remark("fatal", "structure", "unreadable", view.language, {})
    return outcome([head, *issues], view.language)


def refusal(refused: Refused, language: str) -> Node:
    """The answer to a request that is not answered with findings."""
    severity = "error" if refused.status < 500 else "fatal"
    return outcome([_remark(severity, refused.code, refused.key, language, refused.values)], language)


def issue_form(issue: Issue, view: View) -> Node:
    """One finding. details: its type and its words. diagnostics: profile and definition. location: line and column,
    in the form that other validators write them."""
    kind, place = ISSUE_KINDS.get(issue.kind), issue.place
    form: Node = {
        "severity": issue.severity,
        "code": kind.code if kind else "processing",
        "details": {
            "coding": [{"system": KIND_SYSTEM, "code": issue.kind}],
            "text": message(issue, view),
        },
    }
    about = [
        f"{name} {clean(text)}" for name, text in (("profile", issue.profile), ("element", issue.definition)) if text
    ]
    if about:
        form["diagnostics"] = ", ".join(about)
    if place.line:
        form["location"] = [f"Line[{place.line}] Col[{place.column}]"]
    if place.expression:
        form["expression"] = [clean(place.expression, longest=1_000)]
    return form


def _remark(severity: str, code: str, key: str, language: str, values: Node) -> Node:
    shown = {name: clean(each) if isinstance(each, str) else each for name, each in values.items()}
    return {"severity": severity, "code": code, "details": {"text": said(key, language, **shown)}}


def _negative(verdict: Verdict) -> bool:
    """Whether something stands there that "All OK" would contradict."""
    return any(key == "delete" or severity != "information" for key, severity, _, _ in verdict.remarks)


def _undecided(verdict: Verdict, view: View) -> Iterable[Node]:
    """What could not be told, the most frequent first: neither valid nor invalid, so information."""
    ordered = sorted(verdict.undecided.items(), key=lambda each: (-each[1], each[0]))
    for (name, detail), count in ordered[:DETAILS]:
        what = ": ".join(filter(None, (reason(view, name) or name, clean(detail))))
        yield _remark("information", "incomplete", "cannot-tell", view.language, {"count": count, "what": what})
    rest = sum(count for _, count in ordered[DETAILS:])
    if rest:
        yield _remark("information", "incomplete", "cannot-tell", view.language, {"count": rest, "what": "..."})
