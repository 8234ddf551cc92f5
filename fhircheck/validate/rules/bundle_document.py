"""Documents and messages: what comes first, and that what it refers to is in the Bundle."""

from collections.abc import Iterator
from typing import Any

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, item, shown_name
from fhircheck.validate.bundle_index import BundleIndex, text
from fhircheck.validate.bundle_linking import Linking
from fhircheck.validate.rules.rule import Node, Subject

CLAUSE = "http://hl7.org/fhir/R4/documents.html#content"
_DOCUMENT = '{"type": "document", "entry": [{"resource": {"resourceType": "Composition"}}]}'
EMPTY = IssueKind(
    name="bundle-without-first-entry",
    severity="error",
    code="invalid",
    summary="A document or message has no entries.",
    why="Without a Composition or MessageHeader it says nothing.",
    clause=CLAUSE,
    fix="Add the Composition or MessageHeader as first entry.",
    english="A {type} needs at least one entry",
    german="Ein Bundle vom Typ {type} braucht mindestens einen Eintrag",
    failing='{"resourceType": "Bundle", "type": "document"}',
    passing=_DOCUMENT,
)
NO_RESOURCE = IssueKind(
    name="bundle-first-entry-without-resource",
    severity="error",
    code="invalid",
    summary="The first entry of a document or message has no resource.",
    why="There the Composition or MessageHeader has to stand.",
    clause=CLAUSE,
    fix="Add the Composition or MessageHeader.",
    english="The first entry of a {type} needs a resource",
    german="Der erste Eintrag eines Bundles vom Typ {type} braucht eine Ressource",
    failing='{"type": "document", "entry": [{"fullUrl": "urn:uuid:1"}]}',
    passing=_DOCUMENT,
)
FIRST = IssueKind(
    name="bundle-first-entry-type",
    severity="error",
    code="invalid",
    summary="A document does not begin with a Composition, or a message not with a MessageHeader.",
    why="It says what all other entries are there for.",
    clause=CLAUSE,
    fix="Put the Composition or MessageHeader first.",
    english="The first resource must be a {expected}, not a {type}",
    german="Die erste Ressource muss {expected} sein, nicht {type}",
    failing='{"type": "document", "entry": [{"resource": {"resourceType": "Patient"}}]}',
    passing=_DOCUMENT,
)
MISSING = IssueKind(
    name="document-target-missing",
    severity="error",
    code="not-found",
    summary="What a Composition or MessageHeader refers to is not in the Bundle.",
    why="A document or message holds all it speaks of: readers have nothing but the Bundle.",
    clause=CLAUSE,
    fix="Add an entry with this fullUrl, or correct the reference.",
    english="{element} refers to something that is not in the Bundle",
    german="{element} verweist auf etwas, das nicht im Bundle ist",
    failing='{"type": "document", "entry": [{"resource": {"resourceType": "Composition", "author":'
    ' [{"reference": "urn:uuid:1"}]}}]}',
    passing='{"type": "document", "entry": [{"resource": {"resourceType": "Composition", "author":'
    ' [{"reference": "urn:uuid:1"}]}}, {"fullUrl": "urn:uuid:1"}]}',
)
OFF_BASE = IssueKind(
    name="document-target-off-base",
    severity="error",
    code="invalid",
    summary="What a Composition or MessageHeader refers to is in the Bundle, but under a fullUrl that does not fit.",
    why="By the rules of Bundles the reference leads nowhere.",
    clause="http://hl7.org/fhir/R4/bundle.html#references",
    fix="Refer by the entry's fullUrl, or give both entries a fullUrl on the same base.",
    english="{element}: {count} {count:entry has|entries have} this type and id, "
    "but {count:not|none} the fullUrl that the reference means",
    german="{element}: {count} {count:Eintrag hat|Einträge haben} Typ und id, "
    "aber {count:nicht|keiner} die fullUrl, die die Referenz meint",
    failing='{"entry": [{"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Composition", "subject":'
    ' {"reference": "Patient/1"}}}, {"fullUrl": "urn:uuid:2", "resource": {"resourceType": "Patient", "id": "1"}}]}',
    passing='{"entry": [{"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Composition", "subject":'
    ' {"reference": "urn:uuid:2"}}}, {"fullUrl": "urn:uuid:2", "resource": {"resourceType": "Patient", "id": "1"}}]}',
)
AMBIGUOUS = IssueKind(
    name="document-target-ambiguous",
    severity="error",
    code="invalid",
    summary="What a Composition or MessageHeader refers to fits several entries.",
    why="Readers may take different ones.",
    clause="http://hl7.org/fhir/R4/bundle.html#references",
    fix="Give every entry a fullUrl of its own.",
    english="{element}: {count} {count:entry fits|entries fit} the reference",
    german="{element}: {count} {count:Eintrag passt|Einträge passen} zur Referenz",
    failing='{"entry": [{"fullUrl": "urn:uuid:1"}, {"fullUrl": "urn:uuid:1"}]}',
    passing='{"entry": [{"fullUrl": "urn:uuid:1"}, {"fullUrl": "urn:uuid:2"}]}',
)
FAULTS = {"missing": MISSING, "off-base": OFF_BASE, "ambiguous": AMBIGUOUS}
HEADS = {"document": "Composition", "message": "MessageHeader"}
Found = tuple[str, Any]
"""Expression below the resource, Reference."""


