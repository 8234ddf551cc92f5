"""XML bytes -> Record: the same node as from JSON, with the findings of reading.

No DTD is accepted, no entity is expanded and nothing is fetched; lxml is loaded when XML comes.
"""

import re
from contextlib import suppress
from typing import Any, NamedTuple

from fhircheck.model.issue import Issue, Place, params
from fhircheck.model.record import Piece, Record
from fhircheck.transport.text_encoding import as_utf8, first_foreign, wide_encoding
from fhircheck.transport.xml_builder import Builder, Found, split_tag
from fhircheck.transport.xml_kinds import SEVERITIES
from fhircheck.transport.xml_locator import XmlLocator
from fhircheck.transport.xml_places import expression_of, resource_of
from fhircheck.transport.xml_types import FHIR, TypesLike, XmlTypes

DEPTH = 200
MARK = b"\xef\xbb\xbf"
_DECLARED = re.compile(rb"""^<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]{0,39})["']""")
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}").fullmatch


class XmlFault(NamedTuple):
    """A fault that ends reading: kind, line, column, what the parser says of it."""

    kind: str
    line: int
    column: int
    params: dict[str, str | int]


def is_xml(data: bytes) -> bool:
    """Whether `data` begins like XML."""
    return data[:1] == b"<" or data[:64].removeprefix(MARK).lstrip()[:1] == b"<"


class XmlReader:
    """Reads XML documents by the types of one set of definitions. One object for each process."""

    def __init__(self, types: TypesLike, max_depth: int = DEPTH) -> None:
        self._types = XmlTypes(types)
        self._max_depth = max_depth

    def record(self, piece: Piece) -> Record:
        """The record of one XML document; never raises on content. Its `data` is UTF-8 whatever it came in."""
        data, issues = self._decoded(piece)
        record = Record(piece.source, piece.first, None, "", data, piece.offset, piece.line)
        record.issues = [*piece.issues, *issues]
        if not data.strip():
            record.issues.append(Issue("empty-file", "error", Place(piece.source, piece.first, line=1, column=1)))
            return record
        root, fault = parse(data)
        if fault is not None:
            place = Place(piece.source, piece.first, line=fault.line, column=fault.column)
            record.issues.append(Issue(fault.kind, SEVERITIES[fault.kind], place, params(**fault.params)))
            return record
        self._build(root, record)
        return record

    def _build(self, root: Any, record: Record) -> None:
        namespace, name = split_tag(root.tag)
        record.root = name if _TYPE(name) else "Resource"
        if namespace != FHIR:
            place = Place(record.source, record.record, "", record.root, line=root.sourceline or 1, column=1)
            record.issues.append(Issue("xml-not-fhir", "fatal", place, params(expected=FHIR)))
            return
        builder = Builder(self._types, self._max_depth)
        record.node = builder.resource(root)
        around = [*root.itersiblings(preceding=True), *root.itersiblings()]
        if any(each.tag.__name__ == "ProcessingInstruction" for each in around if not isinstance(each.tag, str)):
            place = Place(record.source, record.record, line=1, column=1)
            record.issues.append(Issue("xml-processing-instruction", "error", place))
        locator = XmlLocator(record.data)
        for found in builder.found:
            record.issues.append(self._issue(found, record, locator))

    def _issue(self, found: Found, record: Record, locator: XmlLocator) -> Issue:
        expression = expression_of(found.element, self._types)
        line, column = locator.in_source(record, expression)
        resource = resource_of(found.element, self._types)
        place = Place(record.source, record.record, resource, expression, record.offset, line, column)
        definition = str(found.params.get("element", "")) if found.kind == "cardinality-max" else ""
        return Issue(found.kind, SEVERITIES[found.kind], place, params(**found.params), definition=definition)

    def _decoded(self, piece: Piece) -> tuple[bytes, list[Issue]]:
        """The text as UTF-8 without a mark, and what is to be said of its encoding."""
        data = piece.data.removeprefix(MARK)
        place = Place(piece.source, piece.first, line=1, column=1)
        wide, mark = wide_encoding(data[:4])
        if wide:
            issue = Issue("encoding-not-utf8", "error", place, params(encoding=wide, count="all"))
            return data[mark:].decode(wide, "replace").encode(), [issue]
        declared = _DECLARED.match(data)
        encoding = declared[1].decode().lower() if declared else "utf-8"
        if encoding in ("utf-8", "utf8") or encoding.startswith(("utf-16", "utf16", "utf-32", "ucs-")):
            # what is wide was made UTF-8 before it came here
            if first_foreign(data) < 0:
                return data, []
            text, found, count = as_utf8(data)
            return text, [Issue("encoding-not-utf8", "error", place, params(encoding=found, count=count))]
        issue = Issue("encoding-not-utf8", "error", place, params(encoding=encoding, count="all"))
        try:
            return data.decode(encoding, "replace").encode(), [issue]
        except LookupError:
            return as_utf8(data)[0], [issue]


def parse(data: bytes) -> tuple[Any, XmlFault | None]:
    """(root element, None) of an XML text in UTF-8, or (None, what ended reading)."""
    from lxml import etree

    if b"<!DOCTYPE" in data:
        at = _doctype(data)
        if at >= 0:
            line, start = data.count(b"\n", 0, at) + 1, data.rfind(b"\n", 0, at) + 1
            return None, XmlFault("xml-doctype", line, len(data[start:at].decode("utf-8", "replace")) + 1, {})
    try:
        return etree.fromstring(data, _parser(etree)), None
    except etree.XMLSyntaxError as fault:
        line, column = fault.position
        return None, XmlFault("xml-syntax", line or 1, max(column, 1), {"fault": _shown_fault(fault)})


def _parser(etree: Any) -> Any:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        strip_cdata=True,
    )


def _doctype(data: bytes) -> int:
    """Offset of a document type declaration, -1 where the text only speaks of one."""
    from xml.parsers import expat

    parser = expat.ParserCreate("utf-8")
    seen: list[bool] = []
    parser.StartDoctypeDeclHandler = lambda *_: seen.append(True)
    parser.StartElementHandler = lambda *_: seen.append(False)
    with suppress(expat.ExpatError):
        for start in range(0, len(data), 4096):
            parser.Parse(data[start : start + 4096], False)
            if seen:
                break
    return data.find(b"<!DOCTYPE") if seen[:1] == [True] else -1


def _shown_fault(fault: Any) -> str:
    """The parser's name of the fault: its message may quote the data."""
    code = fault.code
    from lxml.etree import ErrorTypes

    name = next((name for name in dir(ErrorTypes) if getattr(ErrorTypes, name) == code), "ERR_SYNTAX")
    return str(name).removeprefix("ERR_").lower().replace("_", "-")
