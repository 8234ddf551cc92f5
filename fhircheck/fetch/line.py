"""One resource as one line of NDJSON, with what tells it from others."""

from hashlib import blake2b
from typing import Any, NamedTuple

from jiter import from_json

from fhircheck.transport.json_line import one_line

IDENTITY_BYTES = 10
_VERSION_BYTES = 6


class Line(NamedTuple):
    """A resource as it came, in one line without its end; numbers and texts unchanged.

    type: its resource type. key: hash of type, id and version (of the text where it names no version), empty without
    an id; the first IDENTITY_BYTES stand for type and id. expected: another copy of it is no surprise (it came by
    ``_include`` or the like).
    """

    type: str
    key: bytes
    text: bytes
    expected: bool = False


def line_of(text: bytes, node: dict[str, Any] | None = None, expected: bool = False) -> Line:
    """A resource as a line; `node`: the same parsed, where it is at hand. Raises ValueError for what is no resource."""
    node = from_json(text, allow_inf_nan=False) if node is None else node
    name = node.get("resourceType") if isinstance(node, dict) else None
    if not isinstance(name, str) or not (name.isascii() and name.isalpha() and len(name) <= 64):
        raise ValueError("no resourceType")
    line = one_line(text)
    return Line(name, _key(name, node, line), line, expected)


def _key(name: str, node: dict[str, Any], line: bytes) -> bytes:
    identity, meta = node.get("id"), node.get("meta")
    if not isinstance(identity, str) or not identity:
        return b""
    version = meta.get("versionId") if isinstance(meta, dict) else None
    known = b"v" + version.encode("utf-8", "replace") if isinstance(version, str) and version else b"t" + line
    whose = f"{name}/{identity}".encode("utf-8", "replace")
    return blake2b(whose, digest_size=IDENTITY_BYTES).digest() + blake2b(known, digest_size=_VERSION_BYTES).digest()
