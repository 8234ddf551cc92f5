"""Slices that what stands elsewhere tells apart: slices of slices, and the targets of references."""

from typing import Any

import pytest

from tests.profiled_patient import broken

BASE = "http://hl7.org/fhir/StructureDefinition/"
NAME, DOCTOR = "Patient.name", "Patient.generalPractitioner"


def sliced(identity: str, path: str, kind: str, at: str, rules: str = "open", **more: Any) -> dict[str, Any]:
    return {
        "id": identity,
        "path": path,
        "slicing": {"discriminator": [{"type": kind, "path": at}], "rules": rules},
        **more,
    }


def official(least: int, of_period: int) -> list[dict[str, Any]]:
    """Official names, and among them those that have a period."""
    outer, inner = f"{NAME}:official", f"{NAME}:official/dated"
    return [
        sliced(NAME, NAME, "value", "use"),
        sliced(outer, NAME, "exists", "period", sliceName="official", min=least, max="*"),
        {"id": f"{outer}.use", "path": f"{NAME}.use", "min": 1, "fixedCode": "official"},
        {"id": inner, "path": NAME, "sliceName": "official/dated", "min": of_period, "max": "1"},
        {"id": f"{inner}.period", "path": f"{NAME}.period", "min": 1},
    ]


DATED, UNDATED = {"use": "official", "period": {"start": "2020"}}, {"use": "official", "text": "x"}
FEW = ("slice-min", "Patient")


@pytest.mark.parametrize(
    ("least", "of_period", "names", "expected"),
    [
        (0, 0, [], []),
        (0, 1, [DATED], []),
        (0, 1, [UNDATED], [FEW]),
        (0, 1, [{"use": "old", "text": "x"}], [FEW]),
        (1, 1, [{"use": "old", "text": "x"}], [FEW, FEW]),
        (0, 0, [DATED, DATED], [("slice-max", "Patient")]),
    ],
)
def test_a_slice_of_a_slice_must_be_there_even_where_the_other_is_not(
    least: int, of_period: int, names: list[Any], expected: list[tuple[str, str]]
) -> None:
    assert broken(official(least, of_period), {"name": names} if names else {}) == expected


def doctors(kind: str, target: str, rules: str) -> list[dict[str, Any]]:
    types = [{"code": "Reference", "targetProfile": [BASE + target]}]
    return [
        sliced(DOCTOR, DOCTOR, kind, "resolve()", rules),
        {"id": f"{DOCTOR}:one", "path": DOCTOR, "sliceName": "one", "min": 0, "max": "1", "type": types},
    ]


@pytest.mark.parametrize("kind", ["type", "profile"])
@pytest.mark.parametrize(
    ("reference", "refused"),
    [
        ({"reference": "Organization/1"}, True),
        ({"reference": "https://else.where/fhir/Organization/1/_history/2"}, True),
        ({"reference": "Practitioner/1"}, False),
        ({"reference": "https://else.where/fhir/Practitioner/1"}, False),
        ({"reference": "urn:uuid:0a5b7c2e-3f0d-4c59-9f0e-0c5a2b1d7e11"}, False),
    ],
)
def test_the_url_of_a_reference_that_leads_out_tells_that_it_is_of_another_type(
    kind: str, reference: dict[str, str], refused: bool
) -> None:
    found = broken(doctors(kind, "Practitioner", "closed"), {"generalPractitioner": [reference]})
    assert found == ([("slicing-closed", "Patient.generalPractitioner[0]")] if refused else [])


def test_the_same_type_alone_does_not_make_a_reference_that_leads_out_one_of_the_slice() -> None:
    given = [{"reference": "Practitioner/1"}, {"reference": "Practitioner/2"}]
    assert broken(doctors("type", "Practitioner", "closed"), {"generalPractitioner": given}) == []


@pytest.mark.parametrize(("of", "expected"), [("Organization", []), ("Practitioner", ["slicing-closed", "slice-min"])])
def test_contained_resources_are_told_apart_by_their_own_type(of: str, expected: list[str]) -> None:
    at = "Patient.contained"
    elements = [
        sliced(at, at, "type", "$this", "closed"),
        {"id": f"{at}:one", "path": at, "sliceName": "one", "min": 1, "max": "1", "type": [{"code": "Organization"}]},
    ]
    inner = {"resourceType": of, "id": "in", "name": "x"} if of == "Organization" else {"resourceType": of, "id": "in"}
    given = {"contained": [inner], "generalPractitioner": [{"reference": "#in"}]}
    assert [kind for kind, _ in broken(elements, given)] == expected
