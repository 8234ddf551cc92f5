"""The card as HealthDCAT-AP, release 8 (https://data.health.europa.eu/healthdcat-ap/releases/latest/), in RDF.

Every node has a name of its own (a fragment of the data set's), so that the same report gives the same bytes.
"""

import json
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from fhircheck import __version__
from fhircheck.model.report import RunReport
from fhircheck.model.small_cells import cell_of
from fhircheck.report.card.card_facts import CardFacts
from fhircheck.report.card.dcat_terms import AUTHORITY, EU, PREFIXES, Terms
from fhircheck.report.card.measurements import SMALLEST, measurements, period
from fhircheck.report.card.variables import variables
from fhircheck.report.ndjson import encoded

if TYPE_CHECKING:
    from rdflib import Graph

_ACCESS = {"public": "PUBLIC", "restricted": "RESTRICTED", "non-public": "NON_PUBLIC"}


def turtle(report: RunReport, facts: CardFacts) -> str:
    """The card as Turtle."""
    return _graph(report, facts).serialize(format="turtle").rstrip() + "\n"


def json_ld(report: RunReport, facts: CardFacts) -> str:
    """The card as JSON-LD."""
    graph = _graph(report, facts)
    context = {prefix: url for prefix, url in PREFIXES.items() if prefix != "fhircheck"}
    return encoded(_ordered(json.loads(graph.serialize(format="json-ld", context=context))), indent=2) + "\n"


def _ordered(value: Any) -> Any:
    """The same statements in one order: rdflib's depends on the process."""
    if isinstance(value, dict):
        return {name: _ordered(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return sorted(map(_ordered, value), key=lambda each: json.dumps(each, sort_keys=True))
    return value


def name_of(report: RunReport, facts: CardFacts) -> str:
    """The data set's name: its identifier where that is a URL, else one made of what is known of it."""
    identifier = facts.text("identifier")
    if identifier.startswith(("http://", "https://", "urn:")):
        return identifier
    known = identifier or facts.text("title") or " ".join(report.sources.names)
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'fhircheck data set {known}')}"


def _graph(report: RunReport, facts: CardFacts) -> "Graph":
    terms = Terms(name_of(report, facts), facts.text("language") or "en")
    _dataset(terms, facts)
    _agents(terms, facts)
    _legal(terms, facts)
    _counted(terms, report)
    _distribution(terms, report, facts)
    _variables(terms, report)
    _quality(terms, report)
    return terms.graph


def _dataset(terms: Terms, facts: CardFacts) -> None:
    """What the holder says of the data set as a whole."""
    terms.kind("", "dcat:Dataset")
    for name, predicate in (("title", "dct:title"), ("description", "dct:description"),
                            ("population", "healthdcatap:populationCoverage")):  # fmt: skip
        terms.text("", predicate, facts.text(name), tagged=True)
    terms.text("", "dct:identifier", facts.text("identifier"))
    terms.text("", "dcat:version", facts.text("version"))
    terms.value("", "dct:issued", facts.text("issued"), "xsd:date")
    terms.link("", "dcat:landingPage", facts.text("page"))
    if facts.text("access"):
        terms.link("", "dct:accessRights", f"{EU}access-right/{_ACCESS[facts.text('access')]}")
    terms.link("", "dcat:theme", f"{EU}data-theme/HEAL")
    terms.coded("", "dct:type", facts.text("type"), f"{EU}dataset-type/")
    for name, predicate, base in (
        ("health_category", "healthdcatap:healthCategory", f"{AUTHORITY}healthcategories/"),
        ("health_theme", "healthdcatap:healthTheme", f"{AUTHORITY}health-theme/"),
        ("country", "dct:spatial", f"{EU}country/"),
    ):
        for code in facts.many(name):
            terms.coded("", predicate, code, base)
    for code in facts.many("coding_system"):
        terms.coded("", "healthdcatap:hasCodingSystem", code, f"{AUTHORITY}coding-system/", "dct:Standard")
    for word in facts.many("keyword"):
        terms.text("", "dcat:keyword", word, tagged=True)
    for age in ("min", "max"):
        terms.count("", f"healthdcatap:{age}TypicalAge", facts.text(f"{age}_typical_age"))
    terms.coded("", "dct:conformsTo", "FHIR", f"{AUTHORITY}standard/", "dct:Standard")


def _agents(terms: Terms, facts: CardFacts) -> None:
    """Publisher, access body and data holder, each with a contact point; and where to ask about the data set."""
    for name, predicate in (("publisher", "dct:publisher"), ("hdab", "healthdcatap:hdab"),
                            ("custodian", "geodcatap:custodian")):  # fmt: skip
        if not facts.text(name):
            continue
        terms.node("", predicate, name, "foaf:Agent")
        terms.text(name, "foaf:name", facts.text(f"{name}.name"), tagged=True)
        terms.text(name, "dct:description", facts.text(f"{name}.note"), tagged=True)
        if facts.text(f"{name}.email") or facts.text(f"{name}.page"):
            point = f"{name}-contact"
            terms.node(name, "cv:contactPoint", point, "cv:ContactPoint")
            terms.text(point, "cv:email", facts.text(f"{name}.email"))
            terms.link(point, "cv:contactPage", facts.text(f"{name}.page"))
    if facts.text("contact"):
        terms.node("", "dcat:contactPoint", "contact", "vcard:Kind")
        terms.text("contact", "vcard:fn", facts.text("contact.name"))
        mail = facts.text("contact.email")
        terms.link("contact", "vcard:hasEmail", f"mailto:{mail}" if mail else "")
        terms.link("contact", "vcard:hasURL", facts.text("contact.page"))


