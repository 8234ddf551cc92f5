"""A choice's value of another type than the only one that its profile allows: what of it does not fit that type."""

from decimal import Decimal
from typing import Any

import pytest

from fhircheck.assertions.assertion import Findings, Spot
from fhircheck.compile.compiled_profile import CompiledElement, TypeRef
from fhircheck.compile.linker import Linker
from fhircheck.compile.only_type import explain_as, explain_in_place
from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import linker_for
from tests.profiled_patient import MASKED, broken

QUANTITY = {"value": Decimal(1), "unit": "mg", "code": "mg"}
CODING = {"system": "http://example.org/codes", "code": "a"}
AT = "Patient.deceased.ofType(dateTime)"
CONTENT, FORMAT, MISSING = "choice-type-content", "primitive-format", "cardinality-min"


@pytest.fixture(scope="module")
def linker() -> Linker:
    return linker_for(load_definitions(offline=True), lambda *_: None)


@pytest.mark.parametrize(
    ("only", "found", "value", "expected"),
    [
        ("boolean", "string", "true", []),
        ("boolean", "string", "x", [(FORMAT, "v")]),
        ("integer", "string", "12", []),
        ("integer", "decimal", Decimal("1.5"), [(FORMAT, "v")]),
        ("integer", "boolean", True, [(FORMAT, "v")]),
        ("positiveInt", "integer", 0, [(FORMAT, "v")]),
        ("decimal", "string", "1.50", []),
        ("decimal", "string", "NaN", [(FORMAT, "v")]),
        ("decimal", "string", "[" * 100_000, [(FORMAT, "v")]),
        ("integer", "string", "1" * 10_000, [(FORMAT, "v")]),
        ("date", "string", "2020-02-30", [(FORMAT, "v")]),
        ("date", "integer", 2020, []),
        ("string", "boolean", False, []),
        ("uri", "string", "a b", [(FORMAT, "v")]),
        ("string", "Coding", CODING, [(CONTENT, "v.system"), (CONTENT, "v.code")]),
        ("string", "CodeableConcept", {"coding": [CODING, CODING], "id": "x"},
         [(CONTENT, "v.coding[0]"), (CONTENT, "v.coding[1]")]),
        ("decimal", "Quantity", QUANTITY, [(CONTENT, "v"), (CONTENT, "v.unit"), (CONTENT, "v.code")]),
        ("string", "Quantity", {"value": 1}, [(CONTENT, "v"), (CONTENT, "v.value")]),
        ("boolean", "Identifier", {"value": "1"}, [(CONTENT, "v"), (CONTENT, "v.value"), (FORMAT, "v.value")]),
        ("code", "Identifier", {"value": "1"}, [(CONTENT, "v")]),
        ("Coding", "Quantity", QUANTITY, [(CONTENT, "v.value"), (CONTENT, "v.unit")]),
        ("Identifier", "Quantity", {"value": 1, "system": "urn:x"}, [(CONTENT, "v.value")]),
        ("Annotation", "string", "x", [(MISSING, "v")]),
        ("Annotation", "Period", {"start": "2020"}, [(CONTENT, "v.start"), (MISSING, "v")]),
        ("Period", "string", "x", []),
        ("Period", "Annotation", {"text": "x", "none": 1, "_text": {}}, [(CONTENT, "v.text")]),
    ],
)  # fmt: skip
def test_what_does_not_fit(linker: Linker, only: str, found: str, value: Any, expected: list[tuple[str, str]]) -> None:
    findings = Findings()
    explain_as(only, found, value, Spot("v", "X.value[x]", findings), linker)
    assert [(each.kind, each.place.expression) for each in findings.issues] == expected


def only(code: str) -> list[dict[str, Any]]:
    return [{"id": "Patient.deceased[x]", "path": "Patient.deceased[x]", "type": [{"code": code}]}]


@pytest.mark.parametrize(
    ("code", "given", "expected"),
    [
        ("boolean", {"deceasedBoolean": True}, []),
        ("boolean", {"deceasedDateTime": "2020"},
         [("choice-type", "Patient.deceased.ofType(dateTime)"), (FORMAT, "Patient.deceased.ofType(dateTime)")]),
        ("dateTime", {"deceasedBoolean": True},
         [("choice-type", "Patient.deceased.ofType(boolean)"), (FORMAT, "Patient.deceased.ofType(boolean)")]),
        ("boolean", {"_deceasedDateTime": {"extension": [MASKED]}},
         [("choice-type", "Patient.deceased.ofType(dateTime)")]),
    ],
)  # fmt: skip
def test_a_profile_that_allows_one_type(code: str, given: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert broken(only(code), given) == expected


@pytest.mark.parametrize(
    ("fixed", "given", "expected"),
    [
        ({"fixedBoolean": True}, {"deceasedDateTime": "2020"},
         [("choice-type", AT), (FORMAT, AT), ("fixed-value", AT)]),
        ({"patternBoolean": True}, {"deceasedDateTime": "2020"},
         [("choice-type", AT), (FORMAT, AT), ("pattern-value", AT)]),
    ],
)  # fmt: skip
def test_what_a_profile_fixes_is_asked_of_another_type_too(
    fixed: dict[str, Any], given: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert broken([only("boolean")[0] | fixed], given) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x", ["v.system", "v.code"]),
        ({"value": 1, "code": "mg"}, ["v.system"]),
        ({"value": 1, "system": "urn:x", "code": "mg"}, []),
    ],
)
def test_parts_of_a_pattern_are_missing_in_a_value_of_another_type(
    linker: Linker, value: Any, expected: list[str]
) -> None:
    findings, pattern = Findings(), {"system": "urn:x", "code": "mg"}
    element = CompiledElement("X.value[x]", "value", types=(TypeRef("Coding"),), facets={"pattern_value": pattern})
    explain_in_place(element, "Quantity", value, Spot("v", "X.value[x]", findings), linker)
    assert [each.place.expression for each in findings.issues if each.kind == "pattern-value"] == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"deceasedBoolean": True, "deceasedDateTime": "2020-99"}, [("choice-type", "Patient")]),
        ({"deceasedDateTime": "2020-99", "deceasedBoolean": True},
         [("choice-type", "Patient"), ("choice-type", "Patient.deceased.ofType(dateTime)"),
          (FORMAT, "Patient.deceased.ofType(dateTime)"), (FORMAT, "Patient.deceased.ofType(dateTime)")]),
    ],
)  # fmt: skip
def test_of_several_values_of_a_choice_the_first_counts(given: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert sorted(broken(only("boolean"), given)) == sorted(expected)
