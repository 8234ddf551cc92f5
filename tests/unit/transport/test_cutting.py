"""NDJSON lines and big Bundles: bounds, faults, and what is delivered all the same."""

import io
import json

import pytest

from fhircheck.model.record import Piece
from fhircheck.transport.bundle_splitter import is_bundle, split_bundle
from fhircheck.transport.byte_stream import ByteStream, StreamFault
from fhircheck.transport.json_reader import read_records
from fhircheck.transport.ndjson_cutter import cut_lines


def stream(data: bytes) -> ByteStream:
    return ByteStream(io.BytesIO(data).read)


def lines(data: bytes, size: int, longest: int) -> list[Piece]:
    return list(cut_lines(stream(data), "s", size, longest))


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_a_line_that_is_too_long_is_said_and_the_next_ones_are_read(size: int) -> None:
    long = b'{"resourceType": "Basic", "x": "' + b"y" * 200 + b'"}'
    data = b'{"resourceType":"A"}\n' + long + b'\n{"resourceType":"B"}\n\n' + long + b'\n{"resourceType":"C"}'
    pieces = lines(data, min(size, 60), 100)
    records = [record for piece in pieces for record in read_records(piece)]
    assert [(each.root, each.record, each.line) for each in records] == [
        ("A", 0, 1), ("", 1, 2), ("B", 2, 3), ("", 3, 5), ("C", 4, 6),
    ]  # fmt: skip
    assert [issue.kind for each in records for issue in each.issues] == ["record-too-large"] * 2
    assert max(len(piece.data) for piece in pieces) <= 160
    assert data[records[4].offset :] == b'{"resourceType":"C"}'


def test_a_line_that_is_too_long_at_the_end() -> None:
    (piece,) = lines(b"x" * 1000, 10, 100)
    assert piece.issues[0].kind == "record-too-large"


def test_a_stream_that_breaks_gives_what_came_before_and_keeps_the_fault() -> None:
    blocks = iter([b'{"resourceType":"A"}\n', OSError(5, "Input/output error")])

    def read(_: int) -> bytes:
        block = next(blocks)
        if isinstance(block, OSError):
            raise block
        return block

    broken = ByteStream(read)
    assert [piece.data for piece in cut_lines(broken, "s", 10, 100)] == [b'{"resourceType":"A"}\n']
    assert isinstance(broken.fault, StreamFault)
    assert (broken.fault.kind, broken.fault.reason) == ("file-unreadable", "Input/output error")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b' {"id": "x", "meta": {"tag": [1]}, "resourceType" : "Bundle"', True),
        (b'{"resourceType": "List", "entry": [{"item": {}}]', False),
        (b'{"entry": [{"fullUrl": "x"', True),
        (b'{"entry": [{"item": {"reference": "Patient/1"}}', False),
        (b'{"a": "x', False),
        (b"[1]", False),
        (b"", False),
    ],
)
def test_a_bundle_is_known_by_its_first_members(head: bytes, expected: bool) -> None:
    assert is_bundle(head) is expected


def split(data: bytes, size: int = 20, longest: int = 1000) -> tuple[list[bytes], Piece]:
    *entries, shell = split_bundle(stream(data), "s", size, longest)
    assert shell.form == "bundle-shell"
    return [text for piece in entries for _, _, text in piece.parts], shell


def faults(piece: Piece) -> list[tuple[str, int, int]]:
    return [
        (str(dict(each.params).get("fault", each.kind)), each.place.line, each.place.column) for each in piece.issues
    ]


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_a_bundle_that_breaks_off_gives_all_entries_before(size: int) -> None:
    entries, shell = split(b'{"resourceType": "Bundle",\n"entry": [{"a": 1}, {"b": 2},\n {"c": "x', size)
    assert entries == [b'{"a": 1}', b'{"b": 2}', b'{"c": "x']
    assert (shell.data, faults(shell)) == (b"", [("unexpected-end", 3, 10)])


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_faults_between_entries_are_said(size: int) -> None:
    entries, shell = split(b'{"resourceType": "Bundle", "entry": [{"a": 1} {"b": 2},, null,]}', size)
    assert entries == [b'{"a": 1}', b'{"b": 2}', b"null"]
    assert faults(shell) == [("missing-comma", 1, 47), ("comma-without-value", 1, 56), ("trailing-comma", 1, 63)]
    assert json.loads(shell.data) == {"resourceType": "Bundle"}


def test_an_entry_that_is_too_large_is_said_and_the_next_ones_are_read() -> None:
    big = b'{"x": "' + b"y}" * 2000 + b'"}'
    entries, shell = split(b'{"resourceType": "Bundle", "entry": [{"a": 1}, ' + big + b', {"c": 3}]}', 50, 300)
    assert entries == [b'{"a": 1}', b'{"c": 3}']
    assert [(each.kind, each.place.expression) for each in shell.issues] == [("record-too-large", "Bundle.entry[1]")]
    assert shell.entries == 3


def test_a_bracket_that_does_not_fit_stops_the_splitting_with_a_finding() -> None:
    entries, shell = split(b'{"resourceType": "Bundle", "entry": [{"a": [1}]}, {"b": 2}]}', 1000)
    assert entries[0] == b'{"a": [1}]'
    assert shell.data == b""
    assert faults(shell)[-1][0] == "unexpected-character"


def test_members_around_the_entries_stay_valid_json() -> None:
    for text in (b'{"entry": [{"a": 1}], "x": 1}', b'{"x": 1, "entry": [{"a": 1}]}', b'{"entry": []}'):
        assert json.loads(split(text)[1].data) == {name: 1 for name in json.loads(text) if name != "entry"}
    (record,) = read_records(split(b'{"resourceType": "Bundle", "entry": [{"a": 1}],}')[1])
    assert [dict(issue.params)["fault"] for issue in record.issues] == ["comma-without-value"]


def test_findings_behind_the_entries_have_their_place_in_the_source() -> None:
    text = b'{"resourceType": "Bundle",\n "entry": [{"a": 1},\n {"b": 2}], "x": [1,],\n "x": 2}'
    shell = split(text)[1]
    (record,) = read_records(shell)
    assert [(each.kind, each.place.line, each.place.column) for each in record.issues] == [
        ("json5-syntax", 3, 20),
        ("duplicate-key", 4, 2),
    ]


def test_a_second_array_of_entries_is_said() -> None:
    entries, shell = split(b'{"resourceType": "Bundle", "entry": [{"a": 1}], "entry": [{"b": 2}]}')
    assert entries == [b'{"a": 1}', b'{"b": 2}']
    assert [(each.kind, each.place.expression) for each in shell.issues] == [("duplicate-key", "Bundle.entry")]
