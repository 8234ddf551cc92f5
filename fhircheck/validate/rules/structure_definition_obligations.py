"""A profile that only states obligations: whatever it says beside them must be as in its base."""

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, item, shown_term
from fhircheck.validate.lenient import Node, extensions, member, numbered, text
from fhircheck.validate.rules.rule import Subject
from fhircheck.validate.rules.structure_definition_derivation import base_elements

TOOLS = "http://hl7.org/fhir/tools/StructureDefinition/"
CORE = "http://hl7.org/fhir/StructureDefinition/"
FLAGS = tuple(base + name for base in (CORE, TOOLS) for name in ("obligation-profile", "obligation-profile-flag"))
OBLIGATIONS = frozenset(base + name for base in (CORE, TOOLS) for name in ("obligation", "additional-binding"))
NAMES = frozenset({"id", "path", "extension", "binding", "short", "definition", "comment", "requirements"}) | {
    "mustSupport", "min", "max",
}  # fmt: skip
DIFFERENTIAL = "StructureDefinition.differential.element"

OBLIGATION = IssueKind(
    name="structure-obligation-profile",
    severity="error",
    code="business-rule",
    summary="A profile that is marked as stating obligations only says something else of an element.",
    why="Such a profile must not change what conforms: whoever ignores the obligations must lose nothing.",
    clause="http://hl7.org/fhir/extensions/StructureDefinition-obligation-profile-flag.html",
    fix="Remove the property, or the mark.",
    english="Element {element}: {property} is not allowed in an obligation profile",
    german="Element {element}: {property} ist in einem Obligation-Profil nicht erlaubt",
    failing='{"path": "Patient.maritalStatus", "binding": {"strength": "example"}}',
    passing='{"path": "Patient.maritalStatus", "extension": [{"url":'
    ' "http://hl7.org/fhir/tools/StructureDefinition/obligation"}]}',
)


class StructureObligations:
    """Elements of an obligation profile."""

    name = "structure-definition-obligations"
    summary = "A profile marked as an obligation profile states obligations only."
    clause = "http://hl7.org/fhir/extensions/StructureDefinition-obligation-profile-flag.html"
    types: frozenset[str] | None = frozenset({"StructureDefinition"})
    kinds: tuple[IssueKind, ...] = (OBLIGATION,)

    def check(self, subject: Subject) -> None:
        """Check one StructureDefinition."""
        if not any(each.value is True for url in FLAGS for each in extensions(subject.node, url)):
            return
        base = {text(each, "path"): each for each in reversed(base_elements(subject))}
        place = child(child(subject.expression, "differential"), "element")
        for index, element in numbered(member(subject.node, "differential"), "element"):
            _element(subject, element, item(place, index), base)


def _element(subject: Subject, element: Node, place: str, base: dict[str, Node]) -> None:
    path = shown_term(text(element, "path"))
    for index, extension in numbered(element, "extension"):
        if text(extension, "url") not in OBLIGATIONS:
            at = item(child(place, "extension"), index)
            subject.findings.add(OBLIGATION, at, DIFFERENTIAL, element=path, property="extension")
    known = base.get(text(element, "path"), {})
    for name, value in element.items():
        if name.removeprefix("_") not in NAMES and known.get(name) != value:
            subject.findings.add(OBLIGATION, child(place, name), DIFFERENTIAL, element=path, property=shown_term(name))
    binding = member(element, "binding")
    strength = text(member(known, "binding"), "strength")
    if strength and text(binding, "strength") not in ("", strength):
        at = f"{place}.binding[0].strength[0]"
        subject.findings.add(OBLIGATION, at, DIFFERENTIAL, element=path, property="another binding strength")
    if "description" in binding:
        at = f"{place}.binding[0].description[0]"
        subject.findings.add(OBLIGATION, at, DIFFERENTIAL, element=path, property="binding.description")
