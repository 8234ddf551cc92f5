"""How FHIR is written as JSON: arrays, objects, null (http://hl7.org/fhir/R4/json.html)."""

from typing import Any

from fhircheck.assertions.assertion import Spot
from fhircheck.assertions.primitive_format import json_type
from fhircheck.model.issue import IssueKind

CLAUSE = "http://hl7.org/fhir/R4/json.html#json"
ARRAY_EXPECTED = IssueKind(
    name="array-expected",
    severity="error",
    code="structure",
    summary="A repeating element is not written as an array.",
    why="Typed software fails on it, also where there is only one value.",
    clause=CLAUSE,
    fix="Put the value into square brackets.",
    english="{element} must be an array, found {found}",
    german="{element} muss ein Array sein, gefunden: {found}",
    failing='{"resourceType": "Patient", "name": {"family": "Muster"}}',
    passing='{"resourceType": "Patient", "name": [{"family": "Muster"}]}',
)
ARRAY_UNEXPECTED = IssueKind(
    name="array-unexpected",
    severity="error",
    code="structure",
    summary="An element that does not repeat is written as an array.",
    why="Typed software fails on it.",
    clause=CLAUSE,
    fix="Write the one value without square brackets.",
    english="{element} must not be an array",
    german="{element} darf kein Array sein",
    failing='{"resourceType": "Patient", "gender": ["male"]}',
    passing='{"resourceType": "Patient", "gender": "male"}',
)
OBJECT_EXPECTED = IssueKind(
    name="object-expected",
    severity="error",
    code="structure",
    summary="An element with parts is written as a plain value.",
    why="Typed software fails on it.",
    clause=CLAUSE,
    fix="Write the value as an object with the parts of its type.",
    english="Must be an object of type {type}, found {found}",
    german="Muss ein Objekt vom Typ {type} sein, gefunden: {found}",
    failing='{"resourceType": "Observation", "status": "final", "code": "glucose"}',
    passing='{"resourceType": "Observation", "status": "final", "code": {"text": "glucose"}}',
)
EMPTY_OBJECT = IssueKind(
    name="empty-object",
    severity="error",
    code="structure",
    summary="An object has no properties.",
    why="FHIR has no empty elements: nothing is said, but something seems to be there.",
    clause=CLAUSE,
    fix="Leave the property out.",
    english="Object must not be empty",
    german="Objekt darf nicht leer sein",
    failing='{"resourceType": "Patient", "maritalStatus": {}}',
    passing='{"resourceType": "Patient"}',
)
EMPTY_ARRAY = IssueKind(
    name="empty-array",
    severity="error",
    code="structure",
    summary="An array has no items.",
    why="FHIR has no empty arrays: readers cannot tell whether something was lost.",
    clause=CLAUSE,
    fix="Leave the property out.",
    english="{element} must not be an empty array",
    german="{element} darf kein leeres Array sein",
    failing='{"resourceType": "Patient", "name": []}',
    passing='{"resourceType": "Patient"}',
)
NULL = IssueKind(
    name="null-value",
    severity="error",
    code="structure",
    summary="A value is null.",
    why="JSON null is only a filler in arrays of primitive values; elsewhere software fails on it.",
    clause="http://hl7.org/fhir/R4/json.html#null",
    fix="Leave the property out.",
    english="{element} must not be null",
    german="{element} darf nicht null sein",
    failing='{"resourceType": "Patient", "gender": null}',
    passing='{"resourceType": "Patient"}',
)
KINDS = (ARRAY_EXPECTED, ARRAY_UNEXPECTED, OBJECT_EXPECTED, EMPTY_OBJECT, EMPTY_ARRAY, NULL)


def explain_container(value: Any, repeats: bool, element: str, spot: Spot) -> bool:
    """Report a value that is null, or an array or none against the definition.

    True where the value can be looked into further.
    """
    if value is None:
        spot.add(NULL, element=element)
    elif value.__class__ is list and not repeats:
        spot.add(ARRAY_UNEXPECTED, element=element)
    elif repeats and value.__class__ is not list:
        spot.add(ARRAY_EXPECTED, element=element, found=json_type(value))
    elif value.__class__ is list and not value:
        spot.add(EMPTY_ARRAY, element=element)
    else:
        return True
    return False


def explain_object(value: Any, type_name: str, spot: Spot) -> bool:
    """Report a value that is no object, or an empty one; True where it can be looked into."""
    if value is None:
        spot.add(NULL, element=spot.expression.rpartition(".")[2])
    elif value.__class__ is not dict:
        spot.add(OBJECT_EXPECTED, type=type_name, found=json_type(value))
    elif not value:
        spot.add(EMPTY_OBJECT)
    else:
        return True
    return False
