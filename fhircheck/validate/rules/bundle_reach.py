"""Documents and messages: every entry hangs together with the first, by references that lead to one entry."""

from collections import defaultdict
from typing import Any, NamedTuple

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, item
from fhircheck.validate.bundle_index import BundleIndex, text
from fhircheck.validate.bundle_linking import Linking
from fhircheck.validate.rules.bundle_document import HEADS, head_references
from fhircheck.validate.rules.rule import Subject
from fhircheck.validate.typed_walk import Value, typed_values

CLAUSE = "http://hl7.org/fhir/R4/documents.html#content"
MESSAGES = "http://hl7.org/fhir/R4/messaging.html#bundle"
_PAIR = '{"type": "document", "entry": [{"resource": {"resourceType": "Composition", "subject": {"reference":'
_LINKED = _PAIR + ' "urn:uuid:1"}}}, {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient"}}]}'
_APART = _PAIR + ' "urn:uuid:2"}}}, {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient"}}]}'
UNREACHABLE = IssueKind(
    name="document-entry-unreachable",
    severity="error",
    code="informational",
    summary="No references join an entry of a document with its Composition, in either direction.",
    why="A document holds only what its Composition speaks of; a reader never meets the others.",
    clause=CLAUSE,
    fix="Refer to the resource from a section, or leave it out.",
    english="The entry cannot be reached from the Composition",
    german="Der Eintrag ist von der Composition aus nicht erreichbar",
    failing=_APART,
    passing=_LINKED,
)
BACKWARD = IssueKind(
    name="document-entry-backward",
    severity="warning",
    code="invalid",
    summary="An entry of a document refers to what the Composition speaks of, but nothing refers to it.",
    why="R4 allows that for Provenance only: a reader who follows the Composition does not meet the entry.",
    clause=CLAUSE,
    fix="Refer to the resource from a section.",
    english="The entry cannot be reached forwards from the Composition",
    german="Der Eintrag ist von der Composition aus vorwärts nicht erreichbar",
    failing=_APART,
    passing=_LINKED,
)
APART = IssueKind(
    name="message-entry-unreachable",
    severity="warning",
    code="informational",
    summary="No references join an entry of a message with its MessageHeader.",
    why="Receivers start at the header and may never look at the entry.",
    clause=MESSAGES,
    fix="Refer to the resource from MessageHeader.focus or from what that refers to.",
    english="The entry cannot be reached from the MessageHeader",
    german="Der Eintrag ist vom MessageHeader aus nicht erreichbar",
    failing='{"type": "message", "entry": [{"resource": {"resourceType": "MessageHeader"}},'
    ' {"fullUrl": "urn:uuid:1"}]}',
    passing='{"type": "message", "entry": [{"resource": {"resourceType": "MessageHeader", "focus": [{"reference":'
    ' "urn:uuid:1"}]}}, {"fullUrl": "urn:uuid:1"}]}',
)
AMBIGUOUS = IssueKind(
    name="bundle-link-ambiguous",
    severity="error",
    code="invalid",
    summary="A reference within a document or message fits several entries.",
    why="Readers may take different ones.",
    clause="http://hl7.org/fhir/R4/bundle.html#references",
    fix="Give every entry a fullUrl of its own.",
    english="{count} {count:entry fits|entries fit} the reference",
    german="{count} {count:Eintrag passt|Einträge passen} zur Referenz",
    failing='{"entry": [{"fullUrl": "urn:uuid:1"}, {"fullUrl": "urn:uuid:1"}]}',
    passing='{"entry": [{"fullUrl": "urn:uuid:1"}, {"fullUrl": "urn:uuid:2"}]}',
)
OFF_BASE = IssueKind(
    name="bundle-link-off-base",
    severity="error",
    code="invalid",
    summary="A relative reference within a document or message names an entry whose fullUrl does not fit.",
    why="By the rules of Bundles the reference leads nowhere, though it was probably meant to.",
    clause="http://hl7.org/fhir/R4/bundle.html#references",
    fix="Refer by the entry's fullUrl, or give both entries a fullUrl on the same base.",
    english="{count} {count:entry has|entries have} this type and id, "
    "but {count:not|none} the fullUrl that the reference means",
    german="{count} {count:Eintrag hat|Einträge haben} Typ und id, "
    "aber {count:nicht|keiner} die fullUrl, die die Referenz meint",
    failing='{"entry": [{"fullUrl": "urn:uuid:2", "resource": {"resourceType": "Patient", "id": "1"}}]}',
    passing='{"entry": [{"fullUrl": "http://a.org/Patient/1", "resource": {"resourceType": "Patient", "id": "1"}}]}',
)
NO_FRAGMENT = IssueKind(
    name="bundle-fragment-missing",
    severity="error",
    code="not-found",
    summary="An extension links to a part of a narrative that is not there.",
    why="The reader cannot be shown the words that belong to the data.",
    clause="http://hl7.org/fhir/StructureDefinition/narrativeLink",
    fix="Give the part of the narrative the id that is linked to.",
    english="The entry that is linked to has no part with this id",
    german="Der verlinkte Eintrag hat keinen Teil mit dieser id",
    failing='{"url": "http://hl7.org/fhir/StructureDefinition/narrativeLink", "valueUrl": "urn:uuid:1#a"}',
    passing='{"url": "http://hl7.org/fhir/StructureDefinition/narrativeLink", "valueUrl": "urn:uuid:1#b"}',
)
FRAGMENTS = IssueKind(
    name="bundle-fragment-ambiguous",
    severity="error",
    code="invalid",
    summary="A link to a part of an entry fits several parts.",
    why="An id is there once, or it identifies nothing.",
    clause="http://hl7.org/fhir/R4/element-definitions.html#Element.id",
    fix="Give each part an id of its own.",
    english="{count} {count:part of the entry has|parts of the entry have} the id that is linked to",
    german="{count} {count:Teil des Eintrags hat|Teile des Eintrags haben} die verlinkte id",
    failing='{"valueUrl": "urn:uuid:1#a"}',
    passing='{"valueUrl": "urn:uuid:1#b"}',
)
NARRATIVE_LINK = "http://hl7.org/fhir/StructureDefinition/narrativeLink"
URLS = frozenset({"url", "uri"})
NO_LINKS = frozenset(
    {
        ("Bundle.entry", "fullUrl"),
        ("Coding", "system"),
        ("Identifier", "system"),
        ("Meta", "profile"),
        ("Extension", "url"),
        ("Quantity", "system"),
        ("MessageHeader.source", "endpoint"),
        ("MessageHeader.destination", "endpoint"),
        ("Endpoint", "address"),
    }
)


