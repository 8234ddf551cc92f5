"""Line and column of places in a text."""

from fhircheck.model.record import Record
from fhircheck.transport.json_locator import Locator, locate, source_position

TEXT = (
    b'{\n  "resourceType": "Patient",\n  "name": [{"family": "M\xc3\xbcller", "given": ["A", "B"]}, {"given": []}]\n}\n'
)


def test_members_are_found_at_their_name_and_items_at_their_value() -> None:
    assert locate(TEXT, ["name"]) == (32 + 1, 3, 3)
    assert locate(TEXT, ["name", 0, "given", 1])[1:] == (3, 48)
    assert locate(TEXT, ["name", 1])[1:] == (3, 55)


def test_a_missing_step_gives_the_deepest_place_that_is_there() -> None:
    assert locate(TEXT, ["name", 1, "family"]) == locate(TEXT, ["name", 1])
    assert locate(TEXT, ["contact", 0]) == (0, 1, 1)
    assert locate(TEXT, ["resourceType", "x", 3]) == locate(TEXT, ["resourceType"])
    assert locate(b"", ["a"]) == (0, 1, 1)
    assert locate(b'{"a": [1, 2', ["a", 1])[2] == 11


def test_one_item_without_its_array_is_found_and_what_is_in_it() -> None:
    text = b'{"name": {"family": "x"},\n "photo": []}'
    assert locate(text, ["name", 0, "family"]) == locate(text, ["name", "family"]) == (10, 1, 11)
    assert locate(text, ["name", 1, "family"]) == locate(text, ["name"]) == (1, 1, 2)
    assert locate(text, ["photo", 0, "url"]) == locate(text, ["photo"])


def test_columns_count_characters_in_a_long_line_too() -> None:
    data = ('{"a": "' + "ü" * 50_000 + '", "b": 1}').encode()
    assert locate(data, ["b"])[1:] == (1, 50_000 + 11)


def test_a_place_in_a_line_of_the_source() -> None:
    record = Record("s", 0, {}, "Bundle.entry[2]", b'{"resource": {\n"id": 1}}', 10, 5, 20)
    assert source_position(record, "Bundle.entry[2].resource") == (5, 21)
    assert source_position(record, "Bundle.entry[2].resource.id") == (6, 1)


def test_many_answers_cost_one_scan() -> None:
    data = b'{"a": [' + b",".join(b'{"b": "%d"}' % n for n in range(20_000)) + b"]}"
    locator = Locator(data)
    assert all(data[locator.find(["a", n, "b"])[0] :].startswith(b'"b": "%d"' % n) for n in range(20_000))
