"""The card as Croissant 1.0 (http://mlcommons.org/croissant/1.0): what a machine-learning pipeline reads.

A RecordSet for each resource type that has NDJSON files of its own beside the card, with the elements in them that
the reader (mlcroissant) really gives back; the variables of all data and the measures, as DQV quality measurements,
stand beside it.
"""

from typing import Any

from fhircheck.model.report import RunReport
from fhircheck.report.card.card_facts import CardFacts
from fhircheck.report.card.columns import Column
from fhircheck.report.card.loadable import NO_TABLES, Table, Tables
from fhircheck.report.card.measurements import measurements
from fhircheck.report.card.variables import variables
from fhircheck.report.ndjson import encoded

VERSION = "http://mlcommons.org/croissant/1.0"
_CR = ("citeAs", "column", "extract", "field", "fileProperty", "fileObject", "fileSet", "format", "includes",
       "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex", "repeated",
       "replace", "samplingRate", "separator", "source", "subField", "transform", "equivalentProperty")  # fmt: skip
_FORMATS = ["application/fhir+ndjson", "application/jsonlines"]
"""FHIR's own media type, and the one that readers of Croissant know."""


def croissant(report: RunReport, facts: CardFacts, tables: Tables = NO_TABLES) -> str:
    """The card as JSON-LD."""
    return encoded(document(report, facts, tables), indent=2) + "\n"


def document(report: RunReport, facts: CardFacts, tables: Tables = NO_TABLES) -> dict[str, Any]:
    """The card as plain JSON; facts that nobody gave are left out. tables: what can be loaded from beside it."""
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
        "distribution": [_files(each) for each in tables.loaded],
        "recordSet": [_record_set(each) for each in tables.loaded],
        "variableMeasured": [
            {"@type": "sc:PropertyValue", "name": each.path, "description": each.meaning}
            for fields in variables(report).values()
            for each in fields
        ],
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


def _files(table: Table) -> dict[str, Any]:
    """The files of one type as a set: their names are the holder's, and may tell of people."""
    return {
        "@type": "cr:FileSet",
        "@id": f"{table.name}-files",
        "name": f"{table.name}-files",
        "description": f"FHIR R4 resources of type {table.name}, one a line",
        "encodingFormat": _FORMATS,
        "includes": list(table.patterns),
    }


def _record_set(table: Table) -> dict[str, Any]:
    key = any(each.names == ("id",) and each.everywhere for each in table.columns)
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": f"Resources of type {table.name}",
        **({"key": [{"@id": f"{table.name}.id"}]} if key else {}),
        "field": [_field(table.name, each) for each in table.columns],
    }


def _field(table: str, column: Column) -> dict[str, Any]:
    path = ".".join((table, *column.names))
    steps, first = _steps(column)
    return {
        "@type": "cr:Field",
        "@id": path,
        "name": path,
        "description": f"{column.meaning} (only the first {first} of each)" if first else column.meaning,
        "dataType": column.datatype,
        **({"repeated": True} if column.repeated else {}),
        "source": {
            "fileSet": {"@id": f"{table}-files"},
            "extract": {"column": column.names[0]},
            **({"transform": [{"jsonPath": each} for each in steps]} if steps else {}),
        },
    }


def _steps(column: Column) -> tuple[list[str], str]:
    """JSONPath expressions from the column to the value, one after the other, and the list of which only the first
    item is taken: each expression gives one value, or one for each item of the outermost list."""
    outer = min(column.repeated, default=len(column.names))
    inner = [name for at, name in enumerate(column.names) if at in column.repeated and at > outer]
    after = [f"{name}[0]" if at in column.repeated else name for at, name in enumerate(column.names) if at > outer]
    ways = (".".join(column.names[1 : outer + 1]), ".".join(after))
    return [each for each in ways if each], " and ".join(inner)
