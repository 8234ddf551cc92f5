"""Invariants of primitive elements see the id and extensions that stand beside the value, or in its place."""

from typing import Any

import pytest

from tests.profiled_patient import MASKED, broken


def rules_of(expressions: list[str]) -> list[dict[str, Any]]:
    return [
        {"key": f"k{number}", "severity": "error", "human": "x", "expression": each}
        for number, each in enumerate(expressions)
    ]


def held(path: str, expressions: list[str], piece: dict[str, Any]) -> list[tuple[str, str]]:
    """(key, place) of the invariants of an element that do not hold."""
    return broken([{"id": path, "path": path, "constraint": rules_of(expressions)}], piece)


@pytest.mark.parametrize(
    ("expression", "alone", "beside", "instead"),
    [
        ("extension.exists()", False, True, True),
        ("extension.value = 'masked'", False, True, True),
        ("hasValue()", True, True, False),
        ("$this = 'Muster'", True, True, False),
        ("length() = 6", True, True, False),
        ("matches('M.*')", True, True, False),
        ("contains('x').not()", True, True, True),
        ("startsWith('x').not() and endsWith('x').not()", True, True, True),
        ("exists()", True, True, True),
        ("children().count() = 1", False, True, True),
    ],
)
def test_what_stands_beside_is_seen(expression: str, alone: bool, beside: bool, instead: bool) -> None:
    extended = {"extension": [MASKED]}
    for name, holds in (
        ({"family": "Muster"}, alone),
        ({"family": "Muster", "_family": extended}, beside),
        ({"_family": extended}, instead),
    ):
        expected = [] if holds else [("k0", "Patient.name[0].family")]
        assert held("Patient.name.family", [expression], {"name": [name]}) == expected


def test_each_item_of_a_list_is_asked_by_itself() -> None:
    name = {"given": ["A", None, "B"], "_given": [{"extension": [MASKED]}, {"extension": [MASKED]}, None]}
    found = held("Patient.name.given", ["extension.exists()", "hasValue()"], {"name": [name]})
    assert found == [("k1", "Patient.name[0].given[1]"), ("k0", "Patient.name[0].given[2]")]


def test_a_choice_is_asked_where_it_is_a_primitive() -> None:
    assert held("Patient.deceased[x]", ["$this = true"], {"deceasedBoolean": True}) == []
    assert held("Patient.deceased[x]", ["$this = true"], {"deceasedBoolean": False}) == [
        ("k0", "Patient.deceased.ofType(boolean)")
    ]
    assert held("Patient.deceased[x]", ["hasValue()"], {"_deceasedDateTime": {"extension": [MASKED]}}) == [
        ("k0", "Patient.deceased.ofType(dateTime)")
    ]


def test_what_is_no_value_of_the_element_is_not_asked() -> None:
    assert held("Patient.birthDate", ["hasValue()"], {"birthDate": ["2020"]}) == [
        ("array-unexpected", "Patient.birthDate")
    ]


def test_a_slice_of_a_choice_is_asked_with_what_stands_beside_it() -> None:
    path = "Patient.deceased[x]"
    slicing = {"discriminator": [{"type": "type", "path": "$this"}], "rules": "open"}
    rules = rules_of(["extension.exists()", "hasValue()"])
    one = {"id": f"{path}:deceasedBoolean", "path": path, "sliceName": "deceasedBoolean", "type": [{"code": "boolean"}]}
    elements = [{"id": path, "path": path, "slicing": slicing}, {**one, "constraint": rules}]
    place, extended = "Patient.deceased.ofType(boolean)", {"extension": [MASKED]}
    assert broken(elements, {"deceasedBoolean": True}) == [("k0", place)]
    assert broken(elements, {"deceasedBoolean": True, "_deceasedBoolean": extended}) == []
    assert broken(elements, {"_deceasedBoolean": extended}) == [("k1", place)]
    assert broken(elements, {"deceasedDateTime": "2020"}) == []
    elements[1]["constraint"] = rules_of(["extension.exists()"])
    assert broken(elements, {"_deceasedBoolean": extended}) == []  # a value is not asked for where none is there
