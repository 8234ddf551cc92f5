"""Answers against the type, the bounds and the options of their question."""

from decimal import Decimal
from typing import Any

import pytest

from fhircheck.model.settings import CheckSettings
from fhircheck.validate.questionnaire.answer_attachment import decoded_size
from fhircheck.validate.questionnaire.answer_type import EXPECTED
from fhircheck.validate.rules.questionnaire_response import QuestionnaireResponseRule
from tests.unit.validate.rule_bench import Bench, ListedTerminology, Node

URL = "http://example.org/Questionnaire/q"
BASE = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
UCUM = "http://unitsofmeasure.org"
GENDER = "http://hl7.org/fhir/administrative-gender"
VALUE_SET = "http://example.org/ValueSet/v"
SETS = ListedTerminology({VALUE_SET: {GENDER: ["male"], "http://example.org/open": None}})
VALUES: dict[str, Any] = {
    "Boolean": True, "Decimal": 1.5, "Integer": 1, "Date": "2020", "DateTime": "2020", "Time": "10:00:00",
    "String": "x", "Uri": "urn:x", "Attachment": {"url": "x"}, "Reference": {"reference": "Patient/1"},
    "Quantity": {"value": 1}, "Coding": {"code": "a"},
}  # fmt: skip
PLAIN = {"boolean", "decimal", "integer", "date", "dateTime", "time", "string", "uri"}


def ext(name: str, **value: Any) -> Node:
    return {"url": name if name.startswith("http") else BASE + name, **value}


def quantity(value: Any, code: str = "", system: str = UCUM, unit: str = "") -> Node:
    found = {"value": value, "unit": unit} | ({"system": system, "code": code} if code else {})
    return {"valueQuantity": {name: each for name, each in found.items() if each != ""}}


def check(question: Node, *answers: Node, undecided: list[tuple[str, str]] | None = None) -> list[tuple[str, str]]:
    """(kind, place below the item) of the findings."""
    form = {"resourceType": "Questionnaire", "url": URL, "item": [{"linkId": "1", "repeats": True} | question]}
    value_set = {"resourceType": "ValueSet", "url": VALUE_SET}
    bench = Bench((form, value_set), SETS)
    node = {"resourceType": "QuestionnaireResponse", "questionnaire": URL, "status": "completed",
            "item": [{"linkId": "1", "answer": list(answers)}]}  # fmt: skip
    found = bench.kinds(QuestionnaireResponseRule(), node)
    if undecided is not None:
        undecided += bench.undecided
    return [(kind, place.removeprefix("item[0]").removeprefix(".")) for kind, place in found]


@pytest.mark.parametrize("kind", sorted(EXPECTED))
def test_every_type_of_question_takes_its_own_types_only(kind: str) -> None:
    for name, value in VALUES.items():
        lower = name[0].lower() + name[1:]
        fhir = lower if lower in PLAIN else name
        wrong = [
            found for found in check({"type": kind}, {f"value{name}": value}) if found[0] == "response-answer-type"
        ]
        expected = [] if fhir in EXPECTED[kind] else [("response-answer-type", f"answer[0].value.ofType({fhir})")]
        assert wrong == expected


def test_a_type_that_no_answer_may_have_is_said_elsewhere() -> None:
    assert check({"type": "boolean"}, {"valueCode": "x"}) == []
    assert check({"type": "boolean"}, {}) == []


def test_a_choice_among_references_takes_references() -> None:
    question = {"type": "choice", "answerOption": [{"valueReference": {"reference": "Patient/1"}}]}
    assert check(question, {"valueReference": {"reference": "Patient/1"}}) == []
    assert check(question, {"valueReference": {"reference": "Patient/2"}}) == [
        ("response-answer-not-an-option", "answer[0]")
    ]


