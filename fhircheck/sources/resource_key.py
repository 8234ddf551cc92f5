"""What tells one resource from another: type, id and version."""

from hashlib import blake2b
from typing import Any

IDENTITY_BYTES = 10
_VERSION_BYTES = 6


def resource_key(node: dict[str, Any], text: bytes) -> bytes:
    """A hash of type, id and ``meta.versionId`` (of `text` where there is no version); empty without an id.

    The first IDENTITY_BYTES stand for type and id alone.
    """
    identity, meta = node.get("id"), node.get("meta")
    if not isinstance(identity, str) or not identity:
        return b""
    version = meta.get("versionId") if isinstance(meta, dict) else None
    known = b"v" + version.encode("utf-8", "replace") if isinstance(version, str) and version else b"t" + text
    whose = f"{node.get('resourceType')}/{identity}".encode("utf-8", "replace")
    return blake2b(whose, digest_size=IDENTITY_BYTES).digest() + blake2b(known, digest_size=_VERSION_BYTES).digest()
