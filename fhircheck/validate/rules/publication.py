"""What HL7 asks of its definitions: one committee that owns them; and more where the settings say they are published.

https://confluence.hl7.org/display/FHIR/FHIR+Implementation+Guide+Publishing+Requirements
"""

from fhircheck.assertions.binding import shown_code
from fhircheck.model.issue import IssueKind
from fhircheck.terminology.code_verdict import CodeStatus
from fhircheck.validate.rules.rule import Subject
from fhircheck.validate.terminology_resources.parts import objects, text

CLAUSE = "http://hl7.org/fhir/R4/metadataresource.html"
COMMITTEE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-wg"
OWN = "http://hl7.org/fhir/"
IDENTIFIERS = "http://hl7.org/fhir/sid"
WORK_GROUPS = "http://terminology.hl7.org/CodeSystem/hl7-work-group"
R4 = "4.0.1"
PREFIX = "HL7 International / "
OTHER_NAMES = {
    "dev": "Devices",
    "pher": "Public Health",
    "soa": "Services Oriented Architecture",
    "ti": "Vocabulary",
    "vocab": "Vocabulary",
}
"""Names of committees that their code system does not have, or not as display."""
_SHAREABLE = ("version", "title", "status", "experimental", "description")
ELEMENTS = {
    "ValueSet": _SHAREABLE,
    "ConceptMap": _SHAREABLE,
    "CodeSystem": (*_SHAREABLE, "content", "caseSensitive"),
}
"""Elements that HL7 asks for beyond what the type itself does."""
KIND = IssueKind(
    name="publication-committee",
    severity="error",
    code="business-rule",
    summary="A definition that HL7 publishes does not state the committee that owns it.",
    why="Nobody knows whom to ask about it.",
    clause=CLAUSE,
    fix="Add the extension structuredefinition-wg with the committee's code.",
    english="The owning committee must be stated by the extension {extension}",
    german="Das zuständige Gremium muss mit der Extension {extension} angegeben sein",
    failing='{"resourceType": "ValueSet", "url": "http://hl7.org/fhir/ValueSet/a", "status": "draft"}',
    passing='{"resourceType": "ValueSet", "url": "http://hl7.org/fhir/ValueSet/a", "status": "draft", "extension":'
    ' [{"url": "http://hl7.org/fhir/StructureDefinition/structuredefinition-wg", "valueCode": "fhir"}]}',
)
COMMITTEES = IssueKind(
    name="publication-committees",
    severity="error",
    code="business-rule",
    summary="A definition of HL7 states more than one committee that owns it.",
    why="Nobody knows who answers questions about it.",
    clause=CLAUSE,
    fix="State one committee.",
    english="{count} committees are stated, one is allowed",
    german="{count} Komitees sind angegeben, eines ist erlaubt",
    failing='{"url": "http://hl7.org/fhir/StructureDefinition/a", "extension":'
    ' [{"url": "http://hl7.org/fhir/StructureDefinition/structuredefinition-wg", "valueCode": "fhir"},'
    ' {"url": "http://hl7.org/fhir/StructureDefinition/structuredefinition-wg", "valueCode": "oo"}]}',
    passing='{"url": "http://hl7.org/fhir/StructureDefinition/a", "extension":'
    ' [{"url": "http://hl7.org/fhir/StructureDefinition/structuredefinition-wg", "valueCode": "fhir"}]}',
)
UNKNOWN = IssueKind(
    name="publication-committee-unknown",
    severity="error",
    code="business-rule",
    summary="HL7 has no committee of the code that a definition of HL7 states.",
    why="Nobody knows who answers questions about it.",
    clause=CLAUSE,
    fix="Use the code of one of HL7's work groups.",
    english="HL7 has no committee {code}",
    german="HL7 hat kein Komitee {code}",
    failing='{"url": "http://hl7.org/fhir/StructureDefinition/a", "extension":'
    ' [{"url": "http://hl7.org/fhir/StructureDefinition/structuredefinition-wg", "valueCode": "none"}]}',
    passing='{"url": "http://hl7.org/fhir/StructureDefinition/a", "extension":'
    ' [{"url": "http://hl7.org/fhir/StructureDefinition/structuredefinition-wg", "valueCode": "fhir"}]}',
)
PUBLISHER = IssueKind(
    name="publication-publisher",
    severity="error",
    code="business-rule",
    summary="The publisher of a definition of HL7 is not the committee that it states.",
    why="Two committees are named; who answers for it cannot be told.",
    clause=CLAUSE,
    fix="Name the publisher HL7 International / and the committee, as HL7 spells it.",
    english="The publisher of a definition of committee {code} must be '{expected}'",
    german="Herausgeber einer Definition des Komitees {code} muss '{expected}' sein",
    failing='{"url": "http://hl7.org/fhir/StructureDefinition/a", "publisher": "HL7 International / Pharmacy",'
    ' "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/structuredefinition-wg", "valueCode": "fhir"}]}',
    passing='{"url": "http://hl7.org/fhir/StructureDefinition/a",'
    ' "publisher": "HL7 International / FHIR Infrastructure", "extension":'
    ' [{"url": "http://hl7.org/fhir/StructureDefinition/structuredefinition-wg", "valueCode": "fhir"}]}',
)
NO_ELEMENT = IssueKind(
    name="publication-element",
    severity="error",
    code="required",
    summary="A terminology resource that HL7 publishes lacks an element that all of them have.",
    why="Registries and readers rely on it.",
    clause="http://hl7.org/fhir/R4/shareablevalueset.html",
    fix="Add the element.",
    english="What HL7 publishes must have {element}",
    german="Was HL7 veröffentlicht, muss {element} haben",
    failing='{"resourceType": "ValueSet", "url": "http://hl7.org/fhir/ValueSet/a", "status": "draft"}',
    passing='{"resourceType": "ValueSet", "url": "http://hl7.org/fhir/ValueSet/a", "version": "1", "title": "A",'
    ' "status": "draft", "experimental": false, "description": "A value set"}',
)