LOW, HIGH = "response-answer-below-minimum", "response-answer-above-maximum"
BOUNDS: list[tuple[str, str, Any, Any, Any, str]] = [
    ("integer", "Integer", 5, 10, 4, LOW),
    ("integer", "Integer", 5, 10, 5, ""),
    ("integer", "Integer", 5, 10, 10, ""),
    ("integer", "Integer", 5, 10, 11, HIGH),
    ("decimal", "Decimal", 0.5, 1.5, Decimal("0.4999"), LOW),
    ("decimal", "Decimal", 0.5, 1.5, Decimal("1.50"), ""),
    ("decimal", "Decimal", 0.5, 1.5, 2, HIGH),
    ("date", "Date", "2020", "2022-06", "2019-12-31", LOW),
    ("date", "Date", "2020", "2022-06", "2020", ""),
    ("date", "Date", "2020", "2022-06", "2022-06-01", ""),
    ("date", "Date", "2020", "2022-06", "2022-06-30", HIGH),
    ("dateTime", "DateTime", "2020-01-01T00:00:00Z", "2022", "2020-01-01T00:30:00+01:00", LOW),
    ("dateTime", "DateTime", "2020-01-01T00:00:00Z", "2022", "2019-12-31T23:30:00-01:00", ""),
    ("time", "Time", "08:00:00", "17:00:00", "07:59:59.999", LOW),
    ("time", "Time", "08:00:00", "17:00:00", "08:00:00.000", ""),
    ("time", "Time", "08:00:00", "17:00:00", "17:00:01", HIGH),
]


@pytest.mark.parametrize(("kind", "name", "low", "high", "value", "expected"), BOUNDS)
def test_bounds(kind: str, name: str, low: Any, high: Any, value: Any, expected: str) -> None:
    bounds = [ext("minValue", **{f"value{name}": low}), ext("maxValue", **{f"value{name}": high})]
    found = check({"type": kind, "extension": bounds}, {f"value{name}": value})
    assert found == ([(expected, f"answer[0].value.ofType({kind})")] if expected else [])


def test_a_bound_without_a_value_cannot_be_told() -> None:
    undecided: list[tuple[str, str]] = []
    question = {"type": "date", "extension": [ext("maxValue", _valueDate={"extension": []})]}
    assert check(question, {"valueDate": "2020"}, undecided=undecided) == []
    assert undecided == [("questionnaire-bound", URL)]


def limited(kind: str, **members: Any) -> Node:
    return {"type": kind, "extension": [ext(name, **value) for name, value in members.pop("ext", {}).items()]} | members


