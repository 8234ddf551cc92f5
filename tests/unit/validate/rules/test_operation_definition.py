"""The profiles of an operation's input and output."""

import pytest

from fhircheck.validate.rules.operation_definition import OperationDefinitionRule
from tests.unit.validate.rule_bench import Bench

TYPES = "http://hl7.org/fhir/StructureDefinition/"
CASES: list[tuple[object, str]] = [
    (TYPES + "Parameters", ""),
    (TYPES + "Patient", "operation-profile-type"),
    ("http://example.org/none", "operation-profile-unknown"),
    (None, ""),
    (["x"], ""),
]


@pytest.mark.parametrize("name", ["inputProfile", "outputProfile"])
@pytest.mark.parametrize(("profile", "expected"), CASES)
def test_profiles(name: str, profile: object, expected: str) -> None:
    found = Bench().kinds(OperationDefinitionRule(), {"resourceType": "OperationDefinition", name: profile})
    assert found == ([(expected, name)] if expected else [])