class BundleDocument:
    """A document begins with its Composition, a message with its MessageHeader, and holds what these refer to."""

    name = "bundle-document"
    summary = "Documents and messages begin as they must, and hold what their head refers to."
    clause = CLAUSE
    types = frozenset({"Bundle"})
    kinds = (EMPTY, NO_RESOURCE, FIRST, MISSING, OFF_BASE, AMBIGUOUS)

    def check(self, subject: Subject) -> None:
        """Look at the first entry."""
        kind = text(subject.node, "type")
        if kind not in HEADS or subject.scope.split:
            return
        entries = subject.node.get("entry")
        if entries.__class__ is not list or not entries:
            subject.findings.add(EMPTY, subject.expression, "Bundle.entry", type=kind)
            return
        place = item(child(subject.expression, "entry"), 0)
        head = entries[0].get("resource") if entries[0].__class__ is dict else None
        if head.__class__ is not dict:
            subject.findings.add(NO_RESOURCE, place, "Bundle.entry.resource", type=kind)
            return
        place, name = child(place, "resource"), text(head, "resourceType")
        if name != HEADS[kind]:
            shown = shown_name(name)
            subject.findings.add(FIRST, place, "Bundle.entry.resource", expected=HEADS[kind], type=shown)
            return
        linking = Linking(BundleIndex(subject.node), subject.around.types, subject.around.definitions)
        for step, reference in head_references(head):
            _check(subject, linking, child(place, step), reference)


def head_references(head: Node) -> Iterator[Found]:
    """The references of a Composition or MessageHeader that have to lead to entries."""
    if head.get("resourceType") == "MessageHeader":
        yield from _each(head, "focus", "")
        return
    yield from _first(head, "subject", "")
    yield from _each(head, "author", "")
    yield from _first(head, "encounter", "")
    yield from _first(head, "custodian", "")
    for place, attester in _each(head, "attester", ""):
        yield from _first(attester, "party", place)
    for place, event in _each(head, "event", ""):
        yield from _each(event, "detail", place)
    yield from _sections(head)


def _sections(head: Node) -> Iterator[Found]:
    waiting = list(_each(head, "section", ""))[::-1]
    while waiting:
        place, section = waiting.pop()
        yield from _each(section, "author", place)
        yield from _first(section, "focus", place)
        yield from _each(section, "entry", place)
        waiting.extend(list(_each(section, "section", place))[::-1])


def _first(node: Any, name: str, below: str) -> Iterator[Found]:
    """The one object in a member; of several only the first: the others are too many anyway."""
    found = node.get(name) if node.__class__ is dict else None
    if found.__class__ is list and found:
        found = found[0]
    if found.__class__ is dict:
        yield child(below, name), found


def _each(node: Any, name: str, below: str) -> Iterator[Found]:
    """The objects of a list."""
    found = node.get(name) if node.__class__ is dict else None
    for number, each in enumerate(found if found.__class__ is list else ()):
        if each.__class__ is dict:
            yield item(child(below, name), number), each


def _check(subject: Subject, linking: Linking, place: str, reference: Any) -> None:
    target = text(reference, "reference")
    if not target or target.startswith("#"):
        return
    joint = linking.follow(target.partition("#")[0], 0)
    if joint.fault:
        element = place.rpartition(".")[2].partition("[")[0]
        shown: dict[str, Any] = {"element": element}
        if joint.fault != "missing":
            shown["count"] = joint.fitting
        subject.findings.add(FAULTS[joint.fault], place, "Bundle.entry.resource", **shown)
