"""A fixed value has no extensions beyond those fixed with it; in its place they may say why it is missing."""

from typing import Any

import pytest

from tests.profiled_patient import MASKED, broken

FAMILY = {"id": "Patient.name.family", "path": "Patient.name.family", "fixedString": "Muster"}
GIVEN = {"id": "Patient.name.given", "path": "Patient.name.given", "fixedString": "Anna"}
GENDER = {"id": "Patient.gender", "path": "Patient.gender", "fixedCode": "male"}
STATUS = {"id": "Patient.maritalStatus", "path": "Patient.maritalStatus", "fixedCodeableConcept": {"text": "x"}}
EXTENDED = {"extension": [MASKED]}
KIND = "fixed-value-extended"


@pytest.mark.parametrize(
    ("element", "piece", "expected"),
    [
        (GENDER, {"gender": "male"}, []),
        (GENDER, {"gender": "male", "_gender": {"id": "a"}}, []),
        (GENDER, {"gender": "male", "_gender": EXTENDED}, [(KIND, "Patient.gender")]),
        (GENDER, {"_gender": EXTENDED}, [("required-binding-code-missing", "Patient.gender")]),
        (FAMILY, {"name": [{"_family": EXTENDED}]}, []),
        (FAMILY, {"name": [{"family": "Muster", "_family": EXTENDED}]}, [(KIND, "Patient.name[0].family")]),
        (GIVEN, {"name": [{"given": ["Anna", None], "_given": [None, EXTENDED]}]}, []),
        (GIVEN, {"name": [{"given": ["Anna"], "_given": [EXTENDED]}]}, [(KIND, "Patient.name[0].given[0]")]),
        (GIVEN, {"name": [{"given": ["Anna"], "_given": [{"id": "a"}]}]}, []),
    ],
)
def test_a_primitive_of_fixed_value_stands_alone(
    element: dict[str, Any], piece: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert broken([element], piece) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"text": "x", "id": "a"}, []),
        ({"text": "x", "extension": [MASKED]}, [(KIND, "Patient.maritalStatus")]),
        ({"text": "x", "_text": EXTENDED}, [(KIND, "Patient.maritalStatus.text")]),
        ({"text": "x", "_text": {"id": "a"}}, [("fixed-value", "Patient.maritalStatus._text")]),
    ],
)
def test_within_a_fixed_value_too(status: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    found = broken([STATUS], {"maritalStatus": status})
    assert [each for each in found if each[0] != "extensible-binding-code-missing"] == expected


def test_a_pattern_lets_extensions_stand() -> None:
    pattern = {"id": "Patient.name.family", "path": "Patient.name.family", "patternString": "Muster"}
    assert broken([pattern], {"name": [{"family": "Muster", "_family": EXTENDED}]}) == []


def test_in_a_slice_of_a_choice() -> None:
    slicing = {"discriminator": [{"type": "type", "path": "$this"}], "rules": "open"}
    path = "Patient.deceased[x]"
    sliced = {"id": f"{path}:deceasedBoolean", "path": path, "sliceName": "deceasedBoolean", "fixedBoolean": True}
    elements = [
        {"id": path, "path": path, "slicing": slicing},
        {**sliced, "min": 0, "max": "1", "type": [{"code": "boolean"}]},
    ]
    assert broken(elements, {"deceasedBoolean": True}) == []
    found = broken(elements, {"deceasedBoolean": True, "_deceasedBoolean": EXTENDED})
    assert found == [(KIND, "Patient.deceased.ofType(boolean)")]


def test_each_profile_that_fixes_the_value_is_told() -> None:
    patient = {"gender": "male", "_gender": EXTENDED}
    assert broken([GENDER], patient, profiles=2) == [(KIND, "Patient.gender")] * 2
