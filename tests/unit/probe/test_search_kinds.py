"""What a search value finds, judged in three values: found, not found, up to the server."""

from decimal import Decimal
from typing import Any

import pytest

from fhircheck.fhirpath import Item
from fhircheck.probe.search_kinds import SEARCH_KINDS
from fhircheck.probe.search_kinds.date import holds as date_holds
from fhircheck.probe.search_kinds.date_span import span_of
from fhircheck.probe.search_kinds.search import Search, any_of, escaped, opposite

UCUM = "http://unitsofmeasure.org"


def item(value: Any, kind: str) -> Item:
    return Item(value, kind)


def plain(kind: str, value: Any, type_name: str) -> Search:
    return SEARCH_KINDS[kind].plain(item(value, type_name))[0]


def further(kind: str, value: Any, type_name: str, label: str) -> list[Search]:
    return [each for each in SEARCH_KINDS[kind].further(item(value, type_name)) if each.modifier == label]


def test_three_values() -> None:
    assert any_of([False, None, True]) is True
    assert any_of([False, None]) is None
    assert any_of([False]) is False
    assert any_of([]) is False
    assert [opposite(each) for each in (True, False, None)] == [False, True, None]


def test_what_divides_values_is_escaped() -> None:
    assert escaped("a,b|c$d\\e") == "a\\,b\\|c\\$d\\\\e"


@pytest.mark.parametrize(
    ("prefix", "text", "there", "found"),
    [
        ("eq", "2025-03", "2025-03-14", True),
        ("eq", "2025-03-14", "2025-03", False),
        ("ne", "2025-03", "2025-03-14", False),
        ("lt", "2025-03-14", "2025-03-13", True),
        ("lt", "2025-03-14", "2025-03-14", False),
        ("lt", "2025-03-14", "2025-03", True),
        ("le", "2025-03-14", "2025-03-14", True),
        ("gt", "2025-03-14", "2025-03-14", False),
        ("gt", "2025-03-14", "2025-03", True),
        ("ge", "2025-03-14", "2025-03-14", True),
        ("sa", "2025-03-14", "2025-03-15", True),
        ("sa", "2025-03-14", "2025-03", False),
        ("eb", "2025-03-14", "2025-03-13", True),
        ("eb", "2025-03-14", "2025-03", False),
        ("eq", "2025-03-14T10:00:00+01:00", "2025-03-14T09:00:00Z", True),
        ("eq", "2025-03-14", "2025-03-14T12:00:00Z", None),
        ("eq", "2025-03-14", "2025-03-16T12:00:00Z", False),
        ("gt", "2025-03-14", "2025-03-18T12:00:00Z", True),
        ("eq", "2025", {"start": "2025-02-01", "end": "2025-02-03"}, True),
        ("eq", "2025", {"start": "2025-02-01"}, False),
        ("gt", "2025-06-01", {"start": "2025-02-01"}, True),
        ("eb", "2025-06-01", {"start": "2025-02-01"}, False),
        ("le", "2025-02-01", {"start": "2025-02-01", "end": "2025-02-03"}, None),
        ("le", "2025-01-31", {"start": "2025-02-01", "end": "2025-02-03"}, False),
        ("ge", "2025-02-03", {"start": "2025-02-01", "end": "2025-02-03"}, None),
        ("ge", "2025-02-04", {"start": "2025-02-01", "end": "2025-02-03"}, False),
        ("eq", "2025", "yesterday", None),
        ("eq", "2025", {"repeat": {}}, None),
    ],
)
def test_dates_are_spans(prefix: str, text: str, there: Any, found: bool | None) -> None:
    assert date_holds(text, prefix, [item(there, "Period" if isinstance(there, dict) else "dateTime")]) is found


def test_a_span_is_as_long_as_what_was_written() -> None:
    for text, seconds in [("2024", 366 * 86_400), ("2025-02", 28 * 86_400), ("2025-12-31", 86_400),
                          ("2025-01-01T10:00Z", 60), ("2025-01-01T10:00:00Z", 1)]:  # fmt: skip
        span = span_of(text)
        assert span is not None
        assert span.high - span.low == seconds * 1_000_000
    assert span_of("0001") is not None
    assert span_of("9999") is None
    assert span_of("12:00") is None


@pytest.mark.parametrize(
    ("wanted", "there", "found"),
    [
        ("Müller", "muller-lüdenscheidt", True),
        ("Müller", "Familie Müller", None),
        ("Müller", "Meier", False),
        ("van der", "Vander", None),
    ],
)
def test_strings_are_compared_without_case_and_accents(wanted: str, there: str, found: bool | None) -> None:
    assert plain("string", wanted, "string").holds([item(there, "string")]) is found


def test_string_modifiers() -> None:
    name = {"family": "Ahorn", "given": ["Eva", None]}
    exact = further("string", name, "HumanName", "exact")
    assert [(each.text, each.finds) for each in exact][:2] == [("Ahorn", True), ("aHORN", False)]
    assert exact[0].holds([item({"family": "ahorn"}, "HumanName")]) is False
    assert exact[0].holds([item({"family": "Ahorn"}, "HumanName")]) is True
    contains = further("string", name, "HumanName", "contains")[0]
    assert contains.text == "hor"
    assert contains.holds([item({"text": "Thor"}, "HumanName")]) is True


