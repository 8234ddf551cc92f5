"""The body of an answer as blocks, unpacked, as they arrive; every fault of the network as a ServerFault."""

import time
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from fhircheck.transport.server_fault import ServerFault

if TYPE_CHECKING:
    from requests import Response

BLOCK = 65_536
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
Given = TypeVar("Given")


def whole(response: "Response", limit: int, seconds: float) -> bytes:
    """The whole body, within size (unpacked) and time: a server that drips for ever is given up."""
    deadline = time.monotonic() + seconds
    blocks: list[bytes] = []
    size = 0
    for block in arriving(response):
        size += len(block)
        blocks.append(block)
        if size > limit:
            raise ServerFault("answer-too-large", response.status_code)
        if time.monotonic() > deadline:
            raise ServerFault("answer-too-slow", response.status_code)
    return b"".join(blocks)


def arriving(response: "Response") -> Iterator[bytes]:
    """Blocks as they arrive, unpacked and small, so that the clock is looked at even where bytes drip.

    A packed body that ends before its end is a fault, also where it is as long as the headers say.
    """
    coding = response.headers.get("content-encoding", "").strip().lower()
    if coding not in _PACKED:
        yield from _raw(response, coding not in ("", "identity"))
        return
    unpacking = Unpacking(coding)
    for block in _raw(response, False):
        yield from unpacking.feed(block)
    unpacking.check_end()


def _raw(response: "Response", unpacked: bool) -> Iterator[bytes]:
    while block := faultless(lambda: response.raw.read1(BLOCK, decode_content=unpacked)):
        yield block


class Unpacking:
    """A body packed for the transfer by gzip or deflate (RFC 9110, 8.4.1), block by block."""

    def __init__(self, coding: str) -> None:
        self._deflate = coding == "deflate"
        self._member: zlib._Decompress | None = None
        self._ended = False

    def feed(self, block: bytes) -> Iterator[bytes]:
        """What comes out of `block`, in blocks. Raises ServerFault where it is damaged."""
        part = b""
        while block or len(part) == BLOCK:
            if self._member is None:
                block = self._behind(block)
                if not block:
                    return
                self._member = self._opened(block)
            try:
                part = self._member.decompress(block, BLOCK)
            except zlib.error as fault:
                raise ServerFault("answer-broken-off", detail=type(fault).__name__) from None
            block = self._member.unconsumed_tail
            if part:
                yield part
            if self._member.eof:
                part, block, self._member, self._ended = b"", self._member.unused_data, None, True

    def check_end(self) -> None:
        """Raise ServerFault where it has ended too early."""
        if self._member is not None:
            raise ServerFault("answer-broken-off")

    def _behind(self, block: bytes) -> bytes:
        """What may begin another member: of gzip behind zeros that fill up a block, of deflate nothing."""
        if not self._ended:
            return block
        return b"" if self._deflate else block.lstrip(b"\0")

    def _opened(self, block: bytes) -> "zlib._Decompress":
        """For gzip; for deflate with the header of zlib, or without, as some servers send it."""
        if not self._deflate:
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        headed = block[0] & 0x0F == 8 and (len(block) < 2 or (block[0] * 256 + block[1]) % 31 == 0)
        return zlib.decompressobj(zlib.MAX_WBITS if headed else -zlib.MAX_WBITS)


def faultless(call: Callable[[], Given]) -> Given:
    """What `call` gives; every fault of the network as a ServerFault whose text names no address."""
    import requests
    import urllib3
    from urllib3.exceptions import HTTPError, LocationValueError, ProtocolError, ReadTimeoutError

    try:
        return call()
    except requests.exceptions.ConnectTimeout:
        raise ServerFault("no-connection-in-time") from None
    except (requests.exceptions.Timeout, requests.exceptions.RetryError, ReadTimeoutError):
        raise ServerFault("no-answer-in-time") from None
    except (requests.exceptions.SSLError, urllib3.exceptions.SSLError) as fault:
        raise ServerFault(*_of_tls(fault)) from None
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, LocationValueError, UnicodeError):
        raise ServerFault("not-a-url") from None
    except requests.exceptions.InvalidHeader:
        raise ServerFault("header-not-possible") from None
    except requests.exceptions.ProxyError:
        raise ServerFault("proxy-refused") from None
    except requests.exceptions.ConnectionError as fault:
        if "timed out" in str(fault):
            raise ServerFault("no-answer-in-time") from None
        broken = bool(fault.args) and isinstance(fault.args[0], ProtocolError)
        raise ServerFault("connection-broken" if broken else "no-connection") from None
    except (requests.exceptions.RequestException, HTTPError, OSError, ValueError) as fault:
        raise ServerFault("answer-broken-off", detail=type(fault).__name__) from None


def _of_tls(fault: Exception) -> tuple[str, int, str]:
    from fhircheck.transport.tls_trust import tls_fault

    reason, detail = tls_fault(fault)
    return reason, 0, detail
