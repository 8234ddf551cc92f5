import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.resolve.target_types import ANY, TargetTypes


@pytest.fixture(scope="module")
def types() -> TargetTypes:
    return TargetTypes(load_definitions())


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Observation.subject", {"Patient", "Group", "Device", "Location"}),
        ("Observation.note.authorReference", {"Practitioner", "Patient", "RelatedPerson", "Organization"}),
        ("Patient.generalPractitioner.identifier.assigner", {"Organization"}),
        ("Observation.contained.ofType(Patient).managingOrganization", {"Organization"}),
        ("PlanDefinition.action.action.subjectReference", {"Group"}),
        ("Consent.provision.provision.data.reference", ANY),
        ("Contract.term.asset.answer.valueReference", ANY),
        ("Questionnaire.item.item.item.answerOption.valueReference", ANY),
        ("Patient.extension.extension.valueReference", ANY),
    ],
)
def test_types_are_those_of_the_definitions(types: TargetTypes, path: str, expected: set[str]) -> None:
    assert types(path) == expected


@pytest.mark.parametrize(
    "path",
    [
        "DetectedIssue",
        "Immunization.education",
        "PlanDefinition.action.condition.expression",
        "Observation.code",
        "Observation.invented.subject",
        "Unheard.subject",
        "Observation.valueReference",
    ],
)
def test_where_no_reference_stands_there_is_no_answer(types: TargetTypes, path: str) -> None:
    assert types(path) is None
