"""A chunk in parts: the same records at the same places, not one byte lost; and what is said of a part that is lost."""

import signal

from hypothesis import given, settings
from hypothesis import strategies as st

from fhircheck.model.issue import Issue, Place
from fhircheck.model.record import OUT_OF_MEMORY, Chunk, Piece, Record
from fhircheck.sources.died import died, how_died
from fhircheck.sources.parted import PARTS, parted
from fhircheck.transport.json_reader import read_records

ISSUE = Issue("encoding-not-utf8", "error", Place("s"))
LINES = st.lists(
    st.sampled_from([b'{"resourceType":"Patient"}', b"", b" ", b"\r", b"broken", b'{"a":\x85}\r']), max_size=30
)
ENTRIES = st.lists(st.sampled_from([b"{}", b'{"resource":{"resourceType":"Patient"}}']), min_size=1, max_size=25)


@st.composite
def pieces(draw: st.DrawFn) -> Piece:
    kind = draw(st.sampled_from(["ndjson", "bundle-entries", "resource", "problem"]))
    issues = (ISSUE,) if draw(st.booleans()) else ()
    if kind == "ndjson":
        data = b"\n".join(draw(LINES)) + draw(st.sampled_from([b"", b"\n"]))
        return Piece("s", "ndjson", data, 1000, 50, 7, issues=issues)
    if kind == "bundle-entries":
        parts = tuple((10 * at, at, text) for at, text in enumerate(draw(ENTRIES)))
        columns = tuple(range(len(parts)))
        return Piece("s", "bundle-entries", b"", parts[0][0], parts[0][1], 3, parts, len(parts), issues, columns)
    return Piece("s", kind, b'{"resourceType":"Patient"}' if kind == "resource" else b"", issues=(ISSUE,))


def read(chunk: Chunk) -> list[Record]:
    return [record for piece in chunk for record in read_records(piece)]


def size(chunk: Chunk) -> int:
    return sum(len(piece.data) + sum(len(text) for _, _, text in piece.parts) for piece in chunk)


@settings(max_examples=200)
@given(st.lists(pieces(), min_size=1, max_size=4))
def test_parts_hold_the_same(chunk: Chunk) -> None:
    parts = parted(chunk)
    assert [record for part in parts for record in read(part)] == read(chunk)
    assert sum(map(size, parts)) == size(chunk)
    assert 1 <= len(parts) <= PARTS
    for part in parts:
        again = parted(part)
        assert len(again) > 1 or len(part) == 1 or len(read(part)) <= 1


@given(pieces())
def test_a_lost_piece_counts_all_its_records(piece: Piece) -> None:
    count, issues = died(piece, -signal.SIGKILL)
    if piece.form == "problem":
        assert (count, issues) == (0, list(piece.issues))
    else:
        assert count == len(read([piece]))
        assert issues[: len(piece.issues)] == list(piece.issues)
        assert issues[-1].kind == "check-died"


def test_lines_and_bytes_of_a_lost_piece_are_those_of_the_source() -> None:
    data = b'{"a":1}\n\n{"b":2}\n'
    count, (issue,) = died(Piece("s", "ndjson", data, 100, 11, 5), -9)
    assert count == 2
    assert issue.place == Place("s", 5, offset=100, line=11, column=1)
    assert dict(issue.params) == {
        "reason": "SIGKILL", "first_record": 5, "last_record": 6, "first_line": 11, "last_line": 13,
        "first_byte": 100, "last_byte": 100 + len(data) - 1,
    }  # fmt: skip


def test_lost_entries_of_a_bundle_are_named_by_their_numbers() -> None:
    parts = ((100, 2, b"{}"), (110, 3, b"{\n}"))
    count, (issue,) = died(Piece("s", "bundle-entries", b"", 100, 2, 40, parts, 2), 1)
    assert count == 2
    assert issue.place.expression == "Bundle.entry[40]"
    said = dict(issue.params)
    assert (said["first_record"], said["last_record"], said["last_line"], said["last_byte"]) == (40, 41, 4, 112)


def test_how_a_process_ended_in_words() -> None:
    assert [how_died(each) for each in (OUT_OF_MEMORY, -11, -60, 3)] == [
        "out of memory", "SIGSEGV", "signal 60", "exit code 3",
    ]  # fmt: skip
