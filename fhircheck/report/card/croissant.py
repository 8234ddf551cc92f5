"""The card as Croissant 1.0 (http://mlcommons.org/croissant/1.0): what a machine-learning pipeline reads.

A RecordSet for each resource type, its fields found by JSONPath in the resources; the measures stand beside it as
DQV quality measurements.
"""

from typing import Any

from fhircheck.model.report import RunReport
from fhircheck.report.card.card_facts import CardFacts
from fhircheck.report.card.measurements import measurements
from fhircheck.report.card.variables import Variable, variables
from fhircheck.report.ndjson import encoded

VERSION = "http://mlcommons.org/croissant/1.0"
_CR = ("citeAs", "column", "extract", "field", "fileProperty", "fileObject", "fileSet", "format", "includes",
       "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex", "repeated",
       "replace", "samplingRate", "separator", "source", "subField", "transform", "equivalentProperty")  # fmt: skip
_TYPES = {
    "boolean": "sc:Boolean",
    "integer": "sc:Integer",
    "decimal": "sc:Float",
    "date": "sc:Date",
    "dateTime": "sc:DateTime",
}
_FILES = "resources"


def croissant(report: RunReport, facts: CardFacts) -> str:
    """The card as JSON-LD."""
    return encoded(document(report, facts), indent=2) + "\n"


def document(report: RunReport, facts: CardFacts) -> dict[str, Any]:
    """The card as plain JSON; facts that nobody gave are left out."""
    said = {
        "name": facts.text("title"),
        "description": facts.text("description"),
        "license": facts.text("license"),
        "url": facts.text("page"),
        "identifier": facts.text("identifier"),
        "version": facts.text("version"),
        "datePublished": facts.text("issued"),
        "keywords": facts.many("keyword"),
        "creator": _organization(facts),
    }
    return {
        "@context": _context(facts.text("language") or "en"),
        "@type": "sc:Dataset",
        "conformsTo": VERSION,
        **{name: value for name, value in said.items() if value},
        "distribution": [_files(facts)],
        "recordSet": [_record_set(name, fields) for name, fields in variables(report).items()],
        "dqv:hasQualityMeasurement": [
            {
                "@type": "dqv:QualityMeasurement",
                "dqv:isMeasurementOf": {"@id": each.metric},
                "dqv:value": each.value,
                "rdfs:comment": each.comment,
            }
            for each in measurements(report)
        ],
    }


def _context(language: str) -> dict[str, Any]:
    return {
        "@language": language,
        "@vocab": "https://schema.org/",
        "sc": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "dct": "http://purl.org/dc/terms/",
        "dqv": "http://www.w3.org/ns/dqv#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "conformsTo": "dct:conformsTo",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "examples": {"@id": "cr:examples", "@type": "@json"},
        **{name: f"cr:{name}" for name in _CR},
    }


def _organization(facts: CardFacts) -> dict[str, str]:
    said = {
        "name": facts.text("publisher.name"),
        "email": facts.text("publisher.email"),
        "url": facts.text("publisher.page"),
    }
    found = {name: value for name, value in said.items() if value}
    return {"@type": "sc:Organization", **found} if found else {}


def _files(facts: CardFacts) -> dict[str, Any]:
    """The files as a set: their names are the holder's, and may tell of people."""
    return {
        "@type": "cr:FileSet",
        "@id": _FILES,
        "name": _FILES,
        "description": facts.text("distribution.title") or "FHIR R4 resources, one a line",
        "encodingFormat": "application/fhir+ndjson",
        "includes": "*.ndjson",
    }


def _record_set(name: str, fields: tuple[Variable, ...]) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"Resources of type {name}",
        "key": [{"@id": f"{name}.id"}] if any(each.path == f"{name}.id" for each in fields) else [],
        "field": [_field(each) for each in fields],
    }


def _field(variable: Variable) -> dict[str, Any]:
    member = variable.path.partition(".")[2]
    return {
        "@type": "cr:Field",
        "@id": variable.path,
        "name": variable.path,
        "description": variable.meaning,
        "dataType": _TYPES.get(variable.datatype, "sc:Text"),
        **({"repeated": True} if variable.repeats else {}),
        "source": {"fileSet": {"@id": _FILES}, "extract": {"jsonPath": f"$.{member.removesuffix('[x]')}"}},
    }