DECIMALS = limited("decimal", ext={"maxDecimalPlaces": {"valueInteger": 2}})
LIMITS: list[tuple[str, Node, Node, list[str]]] = [
    ("as many places as allowed", DECIMALS, {"valueDecimal": Decimal("1.25")}, []),
    ("zeros count", DECIMALS, {"valueDecimal": Decimal("1.250")}, ["response-answer-decimals"]),
    ("none", DECIMALS, {"valueDecimal": 1}, []),
    ("exponents have none", DECIMALS, {"valueDecimal": Decimal("1E+3")}, []),
    ("of a quantity", limited("quantity", ext={"maxDecimalPlaces": {"valueInteger": 0}}), quantity(Decimal("1.5")),
     ["response-answer-decimals"]),
    ("long enough", limited("string", ext={"minLength": {"valueInteger": 2}}, maxLength=3), {"valueString": "ab"}, []),
    ("too short", limited("string", ext={"minLength": {"valueInteger": 2}}), {"valueString": "a"},
     ["response-answer-too-short"]),
    ("too long", limited("string", maxLength=3), {"valueString": "abcd"}, ["response-answer-too-long"]),
    ("too long for a text", limited("text", maxLength=3), {"valueString": "a\nbcd"}, ["response-answer-too-long"]),
    ("too long for a url", limited("url", maxLength=3), {"valueUri": "urn:x"}, ["response-answer-too-long"]),
    ("the whole answer matches", limited("string", ext={"regex": {"valueString": "[0-9]{2}"}}), {"valueString": "123"},
     ["response-answer-pattern"]),
    ("it does", limited("string", ext={"regex": {"valueString": "[0-9]{2}"}}), {"valueString": "12"}, []),
    ("line break", {"type": "string"}, {"valueString": "a\nb"}, ["response-answer-line-break"]),
    ("line break in a text", {"type": "text"}, {"valueString": "a\nb"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("question", "answer", "expected"), [case[1:] for case in LIMITS], ids=[c[0] for c in LIMITS])
def test_limits(question: Node, answer: Node, expected: list[str]) -> None:
    assert [kind for kind, _ in check(question, answer)] == expected


@pytest.mark.parametrize(("kind", "severity"), [("string", "error"), ("text", "warning"), ("url", "warning")])
def test_only_strings_are_held_to_their_limits_strictly(kind: str, severity: str) -> None:
    question = limited(kind, ext={"minLength": {"valueInteger": 9}, "regex": {"valueString": "x"}}, maxLength=3)
    form = {"resourceType": "Questionnaire", "url": URL, "item": [{"linkId": "1"} | question]}
    value = {"valueUri": "urn:a"} if kind == "url" else {"valueString": "urn:a"}
    node = {"resourceType": "QuestionnaireResponse", "questionnaire": URL, "status": "completed",
            "item": [{"linkId": "1", "answer": [value]}]}  # fmt: skip
    found = Bench((form,), SETS).findings(QuestionnaireResponseRule(), node).issues
    assert [each.severity for each in found] == [severity] * 3


@pytest.mark.parametrize("pattern", ["([a-z]+)+$", "(", "(?P<x"])
def test_a_pattern_that_explodes_or_is_none_decides_nothing(pattern: str) -> None:
    undecided: list[tuple[str, str]] = []
    question = limited("string", ext={"regex": {"valueString": pattern}})
    assert check(question, {"valueString": "a" * 40 + "!"}, undecided=undecided) in ([], [PATTERN_FAILS])
    assert undecided == [("questionnaire-pattern", URL)] or pattern.startswith("([a")


PATTERN_FAILS = ("response-answer-pattern", "answer[0].value.ofType(string)")
CODED = {"type": "choice", "answerOption": [{"valueCoding": {"system": "s", "code": "a", "display": "Yes"}}]}
OPEN = CODED | {"type": "open-choice"}
EXCLUSIVE = {
    "type": "choice",
    "answerOption": [
        {"valueCoding": {"code": "none"}, "extension": [ext("questionnaire-optionExclusive", valueBoolean=True)]},
        {"valueCoding": {"code": "pain"}},
    ],
}
IN_SET = {"type": "choice", "answerValueSet": VALUE_SET}
NOT_OFFERED = [("response-answer-not-an-option", "answer[0]")]
OPTIONS: list[tuple[str, Node, tuple[Node, ...], list[tuple[str, str]]]] = [
    ("one of them", CODED, ({"valueCoding": {"system": "s", "code": "a", "display": "No"}},), []),
    ("another code", CODED, ({"valueCoding": {"system": "s", "code": "b"}},), NOT_OFFERED),
    ("another system", CODED, ({"valueCoding": {"code": "a"}},), NOT_OFFERED),
    ("another code in an open choice", OPEN, ({"valueCoding": {"code": "b"}},), NOT_OFFERED),
    ("text in an open choice", OPEN, ({"valueString": "Perhaps"},), []),
    ("text that is an option", OPEN, ({"valueString": "yes"},), [("response-text-is-an-option", "answer[0]")]),
    ("text in a closed choice", CODED, ({"valueString": "x"},), [("response-options-of-other-type", "answer[0]")]),
    ("no options", {"type": "choice"}, ({"valueCoding": {"code": "b"}},), [("response-options-missing", "answer[0]")]),
    ("exclusive alone", EXCLUSIVE, ({"valueCoding": {"code": "none"}},), []),
    ("others", EXCLUSIVE, ({"valueCoding": {"code": "pain"}},) * 2, []),
    (
        "exclusive with others",
        EXCLUSIVE,
        ({"valueCoding": {"code": "none"}}, {"valueCoding": {"code": "pain"}}),
        [("response-answer-exclusive", "answer[0]")],
    ),
    (
        "integers",
        {"type": "integer", "answerOption": [{"valueInteger": 1}]},
        ({"valueInteger": 1}, {"valueInteger": 2}),
        [("response-answer-not-an-option", "answer[1].value.ofType(integer)")],
    ),
    (
        "decimals by number",
        {"type": "decimal", "answerOption": [{"valueInteger": 1}]},
        ({"valueDecimal": Decimal("1.0")},),
        [],
    ),
    (
        "dates by text",
        {"type": "date", "answerOption": [{"valueDate": "2020"}]},
        ({"valueDate": "2020-01"},),
        [("response-answer-not-an-option", "answer[0].value.ofType(date)")],
    ),
    (
        "other types only",
        {"type": "time", "answerOption": [{"valueString": "x"}]},
        ({"valueTime": "10:00:00"},),
        [("response-options-of-other-type", "answer[0].value.ofType(time)")],
    ),
    ("in the value set", IN_SET, ({"valueCoding": {"system": GENDER, "code": "male"}},), []),
    (
        "not in the value set",
        IN_SET,
        ({"valueCoding": {"system": GENDER, "code": "m"}},),
        [("response-answer-not-in-value-set", "answer[0]")],
    ),
    ("no system, code in the value set", IN_SET, ({"valueCoding": {"code": "male"}},), []),
    (
        "a coding without a code, of an open choice with a value set",
        IN_SET | {"type": "open-choice"},
        ({"valueCoding": {"display": "x"}},),
        [("response-answer-not-in-value-set", "answer[0]")],
    ),
    ("a string from a value set", {"type": "string", "answerValueSet": VALUE_SET}, ({"valueString": "male"},), []),
    (
        "value set not known",
        {"type": "choice", "answerValueSet": "http://example.org/none"},
        ({"valueCoding": {"code": "a"}},),
        [("response-value-set-unknown", "answer[0]")],
    ),
]


@pytest.mark.parametrize(("question", "answers", "expected"), [c[1:] for c in OPTIONS], ids=[c[0] for c in OPTIONS])
def test_options(question: Node, answers: tuple[Node, ...], expected: list[tuple[str, str]]) -> None:
    assert check(question, *answers) == expected


def test_a_system_without_content_cannot_be_told() -> None:
    undecided: list[tuple[str, str]] = []
    coding = {"valueCoding": {"system": "http://example.org/open", "code": "a"}}
    assert check(IN_SET, coding, undecided=undecided) == []
    assert undecided == [("code-system-content", "http://example.org/open")]


def bounded(low: Node, high: Node | None = None) -> Node:
    found = [ext(SDC + "minQuantity", **low)] + ([ext(SDC + "maxQuantity", **high)] if high else [])
    return {"type": "quantity", "extension": found}


FITS = {"type": "quantity", "extension": [
    ext("questionnaire-unitOption", valueCoding={"system": UCUM, "code": "km", "display": "kilometre"}),
    ext("questionnaire-unitOption", valueCoding={"code": "m"})]}  # fmt: skip
QUANTITIES: list[tuple[str, Node, Node, list[str]]] = [
    ("same unit", bounded(quantity(5, "kg")), quantity(4, "kg"), [LOW]),
    ("same unit, at the bound", bounded(quantity(5, "kg"), quantity(5, "kg")), quantity(5.0, "kg"), []),
    ("converted, below", bounded(quantity(50, "km")), quantity(10000, "m"), [LOW]),
    ("converted, equal", bounded(quantity(10, "km"), quantity(10, "km")), quantity(10000, "m"), []),
    ("converted, above", bounded(quantity(1, "km"), quantity(5, "km")), quantity(10000, "m"), [HIGH]),
    ("other dimension", bounded(quantity(5, "[mi_i]")), quantity(50, "kg"), ["response-quantity-incomparable"]),
    ("no codes", bounded({"valueQuantity": {"value": 5, "unit": "kg"}}), quantity(50, unit="kg"),
     ["response-quantity-incomparable"]),
    ("other system", bounded(quantity(5, "kg", "http://example.org")), quantity(50, "kg"),
     ["response-quantity-incomparable"]),
    ("no unit at all", bounded(quantity(5, "no such unit")), quantity(50, "kg"), []),
    ("unit allowed", FITS, quantity(1, "km", unit="kilometre"), []),
    ("unit allowed by code", FITS, quantity(1, "m", unit="metre"), []),
    ("unit of another name", FITS, quantity(1, "km", unit="verst"), ["response-quantity-unit"]),
    ("unit not allowed", FITS, quantity(1, "kg"), ["response-quantity-unit"]),
    ("unit from a value set", {"type": "quantity", "extension": [
        ext("questionnaire-unitValueSet", valueCanonical=VALUE_SET)]}, quantity(1, "male", GENDER), []),
    ("unit not in the value set", {"type": "quantity", "extension": [
        ext("questionnaire-unitValueSet", valueCanonical=VALUE_SET)]}, quantity(1, "kg"), ["response-quantity-unit"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "answer", "expected"), [c[1:] for c in QUANTITIES], ids=[c[0] for c in QUANTITIES]
)
def test_quantities(question: Node, answer: Node, expected: list[str]) -> None:
    found = check(question, answer)
    assert found == [(kind, "answer[0].value.ofType(Quantity)") for kind in expected]


MIME = {
    "type": "attachment",
    "extension": [ext("mimeType", valueCode="image/gif"), ext("mimeType", valueCode="text/*")],
}
SIZE = {"type": "attachment", "extension": [ext("maxSize", valueDecimal=0.001)]}
ATTACHMENTS: list[tuple[Node, Node, list[str]]] = [
    (MIME, {"contentType": "image/gif"}, []),
    (MIME, {"contentType": "text/plain"}, []),
    (MIME, {"contentType": "image/png"}, ["response-attachment-type"]),
    (MIME, {}, ["response-attachment-type"]),
    (SIZE, {"data": "AAAA" * 349}, []),
    (SIZE, {"data": "AAAA" * 350}, ["response-attachment-size"]),
]


@pytest.mark.parametrize(("question", "attachment", "expected"), ATTACHMENTS)
def test_attachments(question: Node, attachment: Node, expected: list[str]) -> None:
    assert check(question, {"valueAttachment": attachment}) == [(kind, "answer[0]") for kind in expected]


def test_the_size_of_base64() -> None:
    assert [decoded_size(each) for each in ("", "QQ==", "QUI=", "QUJD", "QU\nJD\r\n")] == [0, 1, 2, 3, 3]


REFERENCES = [
    ({"reference": "Patient/1"}, []),
    ({"reference": "http://example.org/fhir/Patient/1/_history/2"}, []),
    ({"reference": "Organization/1"}, ["response-reference-type"]),
    ({"reference": "http://example.org/fhir/Organization/1"}, ["response-reference-type"]),
    ({"type": "Organization"}, ["response-reference-type"]),
    ({"reference": "urn:uuid:0"}, []),
    ({"reference": "http://example.org/what/ever"}, []),
    ({}, []),
]


@pytest.mark.parametrize(("reference", "expected"), REFERENCES)
def test_references(reference: Node, expected: list[str]) -> None:
    question = {"type": "reference", "extension": [ext("questionnaire-referenceResource", valueCode="Patient")]}
    found = check(question, {"valueReference": reference})
    assert found == [(kind, "answer[0].value.ofType(Reference)") for kind in expected]


NAMED: list[tuple[str, list[str], list[str]]] = [
    ("http://example.org/fhir/Patient/1", [], []),
    ("Patient/1/_history/2", [], []),
    ("urn:uuid:0", [], []),
    ("#a", [], []),
    ("http://example.org/fhir/Chicken/1", [], ["response-reference-unknown-type"]),
    ("Chicken/1", [], ["response-reference-unknown-type"]),
    ("Chicken/1", ["Patient"], ["response-reference-type"]),
    ("Patient/1", ["Patient"], []),
]


@pytest.mark.parametrize(("reference", "allowed", "expected"), NAMED)
def test_where_urls_name_types_they_name_known_ones(reference: str, allowed: list[str], expected: list[str]) -> None:
    extensions = [ext("questionnaire-referenceResource", valueCode=each) for each in allowed]
    form = {"resourceType": "Questionnaire", "url": URL,
            "item": [{"linkId": "1", "type": "reference", "extension": extensions}]}  # fmt: skip
    node = {"resourceType": "QuestionnaireResponse", "questionnaire": URL, "status": "completed",
            "item": [{"linkId": "1", "answer": [{"valueReference": {"reference": reference}}]}]}  # fmt: skip
    found = Bench((form,), SETS).kinds(QuestionnaireResponseRule(), node, settings=CheckSettings(url_types=True))
    assert [kind for kind, _ in found] == expected
    if not allowed:
        assert Bench((form,), SETS).kinds(QuestionnaireResponseRule(), node) == []
