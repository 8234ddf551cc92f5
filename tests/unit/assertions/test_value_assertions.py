"""Each assertion about values: what it compiles to, what its gate says, and that its explainer agrees."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from fhircheck.assertions import VALUE_ASSERTIONS
from fhircheck.assertions.assertion import Findings, Spot, Surroundings
from fhircheck.assertions.binding import shown_code
from fhircheck.assertions.min_max_value import compare
from fhircheck.compile.gates import passes
from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.type_table import TypeTable
from fhircheck.terminology.membership import Membership
from fhircheck.terminology.package_terminology import PackageTerminology
from tests.unit.terminology.definitions_double import Definitions

DEFINITIONS = load_definitions()
NOW = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)
SYSTEM = "http://a.org/system"
OPEN = "http://a.org/open"
CLOSED_SET, OPEN_SET, FOLDED_SET, UNKNOWN_SET = (
    "http://v/closed",
    "http://v/open",
    "http://v/folded",
    "http://v/unknown",
)
MEMBERSHIPS = {
    CLOSED_SET: Membership.build(CLOSED_SET, {SYSTEM: frozenset({"a", "b"})}, set(), {}),
    OPEN_SET: Membership.build(OPEN_SET, {SYSTEM: frozenset({"a"})}, set(), {OPEN: "code-system-content"}),
    FOLDED_SET: Membership.build(FOLDED_SET, {SYSTEM: frozenset({"Mg"})}, {SYSTEM}, {}),
    UNKNOWN_SET: Membership.build(UNKNOWN_SET, {}, set(), {"*": "value-set-missing"}),
}


class Sets(PackageTerminology):
    """Value sets of these tests, over no package at all."""

    def __init__(self) -> None:
        super().__init__(Definitions(), lambda key, make: make())

    def membership(self, value_set: str) -> Membership:
        return MEMBERSHIPS[value_set]


class Asked:
    """One assertion asked about one value: by its gate, and by its explainer."""

    def __init__(self, name: str, definition: dict[str, Any], value: Any, types: tuple[str, ...] = ()) -> None:
        assertion = VALUE_ASSERTIONS[name]
        self.undecided: Counter[tuple[str, str]] = Counter()
        around = Surroundings(Sets(), self._count, NOW, DEFINITIONS, TypeTable(DEFINITIONS))
        facet = assertion.compile(definition, list(types))
        self.passed = passes(assertion.gate(facet, around), value)
        self.open = dict(self.undecided)
        findings = Findings()
        assertion.explain(facet, value, Spot("X", "X", findings), around)
        self.issues = [(each.kind, each.place.expression, dict(each.params)) for each in findings.issues]
        assert self.passed is (not self.issues), "gate and explainer disagree"
        assert {issue.kind for issue in findings.issues} <= {kind.name for kind in assertion.kinds}

    def _count(self, reason: str, detail: str) -> None:
        self.undecided[reason, detail] += 1


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


# MinMaxValue


def kg(value: Any, **more: Any) -> dict[str, Any]:
    return {"value": value, "system": "http://unitsofmeasure.org", "code": "kg"} | more


@pytest.mark.parametrize(
    ("value", "bound", "order"),
    [
        (1, 2, -1),
        (Decimal("1.50"), Decimal("1.5"), 0),
        (Decimal("1.51"), Decimal("1.5"), 1),
        (True, 0, None),
        ("1", 1, None),
        ("2023", "2023-06-01", 0),  # both state the year
        ("2023-05", "2023-06-01", -1),
        ("2023-06-02", "2023-06", 0),
        ("2024-01-01", "2023", 1),
        ("2023-06-01T23:00:00Z", "2023-06-01", 0),
        ("2023-06-02T00:00:00Z", "2023-06-01", 1),
        ("2023-06-01T12:00:00+02:00", "2023-06-01T10:00:00Z", 0),
        ("2023-06-01T12:00:00+02:00", "2023-06-01T11:00:00Z", -1),
        ("2023-06-01T00:30:00-10:00", "2023-06-01T10:00:00Z", 1),
        ("2023-06-01T12:00:00.5Z", "2023-06-01T12:00:00Z", 1),
        ("2023-06-01T12:00:00.50Z", "2023-06-01T12:00:00.5Z", 0),
        ("2023-06-01T12:00:00.25Z", "2023-06-01T12:00:00.5Z", -1),
        ("2023-06-01T12:00:00.1234567891Z", "2023-06-01T12:00:00.1234567890Z", 1),
        ("2023-06-01T12:00:00.9+01:00", "2023-06-01T11:00:00.1Z", 1),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", -1),
        ("9999-12-31T23:59:59-05:00", "2023-06-01T12:00:00Z", 1),
        ("0001-01-01T00:00:00+14:00", "2023-06-01T12:00:00Z", -1),
        ("2023-06-01T12:00:00", "2023-06-01T12:00:00Z", None),  # of which place?
        ("Tomorrow", "2023-06-01T12:00:00Z", None),
        ("12:00:00.5", "12:00:00", 1),
        ("12:00:00.000", "12:00:00", 0),
        ("12:00:00.10", "12:00:00.1", 0),
        ("12:00:00", "12:00:10", -1),
        (kg(1), kg(2), -1),
        (kg(Decimal("2.0")), kg(2), 0),
        (kg(3, unit="Kilo"), kg(2), 1),
        (kg(1, code="g"), kg(2), -1),
        (kg(3000, code="g"), kg(3), 0),
        (kg(1, code="m"), kg(2), None),
        (kg(1, system="http://other"), kg(2), None),
        ({"value": 1, "unit": "kg"}, kg(2), None),
        (kg(None), kg(2), None),
        ({"code": "kg"}, kg(2), None),
        (kg(1), 1, None),
        (None, 1, None),
        ([1], 1, None),
        (kg(2, comparator="<"), kg(2), -1),
        (kg(3, comparator="<"), kg(2), None),
        (kg(2, comparator="<="), kg(2), None),
        (kg(1, comparator="<="), kg(2), -1),
        (kg(2, comparator=">"), kg(2), 1),
        (kg(1, comparator=">"), kg(2), None),
        (kg(2, comparator=">="), kg(2), None),
        (kg(3, comparator=">="), kg(2), 1),
        (kg(3, comparator=["?"]), kg(2), None),
    ],
)
def test_compare(value: Any, bound: Any, order: int | None) -> None:
    assert compare(value, bound) == order


@pytest.mark.parametrize(
    ("value", "sides"),
    [(0, ["below"]), (1, []), (Decimal("9.99"), []), (10, []), (Decimal("10.01"), ["above"])],
)
def test_both_bounds_belong_to_the_range(value: Any, sides: list[str]) -> None:
    asked = Asked("min_max_value", {"minValueInteger": 1, "maxValueDecimal": 10}, value)
    assert [shown["side"] for _, _, shown in asked.issues] == sides


def test_a_bound_of_a_quantity_is_shown_by_its_number() -> None:
    asked = Asked("min_max_value", {"maxValueQuantity": kg(2)}, kg(3))
    assert asked.issues == [("min-max-value", "X", {"side": "above", "bound": "2"})]


@pytest.mark.parametrize("value", [kg(3, code="no-unit"), kg(1, comparator=">"), {"unit": "kg"}, 3, True, None])
def test_what_cannot_be_compared_passes_and_is_counted(value: Any) -> None:
    asked = Asked("min_max_value", {"maxValueQuantity": kg(2)}, value)
    assert asked.passed
    assert asked.open == {("value-not-comparable", "maxValue"): 1}


def span(value: Any, code: str, key: str = "code") -> dict[str, Any]:
    return {"value": value, "system": "http://unitsofmeasure.org", key: code}


@pytest.mark.parametrize(
    ("bound", "inside", "outside"),
    [
        ({"minValueQuantity": span(1, "a")}, "2023-02-28", "2023-02-27"),  # no 29th of February a year before
        ({"minValueQuantity": span(4, "a")}, "2020-02-29", "2020-02-28"),
        ({"minValueQuantity": span(1, "mo", "unit")}, "2024-01-29", "2024-01-28"),
        ({"maxValueQuantity": span(1, "wk")}, "2024-03-07", "2024-03-08"),
        ({"maxValueQuantity": span(0, "d")}, "2024-02-29T23:00:00Z", "2024-03-01T00:00:00Z"),
        ({"maxValueQuantity": span(12, "mo")}, "2025-02", "2025-03"),
        ({"minValueQuantity": span(150, "a")}, "1874", "1873"),
        ({"maxValueQuantity": span(10, "mo")}, "2024-12-29", "2024-12-30"),
    ],
)
def test_durations_are_bounds_relative_to_now(bound: dict[str, Any], inside: str, outside: str) -> None:
    assert Asked("min_max_value", bound, inside).passed
    assert not Asked("min_max_value", bound, outside).passed


@pytest.mark.parametrize(
    "duration",
    [
        span(1, "h"),
        span(Decimal("1.5"), "a"),
        span(None, "a"),
        span(10**9, "a"),
        span(10**12, "d"),
        span(1, "lightyear"),
        {},
    ],
)
def test_durations_that_cannot_be_applied_are_counted(duration: dict[str, Any]) -> None:
    asked = Asked("min_max_value", {"maxValueQuantity": duration}, "2999-01-01")
    assert asked.passed
    assert asked.open == {("value-not-comparable", "maxValue"): 1}


# MaxLength


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ("", True),
        ("abc", True),
        ("abcd", False),
        ("äöü", True),
        ("👍👍👍", True),
        ("👍👍👍👍", False),
        (1234, True),
        (["abcd"], True),
    ],
)
def test_max_length_counts_characters_of_texts(value: Any, good: bool) -> None:
    asked = Asked("max_length", {"maxLength": 3}, value)
    assert asked.passed is good
    assert asked.issues == ([] if good else [("max-length", "X", {"length": 4, "maximum": 3})])


@pytest.mark.parametrize("limit", ["3", True, None, Decimal(3)])
def test_max_length_that_is_no_integer_is_none(limit: Any) -> None:
    assert VALUE_ASSERTIONS["max_length"].compile({"maxLength": limit}, ["string"]) is None


# Binding


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


# DeclaredLimits


def limited(name: str, **value: Any) -> dict[str, Any]:
    return {"extension": [{"url": f"http://hl7.org/fhir/StructureDefinition/{name}", **value}]}


@pytest.mark.parametrize(
    ("definition", "value", "good"),
    [
        (limited("minLength", valueInteger=3), "abc", True),
        (limited("minLength", valueInteger=3), "ab", False),
        (limited("regex", valueString="[A-Z]+"), "AB", True),
        (limited("regex", valueString="[A-Z]+"), "ABc", False),
        (limited("regex", valueString="[A-Z]+"), "", True),
        (limited("maxSize", valueDecimal=Decimal("2.0")), "AAA=", True),
        (limited("maxSize", valueDecimal=Decimal("2.0")), "AAAA", False),
        (limited("maxDecimalPlaces", valueInteger=1), Decimal("1.5"), True),
        (limited("maxDecimalPlaces", valueInteger=1), Decimal("1.50"), False),
        (limited("maxDecimalPlaces", valueInteger=0), 15, True),
        (limited("minLength", valueInteger=3), {"a": 1}, True),
    ],
)
def test_declared_limits(definition: dict[str, Any], value: Any, good: bool) -> None:
    asked = Asked("declared_limits", definition, value)
    assert asked.passed is good
    assert not asked.open


@pytest.mark.parametrize("pattern", ["(", "[", "(?P<a"])
def test_a_pattern_that_is_none_decides_nothing(pattern: str) -> None:
    asked = Asked("declared_limits", limited("regex", valueString=pattern), "a")
    assert asked.passed
    assert asked.open == {("pattern-unusable", "regex"): 1}


@pytest.mark.parametrize("extension", [{"valueInteger": "x"}, {"valueInteger": -1}, {}, {"valueDecimal": "1.5"}])
def test_a_limit_that_is_no_whole_number_is_none(extension: dict[str, Any]) -> None:
    assert VALUE_ASSERTIONS["declared_limits"].compile(limited("minLength", **extension), ["string"]) is None


def test_a_unit_of_another_kind_is_outside_of_every_bound() -> None:
    bounds = {"minValueQuantity": kg(1), "maxValueQuantity": kg(5)}
    assert len(Asked("min_max_value", bounds, kg(3) | {"code": "cm"}, ("Quantity",)).issues) == 2
    assert Asked("min_max_value", bounds, kg(3000) | {"code": "g"}, ("Quantity",)).passed
    assert Asked("min_max_value", bounds, {"value": 3, "unit": "cm"}, ("Quantity",)).passed


def test_a_date_that_is_none_lies_on_no_side_of_a_bound() -> None:
    assert [Asked("min_max_value", {"maxValueDate": "2000"}, each).passed for each in ("x", "2001", "2000")] == [
        True,
        False,
        True,
    ]
