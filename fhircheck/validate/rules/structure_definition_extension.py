"""A StructureDefinition of an extension: its url is its own, and the contexts that it names are there."""

from fhircheck.definitions.canonical import TYPE_PREFIX
from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, item, shown_term
from fhircheck.validate.lenient import Node, member, numbered, objects, text
from fhircheck.validate.rules.rule import Subject
from fhircheck.validate.rules.structure_definition_derivation import reviewed

CLAUSE = "http://hl7.org/fhir/R4/structuredefinition-definitions.html#StructureDefinition.context"
ANYWHERE = frozenset({"Element"})
INTERFACES = frozenset({"CanonicalResource", "MetadataResource"})
"""Not types of R4, but understood as contexts (they are interfaces of R5)."""

URL = IssueKind(
    name="structure-extension-url",
    severity="error",
    code="invalid",
    summary="A definition of an extension does not fix Extension.url to its own canonical URL.",
    why="Who finds the extension in data cannot find its definition.",
    clause="http://hl7.org/fhir/R4/defining-extensions.html",
    fix="Fix Extension.url to the url of the StructureDefinition.",
    english="Extension.url is not fixed to {url}",
    german="Extension.url ist nicht auf {url} festgelegt",
    failing='{"url": "http://example.org/a", "type": "Extension", "differential": {"element":'
    ' [{"path": "Extension.url", "fixedUri": "http://example.org/b"}]}}',
    passing='{"url": "http://example.org/a", "type": "Extension", "differential": {"element":'
    ' [{"path": "Extension.url", "fixedUri": "http://example.org/a"}]}}',
)
CONTEXT = IssueKind(
    name="structure-context-unknown",
    severity="error",
    code="invalid",
    summary="A definition of an extension names an element as its context that is not there.",
    why="The extension would be allowed nowhere.",
    clause=CLAUSE,
    fix="Name an element of FHIR's types by its path.",
    english="There is no element {element}",
    german="Ein Element {element} gibt es nicht",
    failing='{"type": "Extension", "context": [{"type": "element", "expression": "Patient.foo"}]}',
    passing='{"type": "Extension", "context": [{"type": "element", "expression": "Patient.name"}]}',
)
NO_EXTENSION = IssueKind(
    name="structure-context-without-extension",
    severity="error",
    code="invalid",
    summary="A StructureDefinition that defines no extension names a context.",
    why="Only extensions have a context that they are used in.",
    clause=CLAUSE,
    fix="Remove the context.",
    english="A definition of {type} has no context",
    german="Eine Definition von {type} hat keinen Kontext",
    failing='{"type": "Patient", "context": [{"type": "element", "expression": "Patient"}]}',
    passing='{"type": "Extension", "context": [{"type": "element", "expression": "Patient"}]}',
)
EVERYWHERE = IssueKind(
    name="structure-context-everywhere",
    severity="warning",
    code="business-rule",
    summary="An extension is allowed on every element.",
    why="Few are meant for all elements; a narrower context finds misuse.",
    clause=CLAUSE,
    fix="Name the elements that it is meant for.",
    english="The extension is allowed on every element",
    german="Die Extension ist an jedem Element erlaubt",
    failing='{"type": "Extension", "context": [{"type": "element", "expression": "Element"}]}',
    passing='{"type": "Extension", "context": [{"type": "element", "expression": "Patient"}]}',
)


class StructureExtension:
    """Url and contexts of an extension's definition."""

    name = "structure-definition-extension"
    summary = "The definition of an extension fixes its own url and names contexts that are there."
    clause = "http://hl7.org/fhir/R4/defining-extensions.html"
    types: frozenset[str] | None = frozenset({"StructureDefinition"})
    kinds: tuple[IssueKind, ...] = (URL, CONTEXT, NO_EXTENSION, EVERYWHERE)

    def check(self, subject: Subject) -> None:
        """Check one StructureDefinition."""
        name, derivation = text(subject.node, "type"), text(subject.node, "derivation")
        for index, context in numbered(subject.node, "context"):
            place = item(child(subject.expression, "context"), index)
            if name and name != "Extension":
                subject.findings.add(NO_EXTENSION, place, "StructureDefinition.context", type=shown_term(name))
            else:
                _context(subject, context, place)
        if name == "Extension" and derivation == "constraint":
            _url(subject)


def _context(subject: Subject, context: Node, place: str) -> None:
    expression = text(context, "expression")
    if text(context, "type") != "element" or not expression:
        return
    if expression in ANYWHERE:
        subject.findings.add(EVERYWHERE, place, "StructureDefinition.context")
    elif not _is_element(subject, expression):
        subject.findings.add(CONTEXT, place, "StructureDefinition.context.expression", element=shown_term(expression))


def _is_element(subject: Subject, expression: str) -> bool:
    """Whether `expression` is the path of an element of FHIR, or of a definition that is known."""
    if ":" in expression or "/" in expression:
        return subject.around.definitions.find(expression.partition("#")[0]) is not None
    name, *steps = expression.split(".")
    if name in INTERFACES:
        return True
    types = subject.around.types
    for step in steps:
        found = types.type(name)
        element = found.properties.get(step.removesuffix("[x]").partition(":")[0]) if found else None
        if element is None:
            return _by_type_name(subject, name, step)
        if len(element.types) != 1:
            return True
        name = element.types[0]
    return types.type(name) is not None


def _by_type_name(subject: Subject, name: str, step: str) -> bool:
    """Whether ``valueQuantity`` names a type of the choice ``value[x]``."""
    found = subject.around.types.type(name)
    return found is not None and step in found.by_json


def _url(subject: Subject) -> None:
    """The url is fixed to that of the definition: in the snapshot, or the differential where none can be made."""
    node, url = subject.node, text(subject.node, "url")
    elements = objects(member(node, "snapshot"), "element")
    if not elements:
        found = reviewed(subject)
        if found is not None and found.snapshot and not found.unmatched:
            elements = list(found.snapshot)
        elif text(node, "baseDefinition") == f"{TYPE_PREFIX}Extension":
            elements = objects(member(node, "differential"), "element")
        else:
            return
    if url and url not in [each.get("fixedUri") for each in elements if each.get("path") == "Extension.url"]:
        subject.findings.add(URL, subject.expression, "StructureDefinition.url", url=shown_term(url))
