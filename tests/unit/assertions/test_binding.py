"""Bindings to value sets: what the gate says of codes, and that the explainer agrees."""

from typing import Any

import pytest

from fhircheck.assertions import VALUE_ASSERTIONS
from fhircheck.assertions.binding import shown_code
from tests.unit.assertions.asked import (
    CLOSED_SET,
    FOLDED_SET,
    OPEN,
    OPEN_SET,
    SYSTEM,
    UNKNOWN_SET,
    Asked,
)  # fmt: skip


def bound_to(value_set: str, strength: str = "required") -> dict[str, Any]:
    return {"binding": {"strength": strength, "valueSet": value_set}}


@pytest.mark.parametrize(
    ("definition", "types", "facet"),
    [
        (bound_to(CLOSED_SET), ["code"], {"valueSet": CLOSED_SET, "plain": True, "concept": False}),
        (bound_to(CLOSED_SET), ["CodeableConcept"], {"valueSet": CLOSED_SET, "plain": False, "concept": True}),
        (bound_to(CLOSED_SET), ["code", "Coding"], {"valueSet": CLOSED_SET, "plain": False, "concept": False}),
        (
            bound_to(CLOSED_SET),
            ["Coding", "CodeableConcept"],
            {"valueSet": CLOSED_SET, "plain": False, "concept": None},
        ),
        (bound_to(CLOSED_SET), ["boolean"], None),
        (bound_to(CLOSED_SET, "extensible"), ["code"], None),
        (bound_to(CLOSED_SET, "preferred"), ["code"], None),
        ({"binding": {"strength": "required"}}, ["code"], None),
    ],
)
def test_only_required_bindings_of_coded_types_compile(
    definition: dict[str, Any], types: list[str], facet: dict[str, Any] | None
) -> None:
    assert VALUE_ASSERTIONS["binding"].compile(definition, types) == facet


def coding(code: Any, system: Any = SYSTEM) -> dict[str, Any]:
    return {"system": system, "code": code}


def concept(*codings: Any) -> dict[str, Any]:
    return {"coding": list(codings)}


WRONG, MISSING, NOT_TOLD = "required-binding", "required-binding-code-missing", "cannot tell"


@pytest.mark.parametrize(
    ("value_set", "type_", "value", "said"),
    [
        (CLOSED_SET, "code", "a", ""),
        (CLOSED_SET, "code", "A", WRONG),
        (CLOSED_SET, "code", "", MISSING),
        (CLOSED_SET, "Coding", coding("a"), ""),
        (CLOSED_SET, "Coding", coding("c"), WRONG),
        (CLOSED_SET, "Coding", coding("a", "http://other"), WRONG),
        (CLOSED_SET, "Coding", {"code": "a"}, ""),  # what lacks its system is another's concern, as in the reference
        (CLOSED_SET, "Coding", {"display": "a"}, ""),
        (CLOSED_SET, "Coding", coding(["a"]), ""),
        (CLOSED_SET, "Coding", coding("a", [SYSTEM]), ""),
        (CLOSED_SET, "Coding", coding("a", {"x": 1}), ""),
        (CLOSED_SET, "CodeableConcept", concept(coding("c"), coding("b")), ""),
        (CLOSED_SET, "CodeableConcept", concept(coding("c"), coding("d")), WRONG),
        (CLOSED_SET, "CodeableConcept", {"text": "only text"}, MISSING),
        (CLOSED_SET, "CodeableConcept", concept(), MISSING),
        (CLOSED_SET, "CodeableConcept", concept({"display": "A"}), WRONG),
        (CLOSED_SET, "CodeableConcept", {"coding": "a"}, MISSING),
        (CLOSED_SET, "CodeableConcept", concept(None, 1, coding("a")), ""),
        (CLOSED_SET, "Quantity", {"value": 1} | coding("b"), ""),
        (CLOSED_SET, "Quantity", {"value": 1, "unit": "b"}, ""),
        (OPEN_SET, "code", "a", ""),
        (OPEN_SET, "code", "z", NOT_TOLD),
        (OPEN_SET, "Coding", coding("z"), WRONG),
        (OPEN_SET, "Coding", coding("z", OPEN), NOT_TOLD),
        (OPEN_SET, "CodeableConcept", concept(coding("z"), coding("z", OPEN)), NOT_TOLD),
        (OPEN_SET, "CodeableConcept", concept(coding("z", OPEN), coding("a")), ""),
        (OPEN_SET, "CodeableConcept", {"text": "t"}, MISSING),
        (FOLDED_SET, "code", "mG", ""),
        (FOLDED_SET, "Coding", coding("MG"), ""),
        (FOLDED_SET, "Coding", coding("g"), WRONG),
        (UNKNOWN_SET, "code", "a", NOT_TOLD),
        (UNKNOWN_SET, "Coding", coding("a"), NOT_TOLD),
        (UNKNOWN_SET, "CodeableConcept", {"text": "t"}, MISSING),
    ],
)
def test_binding(value_set: str, type_: str, value: Any, said: str) -> None:
    asked = Asked("binding", bound_to(value_set), value, (type_,))
    expected = [] if said in ("", NOT_TOLD) else [said]
    if said == WRONG and isinstance(value, str):
        expected.insert(0, "code-system-undetermined")
    assert [kind for kind, _, _ in asked.issues] == expected
    assert sum(asked.open.values()) == (said == NOT_TOLD)
    assert all(shown["valueset"] == value_set for _, _, shown in asked.issues)


def test_what_cannot_be_told_is_counted_by_its_reason() -> None:
    assert Asked("binding", bound_to(OPEN_SET), "z", ("code",)).open == {("code-system-content", OPEN): 1}
    assert Asked("binding", bound_to(UNKNOWN_SET), "z", ("code",)).open == {("value-set-missing", UNKNOWN_SET): 1}


@pytest.mark.parametrize(
    ("code", "shown"),
    [("8867-4", "'8867-4'"), ("Erika Musterfrau", "(value)"), ("x" * 25, "(value)"), ("", "(value)"), (1, "(value)")],
)
def test_codes_are_shown_where_they_look_like_codes(code: Any, shown: str) -> None:
    assert shown_code(code) == shown


def test_no_more_than_three_codes_are_shown() -> None:
    asked = Asked("binding", bound_to(CLOSED_SET), concept(*map(coding, "wxyz")), ("CodeableConcept",))
    assert asked.issues[0][2]["code"] == "'w', 'x', 'y'"
