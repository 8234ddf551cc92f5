"""A measure of ours as an R4 Measure: its formula, where it comes from, and where it stands with Kahn et al.

https://hl7.org/fhir/R4/measure.html, scoring by proportion
"""

from html import escape
from typing import Any

from fhircheck import __version__
from fhircheck.measures.counted_measure import CountedMeasure
from fhircheck.model.report import Threshold
from fhircheck.report.numbers import percent

BASE = "https://fhircheck.dev/fhir"
POPULATIONS = {
    "initial-population": "All items the measure applies to",
    "denominator": "All items the measure applies to",
    "denominator-exclusion": "Items that could not be judged",
    "numerator": "Items that pass",
}
"""Populations of every Measure, in order (http://terminology.hl7.org/CodeSystem/measure-population)."""

_TERMS = "http://terminology.hl7.org/CodeSystem"


def coded(system: str, code: str) -> dict[str, Any]:
    """A CodeableConcept of a code system of HL7 Terminology."""
    return {"coding": [{"system": f"{_TERMS}/{system}", "code": code}]}


def canonical(name: str) -> str:
    """The canonical URL of the Measure called `name`, without a version."""
    return f"{BASE}/Measure/{name}"


def narrative(text: str, language: str) -> str:
    """A paragraph of XHTML."""
    return (
        f'<div xmlns="http://www.w3.org/1999/xhtml" lang="{language}" xml:lang="{language}"><p>{escape(text)}</p></div>'
    )


def part(name: str) -> dict[str, Any]:
    """The code that a group or a stratifier is found by."""
    return {"coding": [{"system": f"{BASE}/CodeSystem/measure-part", "code": name}], "text": name}


def by_element() -> dict[str, Any]:
    """The code of the one stratifier: items by the element they stand at."""
    return part("element")


def measure_definition(measure: CountedMeasure, threshold: Threshold | None) -> dict[str, Any]:
    """The Measure as plain JSON; `threshold`: the one that was applied."""
    return {
        "resourceType": "Measure",
        "id": measure.name,
        "language": "en",
        "text": {"status": "generated", "div": narrative(f"{measure.code} {measure.name}: {measure.summary}", "en")},
        "url": canonical(measure.name),
        "identifier": [{"system": f"{BASE}/measure-code", "value": measure.code}],
        "version": __version__,
        "name": "".join(each.capitalize() for each in measure.name.split("-")),
        "title": f"{measure.code} {measure.name}",
        "status": "active",
        "experimental": False,
        "subjectCodeableConcept": {"text": "Data set"},
        "publisher": "fhircheck",
        "description": measure.summary,
        "purpose": measure.why,
        "usage": _usage(measure, threshold),
        "topic": _topics(measure),
        "relatedArtifact": _sources(measure, threshold),
        "scoring": coded("measure-scoring", "proportion"),
        "type": [coded("measure-type", "structure")],
        "improvementNotation": coded("measure-improvement-notation", "increase"),
        "group": [_group(measure)],
    }


def _usage(measure: CountedMeasure, threshold: Threshold | None) -> str:
    formula = "The formula is published." if measure.published else "The formula is fhircheck's own proposal."
    if threshold is None:
        return f"{formula} No threshold: informational."
    origin = "published" if threshold.published else "not published for this"
    return f"{formula} At most {percent(threshold.maximum_failing)} may fail ({origin}): {threshold.source}"


def _topics(measure: CountedMeasure) -> list[dict[str, Any]]:
    texts = [f"Kahn 2016: {measure.category.value}", f"Kahn 2016: {measure.context.value}", measure.dimension]
    if measure.subcategory.value != "none":
        texts.insert(1, f"Kahn 2016: {measure.category.value}, {measure.subcategory.value}")
    return [{"text": text} for text in texts]


def _sources(measure: CountedMeasure, threshold: Threshold | None) -> list[dict[str, Any]]:
    texts = [measure.source, *([threshold.source] if threshold is not None else [])]
    return [{"type": "citation", "citation": text} for text in dict.fromkeys(texts)]


def _group(measure: CountedMeasure) -> dict[str, Any]:
    return {
        "code": part(measure.name),
        "description": measure.formula,
        "population": [
            {
                "code": coded("measure-population", code),
                "description": text,
                "criteria": {"description": measure.formula, "language": "text/plain", "expression": text},
            }
            for code, text in POPULATIONS.items()
        ],
        "stratifier": [
            {
                "code": by_element(),
                "description": "The element that an item stands at",
                "criteria": {"language": "text/plain", "expression": "Path of the element"},
            }
        ],
    }
