"""A record as one line of NDJSON: its own bytes where they are one, else the same text without its line breaks."""

import json
import re
from typing import Any

from fhircheck.model.record import Record

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[ \t\r\n]+', re.DOTALL)


def line_of(record: Record) -> bytes | None:
    """The line without its end; None where the record cannot be written as one (unreadable, not NDJSON).

    Numbers and texts stay as they were written. XML becomes JSON; of an entry of a Bundle that was split
    the resource alone is written.
    """
    data = record.data.strip(b" \t\r\n")
    if record.form == "ndjson" and data:
        return data
    if record.form == "bundle-entries":
        resource = record.node.get("resource") if record.node else None
        return dumped(resource) if isinstance(resource, dict) else None
    if record.node is None or record.form != "resource":
        return None
    if not data.startswith(b"{"):
        return dumped(record.node)
    if b"\n" in data or b"\r" in data:
        data = _TOKEN.sub(lambda match: match[0] if match[0][:1] == b'"' else b"", data)
    return data if b"\n" not in data and b"\r" not in data else dumped(record.node)


def one_line(text: bytes, node: Any) -> bytes:
    """`text` where it is a JSON object in one line, else `node` as one."""
    text = text.strip(b" \t\r\n")
    return text if text[:1] == b"{" and b"\n" not in text and b"\r" not in text else dumped(node)


def dumped(value: Any) -> bytes:
    """`value` as JSON in one line; decimals keep the digits they were read with."""
    text = _dump(value)
    try:
        return text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, written as an escape in the source
        return text.encode("utf-8", "replace")


def _dump(value: Any) -> str:
    if value.__class__ is dict:
        return "{" + ",".join(f"{_dump(str(name))}:{_dump(each)}" for name, each in value.items()) + "}"
    if value.__class__ is list:
        return "[" + ",".join(map(_dump, value)) + "]"
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
