"""Identifiers that say by their system how they are built."""

from typing import Any

import pytest

from fhircheck.assertions import VALUE_ASSERTIONS
from fhircheck.assertions.assertion import Findings, Spot
from fhircheck.assertions.identifier_format import FORMATS

KVNR, IK = "http://fhir.de/sid/gkv/kvid-10", "http://fhir.de/sid/arge-ik/iknr"
ANR, BSNR = "https://fhir.kbv.de/NamingSystem/KBV_NS_Base_ANR", "https://fhir.kbv.de/NamingSystem/KBV_NS_Base_BSNR"


def said(value: Any) -> list[str]:
    assertion: Any = VALUE_ASSERTIONS["identifier_format"]
    facet = assertion.compile({}, ["Identifier"])
    findings = Findings()
    assertion.explain(facet, value, Spot("X", "X", findings), None)
    assert assertion.gate(facet, None)(value) is (not findings.issues)
    assert "123" not in str([issue.params for issue in findings.issues])
    return [f"{issue.severity} {issue.kind} {issue.place.expression}" for issue in findings.issues]


@pytest.mark.parametrize(
    ("system", "value", "sound"),
    [
        (KVNR, "A123456780", True),
        (KVNR, "A123456781", False),
        (KVNR, "a123456780", False),
        (KVNR, "A12345678", False),
        (KVNR, "Ａ123456780", False),
        (IK, "109905003", True),
        (IK, "109905004", False),
        (IK, "10990500", False),
        (ANR, "838382202", True),
        (ANR, "838383202", False),
        (ANR, "999999900", True),
        (BSNR, "031234567", True),
        (BSNR, "31234567", False),
        ("http://example.org/mrn", "anything", True),
    ],
)
def test_form(system: str, value: str, sound: bool) -> None:
    assert said({"system": system, "value": value}) == ([] if sound else ["warning identifier-form X.value"])


@pytest.mark.parametrize("value", ["A1", None, [], {}, {"system": KVNR}, {"system": [KVNR], "value": "1"},
                                   {"system": KVNR, "value": 1}, {"system": {}, "value": "1"}])  # fmt: skip
def test_what_is_malformed_is_left_to_others(value: Any) -> None:
    assert said(value) == []


def test_only_identifiers_are_asked_about() -> None:
    assert VALUE_ASSERTIONS["identifier_format"].compile({}, ["Coding"]) is None


@pytest.mark.parametrize("system", FORMATS)
@pytest.mark.parametrize("value", ["", " ", "\n", "9" * 100_000, "١٢٣٤٥٦٧٨٩", "A" * 10])
def test_no_value_is_too_odd(system: str, value: str) -> None:
    assert FORMATS[system](value) is False
