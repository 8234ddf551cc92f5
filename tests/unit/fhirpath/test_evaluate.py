"""Expressions and what they give, by chapter of the specification."""

from datetime import UTC, datetime

import pytest

from fhircheck.fhirpath import CannotTell, FhirPathError
from tests.unit.fhirpath.engine import result

NOW = datetime(2024, 2, 29, 12, 30, 15, 250_000, tzinfo=UTC)
PATIENT = [
    # paths: elements, choices, primitives with and without value
    ("name.family", ["Chalmers"]),
    ("Patient.name.given", ["Peter", "", "Jim"]),
    ("name.given.hasValue()", ["false"]),
    ("name.given.where(hasValue()).count()", ["2"]),
    ("gender.exists()", ["true"]),
    ("gender.hasValue()", ["false"]),
    ("gender.extension('http://example.org/why').value", ["unknown"]),
    ("birthDate.extension.value is dateTime", ["true"]),
    ("multipleBirth", ["2"]),
    ("multipleBirth is integer", ["true"]),
    ("multipleBirth.ofType(boolean).empty()", ["true"]),
    ("multipleBirthInteger.exists()", ["true"]),  # profiles name choices so, and the reference reads it
    ("contained.id", ["o"]),
    ("contained[0].is(DomainResource)", ["true"]),
    ("%resource.name.count() = %context.name.count()", ["true"]),
    ("%`ext-x`", ["http://hl7.org/fhir/StructureDefinition/x"]),
    ("children().count()", ["8"]),
    ("descendants().where($this is Extension).url.count()", ["2"]),
    ("name.descendants().count() = (name | name).descendants().count()", ["true"]),
    ("descendants().descendants().count() = children().descendants().count()", ["true"]),
    # three-valued logic
    ("{} or true", ["true"]),
    ("{} and true", []),
    ("{} implies true", ["true"]),
    ("false xor {}", []),
    ("({} = 1).empty()", ["true"]),
    # collections
    ("(1 | 2 | 2).count()", ["2"]),
    ("(1 | 1.0).count()", ["1"]),
    ("(1 'g' | 1000 'mg').count()", ["1"]),
    ("1 in (1 | 2)", ["true"]),
    ("name.select(given.first()).join('+')", ["Peter+Jim"]),
    ("(3 | 1 | 2).sort(-$this).first()", ["3"]),
    ("name.sort(-given.first()).first().use", ["official"]),
    ("(1 | 2 | 3).aggregate($total + $this, 0)", ["6"]),
    ("name.given.select($index)", ["0", "1", "2"]),
    ("name.repeat(given).count()", ["3"]),
    # numbers
    ("1.10 = 1.1", ["true"]),
    ("7 div 2 + 7 mod 2", ["4"]),
    ("-7 div 2", ["-3"]),
    ("1 / 3 > 0.3333", ["true"]),
    ("2.power(0.5) > 1.41", ["true"]),
    ("(10.power(40)).empty()", ["true"]),
    ("1.50.precision()", ["2"]),
    ("1.5.round(0)", ["2"]),
    # text
    ("'a' & {} & 'b'", ["ab"]),
    ("'FHIR'.matches('H.R')", ["true"]),
    ("'FHIR'.matchesFull('H.R')", ["false"]),
    ("'2024-05'.replaceMatches('(\\\\d+)-(\\\\d+)', '$2/$1')", ["05/2024"]),
    ("\"double\" = 'double'", ["true"]),
    ("'A  b' ~ 'a B'", ["true"]),
    # dates and times
    ("@2024-01-31 + 1 month", ["2024-02-29"]),
    ("@2024-02-29 + 1 year", ["2025-02-28"]),
    ("@2024 + 13 months", ["2025"]),
    ("@T23:30 + 45 minutes", ["00:15"]),
    ("@2024-01-01T23:59:59.999Z + 1 millisecond", ["2024-01-02T00:00:00.000Z"]),
    ("@2024-05 < @2024-05-01", []),
    ("@2024-05-01T10:00Z = @2024-05-01T12:00+02:00", ["true"]),
    ("@2024-05-01T10:00Z < @2024-05-03T10:00", ["true"]),
    ("@2024-05-01T10:00Z < @2024-05-01T12:00", []),
    ("birthDate < @1975", ["true"]),
    ("@2024.highBoundary(8)", ["2024-12-31"]),
    ("@2024-02.highBoundary(8)", ["2024-02-29"]),
    ("@2024-02-03T10.lowBoundary(12)", ["2024-02-03T10:00+14:00"]),
    ("now()", ["2024-02-29T12:30:15.250Z"]),
    ("today() + 1 day", ["2024-03-01"]),
    ("timeOfDay()", ["12:30:15.250"]),
    # quantities
    ("1 'kg' > 900 'g'", ["true"]),
    ("1 week = 7 'd'", ["true"]),
    ("1 year = 1 'a'", []),
    ("1 year ~ 1 'a'", ["true"]),
    ("1 'g' = 1 's'", ["false"]),
    ("37 'Cel' = 310.15 'K'", ["true"]),
    ("2 'm' * 3 'm' = 6 'm2'", ["true"]),
    ("'4 days'.toQuantity()", ["4 days"]),
    ("(1 'g' + 500 'mg') = 1.5 'g'", ["true"]),
    # conversion
    ("'yes'.toBoolean()", ["true"]),
    ("'1.0'.toInteger()", []),
    ("'2024-13'.convertsToDate()", ["false"]),
    ("1.type().name & '.' & true.type().namespace", ["Integer.System"]),
    ("iif(name.exists(), 'a', 1 / 'x')", ["a"]),
    ("defineVariable('n', name.count()).select(%n)", ["2"]),
]
OBSERVATION = [
    ("value.unit", ["g"]),
    ("value = 1500 'mg'", ["true"]),
    ("value.value", ["1.50"]),
    ("(value as Quantity).code", ["g"]),
    ("component.value.ofType(boolean)", ["false"]),
    ("component.where(value.exists()).code.text", ["a", "b"]),
    ("component.all(value is Boolean or value is string)", ["true"]),
    ("code.coding.intersect(%resource.code.coding).count()", ["2"]),
]


