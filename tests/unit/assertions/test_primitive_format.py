"""Tables of valid and invalid values, type by type."""

import re
import time
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from fhircheck.assertions import primitive_format
from fhircheck.assertions.assertion import Findings, Spot
from fhircheck.assertions.primitive_format import GATES, INTEGERS, PATTERNS, RULES, Known
from fhircheck.compile.gates import passes
from fhircheck.model.protocols import Gate

UUID = "0a1b2c3d-0000-4aaa-8FFF-123456789abc"

DAYS = ["2024-02-29", "2000-02-29", "1600-02-29", "0004-02-29", "2023-02-28", "2023-12-31", "2023-04-30", "0001-01-01"]
NO_DAYS = [
    "2023-02-29",  # no leap year
    "1900-02-29",  # a century is one only every 400 years
    "2100-02-29",
    "0000-02-29",
    "2024-02-30",
    "2023-04-31",
    "2023-06-31",
    "2023-09-31",
    "2023-11-31",
    "2023-01-32",
    "2023-01-00",
    "2023-13-01",
    "2023-00-01",
    "0000-01-01",
    "23-01-01",
    "2023-1-1",
    "12023-01-01",
    "2023/01/01",
    "01.02.2023",
    " 2023-01-01",
    "2023-01-01 ",
    "2023-01-01\n",
    "٢٠٢٣-01-01",  # digits, but not ASCII ones
    "",
]
PARTIAL = ["2023", "2023-02", "0001", "9999-12"]
NO_PARTIAL = ["0000", "0000-01", "2023-", "2023-13", "2023-00", "2023-2", "202", "20230"]
MOMENTS = [
    "2023-02-28T00:00:00Z",
    "2024-02-29T23:59:59+01:00",
    "2023-01-01T12:00:00-13:59",
    "2023-01-01T12:00:00+14:00",
    "2023-01-01T12:00:00-14:00",
    "2023-01-01T12:00:00+00:00",
    "2023-01-01T12:00:00.1Z",
    "2023-01-01T12:00:00.123456789123Z",
    "2016-12-31T23:59:60Z",  # a leap second
]
NO_MOMENTS = [
    "2023-01-01T12:00:00",  # no time zone
    "2023-01-01T12:00Z",  # no seconds
    "2023-01-01T12Z",
    "2023-01-01T24:00:00Z",
    "2023-01-01T12:60:00Z",
    "2023-01-01T12:00:61Z",
    "2023-01-01T12:00:00.Z",
    "2023-01-01T12:00:00,5Z",
    "2023-01-01T12:00:00+14:01",
    "2023-01-01T12:00:00+15:00",
    "2023-01-01T12:00:00+01:60",
    "2023-01-01T12:00:00+0100",
    "2023-01-01T12:00:00+01",
    "2023-01-01T12:00:00z",
    "2023-01-01t12:00:00Z",
    "2023-01-01 12:00:00Z",
    "2023-02-29T12:00:00Z",
    "2023-01T12:00:00Z",
    "2023T12:00:00Z",
    "2023-01-01T",
    "2023-01-01T12:00:00Z\n",
]