def _legal(terms: Terms, facts: CardFacts) -> None:
    for law in facts.many("legislation"):
        terms.link("", "dcatap:applicableLegislation", law)
    for name, predicate, kind in (("legal_basis", "dpv:hasLegalBasis", "dpv:LegalBasis"),
                                  ("purpose", "dpv:hasPurpose", "dpv:Purpose")):  # fmt: skip
        if facts.text(name):
            terms.node("", predicate, name.replace("_", "-"), kind)
            terms.text(name.replace("_", "-"), "dct:description", facts.text(name), tagged=True)
    if facts.text("provenance"):
        terms.node("", "dct:provenance", "provenance", "dct:ProvenanceStatement")
        terms.text("provenance", "rdfs:label", facts.text("provenance"), tagged=True)


def _counted(terms: Terms, report: RunReport) -> None:
    """What the run says of the data set: records, patients where they are not too few, time."""
    resources = {name: count for name, count, _ in report.resources}
    if report.sources.sampled is None:
        terms.count("", "healthdcatap:numberOfRecords", str(sum(resources.values())))
        patients = cell_of(resources.get("Patient", 0), SMALLEST).count
        terms.count("", "healthdcatap:numberOfUniqueIndividuals", str(patients) if patients else "")
    months = period(report)
    if months:
        terms.node("", "dct:temporal", "period", "dct:PeriodOfTime")
        terms.value("period", "dcat:startDate", months[0], "xsd:gYearMonth")
        terms.value("period", "dcat:endDate", months[1], "xsd:gYearMonth")
    for use in report.profiles:
        if use.how in ("meta", "dated") and use.found and use.valid:
            terms.link("", "dct:conformsTo", use.url, "dct:Standard")


def _distribution(terms: Terms, report: RunReport, facts: CardFacts) -> None:
    if not facts.text("distribution"):
        return
    name = "distribution"
    terms.node("", "dcat:distribution", name, "dcat:Distribution")
    terms.text(name, "dct:title", facts.text("distribution.title"), tagged=True)
    terms.link(name, "dcat:accessURL", facts.text("distribution.access_url"))
    terms.link(name, "dcat:downloadURL", facts.text("distribution.download_url"))
    terms.link(name, "dct:license", facts.text("license"), "dct:LicenseDocument")
    for law in facts.many("legislation"):
        terms.link(name, "dcatap:applicableLegislation", law)
    if facts.text("rights"):
        terms.node(name, "dct:rights", "rights", "dct:RightsStatement")
        terms.text("rights", "rdfs:label", facts.text("rights"), tagged=True)
    terms.link(name, "dct:format", f"{EU}file-type/JSON")
    if report.sources.sampled is None:
        terms.count(name, "dcat:byteSize", str(report.sources.bytes))


def _variables(terms: Terms, report: RunReport) -> None:
    """A table for each resource type, a column for each element that is known to be used (CSVW)."""
    tables = variables(report)
    terms.value("", "healthdcatap:hasStructuredData", "true" if tables else "false", "xsd:boolean")
    if not tables:
        return
    terms.node("", "healthdcatap:hasVariables", "variables", "csvw:TableGroup")
    terms.text("variables", "dct:title", "FHIR R4 resources by type", language="en")
    for name, columns in tables.items():
        terms.node("variables", "csvw:table", name, "csvw:Table")
        terms.text(name, "dct:title", name, language="en")
        for each in columns:
            terms.node(name, "csvw:column", each.path, "csvw:Column")
            terms.text(each.path, "csvw:name", each.path)
            for title in ("csvw:title", "csvw:titles"):  # the first in HealthDCAT-AP, the second in CSVW itself
                terms.text(each.path, title, each.path.partition(".")[2], language="en")
            terms.text(each.path, "csvw:datatype", each.datatype)
            terms.text(each.path, "dct:description", each.meaning, language="en")
            stem = each.path.replace("[x]", "_x_")
            terms.link(each.path, "csvw:propertyUrl", f"http://hl7.org/fhir/R4/{name.lower()}-definitions.html#{stem}")


def _quality(terms: Terms, report: RunReport) -> None:
    """A measurement for each measure, with its metric in the dimension of Kahn's category (W3C DQV)."""
    for each in measurements(report):
        node = f"quality-{each.name}"
        terms.node("", "dqv:hasQualityMeasurement", node, "dqv:QualityMeasurement")
        terms.link(node, "dqv:isMeasurementOf", each.metric, "dqv:Metric")
        terms.link(node, "dqv:computedOn", terms.name)
        terms.value(node, "dqv:value", f"{each.value:.6f}", "xsd:decimal")
        terms.text(node, "rdfs:comment", each.comment, language="en")
        terms.value(node, "prov:generatedAtTime", report.header.started, "xsd:dateTime")
        terms.text(each.metric, "skos:prefLabel", each.label, language="en")
        terms.text(each.metric, "skos:definition", each.definition, language="en")
        terms.link(each.metric, "dqv:expectedDataType", "http://www.w3.org/2001/XMLSchema#decimal")
        dimension = f"https://fhircheck.dev/fhir/dimension/{each.dimension}"
        terms.link(each.metric, "dqv:inDimension", dimension, "dqv:Dimension")
        terms.text(dimension, "skos:prefLabel", f"{each.dimension} (Kahn et al. 2016)", language="en")
    terms.text("", "rdfs:comment", f"Counted by fhircheck {__version__}", language="en")