def test_tokens() -> None:
    concept = {"coding": [{"system": "urn:s", "code": "a|b"}], "text": "Heart rate"}
    search = plain("token", concept, "CodeableConcept")
    assert search.text == "urn:s|a\\|b"
    assert search.holds([item({"system": "urn:s", "code": "A|B"}, "Coding")]) is None
    assert search.holds([item({"system": "urn:s", "code": "a|b"}, "Coding")]) is True
    assert search.holds([item({"system": "urn:t", "code": "a|b"}, "Coding")]) is False
    without = further("token", concept, "CodeableConcept", "not")[0]
    assert without.holds([]) is True
    assert without.holds([item(concept, "CodeableConcept")]) is False
    text = further("token", concept, "CodeableConcept", "text")[0]
    assert text.holds([item({"coding": [{"code": "x", "display": "heart rate at rest"}]}, "CodeableConcept")]) is True
    assert text.holds([item({"coding": [{"code": "x"}]}, "CodeableConcept")]) is None
    assert text.holds([item({"coding": [{"code": "x", "display": "Glucose"}]}, "CodeableConcept")]) is False
    assert plain("token", True, "boolean").text == "true"
    assert plain("token", {"system": "phone", "value": "1"}, "ContactPoint").text == "1"
    assert SEARCH_KINDS["token"].plain(item({"system": "urn:s"}, "Coding")) == []


def test_identifiers_by_type() -> None:
    typed = {"type": {"coding": [{"system": "urn:t", "code": "MR"}]}, "system": "urn:s", "value": "1"}
    (search,) = further("token", typed, "Identifier", "of-type")
    assert search.text == "urn:t|MR|1"
    assert search.holds([item(typed, "Identifier")]) is True
    assert search.holds([item({"system": "urn:s", "value": "1"}, "Identifier")]) is False


@pytest.mark.parametrize(
    ("there", "found"),
    [
        ({"value": Decimal("5.4"), "system": UCUM, "code": "mg"}, True),
        ({"value": Decimal("5.44"), "system": UCUM, "code": "mg"}, True),
        ({"value": Decimal("5.5"), "system": UCUM, "code": "mg"}, False),
        ({"value": Decimal("5.4"), "system": UCUM, "code": "mm"}, False),
        ({"value": Decimal("0.0054"), "system": UCUM, "code": "g"}, None),
        ({"value": Decimal("5.4"), "comparator": "<", "system": UCUM, "code": "mg"}, None),
        ({"value": Decimal("5.4"), "unit": "mg"}, None),
    ],
)
def test_quantities(there: Any, found: bool | None) -> None:
    search = plain("quantity", {"value": Decimal("5.4"), "system": UCUM, "code": "mg"}, "Quantity")
    assert search.text == f"5.4|{UCUM}|mg"
    assert search.holds([item(there, "Quantity")]) is found


def test_numbers_with_prefixes() -> None:
    found = {each.prefix: each for each in SEARCH_KINDS["number"].prefixed(item(Decimal("0.5"), "decimal"))}
    assert set(found) == {"eq", "ne", "lt", "le", "gt", "ge"}
    assert found["eq"].holds([item(Decimal("0.54"), "decimal")]) is True
    assert found["ge"].holds([item(Decimal("0.49"), "decimal")]) is False
    assert found["ne"].holds([item(Decimal("0.6"), "decimal")]) is True


def test_references() -> None:
    search = plain("reference", {"reference": "Patient/1/_history/2"}, "Reference")
    assert search.text == "Patient/1"
    assert search.holds([item({"reference": "https://example.org/fhir/Patient/1"}, "Reference")]) is True
    assert search.holds([item({"reference": "Patient/2"}, "Reference")]) is False
    assert search.holds([item({"display": "somebody"}, "Reference")]) is None
    assert SEARCH_KINDS["reference"].plain(item({"reference": "#a"}, "Reference")) == []
    (typed,) = further("reference", {"reference": "Patient/1"}, "Reference", "Patient")
    assert typed.text == "1"
    (named,) = further("reference", {"identifier": {"system": "urn:s", "value": "1"}}, "Reference", "identifier")
    assert named.text == "urn:s|1"
    assert named.holds([item({"identifier": {"system": "urn:t", "value": "1"}}, "Reference")]) is False


def test_uris() -> None:
    search = plain("uri", "http://example.org/a|1", "canonical")
    assert search.holds([item("http://example.org/a", "canonical")]) is None
    assert search.holds([item("http://example.org/ab", "canonical")]) is False
    assert search.text == "http://example.org/a|1"
    assert plain("reference", "http://example.org/a|1", "canonical").text == "http://example.org/a|1"


@pytest.mark.parametrize("kind", SEARCH_KINDS.names)
@pytest.mark.parametrize("value", [None, [], {}, "", 7, {"value": None}, {"coding": [None]}, {"start": 1}])
@pytest.mark.parametrize("type_name", ["CodeableConcept", "Identifier", "Period", "Quantity", "Reference", "string"])
def test_what_has_a_wrong_form_is_not_searched_by(kind: str, value: Any, type_name: str) -> None:
    entry, odd = SEARCH_KINDS[kind], item(value, type_name)
    good = {"token": "code", "string": "string", "date": "date", "uri": "uri"}.get(kind, "string")
    for search in [*entry.plain(item("2025", good)), entry.impossible]:
        search.holds([odd])
    for search in [*entry.plain(odd), *entry.further(odd), *entry.prefixed(odd)]:
        assert search.text
        search.holds([odd])
