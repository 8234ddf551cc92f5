"""The privacy report: its verdict, its JSON, and its line for stderr."""

from collections.abc import Callable
from typing import Any

from fhircheck.model.measure_options import MeasureOptions
from fhircheck.model.report import MeasureResult, RunReport, Verdict
from fhircheck.report.json import document
from fhircheck.report.ndjson import encoded
from fhircheck.report.privacy_page import page_of, title
from fhircheck.report.privacy_words import say
from fhircheck.report.shown import View, clean

FORMAT = "fhircheck-privacy"
FORMAT_VERSION = "1.0"
MEASURES = ("direct-identifiers", "k-anonymity", "small-cells", "consent-active")

Form = Callable[[RunReport, Verdict, MeasureOptions, View], str]


def privacy_verdict(report: RunReport) -> Verdict:
    """1 where a measure of privacy fails; 3, which wins, where something was not looked at: it may hold anything.

    Reasons are keys of privacy_words with a number or a name.
    """
    blind = _blind(report)
    failed = tuple(f"failed {each.name}" for each in measures_of(report) if each.status == "failed")
    return Verdict(3 if blind else 1 if failed else 0, (*blind, *failed))


def _blind(report: RunReport) -> tuple[str, ...]:
    """What was not looked at."""
    other = sum(each.count for each in report.undecided if each.reason == "fhir-version")
    unknown = sum(count for name, count, _ in report.resources if name == "(unknown)")
    found = (("unreadable", report.sources.unreadable), ("other-version", other), ("unknown-type", unknown))
    reasons = tuple(f"{key} {count}" for key, count in found if count)
    return reasons if report.sources.records else ("nothing-read 0", *reasons)


def measures_of(report: RunReport) -> tuple[MeasureResult, ...]:
    """The measures of privacy, in the order of the report."""
    by_name = {each.name: each for each in report.measures}
    return tuple(by_name[name] for name in MEASURES if name in by_name)


def reasons_of(verdict: Verdict, view: View) -> list[str]:
    """The verdict's reasons in words."""
    split = [each.partition(" ") for each in verdict.reasons]
    return [say(view, key, count=rest, name=rest) for key, _, rest in split]


def _text(report: RunReport, verdict: Verdict, options: MeasureOptions, view: View) -> str:
    return page_of(report, measures_of(report), verdict, reasons_of(verdict, view), options, view)


def _json(report: RunReport, verdict: Verdict, options: MeasureOptions, view: View) -> str:
    """One JSON document; its JSON Schema is privacy.schema.json."""
    whole = document(report, view)
    names = {each.name for each in measures_of(report)}
    made: dict[str, Any] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "header": whole["header"],
        "verdict": {"exit_code": verdict.exit_code, "reasons": reasons_of(verdict, view)},
        "options": {
            "de_identified": options.de_identified,
            "date_precision": options.date_precision or None,
            "quasi_identifiers": list(options.quasi_identifiers),
            "sensitive": options.sensitive,
            "smallest_cell": options.smallest_cell,
        },
        "sources": whole["sources"],
        "resources": sum(count for _, count, _ in report.resources),
        "measures": [each for each in whole["measures"] if each["name"] in names],
    }
    return encoded(made, indent=2) + "\n"


FORMS: dict[str, Form] = {"text": _text, "json": _json}


def headline(report: RunReport, verdict: Verdict, view: View) -> str:
    """The verdict in one line."""
    words = title(measures_of(report), verdict, view)
    return clean("; ".join((words, *reasons_of(verdict, view))), longest=500)
