"""Lines out of bytes as they arrive: whole, bounded, from any offset on; packed files."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhircheck.fetch.bulk_lines import Cut, LineCutter, Unpacking
from fhircheck.transport.archives import UnpackLimits
from fhircheck.transport.http import ServerFault


def cuts_of(blocks: list[bytes], longest: int = 1 << 20) -> list[Cut]:
    cutter = LineCutter(longest)
    found = [cut for block in blocks if (cut := cutter.feed(block))]
    last = cutter.last()
    return [*found, last] if last else found


def cut_up(data: bytes, sizes: list[int]) -> list[bytes]:
    blocks, start = [], 0
    for size in sizes:
        blocks.append(data[start : start + size])
        start += size
    return [*blocks, data[start:]]


TEXTS = st.lists(st.sampled_from([b"a", b"bb", b"\n", b" ", b"\r\n", b"cccccccc", b"\n\n"])).map(b"".join)
SIZES = st.lists(st.integers(1, 9), max_size=20)


@given(TEXTS, SIZES, st.integers(1, 12))
def test_blocks_make_no_difference(data: bytes, sizes: list[int], longest: int) -> None:
    """However the bytes arrive: the same lines, the same number of too long ones, the end and its checksum."""
    lines = [line for line in data.split(b"\n") if line and not line.isspace()]
    cuts = cuts_of(cut_up(data, sizes), longest)
    assert [line for cut in cuts for line in cut.lines] == [line for line in lines if len(line) <= longest]
    assert sum(cut.too_long for cut in cuts) >= sum(len(line) > longest for line in lines)
    if cuts:
        assert (cuts[-1].end, cuts[-1].crc) == (len(data), zlib.crc32(data))


@given(TEXTS, SIZES)
def test_every_cut_is_a_place_to_go_on_from(data: bytes, sizes: list[int]) -> None:
    for cut in cuts_of(cut_up(data, sizes)):
        assert cut.crc == zlib.crc32(data[: cut.end])
        assert cut.end == len(data) or data[: cut.end].endswith(b"\n")


def test_a_line_without_end_takes_no_memory() -> None:
    cutter = LineCutter(1000, offset=10, crc=5)
    for _ in range(1000):
        assert cutter.feed(b"x" * 65_536) is None
        assert cutter._waiting <= 65_536
    cut = cutter.feed(b'xx\n{"a":1}\nrest')
    assert cut is not None
    assert (cut.lines, cut.too_long, cut.end) == ([b'{"a":1}'], 1, 10 + 65_536_000 + 11)


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert cuts_of([b"\xef\xbb\xbf{}\n{}\n"])[0].lines == [b"{}", b"{}"]


DATA = b"".join(b'{"resourceType":"Patient","id":"%d"}\n' % each for each in range(5000))


@given(SIZES)
def test_packed_files_are_unpacked(sizes: list[int]) -> None:
    packed = gzip.compress(DATA[:2000]) + gzip.compress(DATA[2000:]) + bytes(8)
    unpacking = Unpacking(UnpackLimits())
    assert b"".join(part for block in cut_up(packed, [2, *sizes]) for part in unpacking.feed(block)) == DATA
    unpacking.check_end()
    assert unpacking.packed


def test_plain_files_stay_as_they_are() -> None:
    unpacking = Unpacking(UnpackLimits())
    assert list(unpacking.feed(b'{"a":1}')) == [b'{"a":1}']
    unpacking.check_end()
    assert not unpacking.packed


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(DATA)[:-20], "answer-broken-off"),
        (gzip.compress(DATA)[:200] + b"x" * 500, "packed-file-damaged"),
        (gzip.compress(bytes(1 << 20)), "answer-too-large"),
    ],
)
def test_broken_and_boundless_packed_files(data: bytes, reason: str) -> None:
    unpacking = Unpacking(UnpackLimits(ratio=50, free=1 << 16))

    def unpack() -> None:
        for _ in unpacking.feed(data):
            pass
        unpacking.check_end()

    with pytest.raises(ServerFault) as caught:
        unpack()
    assert caught.value.reason == reason
