"""What is wrong with an expression before any data."""

import pytest

from fhircheck.fhirpath import FhirPathError, compile_expression
from tests.unit.fhirpath.engine import types

WRONG = [
    ("Patient", "name.given1"),
    ("Patient", "Encounter.name"),
    ("Patient", "name.where(familie = 'x')"),
    ("Observation", "valueQuantity"),
    ("Observation", "(value as Period).unit"),
    ("Patient", "children().skip(1)"),
    ("Patient", "name.startsWith('x')"),
    ("Patient", "birthDate.select(@2024 + 1)"),
    ("Patient", "iif('x', 1, 2)"),
    ("Patient", "nothing()"),
    ("Patient", "name.first(1)"),
    ("Patient", "name.ofType(Nothing)"),
]
RIGHT = [
    ("Patient", "name.given.first()"),
    ("Patient", "Patient.contact.name.family"),
    ("Patient", "Resource.id"),
    ("Observation", "value.unit"),
    ("Observation", "(value as Quantity).unit"),
    ("Observation", "component.value.ofType(Period).start"),
    ("Bundle", "entry.resource.name"),
    ("Bundle.entry", "resource.meta.profile"),
    ("Questionnaire.item", "item.item.linkId"),
    ("Patient", "name.trace('x', given)"),
    ("Patient", "contained.where(id = 'x').name"),
    ("Extension", "value.code"),
    ("Patient", "birthDate + 1 year"),
]


@pytest.mark.parametrize(("kind", "expression"), WRONG)
def test_wrong(kind: str, expression: str) -> None:
    with pytest.raises(FhirPathError):
        compile_expression(expression, kind, types(), strict=True)


@pytest.mark.parametrize(("kind", "expression"), RIGHT)
def test_right(kind: str, expression: str) -> None:
    assert compile_expression(expression, kind, types(), strict=True).type_name == kind


def test_an_invariant_is_not_held_to_names() -> None:
    assert compile_expression("name.given1", "Patient", types()).truth({}, "Patient", _nothing()) is False


def _nothing():  # type: ignore[no-untyped-def]
    from fhircheck.fhirpath import Environment

    return Environment(resource={"resourceType": "Patient"})
