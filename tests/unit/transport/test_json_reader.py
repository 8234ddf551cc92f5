"""Pieces -> records: what is parsed, how it is numbered, what is said."""

from decimal import Decimal

import pytest

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.type_table import TypeTable
from fhircheck.model.issue import Issue, Place
from fhircheck.model.record import Piece, Record
from fhircheck.transport.json_reader import read_records
from fhircheck.transport.record_reader import RecordReader


def read(data: bytes, **options: int) -> Record:
    (record,) = read_records(Piece("s", "resource", data), **options)
    return record


def kinds(record: Record) -> list[str]:
    return [issue.kind for issue in record.issues]


def test_a_resource_is_parsed_with_exact_decimals() -> None:
    record = read(b'{"resourceType": "Observation", "valueQuantity": {"value": 1.50}}')
    assert record.node is not None
    assert repr(record.node["valueQuantity"]["value"]) == repr(Decimal("1.50"))
    assert (record.root, record.record, record.line, record.issues) == ("Observation", 0, 1, [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b'[{"resourceType": "Patient"}]', "array-of-resources"),
        (b"[1]", "array"),
        (b'{"id": "a"}', "object-without-resourceType"),
        (b'{"resourceType": 5}', "object-with-odd-resourceType"),
        (b'"Patient"', "string"),
        (b"12", "number"),
        (b"true", "boolean"),
        (b"null", "null"),
    ],
)
def test_json_that_is_no_resource_is_said_to_be_none(text: bytes, found: str) -> None:
    record = read(text)
    assert record.node is None
    assert [(issue.kind, issue.severity, dict(issue.params)) for issue in record.issues] == [
        ("not-a-resource", "error", {"found": found})
    ]


def test_a_byte_order_mark_is_a_warning_and_the_resource_is_read() -> None:
    record = read(b'\xef\xbb\xbf{"resourceType": "Patient"}')
    assert kinds(record) == ["byte-order-mark"]
    assert record.node == {"resourceType": "Patient"}


@pytest.mark.parametrize(
    ("raw", "read_as", "encoding", "column"),
    [
        (b"M\xfcller", "Müller", "iso-8859-1", 9),
        (b"\x80 5", "€ 5", "windows-1252", 8),
        ("ä".encode() + b"\xe4", "ää", "mixed", 9),
        (b"\xed\xa0\x80", "í\xa0€", "windows-1252", 8),
    ],
)
def test_foreign_bytes_are_named_at_their_place_and_read_without_loss(
    raw: bytes, read_as: str, encoding: str, column: int
) -> None:
    record = read(b'{"resourceType": "Patient",\n "x": "' + raw + b'"}')
    assert record.node is not None
    assert record.node["x"] == read_as
    (issue,) = record.issues
    assert issue.kind == "encoding-not-utf8"
    assert dict(issue.params)["encoding"] == encoding
    assert (issue.place.line, issue.place.column) == (2, column)
    assert raw.decode("latin-1") not in str(issue)


def test_nesting_is_bounded_on_the_fast_way_too() -> None:
    inside = b'{"a": ' * 99 + b"1" + b"}" * 99
    assert read(b'{"resourceType": "Basic", "a": ' + inside + b"}", max_depth=100).issues == []
    deeper = read(b'{"resourceType": "Basic", "b": 1, "a": [' + inside + b"]}", max_depth=100)
    assert kinds(deeper) == ["nesting-too-deep"]
    assert deeper.node == {"resourceType": "Basic", "b": 1}
    assert kinds(read(b'{"resourceType": "Basic", "a": [[]]}', max_depth=2)) == ["nesting-too-deep"]


@pytest.mark.parametrize(("levels", "expected"), [(190, []), (210, ["nesting-too-deep"])])
def test_without_a_smaller_bound_nesting_is_bounded_by_the_fast_reader(levels: int, expected: list[str]) -> None:
    inside = b"[" * levels + b"]" * levels
    assert kinds(read(b'{"resourceType": "Basic", "a": ' + inside + b"}")) == expected


