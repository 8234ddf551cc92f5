"""One resource as one line of NDJSON, with what tells it from others."""

from typing import Any, NamedTuple

from jiter import from_json

from fhircheck.sources.resource_key import resource_key


class Line(NamedTuple):
    """A resource as it came, in one line without its end; numbers and texts unchanged.

    type: its resource type. key: hash of type, id and version, see resource_key. expected: another copy of it is no
    surprise (it came by ``_include`` or the like).
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
    line = _in_one_line(text)
    return Line(name, resource_key(node, line), line, expected)


def _in_one_line(text: bytes) -> bytes:
    """Sound JSON has line breaks between its tokens only: they go, with the indentation behind them."""
    text = text.strip(b" \t\r\n")
    if b"\n" in text or b"\r" in text:
        return b"".join(line.strip(b" \t") for line in text.splitlines())
    return text
