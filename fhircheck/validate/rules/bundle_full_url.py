"""Bundle.entry.fullUrl: it is there, absolute, and agrees with the resource's type and id."""

from typing import Any

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, item, shown_name
from fhircheck.model.reference_text import is_absolute, rest_url
from fhircheck.validate.bundle_index import text
from fhircheck.validate.rules.rule import Node, Subject
from fhircheck.validate.typed_walk import typed_values

CLAUSE = "http://hl7.org/fhir/R4/bundle.html#bundle-unique"
_GOOD = '{"fullUrl": "http://example.org/Patient/1", "resource": {"resourceType": "Patient", "id": "1"}}'
MISSING = IssueKind(
    name="full-url-missing",
    severity="error",
    code="invalid",
    summary="An entry of a Bundle that is no request and no answer to one has no fullUrl.",
    why="The fullUrl is the identity of the resource: without it nothing can refer to the entry.",
    clause="http://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.fullUrl",
    fix="Add the resource's URL, or a urn:uuid where it has none.",
    english="The entry has no fullUrl, which a Bundle of this type needs",
    german="Der Eintrag hat keine fullUrl, die ein Bundle dieser Art braucht",
    failing='{"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {"resourceType": "Patient"}}]}',
    passing=_GOOD,
)
NO_BASE = IssueKind(
    name="full-url-missing-for-references",
    severity="error",
    code="required",
    summary="The resource of an entry without fullUrl refers to others.",
    why="References in a Bundle are completed by the fullUrl of the entry they stand in.",
    clause="http://hl7.org/fhir/R4/bundle.html#references",
    fix="Add a fullUrl to the entry.",
    english="The entry has no fullUrl, though its resource holds references",
    german="Der Eintrag hat keine fullUrl, obwohl seine Ressource Referenzen enthält",
    failing='{"resource": {"resourceType": "Observation", "subject": {"reference": "Patient/1"}}}',
    passing=_GOOD,
)
RELATIVE = IssueKind(
    name="full-url-relative",
    severity="error",
    code="invalid",
    summary="A fullUrl is no absolute URL.",
    why="A relative one is relative to nothing.",
    clause=CLAUSE,
    fix="Write the whole URL, or urn:uuid: and a UUID.",
    english="The fullUrl is not absolute",
    german="Die fullUrl ist nicht absolut",
    failing='{"fullUrl": "Patient/1"}',
    passing=_GOOD,
)
NO_ID = IssueKind(
    name="full-url-without-id",
    severity="error",
    code="invalid",
    summary="A fullUrl is a RESTful URL, but the resource has no id.",
    why="On the server that the URL names every resource has one.",
    clause=CLAUSE,
    fix="Give the resource the id of the URL, or use urn:uuid.",
    english="The fullUrl is a RESTful URL, but the resource has no id",
    german="Die fullUrl ist eine RESTful URL, aber die Ressource hat keine id",
    failing='{"fullUrl": "http://example.org/Patient/1", "resource": {"resourceType": "Patient"}}',
    passing=_GOOD,
)
MISMATCH = IssueKind(
    name="full-url-mismatch",
    severity="error",
    code="invalid",
    summary="A fullUrl is a RESTful URL that does not end with the resource's type and id.",
    why="The URL leads to another resource than the one in the entry.",
    clause=CLAUSE,
    fix="Correct the fullUrl or the id; a fullUrl names no version.",
    english="The fullUrl does not end with the {type}'s type and id",
    german="Die fullUrl endet nicht mit Typ und id der Ressource ({type})",
    failing='{"fullUrl": "http://example.org/Patient/1", "resource": {"resourceType": "Patient", "id": "2"}}',
    passing=_GOOD,
)
CANONICAL = IssueKind(
    name="full-url-is-canonical",
    severity="error",
    code="invalid",
    summary="A fullUrl is the canonical URL of the resource, but not the URL it stands at.",
    why="A canonical URL names the definition, the fullUrl this copy of it.",
    clause=CLAUSE,
    fix="Use the URL that ends with type and id.",
    english="The fullUrl is the canonical URL, but does not end with the id",
    german="Die fullUrl ist die kanonische URL, endet aber nicht mit der id",
    failing='{"fullUrl": "http://example.org/vs", "resource": {"resourceType": "ValueSet", "id": "1", "url":'
    ' "http://example.org/vs"}}',
    passing='{"fullUrl": "http://example.org/ValueSet/1", "resource": {"resourceType": "ValueSet", "id": "1", "url":'
    ' "http://example.org/ValueSet/1"}}',
)
OPTIONAL = frozenset({"transaction", "transaction-response", "batch", "batch-response"})
RESPONSES = frozenset({"transaction-response", "batch-response"})
_OLD_TERMINOLOGY = ("http://hl7.org/fhir/v3/", "http://hl7.org/fhir/v2/")


class BundleFullUrl:
    """Each entry has the fullUrl that it needs, and it is that of its resource."""

    name = "bundle-full-url"
    summary = "Entries of a Bundle are identified by a fullUrl that agrees with their resource."
    clause = CLAUSE
    types = frozenset({"Bundle"})
    kinds = (MISSING, NO_BASE, RELATIVE, NO_ID, MISMATCH, CANONICAL)

    def check(self, subject: Subject) -> None:
        """Look at every entry."""
        entries = subject.node.get("entry")
        kind = text(subject.node, "type")
        for number, entry in enumerate(entries if entries.__class__ is list else ()):
            if entry.__class__ is dict:
                _entry(subject, entry, item(child(subject.expression, "entry"), number), kind)


def _entry(subject: Subject, entry: Node, place: str, kind: str) -> None:
    found: Any = entry.get("resource")
    resource: Node = found if found.__class__ is dict else {}
    url = text(entry, "fullUrl")
    if url:
        _agreement(subject, url, resource, child(place, "fullUrl"))
        return
    if kind not in OPTIONAL and "_fullUrl" not in entry and "fullUrl" not in entry:
        subject.findings.add(MISSING, place, "Bundle.entry.fullUrl")
    if kind not in RESPONSES and _refers(resource, subject):
        subject.findings.add(NO_BASE, place, "Bundle.entry.fullUrl")


def _agreement(subject: Subject, url: str, resource: Node, place: str) -> None:
    """The fullUrl against the resource's type, id and canonical URL."""
    name, identity = text(resource, "resourceType"), text(resource, "id")
    rest = rest_url(url)
    restful = rest is not None and subject.around.types.is_resource(rest.type)
    if not is_absolute(url):
        subject.findings.add(RELATIVE, place, "Bundle.entry.fullUrl")
    elif restful and name and not identity:
        subject.findings.add(NO_ID, place, "Bundle.entry.fullUrl")
    elif restful and name and not url.endswith(f"/{name}/{identity}"):
        subject.findings.add(MISMATCH, place, "Bundle.entry.fullUrl", type=shown_name(name))
    canonical = text(resource, "url") == url and not url.startswith(_OLD_TERMINOLOGY)
    if canonical and not (restful and url.endswith(f"/{identity}")):
        subject.findings.add(CANONICAL, place, "Bundle.entry.fullUrl")


def _refers(resource: Node, subject: Subject) -> bool:
    """Whether the resource holds a reference that leads out of it."""
    if not resource or resource.get("resourceType") == "Bundle":
        return False
    return any(
        found.type == "Reference" and text(found.value, "reference") and not found.value["reference"].startswith("#")
        for found in typed_values(resource, "Resource", subject.around.types)
    )