def test_a_number_out_of_range_in_a_broken_record_is_said_with_its_path() -> None:
    record = read(b'{"resourceType": "Observation", "valueQuantity": {"value": 1e309},}')
    first, _ = record.issues
    assert (first.kind, first.place.expression) == ("number-out-of-range", "Observation.valueQuantity.value")
    assert (first.place.line, first.place.column) == (1, 60)
    assert record.node == {"resourceType": "Observation", "valueQuantity": {}}


def test_a_finding_knows_its_resource_but_shows_no_odd_names() -> None:
    record = read(b'{"resourceType": "Patient", "id": "p1", "Erika Muster": {"a": 1, "a": 2}}')
    (issue,) = record.issues
    assert (issue.place.resource, issue.place.expression) == ("Patient/p1", "Patient.(name).a")


def test_lines_keep_their_numbers() -> None:
    piece = Piece("s", "ndjson", b'{"resourceType":"A"}\n\n  \n{"resourceType":"B",}\r\n', offset=100, line=7, first=3)
    first, second = read_records(piece)
    assert (first.record, first.line, first.offset, first.root) == (3, 7, 100, "A")
    assert (second.record, second.line, second.offset, second.root) == (4, 10, 125, "B")
    (issue,) = second.issues
    assert (issue.place.line, issue.place.column, issue.place.offset, issue.place.record) == (10, 20, 125, 4)


def test_entries_have_their_place_in_the_bundle() -> None:
    parts = ((50, 2, b'{"resource": {"resourceType": "Patient", "id": "p",}}'), (120, 3, b"null"))
    first, second = read_records(Piece("s", "bundle-entries", b"", 50, 2, 12, parts, columns=(5, 9)))
    assert (first.root, first.record, first.column) == ("Bundle.entry[12]", 0, 5)
    (issue,) = first.issues
    assert (issue.place.resource, issue.place.line, issue.place.column) == ("Patient/p", 2, 55)
    assert second.node is None
    assert [(each.kind, each.place.column) for each in second.issues] == [("not-a-resource", 9)]


def test_issues_of_the_piece_come_with_its_first_record() -> None:
    issue = Issue("record-too-large", "error", Place("s"))
    (record,) = read_records(Piece("s", "problem", first=4, issues=(issue,)))
    assert (record.node, record.form, record.record, record.issues) == (None, "problem", 4, [issue])
    one, two = read_records(Piece("s", "ndjson", b'{"resourceType":"A"}\n{"resourceType":"B"}', issues=(issue,)))
    assert (one.issues, two.issues) == ([issue], [])


def test_a_bundle_shell_without_text_is_not_read() -> None:
    (record,) = read_records(Piece("s", "bundle-shell", entries=3, issues=(Issue("json-syntax", "fatal", Place("s")),)))
    assert (record.node, record.entries, kinds(record)) == (None, 3, ["json-syntax"])


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        (b'{"resourceType": "Basic", "id": "a", "_id": {"id": "b",}}', "Basic.id"),
        (b'{"resourceType": "Basic", // remark\n "id": "a"}', "Basic.id"),
        (b'{"resourceType": "Basic", /* remark */ "id": "a"}', ""),
    ],
)
def test_relaxed_json_is_said_at_the_element_and_the_sibling_of_a_value_is_that_value(
    text: bytes, expression: str
) -> None:
    (issue,) = read(text).issues
    assert issue.place.expression == expression


def test_comments_of_both_kinds_pass_where_they_are_allowed() -> None:
    text = b'// a\n{"resourceType": "Basic", /* b */ "id": "a", }'
    (record,) = RecordReader(TypeTable(load_definitions(offline=True)), comments=True).records(
        Piece("s", "resource", text)
    )
    assert [dict(issue.params) for issue in record.issues] == [{"fault": "trailing-comma"}]