@pytest.mark.parametrize(("expression", "wanted"), PATIENT)
def test_patient(expression: str, wanted: list[str]) -> None:
    assert result(expression, now=NOW) == wanted


@pytest.mark.parametrize(("expression", "wanted"), OBSERVATION)
def test_observation(expression: str, wanted: list[str]) -> None:
    assert result(expression, "Observation") == wanted


@pytest.mark.parametrize(
    "expression",
    [
        "name.single()",
        "1 < 'a'",
        "1 + 'a'",
        "@2024-01-01 + 1 'cm'",
        "name & 'x'",
        "(1 | 2) and true",
        "(1 | 2).iif(true, 1)",
        "'a'.matches('(')",
        "%nothing",
        "name[true]",
        "'a'.toDate() is Nothing",
    ],
)
def test_fails(expression: str) -> None:
    with pytest.raises(FhirPathError):
        result(expression)


def test_services_are_asked() -> None:
    target = {"resourceType": "Organization", "name": "A"}
    answers = {"resolve": lambda reference: (target, "Organization") if reference == "#o" else None}
    assert result("managingOrganization.resolve().name", **answers) == ["A"]
    assert result("name.resolve()", **answers) == []
    assert result("gender.memberOf('http://v')", member_of=lambda node, value_set: value_set == "http://v") == ["true"]
    assert result("conformsTo('http://p')", conforms_to=lambda node, url: node["id"] == "p") == ["true"]
    assert result("'<p/>'.htmlChecks()", html_checks=lambda text: text == "<p/>") == ["true"]


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("gender.memberOf('http://v')", None),
        ("gender.memberOf('http://v') or true", ["true"]),
        ("true or gender.memberOf('http://v')", ["true"]),
        ("gender.memberOf('http://v') and false", ["false"]),
        ("gender.memberOf('http://v') implies true", ["true"]),
        ("gender.memberOf('http://v') and true", None),
        ("managingOrganization.resolve()", None),
        ("conformsTo('http://p')", None),
    ],
)
def test_what_cannot_be_told(expression: str, answer: list[str] | None) -> None:
    if answer is not None:
        assert result(expression) == answer
        return
    with pytest.raises(CannotTell):
        result(expression)


def test_trace_is_handed_out() -> None:
    seen: list[tuple[str, int]] = []
    assert result("name.trace('n', given).count()", trace=lambda name, items: seen.append((name, len(items)))) == ["2"]
    assert seen == [("n", 3)]
