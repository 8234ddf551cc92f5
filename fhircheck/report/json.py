"""Report as JSON: the contract is report.schema.json; the same report always gives the same bytes."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from fhircheck.model.action import Action
from fhircheck.model.issue import Issue
from fhircheck.model.report import (
    DecisionUse,
    Detail,
    IssueGroup,
    MeasureResult,
    PackageSummary,
    RunReport,
    Score,
    ScorePart,
    Threshold,
)
from fhircheck.report import sources_apart
from fhircheck.report.census_form import census_form
from fhircheck.report.example_form import example_form, place_form
from fhircheck.report.history_form import history_form
from fhircheck.report.ndjson import encoded
from fhircheck.report.outcome import outcome
from fhircheck.report.score_name import score_name
from fhircheck.report.share_form import share
from fhircheck.report.shown import View
from fhircheck.report.state_form import state_form
from fhircheck.report.use_case_form import use_case_form

FORMAT = "fhircheck-report"
FORMAT_VERSION = "1.2"
LANGUAGES = ("en", "de")


class Json:
    """The whole report as one JSON document."""

    name = "json"
    summary = "The whole report as one JSON document; its JSON Schema is report.schema.json."

    def sink(self, view: View, write: Callable[[str], None]) -> Callable[[list[Issue]], None] | None:
        """None: the report's counts and examples are all it needs."""
        return None

    def finish(self, report: RunReport, view: View, write: Callable[[str], None]) -> None:
        """Write the document."""
        write(encoded(document(report, view), indent=2) + "\n")


def document(report: RunReport, view: View) -> dict[str, Any]:
    """The report as plain JSON values, members in the schema's order.

    All that differs between two runs over the same data stands in `header`.
    """
    header, sources = report.header, report.sources
    words = view.names.words
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "language": view.language,
        "header": {
            "version": header.version,
            "started": header.started,
            "duration": header.duration,
            "jobs": header.jobs,
            "python": header.python,
        },
        "verdict": {
            "outcome": outcome(report),
            "exit_code": report.verdict.exit_code,
            "reasons": [words(reason, sources=sources.names) for reason in report.verdict.reasons],
        },
        "coverage": share(report.coverage),
        "sources": {
            "names": [view.names.source(name) for name in sources.names],
            "files": sources.files,
            "records": sources.records,
            "unreadable": sources.unreadable,
            "bytes": sources.bytes,
            "sampled": sources.sampled,
            "since": sources.since or None,
            "until": sources.until or None,
        },
        "resources": [{"type": name, "count": count, "invalid": bad} for name, count, bad in report.resources],
        "profiles": [
            {
                "url": use.url,
                "how": use.how,
                "found": use.found,
                "resources": use.resources,
                "valid": use.valid,
                "decided": use.decided,
            }
            for use in report.profiles
        ],
        "packages": [_package(package) for package in report.packages],
        "totals": [{"severity": level, "kind": kind, "count": count} for level, kind, count in report.totals],
        "issues": [_group(group, view) for group in report.issues],
        "undecided": [
            {"reason": each.reason, "detail": each.detail or None, "count": each.count} for each in report.undecided
        ],
        "measures": [measure_form(measure, view) for measure in report.measures],
        "scores": [score_form(score, view) for score in report.scores],
        "notes": [words(note, sources=sources.names) for note in report.notes],
        "overrides": [_decision(use) for use in report.overrides],
        "accepted": [_decision(use) for use in report.accepted],
        "borne": report.borne,
        "baseline": _baseline(report, view),
        "split": _split(report),
        "fingerprints": {
            "complete": report.fingerprints_complete,
            "counts": [{"fingerprint": name, "count": count} for name, count in report.fingerprints],
        },
        "actions": [action_form(action, view) for action in report.actions],
        "groups": sources_apart.groups(
            report, view, lambda each: measure_form(each, view), lambda each: score_form(each, view)
        ),
        "pairs": sources_apart.pairs(report, view),
        "use_cases": [
            use_case_form(
                each, [measure_form(one, view) for one in each.measures], [_detail(one) for one in each.details], view
            )
            for each in report.use_cases
        ],
        "states": [state_form(each) for each in report.states],
        "census": census_form(report.census),
        "history": history_form(report.history),
        "servers": [dict(each) for each in report.servers],
    }