class _Reference(NamedTuple):
    text: str
    value: Value


class BundleReach:
    """Each entry of a document or message can be reached from its first."""

    name = "bundle-reach"
    summary = "Entries of a document or message hang together with its head."
    clause = CLAUSE
    types = frozenset({"Bundle"})
    kinds = (UNREACHABLE, BACKWARD, APART, AMBIGUOUS, OFF_BASE, NO_FRAGMENT, FRAGMENTS)

    def check(self, subject: Subject) -> None:
        """Follow all references of all entries once."""
        kind = text(subject.node, "type")
        if kind not in HEADS or subject.scope.split:
            return
        index = BundleIndex(subject.node)
        with_resource = [number for number in range(len(index.entries)) if index.resource(number) is not None]
        if not with_resource or (kind == "message" and with_resource[0] != 0):
            return
        linking = Linking(index, subject.around.types, subject.around.definitions)
        head = index.resource(0) or {}
        said = {id(each) for _, each in head_references(head)} if text(head, "resourceType") == HEADS[kind] else set()
        there = set(with_resource)
        targets = {number: _targets(subject, linking, number, said) & there for number in with_resource}
        _reach(subject, index, targets, kind == "document")


def _targets(subject: Subject, linking: Linking, number: int, said: set[int]) -> set[int]:
    """The entries that an entry refers to; what is wrong with its references is reported."""
    found: set[int] = set()
    for reference in _references(subject, linking.index.entries[number], number):
        target, _, fragment = reference.text.partition("#")
        joint = linking.follow(target, number)
        if joint.entry >= 0:
            found.add(joint.entry)
            if fragment:
                _fragment(subject, reference.value, linking.fragments(joint.entry, fragment))
        elif joint.fault in ("ambiguous", "off-base") and id(reference.value.value) not in said:
            kind = AMBIGUOUS if joint.fault == "ambiguous" else OFF_BASE
            subject.findings.add(kind, reference.value.expression, "Bundle.entry.resource", count=joint.fitting)
    found.discard(number)
    return found


def _references(subject: Subject, entry: Any, number: int) -> list[_Reference]:
    """The references and URLs in an entry that may lead to another, each text once."""
    place = item(child(subject.expression, "entry"), number)
    found: dict[str, _Reference] = {}
    for value in typed_values(entry, "Bundle.entry", subject.around.types, place):
        if value.type == "Reference":
            reference = text(value.value, "reference")
        elif value.type in URLS and value.name != "system" and (value.owner_type, value.name) not in NO_LINKS:
            reference = value.value if value.value.__class__ is str else ""
        else:
            continue
        if reference and reference[0] != "#" and reference not in found:
            found[reference] = _Reference(reference, value)
    return list(found.values())


def _fragment(subject: Subject, value: Value, count: int) -> None:
    if count > 1:
        subject.findings.add(FRAGMENTS, value.expression, "Extension.value[x]", count=count)
    elif count == 0 and value.owner.get("url") == NARRATIVE_LINK:
        subject.findings.add(NO_FRAGMENT, value.expression, "Extension.value[x]")


def _reach(subject: Subject, index: BundleIndex, targets: dict[int, set[int]], document: bool) -> None:
    """Report what cannot be reached from the first entry, or backwards only."""
    sources: dict[int, list[int]] = defaultdict(list)
    for number, others in targets.items():
        for other in others:
            sources[other].append(number)
    reached: set[int] = set()
    waiting = _forward(next(iter(targets)), targets, reached)
    waiting += [number for number in _styles(subject, index, targets) if number not in reached]
    reached.update(waiting)
    while waiting:
        for number in sources[waiting.pop()]:
            if number not in reached:
                if document and text(index.resource(number), "resourceType") != "Provenance":
                    _report(subject, BACKWARD, number)
                waiting += _forward(number, targets, reached)
    for number in targets:
        if number not in reached:
            _report(subject, UNREACHABLE if document else APART, number)


def _forward(start: int, targets: dict[int, set[int]], reached: set[int]) -> list[int]:
    """The entries that are newly reached from `start` on."""
    new = [start]
    reached.add(start)
    for number in new:
        for other in sorted(targets.get(number, ())):
            if other not in reached:
                reached.add(other)
                new.append(other)
    return new


def _styles(subject: Subject, index: BundleIndex, targets: dict[int, set[int]]) -> list[int]:
    """The entries that links of the Bundle name as stylesheets."""
    links = subject.node.get("link")
    found: list[int] = []
    for link in links if links.__class__ is list else ():
        if text(link, "relation") == "stylesheet":
            found += [each for each in index.by_identity.get(text(link, "url"), [])[:1] if each in targets]
    return found


def _report(subject: Subject, kind: IssueKind, number: int) -> None:
    subject.findings.add(kind, item(child(subject.expression, "entry"), number), "Bundle.entry")
