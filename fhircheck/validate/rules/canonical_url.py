"""The URL by which definitions are known: http://hl7.org/fhir/R4/resource.html#canonical."""

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child
from fhircheck.validate.elements.extension_use import is_absolute
from fhircheck.validate.rules.rule import Subject
from fhircheck.validate.terminology_resources.parts import text

CLAUSE = "http://hl7.org/fhir/R4/resource.html#canonical"
KIND = IssueKind(
    name="own-url-not-absolute",
    severity="error",
    code="invalid",
    summary="The URL by which a definition is known is not absolute.",
    why="Others refer to the definition by it from anywhere, so it must mean the same everywhere.",
    clause=CLAUSE,
    fix="Give an absolute URL, or urn:oid: or urn:uuid:.",
    english="The canonical URL must be absolute",
    german="Die kanonische URL muss absolut sein",
    failing='{"resourceType": "ValueSet", "status": "draft", "url": "ValueSet/colours"}',
    passing='{"resourceType": "ValueSet", "status": "draft", "url": "http://example.org/ValueSet/colours"}',
)


class CanonicalUrl:
    """The own URL of a definition."""

    name = "canonical-url"
    summary = "Definitions are known by an absolute URL."
    clause = CLAUSE
    types: frozenset[str] | None = frozenset(
        {"ActivityDefinition", "CapabilityStatement", "ChargeItemDefinition", "CodeSystem", "CompartmentDefinition"}
        | {"ConceptMap", "EffectEvidenceSynthesis", "EventDefinition", "Evidence", "EvidenceVariable"}
        | {"ExampleScenario", "GraphDefinition", "ImplementationGuide", "Library", "Measure", "MessageDefinition"}
        | {"OperationDefinition", "PlanDefinition", "Questionnaire", "ResearchDefinition"}
        | {"ResearchElementDefinition", "RiskEvidenceSynthesis", "SearchParameter", "StructureDefinition"}
        | {"StructureMap", "TerminologyCapabilities", "TestScript", "ValueSet"}
    )
    kinds: tuple[IssueKind, ...] = (KIND,)

    def check(self, subject: Subject) -> None:
        """Report a URL without a scheme; an empty one is no uri anyway."""
        url = text(subject.node, "url")
        if url and not is_absolute(url):
            subject.findings.add(KIND, child(subject.expression, "url"), f"{text(subject.node, 'resourceType')}.url")
