"""Definitions in XML: made the same JSON that packages hold otherwise, by the types of the embedded R4 core."""

import zlib
from collections.abc import Iterator
from functools import cache

from fhircheck.definitions.store_form import Head, head_of, is_definition
from fhircheck.transport.xml_reader import is_xml

LEVEL = 1


class XmlDefinitions:
    """The XML files of one package, held packed until its JSON files are known: a twin in JSON is enough."""

    def __init__(self) -> None:
        self._held: list[tuple[Head, bytes]] = []

    def add(self, name: str, data: bytes) -> None:
        """Hold the definition in the file `name`; a file that holds none is left alone."""
        if not is_xml(data):
            return
        found = converted(name, data)
        if found is not None:
            self._held.append((found[0], zlib.compress(found[1], LEVEL)))

    def without_twins(self, kept: set[str], known: set[tuple[str, str, str]]) -> Iterator[tuple[Head, bytes]]:
        """(head, JSON text) of each that has no JSON file of its name in `kept`, nor its identity in `known`."""
        for head, packed in self._held:
            if f"{head.filename.removesuffix('.xml')}.json" not in kept and identity(head) not in known:
                yield head, zlib.decompress(packed)


def identity(head: Head) -> tuple[str, str, str]:
    """What makes two files the same definition: type, URL (or id) and version."""
    return head.resource_type, head.url or f"#{head.id}", head.version


def converted(name: str, data: bytes) -> tuple[Head, bytes] | None:
    """(head, JSON text) of the definition in an XML document, None where there is none."""
    from fhircheck.transport.json_line import dumped

    node = _reader().node(data)
    if node is None:
        return None
    head = head_of(node, name)
    return (head, dumped(node)) if is_definition(head) else None


class _Reader:
    """The XML reader over the embedded core's types."""

    def __init__(self) -> None:
        from fhircheck.definitions.definition_set import DefinitionRecipe, DefinitionSet
        from fhircheck.definitions.embedded import core_package
        from fhircheck.definitions.type_table import TypeTable
        from fhircheck.transport.xml_reader import XmlReader

        self._reader = XmlReader(TypeTable(DefinitionSet(DefinitionRecipe((core_package(),)))))

    def node(self, data: bytes) -> dict[str, object] | None:
        """The resource in an XML document, None where it cannot be read."""
        from fhircheck.model.record import Piece

        return self._reader.record(Piece("", "resource", data)).node


@cache
def _reader() -> _Reader:
    return _Reader()