def action_form(action: Action, view: View) -> dict[str, Any]:
    """One thing to do, its texts in the view's language."""
    language = view.language
    return {
        "name": action.name,
        "measure": action.measure,
        "title": action.title.said(language),
        "clinic": action.clinic.said(language),
        "it": action.it.said(language),
        "owner": action.owner,
        "effort": action.effort,
        "effort_reason": action.reason.said(language),
        "count": action.count,
        "gains": [
            {"score": score_name(each.score, view), "low": share(each.low), "high": share(each.high)}
            for each in action.gains
        ],
        "worth": share(action.worth),
        "where": [{"path": path, "count": count} for path, count in action.where],
        "kinds": list(action.kinds),
        "critical": [score_name(each, view) for each in action.critical],
        "texts": [
            {
                "language": each,
                "title": action.title.said(each),
                "clinic": action.clinic.said(each),
                "it": action.it.said(each),
                "effort_reason": action.reason.said(each),
            }
            for each in LANGUAGES
        ],
    }


def _decision(use: DecisionUse) -> dict[str, Any]:
    return {
        "what": use.what,
        "severity": use.severity or None,
        "reason": use.reason,
        "owner": use.owner or None,
        "expires": use.expires or None,
        "expired": use.expired,
        "count": use.count,
    }


def _baseline(report: RunReport, view: View) -> dict[str, Any] | None:
    baseline = report.baseline
    if baseline is None:
        return None
    return {"name": view.names.source(baseline.name), "known": baseline.known, "gone": baseline.gone}


def _split(report: RunReport) -> dict[str, Any] | None:
    split = report.split
    if split is None:
        return None
    return {
        "by": split.by,
        "valid": split.valid,
        "invalid": split.invalid,
        "held_back": split.held_back,
        "unwritten": split.unwritten,
    }


def _package(package: PackageSummary) -> dict[str, Any]:
    return {
        "name": package.name,
        "version": package.version,
        "origin": package.origin,
        "sha256": package.sha256,
        "definitions": package.definitions,
    }


def _group(group: IssueGroup, view: View) -> dict[str, Any]:
    return {
        "severity": group.severity,
        "kind": group.kind,
        "definition": group.definition or None,
        "profile": group.profile or None,
        "count": group.count,
        "resources": group.resources,
        "examples": [example_form(issue, view) for issue in group.examples],
    }


def _detail(detail: Detail) -> dict[str, Any]:
    value = detail.value
    shown = round(float(value), 6) if isinstance(value, Fraction | float) else value
    return {"name": detail.name, "of": detail.of, "value": shown, "unit": detail.unit, "error": detail.error,
            "least": detail.least, "most": detail.most}  # fmt: skip


def measure_form(measure: MeasureResult, view: View) -> dict[str, Any]:
    """One measure."""
    return {
        "name": measure.name,
        "category": measure.category,
        "subcategory": measure.subcategory,
        "context": measure.context,
        "dimension": measure.dimension,
        "status": measure.status,
        "numerator": measure.numerator,
        "denominator": measure.denominator,
        "cannot_tell": measure.cannot_tell,
        "share": share(measure.share),
        "coverage": share(measure.coverage),
        "threshold": _threshold(measure.threshold),
        "by": [{"path": path, "numerator": passed, "denominator": judged} for path, passed, judged in measure.by],
        "examples": [place_form(place, view) for place in measure.examples],
        "resources_failed": measure.resources_failed,
        "interval": list(measure.interval) if measure.interval else None,
        "reason": measure.reason,
        "code": measure.code,
        "patients_failed": measure.patients_failed,
        "patients_exact": measure.patients_exact,
        "details": [_detail(each) for each in measure.details],
    }  # fmt: skip


def _threshold(threshold: Threshold | None) -> dict[str, Any] | None:
    if threshold is None:
        return None
    return {
        "maximum_failing": share(threshold.maximum_failing),
        "source": threshold.source,
        "published": threshold.published,
        "rubric": threshold.rubric or None,
    }


def score_form(score: Score, view: View) -> dict[str, Any]:
    """One score with its parts."""
    return {
        "name": score_name(score.name, view),
        "rubric": score.rubric,
        "value": share(score.value),
        "coverage": share(score.coverage),
        "critical": list(score.critical),
        "parts": [_part(part) for part in score.parts],
        "lost": [{"category": name, "points": share(points)} for name, points in score.lost],
        "band": {"name": score.band, "source": score.band_source} if score.band else None,
    }


def _part(part: ScorePart) -> dict[str, Any]:
    return {
        "measure": part.measure,
        "weight": share(part.weight),
        "earned": share(part.earned),
        "counted": part.counted,
        "reason": part.reason,
        "note": part.note,
        "prerequisite": part.prerequisite or None,
        "booked": share(part.booked),
        "failing_before": part.failing_before,
    }
