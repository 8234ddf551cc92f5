"""Rules about elements by their type, asked in one walk: extensions, identifiers, attachments, texts, URIs, dates."""

from fhircheck.model.issue import IssueKind
from fhircheck.validate.elements import (
    attachment,
    element_id,
    extension_kinds,
    identifier,
    primitive_base64,
    primitive_date,
    primitive_text,
    primitive_uri,
)
from fhircheck.validate.elements.walk import ElementWalk
from fhircheck.validate.rules.rule import Subject

WALK = "element-walk"


class ElementRules:
    """What holds for values of a type wherever they stand, and what the definitions of extensions ask."""

    name = "elements"
    summary = "Extensions follow their definitions; identifiers, attachments, texts, URIs and dates make sense."
    clause = "http://hl7.org/fhir/R4/datatypes.html"
    types: frozenset[str] | None = None
    kinds: tuple[IssueKind, ...] = (
        *extension_kinds.KINDS,
        *identifier.KINDS,
        *attachment.KINDS,
        *element_id.KINDS,
        *primitive_text.KINDS,
        *primitive_uri.KINDS,
        *primitive_date.KINDS,
        *primitive_base64.KINDS,
    )

    def check(self, subject: Subject) -> None:
        """Walk the resource; report only where the first walk says that there is something."""
        kept = subject.profiles.kept
        walk = kept.get(WALK)
        if not isinstance(walk, ElementWalk):
            walk = kept[WALK] = ElementWalk(subject.around, subject.profiles)
        name = subject.node.get("resourceType")
        if name.__class__ is str and not walk.sound(subject.node, str(name)):
            walk.explain(subject.node, str(name), subject.expression, subject.findings)
