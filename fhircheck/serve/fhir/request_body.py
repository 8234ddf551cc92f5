"""The body of a request: bounded in size, also unpacked, and in time."""

import asyncio
from typing import Any

from fhircheck.serve.fhir.refusal import Refused
from fhircheck.transport.http_body import Unpacking
from fhircheck.transport.server_fault import ServerFault

CODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})


async def body_of(request: Any, limit: int, seconds: float) -> bytes:
    """The body, unpacked. Raises Refused: 413 past `limit` bytes (packed or unpacked), 415 for another coding than
    gzip and deflate, 400 for a damaged one, 408 where it takes longer than `seconds`."""
    coding = request.headers.get("content-encoding", "").strip().lower()
    if coding not in CODINGS:
        raise Refused(415, "not-supported", "coding")
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > limit:
        raise Refused(413, "too-long", "too-large", limit=limit)
    try:
        async with asyncio.timeout(seconds):
            return await _collected(request, None if coding in ("", "identity") else Unpacking(coding), limit)
    except TimeoutError:
        raise Refused(408, "timeout", "too-slow", seconds=round(seconds)) from None
    except ServerFault:
        raise Refused(400, "structure", "packed-broken") from None


async def _collected(request: Any, unpacking: Unpacking | None, limit: int) -> bytes:
    blocks: list[bytes] = []
    size = 0
    async for block in request.stream():
        for part in (block,) if unpacking is None else unpacking.feed(block):
            size += len(part)
            if size > limit:
                raise Refused(413, "too-long", "too-large", limit=limit)
            blocks.append(part)
    if unpacking is not None:
        unpacking.check_end()
    return b"".join(blocks)