VALID: dict[str, list[Any]] = {
    "date": [*DAYS, *PARTIAL],
    "dateTime": [*DAYS, *PARTIAL, *MOMENTS],
    "instant": MOMENTS,
    "time": ["00:00:00", "23:59:59", "12:30:00.5", "23:59:60"],
    "boolean": [True, False],
    "decimal": [0, -1, Decimal("0.10"), Decimal("-1E-7"), Decimal("1E+300"), 2**70],
    "integer": [0, -1, 2**31 - 1, -(2**31)],
    "unsignedInt": [0, 1, 2**31 - 1],
    "positiveInt": [1, 2**31 - 1],
    "string": ["a", " ", "ä\n\t", "x" * 100_000],
    "markdown": ["# a\n\nb"],
    "xhtml": ["<div>a</div>"],
    "code": ["male", "a b", "a b c", "8867-4", "{score}", "<", "ä"],
    "id": ["a", "A-1.b", "-", "x" * 64, UUID],
    "uri": ["http://a.org/b#c", "urn:oid:1.2.3", f"urn:uuid:{UUID}", "a", "Patient/1", "mailto:a@b.c", "http://ä.de"],
    "url": ["http://a.org", "urn:uuid:1"],
    "canonical": ["http://a.org/b|1.0.0", "http://a.org/b|1.0#c", "#c"],
    "oid": ["urn:oid:1.2.3", "urn:oid:0.0", "urn:oid:2.999.10", "urn:oid:1.2." + "9" * 200],
    "uuid": [f"urn:uuid:{UUID}", f"urn:uuid:{UUID.upper()}"],
    "base64Binary": ["AAAA", "AA==", "AAA=", "QUJD\nREVG", " AAAA ", "AA==\n", "+/+/", "A A A A"],
}
INVALID: dict[str, list[Any]] = {
    "date": [*NO_DAYS, *NO_PARTIAL, "2023-01-01T12:00:00Z"],
    "dateTime": [*NO_DAYS, *NO_PARTIAL, *NO_MOMENTS],
    "instant": [*NO_DAYS, *NO_MOMENTS, *DAYS, *PARTIAL],
    "time": ["24:00:00", "12:00", "1:00:00", "12:00:00Z", "12:00:00.", "T12:00:00", "12:60:00", "12:00:00\n", ""],
    "boolean": [0, 1, "true", "", None],
    "decimal": ["1.0", True, None, [1]],
    "integer": [2**31, -(2**31) - 1, Decimal("1.0"), Decimal("1E1"), True, "1"],
    "unsignedInt": [-1, 2**31, False, Decimal(1)],
    "positiveInt": [0, -1, 2**31, True],
    "string": [""],
    "markdown": [""],
    "xhtml": [""],
    "code": ["", " ", " a", "a ", "a  b", "a\tb", "a\nb", "a\n", "\u000ba", "a\u00a0b"],
    "id": ["", "x" * 65, "a_b", "a b", "a/b", "ä", "a\n", "a:b"],
    "uri": ["", "a b", " a", "a ", "a\n", "oid:1.2.3", "uuid:1", "uid:1", "a\u0000b", "a\tb"],
    "url": ["", "http://a b", "a\n"],
    "canonical": ["", "http://a|1 0"],
    "oid": [
        "1.2.3",
        "urn:oid:",
        "urn:oid:1",
        "urn:oid:3.1",
        "urn:oid:1.02",
        "urn:oid:1.2.",
        "urn:oid:1..2",
        "urn:oid:1.a",
    ],
    "uuid": [UUID, f"urn:uuid:{UUID[:-1]}", f"urn:uuid:{UUID}0", f"urn:uuid:{{{UUID}}}", f"URN:UUID:{UUID}"],
    "base64Binary": [
        "",
        " ",
        "A",
        "AA",
        "AAA",
        "AAAAA",
        "A===",
        "====",
        "==",
        "AA=A",
        "AA-_",
        "AA==AAAA",
        "ÄAAA",
        "AA=\x00",
    ],
}
CASES = [(code, value, True) for code, values in VALID.items() for value in values]
CASES += [(code, value, False) for code, values in INVALID.items() for value in values]
WRONG_TYPES: list[Any] = [None, [], {}, ["a"], {"value": "a"}]


def found(code: str, value: Any) -> list[tuple[str, dict[str, Any]]]:
    """Kind and params of what the explainer says of `value`."""
    findings = Findings()
    primitive_format.explain(code, value, Spot("Patient.x", "Patient.x", findings))
    return [(issue.kind, dict(issue.params)) for issue in findings.issues]


def quick(gate: Gate, text: str) -> bool:
    """Whether the gate answers within half a second, at least once in three times on a busy machine."""
    for _ in range(3):
        start = time.perf_counter()
        passes(gate, text)
        if time.perf_counter() - start < 0.5:
            return True
    return False


def test_every_type_has_both_tables() -> None:
    assert VALID.keys() == INVALID.keys() == GATES.keys()


@pytest.mark.parametrize(
    ("code", "value", "good"), CASES, ids=[f"{code}-{str(value)[:40]!r}" for code, value, _ in CASES]
)
def test_value_against_its_type(code: str, value: Any, good: bool) -> None:
    assert passes(GATES[code], value) is good
    assert (found(code, value) == []) is good


@pytest.mark.parametrize("code", sorted(GATES))
@pytest.mark.parametrize("value", [*WRONG_TYPES, 1, True, "?"], ids=repr)
def test_wrong_json_types_are_named_and_never_pass(code: str, value: Any) -> None:
    expected, is_json = primitive_format.expected_json(code), primitive_format.json_type(value)
    if expected == is_json:
        return
    assert not passes(GATES[code], value)
    mismatch, *more = found(code, value)
    assert mismatch == ("type-mismatch", {"expected": expected, "found": is_json})
    assert [kind for kind, _ in more] == (["primitive-format"] if value == "?" else [])


