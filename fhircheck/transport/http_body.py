"""The body of an answer as blocks, unpacked, as they arrive; every fault of the network as a ServerFault."""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from fhircheck.transport.server_fault import ServerFault

if TYPE_CHECKING:
    from requests import Response

BLOCK = 65_536
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
    """Blocks of at most BLOCK bytes as they arrive, so that the clock is looked at even where bytes drip."""
    while block := faultless(lambda: response.raw.read1(BLOCK, decode_content=True)):
        yield block


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
