"""Changes of a text, JSON or XML: what editors, transfers and attackers make of it."""

import re
from random import Random
from typing import Any
from xml.sax.saxutils import quoteattr

JSON_BITS = [b"{", b"}", b"[", b"]", b",", b":", b'"', b"null", b"//x\n", b"/*", b"'", b"\\u12", b"\\ud800", b"NaN",
             b"-", b"1e", b"\0", b"\xff", b"\xed\xa0\x80", b"\n", b'"id":1,', b'"resourceType":"Patient",']  # fmt: skip
XML_BITS = [b"<", b"/>", b">", b"<!--", b"-->", b"<![CDATA[", b"<?x?>", b"<!DOCTYPE a>", b"&#0;", b"&x;", b"&#55296;",
            b' a="b"', b"<id value='x'/>", b"text", b'xmlns="urn:x"', b"</", b"<contained><Foo/></contained>", b"\xff",
            b"\xfe\xff", b"\0", b"<a:b/>", b"<extension>", b' value=""', b"<div/>", b"<p>" * 300,
            b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]>',
            b"<extension url='x'>" * 250, b"xmlns:xml='y'"]  # fmt: skip


def cut(rng: Random, text: bytes, bits: list[bytes]) -> bytes:
    return text[: rng.randint(0, len(text))]


def insert(rng: Random, text: bytes, bits: list[bytes]) -> bytes:
    at = rng.randint(0, len(text))
    return text[:at] + rng.choice(bits) + text[at:]


def overwrite(rng: Random, text: bytes, bits: list[bytes]) -> bytes:
    at = rng.randint(0, len(text))
    return text[:at] + rng.choice(bits) + text[at + rng.randint(1, 20) :]


def flip(rng: Random, text: bytes, bits: list[bytes]) -> bytes:
    changed = bytearray(text)
    for _ in range(rng.choice([1, 1, 5])):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def twice(rng: Random, text: bytes, bits: list[bytes]) -> bytes:
    start = rng.randint(0, len(text))
    end = min(start + rng.randint(1, 200), len(text))
    return text[:end] + text[start:end] + text[end:]


def recode(rng: Random, text: bytes, bits: list[bytes]) -> bytes:
    plain = text.decode("utf-8", "replace")
    return plain.encode(rng.choice(["utf-16", "utf-16-le", "utf-32", "latin-1", "cp037", "utf-8-sig"]), "replace")


def nothing_left(rng: Random, text: bytes, bits: list[bytes]) -> bytes:
    return rng.choice(
        [b"", b" ", b"null", b"[]", b"{}", b"1", b'"x"', b"[" * 100_000, b"<", b"<a/>", b'{"a":' * 50_000]
    )


TEXT_CHANGES = (cut, insert, insert, overwrite, flip, twice, recode, nothing_left)


def change_text(rng: Random, text: bytes, xml: bool, changes: list[str]) -> bytes:
    """`text` with up to two changes, whose names go to `changes`."""
    for _ in range(rng.randint(1, 2)):
        chosen = rng.choice(TEXT_CHANGES)
        changes.append(f"{'xml' if xml else 'json'} text {chosen.__name__}")
        text = chosen(rng, text, XML_BITS if xml else JSON_BITS)
    return text


def loose_xml(node: Any) -> bytes:
    """Any node as XML, in the order it has: for sound and broken nodes alike."""
    name = node.get("resourceType")
    root = name if isinstance(name, str) and _NAME(name) else "Patient"
    inside = "".join(_elements(each, value, 0) for each, value in node.items() if each != "resourceType")
    return f'<{root} xmlns="http://hl7.org/fhir">{inside}</{root}>'.encode("utf-8", "surrogatepass")


_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,200}").fullmatch


def _elements(name: str, value: Any, depth: int) -> str:
    if not _NAME(name) or depth > 300:
        return ""
    if isinstance(value, list):
        return "".join(_elements(name, each, depth + 1) for each in value)
    if name == "div" and isinstance(value, str):
        return value
    if not isinstance(value, dict):
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        return f"<{name} value={quoteattr(shown)}/>"
    attributes = "".join(f" {each}={quoteattr(str(value[each]))}" for each in ("id", "url") if each in value)
    below = {each: inner for each, inner in value.items() if each not in ("id", "url", "resourceType")}
    inside = "".join(_elements(each, inner, depth + 1) for each, inner in below.items())
    kind = value.get("resourceType")
    if isinstance(kind, str) and _NAME(kind):
        inside = f"<{kind}>{inside}</{kind}>"
    return f"<{name}{attributes}>{inside}</{name}>"
