"""A server's tables as FHIR resources, built with fhir.resources (R4B, whose TestReport and OperationOutcome are R4's).

TestReport: an assert for each demand in each lane; met is ``pass``, unmet ``fail`` for SHALL and ``warning``
for the rest, not tested ``skip``. https://hl7.org/fhir/R4/testreport.html, https://hl7.org/fhir/R4/operationoutcome.html
"""

import json
from typing import Any

from fhircheck import __version__
from fhircheck.probe.result import ActorResult, Evidence, Lane, RequirementResult, ServerReport
from fhircheck.probe.server_words import say
from fhircheck.probe.texts import why

_NARRATIVE_FREE = {"status": "completed", "name": "fhircheck server"}
_SEVERITY = {"SHALL": "error", "SHOULD": "warning", "MAY": "information"}
_LONGEST = 400


def as_test_report(report: ServerReport, language: str = "en") -> str:
    """The TestReport of a run as JSON.

    result: ``fail`` where a SHALL is unmet, ``pass`` where every SHALL was told and met, else ``pending``: what was not
    tested has not passed.
    """
    from fhir.resources.R4B.testreport import TestReport

    tests = [_test(actor, language) for actor in report.actors if actor.results]
    results = [action["assert"]["result"] for test in tests for action in test["action"]]
    judged = len(results) - results.count("skip")
    node: dict[str, Any] = {
        "resourceType": "TestReport",
        **_NARRATIVE_FREE,
        "testScript": {"display": "fhircheck server: requirement CapabilityStatements and live probes"},
        "result": _result(report),
        "tester": f"fhircheck {__version__}",
        "issued": report.at,
        "participant": [
            {"type": "test-engine", "uri": "https://fhircheck.dev", "display": f"fhircheck {__version__}"},
            {"type": "server", "uri": report.base, **({"display": report.software} if report.software else {})},
        ],
        "test": tests,
    }
    if judged:
        node["score"] = round(results.count("pass") * 100 / judged, 1)
    return _text(TestReport.model_validate(node))


def _result(report: ServerReport) -> str:
    rows = [row for actor in report.actors for row in actor.results if row.expectation == "SHALL"]
    if any(row.unmet for row in rows):
        return "fail"
    return "pass" if not report.broken and all(row.told for row in rows) else "pending"


def _test(actor: ActorResult, language: str) -> dict[str, Any]:
    rows = [(row, lane) for row in actor.results for lane in row.lanes]
    return {
        "name": actor.actor,
        "description": " ".join(filter(None, (actor.title, actor.version))),
        "action": [{"assert": _assert(row, lane, language)} for row, lane in rows],
    }


def _assert(row: RequirementResult, lane: Lane, language: str) -> dict[str, str]:
    outcome = row.outcome(lane)
    result = {"met": "pass", "not-tested": "skip"}.get(outcome, "fail" if row.expectation == "SHALL" else "warning")
    message = f"{row.expectation} {row.id}, {say(lane, language)}"
    reason = why(row.why, language, row.params) if outcome != "met" else ""
    seen = row.evidence[:1] if lane == "probed" else ()
    detail = "; ".join(filter(None, (reason, *(_shown(each) for each in seen))))
    return {"result": result, "message": message[:_LONGEST], **({"detail": detail[:_LONGEST]} if detail else {})}


def as_operation_outcome(report: ServerReport, language: str = "en") -> str:
    """What is unmet as an OperationOutcome: SHALL an error, SHOULD a warning, MAY an information."""
    from fhir.resources.R4B.operationoutcome import OperationOutcome

    issues = [_issue(row, actor, language) for actor in report.actors for row in actor.results if row.unmet]
    issues += [
        {"severity": "fatal", "code": "exception", "details": {"text": say("broken", language, names=name)}}
        for name in report.broken
    ]
    if not issues:
        untold = sum(1 for actor in report.actors for row in actor.results if not row.told)
        text = f"{say('none-unmet', language)}; {say('open', language, count=untold)}"
        issues = [{"severity": "information", "code": "informational", "details": {"text": text}}]
    return _text(OperationOutcome.model_validate({"resourceType": "OperationOutcome", "issue": issues}))


def _issue(row: RequirementResult, actor: ActorResult, language: str) -> dict[str, Any]:
    lanes: list[Lane] = [lane for lane in row.lanes if row.outcome(lane) == "unmet"]
    states = ", ".join(f"{say(lane, language)} {say('unmet-short', language)}" for lane in lanes)
    text = f"{actor.title}: {row.expectation} {row.id}: {states}"
    reason = why(row.why, language, row.params)
    issue: dict[str, Any] = {
        "severity": _SEVERITY[row.expectation],
        "code": "not-supported" if "declared" in lanes else "processing",
        "details": {"text": (f"{text} ({reason})" if reason else text)[:_LONGEST]},
    }
    if row.evidence and "probed" in lanes:
        issue["diagnostics"] = "; ".join(_shown(each) for each in row.evidence[:3])
    return issue


def _shown(evidence: Evidence) -> str:
    return f"{evidence.request} -> {evidence.status or '-'} {evidence.note}".strip()


def _text(resource: Any) -> str:
    """JSON, indented, a line at the end."""
    return json.dumps(json.loads(resource.model_dump_json()), ensure_ascii=False, indent=2) + "\n"
