"""What the tests of the engine share: FHIR's types, and a resource with one of everything that is hard."""

from decimal import Decimal
from functools import lru_cache
from typing import Any

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.type_table import TypeTable
from fhircheck.fhirpath import Environment, compile_expression
from fhircheck.fhirpath.shown import shown

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p",
    "contained": [{"resourceType": "Organization", "id": "o", "name": "Clinic"}],
    "name": [
        {"use": "official", "family": "Chalmers", "given": ["Peter", None], "_given": [None, {"id": "g"}]},
        {"use": "usual", "given": ["Jim"]},
    ],
    "birthDate": "1974-12-25",
    "_birthDate": {"extension": [{"url": "http://example.org/time", "valueDateTime": "1974-12-25T14:35:45-05:00"}]},
    "_gender": {"extension": [{"url": "http://example.org/why", "valueCode": "unknown"}]},
    "multipleBirthInteger": 2,
    "managingOrganization": {"reference": "#o"},
}
OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "1-8"}, {"system": "http://loinc.org", "code": "2-6"}]},
    "valueQuantity": {"value": Decimal("1.50"), "unit": "g", "system": "http://unitsofmeasure.org", "code": "g"},
    "component": [{"code": {"text": "a"}, "valueBoolean": False}, {"code": {"text": "b"}, "valueString": "x"}],
}
RESOURCES = {"Patient": PATIENT, "Observation": OBSERVATION}


@lru_cache(1)
def types() -> TypeTable:
    """FHIR's types out of the embedded definitions."""
    return TypeTable(load_definitions(offline=True))


def result(expression: str, resource: str = "Patient", **services: Any) -> list[str]:
    """What an expression gives on one of RESOURCES, as text."""
    node = RESOURCES[resource]
    compiled = compile_expression(expression, resource, types())
    return [shown(item) for item in compiled.evaluate(node, resource, Environment(resource=node, **services))]
