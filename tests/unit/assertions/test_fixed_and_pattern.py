"""Fixed values and patterns: what they compile to, what the gate says, and that the explainer agrees."""

from decimal import Decimal
from typing import Any

import pytest

from fhircheck.assertions import VALUE_ASSERTIONS
from fhircheck.assertions.assertion import Findings, Spot, Surroundings
from fhircheck.definitions.type_table import TypeTable
from tests.unit.assertions.asked import (
    DEFINITIONS,
    NOW,
    SYSTEM,
    Asked,
    Sets,
)  # fmt: skip


@pytest.mark.parametrize("name", [each.name for each in VALUE_ASSERTIONS])
def test_a_definition_that_asks_nothing_compiles_to_nothing(name: str) -> None:
    definition = {"path": "X", "fixed": 1, "patterns": 1, "minValue": 2, "maxLength": None, "min": 0, "max": "*"}
    assert VALUE_ASSERTIONS[name].compile(definition, ["string"]) is None


# FixedValue

CODING = {"system": SYSTEM, "code": "a"}


@pytest.mark.parametrize(
    ("fixed", "value", "good"),
    [
        ("a", "a", True),
        ("a", "A", False),
        ("a", ["a"], False),
        ("a", None, False),
        (True, True, True),
        (True, 1, False),
        (1, True, False),
        (1, 1, True),
        (Decimal("1.50"), Decimal("1.5"), True),
        (Decimal("1.5"), 2, False),
        (CODING, dict(reversed(CODING.items())), True),
        (CODING, CODING | {"display": "A"}, False),
        (CODING, {"system": SYSTEM}, False),
        (CODING, CODING | {"code": "b"}, False),
        ({"coding": [CODING]}, {"coding": [dict(CODING)]}, True),
        ({"coding": [CODING]}, {"coding": [CODING, CODING]}, False),
        ({"coding": [CODING]}, {"coding": CODING}, False),
        ({"a": [{"b": 1}]}, {"a": [{"b": True}]}, False),
    ],
)
def test_fixed_value(fixed: Any, value: Any, good: bool) -> None:
    assert Asked("fixed_value", {"fixedAnything": fixed}, value).passed is good


def test_fixed_value_is_explained_at_the_innermost_places() -> None:
    fixed = {"coding": [CODING, CODING], "text": "t"}
    value = {"coding": [CODING | {"code": "b"}, CODING], "text": "u"}
    assert Asked("fixed_value", {"fixedCodeableConcept": fixed}, value).issues == [
        ("fixed-value", "X.coding[0].code", {"fixed": "'a'"}),
        ("fixed-value", "X.text", {"fixed": "'t'"}),
    ]


def test_the_value_itself_is_no_param() -> None:
    findings = Findings()
    around = Surroundings(Sets(), lambda reason, detail: None, NOW, DEFINITIONS, TypeTable(DEFINITIONS))
    VALUE_ASSERTIONS["fixed_value"].explain("a", "Erika", Spot("X", "X", findings), around)
    assert "Erika" not in str(findings.issues[0]._replace(value=None))


# PatternValue

CONCEPT = {"coding": [CODING]}


@pytest.mark.parametrize(
    ("pattern", "value", "good"),
    [
        ("a", "a", True),
        ("a", "b", False),
        ("a", {}, False),
        (True, 1, False),
        (CODING, CODING | {"display": "A"}, True),
        (CODING, {"system": SYSTEM}, False),
        (CODING, "a", False),
        (CONCEPT, {"coding": [{"code": "x"}, CODING | {"version": "1"}], "text": "t"}, True),
        (CONCEPT, {"coding": [{"system": SYSTEM}, {"code": "a"}]}, False),  # no single coding holds both
        (CONCEPT, {"coding": []}, False),
        (CONCEPT, {"coding": CODING}, False),
        (CONCEPT, {"text": "t"}, False),
        (CONCEPT, {}, False),
        ({"coding": [CODING, {"code": "b"}]}, {"coding": [{"code": "b"}, CODING]}, True),
        ({"coding": [CODING, {"code": "b"}]}, {"coding": [CODING]}, False),
        ({"value": Decimal("1.0")}, {"value": 1, "unit": "kg"}, True),
    ],
)
def test_pattern_value(pattern: Any, value: Any, good: bool) -> None:
    assert Asked("pattern_value", {"patternAnything": pattern}, value).passed is good


def test_pattern_value_is_explained_at_the_innermost_members() -> None:
    wrong = Asked("pattern_value", {"patternCodeableConcept": CONCEPT | {"text": "t"}}, {"coding": [], "text": "u"})
    assert [place for _, place, _ in wrong.issues] == ["X", "X.text"]
    missing = Asked("pattern_value", {"patternCoding": CODING}, {"code": "b"})
    assert missing.issues == [
        ("pattern-value", "X.system", {"pattern": f"'{SYSTEM}'"}),
        ("pattern-value", "X.code", {"pattern": "'a'"}),
    ]


@pytest.mark.parametrize(
    ("name", "wanted", "value", "places"),
    [
        ("fixed", {"code": "a", "system": "s"}, {"code": "b"}, ["X.code", "X.system"]),
        ("fixed", {"code": "a"}, {"code": "a", "display": "d", "id": "1"}, ["X.display"]),
        ("fixed", {"coding": [CODING]}, {"text": "t"}, ["X", "X.text"]),
        ("fixed", {"coding": [CODING]}, {"coding": [{"system": SYSTEM, "code": "z"}]}, ["X.coding[0].code"]),
        ("fixed", {"coding": [CODING]}, {"coding": [CODING, CODING]}, ["X"]),
        ("fixed", {"low": {"value": 1}}, {"low": {"value": 2}}, ["X.low.value"]),
        ("pattern", {"code": "a", "system": "s"}, {"code": "b"}, ["X.code", "X.system"]),
        ("pattern", {"period": {"start": "2020"}}, {"period": {"end": "2020"}}, ["X.period.start"]),
        ("pattern", {"coding": [CODING], "text": "t"}, {"coding": [{"code": "z"}]}, ["X", "X.text"]),
        ("pattern", {"coding": [CODING, {"code": "q"}]}, {"coding": [{"code": "z"}]}, ["X"]),
        ("pattern", {"coding": [CODING, {"code": "q"}]}, {"coding": [{"code": "z"}, {"code": "y"}]}, ["X", "X"]),
        ("pattern", {"coding": [CODING], "text": "t"}, {"coding": [CODING], "text": "u"}, ["X.text"]),
        ("pattern", {"coding": [CODING]}, {}, ["X"]),
    ],
)
def test_each_member_that_differs_or_is_missing_is_a_finding(
    name: str, wanted: Any, value: Any, places: list[str]
) -> None:
    asked = Asked(f"{name}_value", {f"{name}Anything": wanted}, value)
    assert sorted(place for _, place, _ in asked.issues) == places