class Publication:
    """A definition with a URL of HL7 states who owns it, and says so once."""

    name = "publication"
    summary = "A definition of HL7 states the committee that owns it, and has it as publisher."
    clause = CLAUSE
    types: frozenset[str] | None = frozenset(
        {
            "ActivityDefinition",
            "CapabilityStatement",
            "CodeSystem",
            "CompartmentDefinition",
            "ConceptMap",
            "GraphDefinition",
            "ImplementationGuide",
            "Library",
            "Measure",
            "MessageDefinition",
            "OperationDefinition",
            "PlanDefinition",
            "Questionnaire",
            "SearchParameter",
            "StructureDefinition",
            "StructureMap",
            "TerminologyCapabilities",
            "ValueSet",
        }
    )
    kinds: tuple[IssueKind, ...] = (KIND, COMMITTEES, UNKNOWN, PUBLISHER, NO_ELEMENT)

    def check(self, subject: Subject) -> None:
        """Report a definition of HL7 whose committee is missing or inconsistent, and what is missing to publish it."""
        node, add = subject.node, subject.findings.add
        own = text(node, "url").startswith(OWN)
        publish = subject.around.settings.publication and subject.scope.resource is subject.scope.root
        if not own and not publish:
            return
        name = str(node.get("resourceType"))
        stated = [text(each, "valueCode") for each, _ in objects(node, "extension", "") if each.get("url") == COMMITTEE]
        if own and len(stated) > 1:
            add(COMMITTEES, subject.expression, name, count=len(stated))
        if own and stated and stated[0]:
            _committee(subject, stated[0], name)
        elif own and publish and not text(node, "url").startswith(IDENTIFIERS):
            add(KIND, subject.expression, name, extension=COMMITTEE)
        if publish and "hl7" in text(node, "url"):
            for element in ELEMENTS.get(name, ()):
                if element not in node and not (element == "caseSensitive" and node.get("content") == "supplement"):
                    add(NO_ELEMENT, subject.expression, f"{name}.{element}", element=element)


def _committee(subject: Subject, code: str, name: str) -> None:
    """The committee exists, and the publisher is the committee; R4's own, older list of committees only assures."""
    publisher = text(subject.node, "publisher")
    called = publisher.removeprefix(PREFIX) if publisher.startswith(PREFIX) else "?"
    also = OTHER_NAMES.get(code, "")
    verdict = subject.around.terminology.check_code(WORK_GROUPS, code, "", called)
    known = verdict.status is CodeStatus.KNOWN
    if called == also or (known and (not publisher or not verdict.displays)) or (also and not publisher):
        return
    if (not known and (also or verdict.status is not CodeStatus.UNKNOWN)) or verdict.version in ("", R4):
        subject.around.undecided("code-system-content", WORK_GROUPS)
    elif not known:
        subject.findings.add(UNKNOWN, subject.expression, name, code=shown_code(code))
    else:
        severity = PUBLISHER.severity if "/" in publisher else "warning"
        expected = PREFIX + verdict.displays[0]
        subject.findings.add(
            PUBLISHER, subject.expression, name, severity=severity, code=shown_code(code), expected=expected
        )