@pytest.mark.parametrize("code", sorted(GATES))
def test_an_empty_text_is_no_value_of_any_type(code: str) -> None:
    unquoted = ["type-mismatch"] if primitive_format.expected_json(code) != "a string" else []
    assert [kind for kind, _ in found(code, "")] == [*unquoted, "primitive-format", "invariant"]


@pytest.mark.parametrize(
    ("code", "text", "count"),
    [("oid", "1.2", 1), ("oid", "oid:1.2", 2), ("oid", "1 2", 2), ("uuid", "x", 1), ("uuid", "uuid:x", 2),
     ("uri", "oid:1.2", 1), ("url", "uuid:x", 1), ("canonical", "oid:1", 1), ("uri", "\xa0x", 1)],
)  # fmt: skip
def test_oids_and_uuids_are_uris_too(code: str, text: str, count: int) -> None:
    assert [kind for kind, _ in found(code, text)] == ["primitive-format"] * count


def test_a_type_without_format_is_left_alone() -> None:
    assert found("Quantity", "x") == []


def test_a_finding_names_type_and_rule_and_keeps_the_value_apart() -> None:
    findings = Findings("http://p", "Patient/1")
    primitive_format.explain("date", "2023-02-30", Spot("Patient.birthDate", "Patient.birthDate", findings))
    (issue,) = findings.issues
    assert (issue.kind, issue.value, issue.place.expression) == ("primitive-format", "2023-02-30", "Patient.birthDate")
    assert dict(issue.params) == {"type": "date", "rule": RULES["date"]}


@pytest.mark.parametrize("code", sorted(GATES.keys() - {"boolean", "decimal"}))
def test_every_rule_is_put_into_words(code: str) -> None:
    assert RULES[code]


def test_days_are_judged_as_the_calendar_does() -> None:
    def real(year: int, month: int, day: int) -> bool:
        try:
            date(year, month, day)
        except ValueError:
            return False
        return True

    wrong = [
        (year, month, day)
        for year in (
            1,
            4,
            1582,
            *range(1896, 1905),
            *range(1996, 2005),
            *range(2096, 2105),
            *range(100, 10_000, 100),
            9996,
            9999,
        )
        for month in range(14)
        for day in range(33)
        if passes(GATES["date"], f"{year:04}-{month:02}-{day:02}") is not real(year, month, day)
    ]
    assert wrong == []


HOSTILE = {
    "letters, then none": lambda n: "A" * n + "!",
    "groups, then none": lambda n: "AAAA " * (n // 5) + "!",
    "blanks, then none": lambda n: "AAAA" + " " * n + "!",
    "padding, blanks, then none": lambda n: "AA==" + " " * n + "!",
    "padding without end": lambda n: "AA" + "=" * n,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_base64_takes_linear_time(name: str) -> None:
    """A text of 131 characters took the specification's own pattern half a minute."""
    long = HOSTILE[name](20_000)
    assert quick(GATES["base64Binary"], long)
    assert not passes(GATES["base64Binary"], long)


@pytest.mark.parametrize("code", sorted(PATTERNS))
@pytest.mark.parametrize("part", ["a", "1.", "9", "-", "urn:oid:1.", "a ", "2023-01-01T", ":00"])
def test_patterns_take_linear_time(code: str, part: str) -> None:
    long = part * (20_000 // len(part)) + "\n"
    assert quick(GATES[code], long)
    assert not passes(GATES[code], long)


def test_known_answers_stay_the_same_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Known, "LIMIT", 50)
    known = Known(re.compile("[a-z]+[0-9]*"))
    texts = [f"{letter}{number}" for number in range(100) for letter in ("a", "-")]
    first = [known[text] for text in texts]
    assert first == [text.startswith("a") for text in texts]
    assert [known[text] for text in texts] == first
    assert len(known) == 50


def test_known_keeps_no_long_texts() -> None:
    known = Known(re.compile("a+"))
    assert known["a" * Known.LONGEST]
    assert not known["a" * Known.LONGEST + "b"]
    assert len(known) == 0
    assert known["a" * (Known.LONGEST - 1)]
    assert len(known) == 1


@pytest.mark.parametrize("value", [1, None, Decimal(1), True, [], {}], ids=repr)
def test_known_refuses_what_is_no_text(value: Any) -> None:
    for _ in range(2):
        with pytest.raises(TypeError):
            GATES["code"](value)


@pytest.mark.parametrize("code", sorted(INTEGERS))
def test_bounds_of_integers_are_exact(code: str) -> None:
    low, high = INTEGERS[code]
    assert [passes(GATES[code], value) for value in (low - 1, low, high, high + 1)] == [False, True, True, False]
