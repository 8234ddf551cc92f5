"""What HL7 asks of the definitions it publishes; asked only where the settings say that this is a publication.

https://confluence.hl7.org/display/FHIR/FHIR+Implementation+Guide+Publishing+Requirements
"""

from fhircheck.model.issue import IssueKind
from fhircheck.validate.rules.rule import Subject
from fhircheck.validate.terminology_resources.parts import objects, text

CLAUSE = "http://hl7.org/fhir/R4/metadataresource.html"
COMMITTEE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-wg"
OWN = ("://hl7.org/", "://terminology.hl7.org/", "://www.hl7.org/")
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


class Publication:
    """A definition with a URL of HL7 states who owns it."""

    name = "publication"
    summary = "What HL7 publishes states the committee that owns it."
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
    kinds: tuple[IssueKind, ...] = (KIND,)

    def check(self, subject: Subject) -> None:
        """Report a definition of HL7 without its committee."""
        if not subject.around.settings.publication or subject.scope.resource is not subject.scope.root:
            return
        stated = any(each.get("url") == COMMITTEE for each, _ in objects(subject.node, "extension", ""))
        if not stated and any(each in text(subject.node, "url") for each in OWN):
            name = str(subject.node.get("resourceType"))
            subject.findings.add(KIND, subject.expression, name, extension=COMMITTEE)
