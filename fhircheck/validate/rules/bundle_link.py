"""Bundle.link: which relations a Bundle of each type may have, how often, and stylesheets of documents."""

from typing import Any

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, item
from fhircheck.model.reference_text import is_absolute
from fhircheck.validate.bundle_index import text
from fhircheck.validate.rules.rule import Subject

CLAUSE = "http://hl7.org/fhir/R4/bundle-definitions.html#Bundle.link"
STYLES = "http://hl7.org/fhir/R4/documents.html#css"
PROHIBITED = IssueKind(
    name="bundle-link-prohibited",
    severity="error",
    code="invalid",
    summary="A link between pages stands in a Bundle that is no list of results.",
    why="Only results of a search or a history come in pages.",
    clause=CLAUSE,
    fix="Remove the link.",
    english="A link with the relation {relation} may only stand in a searchset or history",
    german="Ein Link mit der Relation {relation} darf nur in searchset oder history stehen",
    failing='{"resourceType": "Bundle", "type": "document", "link": [{"relation": "next", "url": "http://a.org"}]}',
    passing='{"resourceType": "Bundle", "type": "searchset", "link": [{"relation": "next", "url": "http://a.org"}]}',
)
REPEATED = IssueKind(
    name="bundle-link-repeated",
    severity="error",
    code="invalid",
    summary="A Bundle has two links of a relation that can be there only once.",
    why="It is not clear which of them is meant.",
    clause=CLAUSE,
    fix="Keep one of the links.",
    english="A link with the relation {relation} is there more than once",
    german="Ein Link mit der Relation {relation} ist mehrfach vorhanden",
    failing='{"link": [{"relation": "self", "url": "http://a.org/1"}, {"relation": "self", "url": "http://a.org/2"}]}',
    passing='{"link": [{"relation": "self", "url": "http://a.org/1"}]}',
)
STYLE_MISSING = IssueKind(
    name="stylesheet-missing",
    severity="error",
    code="not-found",
    summary="A document's stylesheet is no entry of its Bundle.",
    why="The document cannot be shown as its author meant.",
    clause=STYLES,
    fix="Add the Binary with the stylesheet, and link to Binary/[id].",
    english="The stylesheet that is linked to is not in the Bundle",
    german="Das verlinkte Stylesheet ist nicht im Bundle",
    failing='{"type": "document", "link": [{"relation": "stylesheet", "url": "Binary/css"}]}',
    passing='{"type": "document", "link": [{"relation": "stylesheet", "url": "https://hl7.org/fhir/fhir.css"}]}',
)
STYLE_EXTERNAL = IssueKind(
    name="stylesheet-external",
    severity="warning",
    code="business-rule",
    summary="A document's stylesheet is fetched from somewhere else.",
    why="A document should hold all that is needed to show it, and what is fetched can change.",
    clause=STYLES,
    fix="Put the stylesheet into the Bundle as a Binary.",
    english="The stylesheet is not part of the Bundle",
    german="Das Stylesheet ist nicht Teil des Bundles",
    failing='{"link": [{"relation": "stylesheet", "url": "https://a.org/a.css"}]}',
    passing='{"link": [{"relation": "stylesheet", "url": "Binary/css"}]}',
)
STYLE_INSECURE = IssueKind(
    name="stylesheet-insecure",
    severity="warning",
    code="business-rule",
    summary="A document's stylesheet is fetched without encryption.",
    why="Who stands between can change how the document is shown.",
    clause=STYLES,
    fix="Use https, or put the stylesheet into the Bundle.",
    english="The stylesheet is fetched by http",
    german="Das Stylesheet wird über http geholt",
    failing='{"link": [{"relation": "stylesheet", "url": "http://a.org/a.css"}]}',
    passing='{"link": [{"relation": "stylesheet", "url": "Binary/css"}]}',
)
PAGES = frozenset({"first", "previous", "next", "last"})
LISTS = frozenset({"history", "searchset"})
OTHERS = frozenset(
    {"document", "message", "collection", "transaction", "transaction-response", "batch", "batch-response"}
)
FHIR_STYLE = "https://hl7.org/fhir/fhir.css"


class BundleLink:
    """Links of a Bundle fit its type."""

    name = "bundle-link"
    summary = "A Bundle has the links that its type allows, each as often as it may be there."
    clause = CLAUSE
    types = frozenset({"Bundle"})
    kinds = (PROHIBITED, REPEATED, STYLE_MISSING, STYLE_EXTERNAL, STYLE_INSECURE)

    def check(self, subject: Subject) -> None:
        """Look at every link."""
        links = subject.node.get("link")
        kind = text(subject.node, "type")
        seen: set[str] = set()
        for number, link in enumerate(links if links.__class__ is list else ()):
            place = item(child(subject.expression, "link"), number)
            relation = text(link, "relation")
            if kind in LISTS:
                if relation in seen and (relation in PAGES or relation == "self"):
                    subject.findings.add(REPEATED, place, "Bundle.link.relation", relation=relation)
            elif kind in OTHERS:
                _other(subject, relation, relation in seen, child(place, "relation"))
                if kind == "document" and relation == "stylesheet":
                    _stylesheet(subject, link, child(place, "url"))
            seen.add(relation)


def _other(subject: Subject, relation: str, again: bool, place: str) -> None:
    if relation in PAGES:
        subject.findings.add(PROHIBITED, place, "Bundle.link.relation", relation=relation)
    elif relation == "self" and again:
        subject.findings.add(REPEATED, place, "Bundle.link.relation", relation=relation)


def _stylesheet(subject: Subject, link: Any, place: str) -> None:
    url = text(link, "url")
    if not url or url == FHIR_STYLE:
        return
    if is_absolute(url):
        subject.findings.add(STYLE_EXTERNAL, place, "Bundle.link.url")
        if url.startswith("http://"):
            subject.findings.add(STYLE_INSECURE, place, "Bundle.link.url")
    elif not subject.scope.split and not _is_entry(subject, url):
        subject.findings.add(STYLE_MISSING, place, "Bundle.link.url")


def _is_entry(subject: Subject, identity: str) -> bool:
    name, _, id_ = identity.partition("/")
    entries = subject.node.get("entry")
    for entry in entries if entries.__class__ is list else ():
        resource = entry.get("resource") if entry.__class__ is dict else None
        if text(resource, "resourceType") == name and text(resource, "id") == id_:
            return True
    return False
