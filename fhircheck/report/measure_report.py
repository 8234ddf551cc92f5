"""Report as FHIR R4: a Measure and a MeasureReport for each measure, in one Bundle, built with fhir.resources.

https://hl7.org/fhir/R4/measurereport.html, https://hl7.org/fhir/R4/bundle.html; R4B's forms of the three are R4's.
"""

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from fhircheck import __version__
from fhircheck.measures import MEASURES
from fhircheck.model.issue import Issue
from fhircheck.model.report import MeasureResult, RunReport
from fhircheck.report.measure_definition import (
    POPULATIONS,
    by_element,
    canonical,
    coded,
    measure_definition,
    narrative,
    part,
)
from fhircheck.report.ndjson import encoded
from fhircheck.report.numbers import number, percent, rounded
from fhircheck.report.reason_words import reason_words
from fhircheck.report.shown import View, clean
from fhircheck.report.words import say

_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_WHY_ABSENT = {"not-applicable": "not-applicable", "error": "error"}


class MeasureReports:
    """Measures and their results as FHIR resources."""

    name = "measure-report"
    summary = "A FHIR Bundle with a Measure and a MeasureReport for each measure."

    def sink(self, view: View, write: Callable[[str], None]) -> Callable[[list[Issue]], None] | None:
        """None: the measures are known at the end."""
        return None

    def finish(self, report: RunReport, view: View, write: Callable[[str], None]) -> None:
        """Write the Bundle."""
        write(encoded(bundle(report, view), indent=2) + "\n")


def bundle(report: RunReport, view: View) -> dict[str, Any]:
    """The Bundle as plain JSON, sound as fhir.resources judges it. What differs between two runs over the same data
    is the moment of the run: Bundle.timestamp, MeasureReport.date and period, and the UUIDs made of it."""
    from fhir.resources.R4B.bundle import Bundle

    entries = [each for result in report.measures for each in _entries(result, report, view)]
    node: dict[str, Any] = {"resourceType": "Bundle", "type": "collection", "timestamp": report.header.started}
    model = Bundle.model_validate({**node, **({"entry": entries} if entries else {})})
    return json.loads(model.model_dump_json())  # type: ignore[no-any-return]


def _entries(result: MeasureResult, report: RunReport, view: View) -> list[dict[str, Any]]:
    measure = MEASURES[result.name]
    identity = str(uuid5(NAMESPACE_URL, f"{canonical(result.name)} {report.header.started}"))
    return [
        {"fullUrl": canonical(result.name), "resource": measure_definition(measure, result.threshold)},
        {"fullUrl": f"urn:uuid:{identity}", "resource": {**_measure_report(result, report, view), "id": identity}},
    ]


def _measure_report(result: MeasureResult, report: RunReport, view: View) -> dict[str, Any]:
    started = report.header.started
    return {
        "resourceType": "MeasureReport",
        "language": view.language,
        "text": {"status": "generated", "div": _sentence(result, view)},
        "status": "error" if result.status == "error" else "complete",
        "type": "summary",
        "measure": f"{canonical(result.name)}|{__version__}",
        "date": started,
        "reporter": {"display": f"fhircheck {report.header.version}"},
        "period": {"start": started, "end": started},
        "improvementNotation": coded("measure-improvement-notation", "increase"),
        "group": [_group(result)],
    }


def _group(result: MeasureResult) -> dict[str, Any]:
    applicable = result.denominator + result.cannot_tell
    counts = (applicable, applicable, result.cannot_tell, result.numerator)
    strata = [
        {"value": {"text": path}, "population": _populations((judged, judged, 0, passed)), **_score(passed, judged)}
        for path, passed, judged in result.by
    ]
    return {
        "code": part(result.name),
        "population": _populations(counts),
        **_score(result.numerator, result.denominator, _WHY_ABSENT.get(result.status, "unknown")),
        "stratifier": [{"code": [by_element()], **({"stratum": strata} if strata else {})}],
    }


def _populations(counts: tuple[int, ...]) -> list[dict[str, Any]]:
    return [
        {"code": coded("measure-population", code), "count": count}
        for code, count in zip(POPULATIONS, counts, strict=True)
    ]


def _score(passed: int, judged: int, absent: str = "unknown") -> dict[str, Any]:
    """The share that passes, or why there is none: nothing that was not judged looks like a score.

    The reason stands at the value: with the Measure at hand the HL7 validator demands one (MEASURE_MR_SCORE_REQUIRED).
    """
    if not judged:
        return {"measureScore": {"_value": {"extension": [{"url": _ABSENT, "valueCode": absent}]}}}
    return {"measureScore": {"value": rounded(Fraction(passed, judged))}}


def _sentence(result: MeasureResult, view: View) -> str:
    """Status and share in a sentence, and the reason."""
    language = view.language
    share = f"{percent(result.share, language)} ({number(result.numerator, language)}/"
    share += f"{number(result.denominator, language)})"
    parts = [f"{result.code} {result.name}: {say(view, f'status-{result.status}')}", share]
    if result.cannot_tell:
        parts.append(say(view, "cannot-tell-count", count=number(result.cannot_tell, language)))
    if result.reason:
        parts.append(clean(reason_words(result.reason, language), longest=500))
    return narrative("; ".join(parts), language)
