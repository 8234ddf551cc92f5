"""Bytes cut by a source -> Records, whichever form they are in: JSON or XML."""

from collections.abc import Iterator
from typing import Any

from fhircheck.model.record import Node, Piece, Record
from fhircheck.transport.json_locator import Locator
from fhircheck.transport.json_reader import read_records
from fhircheck.transport.xml_locator import XmlLocator
from fhircheck.transport.xml_reader import XmlReader, is_xml
from fhircheck.transport.xml_types import TypesLike


class RecordReader:
    """Reads the records of pieces; `types` tells what XML elements are. One object for each process.

    comments: whether JSON may have some; they are not reported then.
    """

    def __init__(self, types: TypesLike, comments: bool = False) -> None:
        self._xml = XmlReader(types)
        self._comments = comments

    def records(self, piece: Piece) -> Iterator[Record]:
        """The records of one piece, in the source's order; never raises on content."""
        if piece.form == "resource" and is_xml(piece.data):
            return iter((self._xml.record(piece),))
        records = read_records(piece)
        return map(_without_comments, records) if self._comments else records


def _without_comments(record: Record) -> Record:
    """`record` without what was said of comments in it."""
    said = (("fault", "comment"), ("fault", "block-comment"))
    record.issues = [each for each in record.issues if not any(each.params[:1] == (one,) for one in said)]
    return record


def read_document(data: bytes, types: TypesLike) -> Node | None:
    """The resource in one document, JSON or XML, such as a definition in a file; None where there is none."""
    for record in RecordReader(types).records(Piece("", "resource", data)):
        return record.node
    return None


def locator_for(record: Record) -> Any:
    """What finds line and column in the text of `record`: its ``in_source(record, expression)``."""
    return XmlLocator(record.data) if is_xml(record.data) else Locator(record.data, repeated=bool(record.issues))
