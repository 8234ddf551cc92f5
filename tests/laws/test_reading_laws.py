"""Laws of reading: the slow reader equals the fast one, cutting loses and invents nothing, the locator is right."""

import io
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jiter import from_json

from fhircheck.model.record import Piece
from fhircheck.transport.bracket_skeleton import object_ends
from fhircheck.transport.bundle_splitter import split_bundle
from fhircheck.transport.byte_stream import ByteStream
from fhircheck.transport.json_locator import Locator, source_position
from fhircheck.transport.json_reader import read_records
from fhircheck.transport.json_recovery import recover
from fhircheck.transport.ndjson_cutter import cut_lines

TEXTS = st.text(max_size=12) | st.sampled_from(
    ['"', "\\", "{", "}", "[", "]", '"}', "mm[Hg]", "{score}", "\\\\", "é\n"]
)
NUMBERS = st.integers(-(10**30), 10**30) | st.floats(
    allow_nan=False, allow_subnormal=False, allow_infinity=False, min_value=-1e300, max_value=1e300
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
LAYOUTS = st.sampled_from([None, 0, 2, "\t"])
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=4)


def written(value: Any, indent: int | str | None, ascii_only: bool = False) -> bytes:
    return json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")


def fast(data: bytes) -> Any:
    return from_json(data, allow_inf_nan=False, catch_duplicate_keys=True, float_mode="decimal")


def same(left: Any, right: Any) -> bool:
    return repr(left) == repr(right)


@given(VALUES, LAYOUTS, st.booleans())
def test_on_valid_json_the_slow_reader_returns_what_the_fast_one_does(
    value: Any, indent: int | str | None, ascii_only: bool
) -> None:
    data = written(value, indent, ascii_only)
    found = recover(data.decode(), max_depth=200)
    assert same(found.value, fast(data))
    assert found.whole
    assert not found.faults


@given(st.text(alphabet="{}[]\":,\\ntfu0129.eE+-/*'\n aé\ufeff", max_size=60))
def test_whatever_the_fast_reader_takes_the_slow_one_takes_and_nothing_else_passes_without_a_fault(text: str) -> None:
    found = recover(text, max_depth=200)
    try:
        expected = fast(text.encode())
    except ValueError:
        assert found.faults
    else:
        assert not found.faults
        assert same(found.value, expected)


@given(OBJECTS, LAYOUTS, st.data())
def test_mutated_bytes_never_crash_the_reader_and_never_pass_unnoticed(
    value: dict[str, Any], indent: int | str | None, data: st.DataObject
) -> None:
    text = bytearray(written({"resourceType": "Basic", **value}, indent))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    (record,) = read_records(Piece("s", "resource", bytes(text)))
    try:
        fast(bytes(text))
    except ValueError:
        assert record.issues
    assert record.node is not None or record.issues
    for issue in record.issues:
        assert 1 <= issue.place.line <= text.count(b"\n") + 1
        assert issue.place.column >= 1


@given(st.lists(OBJECTS | st.none(), max_size=8), st.integers(1, 60), st.booleans())
def test_lines_are_cut_at_any_size_without_loss(rows: list[dict[str, Any] | None], size: int, ended: bool) -> None:
    lines = [b" \t" if row is None else written({"resourceType": "Basic", **row}, None) for row in rows]
    text = b"\n".join(lines) + (b"\n" if ended else b"")
    pieces = list(cut_lines(ByteStream(io.BytesIO(text).read), "s", size, 10**6))
    records = [record for piece in pieces for record in read_records(piece)]
    expected = [(index, line) for index, line in enumerate(lines) if line.strip()]
    assert [(record.line - 1, record.data) for record in records] == expected
    assert [record.record for record in records] == list(range(len(expected)))
    assert all(text[record.offset :].startswith(record.data) for record in records)


@given(st.lists(OBJECTS, max_size=8), LAYOUTS, st.integers(1, 80), st.booleans(), OBJECTS, OBJECTS)
def test_a_bundle_is_split_at_any_size_without_loss(
    entries: list[dict[str, Any]],
    indent: Any,
    size: int,
    ascii_only: bool,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    members = {"b": before, "resourceType": "Bundle", "entry": entries, "z": after}
    text = written(members, indent, ascii_only)
    pieces = list(split_bundle(ByteStream(io.BytesIO(text).read), "s", size, 10**6))
    *records, shell = [record for piece in pieces for record in read_records(piece)]
    assert [json.loads(record.data) for record in records] == entries
    assert [record.root for record in records] == [f"Bundle.entry[{n}]" for n in range(len(entries))]
    for record in records:
        head = text[: record.offset].decode()
        assert text[record.offset :].startswith(record.data)
        assert (record.line, record.column) == (head.count("\n") + 1, len(head) - head.rfind("\n"))
    assert shell.entries == len(entries)
    assert shell.node is not None
    assert not shell.issues
    assert json.loads(shell.data) == {name: value for name, value in members.items() if name != "entry"}
    locator = Locator(text)
    assert all(
        source_position(shell, f"Bundle.{name}") == locator.find([name])[1:] for name in members if name != "entry"
    )


@given(st.lists(OBJECTS, min_size=1, max_size=6), LAYOUTS, st.integers(0, 10))
def test_ends_of_objects_are_those_of_a_parser(objects: list[dict[str, Any]], indent: Any, cut: int) -> None:
    texts = [written(each, indent) for each in objects]
    block = b",\n".join(texts)
    expected, at = [], 0
    for text in texts:
        expected.append(at + len(text))
        at += len(text) + 2
    end = max(len(block) - cut, 0)
    assert object_ends(block[:end]) == [each for each in expected if each <= end]


@given(OBJECTS, LAYOUTS, st.data())
def test_the_locator_finds_what_the_steps_lead_to(value: dict[str, Any], indent: Any, data: st.DataObject) -> None:
    plain = json.loads(json.dumps(value))
    text = json.dumps(plain, indent=indent, ensure_ascii=False).encode("utf-8", "surrogatepass")
    steps: list[str | int] = []
    node: Any = plain
    while isinstance(node, dict | list) and node and data.draw(st.booleans()):
        step = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        steps.append(step)
        node = node[step]
    locator = Locator(text)
    offset, line, column = locator.find(steps)
    _, start, end = locator.span(steps)
    assert json.loads(text[start:end]) == node
    head = text[:offset].decode()
    assert (line, column) == (head.count("\n") + 1, len(head) - head.rfind("\n"))
