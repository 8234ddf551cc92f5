"""Names that texts and dates are counted under: known ones only, since what stands in the data is without bound."""

from fhircheck.measures.moments import MOMENTS

OTHER = "(other)"

NOT_OF_PATIENTS = frozenset(
    ("Practitioner", "PractitionerRole", "Organization", "Location", "HealthcareService", "Endpoint")
)
"""Types that tell of staff and places: their addresses and telecoms are nobody's who is treated."""

_KINDS = frozenset(MOMENTS) | frozenset(
    ("Account", "AdverseEvent", "Basic", "Binary", "BodyStructure", "Bundle", "CareTeam", "ChargeItem", "Device",
     "DeviceRequest", "DeviceUseStatement", "Group", "HealthcareService", "ImmunizationRecommendation", "Invoice",
     "Location", "MedicationKnowledge", "Medication", "MolecularSequence", "NutritionOrder", "Organization",
     "Parameters", "Patient", "Person", "Practitioner", "PractitionerRole", "Provenance", "Questionnaire",
     "RelatedPerson", "RequestGroup", "ResearchStudy", "ResearchSubject", "Schedule", "Slot", "Substance",
     "VisionPrescription")
)  # fmt: skip

_MEMBERS = frozenset(step for names in MOMENTS.values() for name in names for step in (name.partition(".")[0],)) | (
    frozenset(
        ("text", "note", "description", "comment", "conclusion", "valueString", "component", "section", "content",
         "contained", "extension", "modifierExtension", "title", "display", "reasonCode", "reason", "code", "category",
         "type", "valueCodeableConcept", "payload", "item", "dosage", "dosageInstruction", "patientInstruction",
         "summary", "name", "alias", "identifier", "birthDate", "deceasedDateTime", "recorded", "series",
         "presentedForm", "conclusionCode", "dataAbsentReason", "referenceRange", "interpretation", "bodySite",
         "method", "evidence", "stage", "reaction", "participant", "performer", "asserter", "recorder", "requester",
         "author", "authenticator", "attester", "custodian", "hospitalization", "serviceProvider", "location",
         "diagnosis", "agent", "entity", "provision", "communication", "maritalStatus", "activity", "goal", "finding",
         "basis",
         "entry", "parameter", "protocolApplied", "substitution", "repeat", "collection", "container", "processing",
         "statusHistory", "classHistory", "account", "insurance", "total", "onsetString", "abatementString",
         "deceasedString", "occurrenceString", "performedString", "effectiveTiming", "valueDateTime", "valuePeriod",
         "expirationDate", "lotNumber", "outcome", "followUp", "complication", "usedCode", "link", "address", "telecom")
    )
)  # fmt: skip


def kind_of(kind: str) -> str:
    """The resource type, or OTHER for one that is not known here."""
    return kind if kind in _KINDS else OTHER


def member_of(name: str) -> str:
    """The member's name, or OTHER for one that is not known here."""
    return name if name in _MEMBERS else OTHER
