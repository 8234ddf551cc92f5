"""Bodies packed for the transfer: whole whatever the blocks they come in, and a fault where they end too early."""

import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhircheck.transport.http_body import BLOCK, Unpacking
from fhircheck.transport.server_fault import ServerFault


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "two members of gzip": ("gzip", lambda data: gzip.compress(data[:7]) + gzip.compress(data[7:]) + b"\0\0"),
    "deflate": ("deflate", zlib.compress),
    "deflate without header": ("deflate", _raw_deflate),
}
DATA = (
    st.binary(max_size=300)
    | st.builds(lambda part, times: part * times, st.binary(min_size=1, max_size=9), st.integers(1, 60_000))
    | st.sampled_from([bytes(BLOCK), bytes(BLOCK - 1), bytes(2 * BLOCK), bytes(BLOCK + 258)])
)


def unpacked(coding: str, packed: bytes, size: int) -> bytes:
    unpacking = Unpacking(coding)
    parts = [part for start in range(0, len(packed), size) for part in unpacking.feed(packed[start : start + size])]
    unpacking.check_end()
    assert all(0 < len(part) <= BLOCK for part in parts)
    return b"".join(parts)


@pytest.mark.parametrize("form", PACKED)
@given(data=DATA, size=st.integers(2, 70_000))
def test_what_was_packed_comes_out(form: str, data: bytes, size: int) -> None:
    coding, pack = PACKED[form]
    assert unpacked(coding, pack(data), size) == data


@pytest.mark.parametrize("form", [form for form in PACKED if "two" not in form])
@given(data=DATA, share=st.fractions(0, 1))
def test_what_ends_too_early_is_a_fault(form: str, data: bytes, share: float) -> None:
    coding, pack = PACKED[form]
    packed = pack(data)
    end = int(share * (len(packed) - 1))
    if not end:
        return
    with pytest.raises(ServerFault) as told:
        unpacked(coding, packed[:end], 1000)
    assert told.value.reason == "answer-broken-off"


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_an_empty_body_is_no_fault(coding: str) -> None:
    assert unpacked(coding, b"", 10) == b""


def test_what_is_not_packed_is_a_fault() -> None:
    with pytest.raises(ServerFault):
        unpacked("gzip", b"resourceType", 100)
