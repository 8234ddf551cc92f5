"""Which names a Library defines: from its ELM (XML or JSON), or from the CQL text itself."""

import base64
import binascii
import json
import re

from fhircheck.validate.lenient import Node, member, objects, text

ELM = "{urn:hl7-org:elm:r1}"
_DEFINE = re.compile(r"""\bdefine\s+(?:(?:public|private)\s+)?(?:fluent\s+)?(?:function\s+)?("[^"\n]+"|[A-Za-z_]\w*)""")
_NAME = re.compile(r"""(?:("[^"]+"|[A-Za-z_]\w*)\.)?("[^"]+"|[A-Za-z_][\w ]*)""")


def split_name(expression: str) -> tuple[str, str] | None:
    """(library, definition) that a CQL identifier names, library empty where none is; None for other expressions."""
    match = _NAME.fullmatch(expression.strip())
    return None if match is None else ((match[1] or "").strip('"'), match[2].strip('"').strip())


def names_of(library: Node) -> set[str] | None:
    """Names that the library defines, None where it has no content that could be read."""
    found: set[str] = set()
    known = False
    for content in objects(library, "content"):
        names = _names(text(content, "contentType").partition(";")[0], text(content, "data"))
        if names is not None:
            known = True
            found |= names
    return found if known else None


def _names(kind: str, data: str) -> set[str] | None:
    try:
        raw = base64.b64decode(data) if data else b""
    except (binascii.Error, ValueError):
        return None
    if not raw:
        return None
    if kind == "text/cql":
        return {each.strip('"') for each in _DEFINE.findall(raw.decode("utf-8", "replace"))}
    if kind == "application/elm+json":
        return _from_json(raw)
    return _from_xml(raw) if kind == "application/elm+xml" else None


def _from_json(raw: bytes) -> set[str] | None:
    try:
        elm = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    statements = objects(member(member(elm, "library"), "statements"), "def")
    return {text(each, "name") for each in statements} or None


def _from_xml(raw: bytes) -> set[str] | None:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError:
        return None
    if root.tag != f"{ELM}library" or root.getroottree().docinfo.doctype:
        return None
    return {each.get("name", "") for each in root.findall(f"{ELM}statements/{ELM}def")}
