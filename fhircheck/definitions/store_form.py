"""The form of a package store: one read-only SQLite file that holds the definitions of one FHIR package.

Standard library only: the build hook imports this module before any dependency is installed.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

FORM = "1"
"""Number of the form; a store with another number is built anew, never migrated."""

SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE definition (
    number INTEGER PRIMARY KEY, url TEXT NOT NULL, version TEXT NOT NULL, resource_type TEXT NOT NULL,
    id TEXT NOT NULL, kind TEXT NOT NULL, type TEXT NOT NULL, derivation TEXT NOT NULL,
    filename TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL
);
CREATE TABLE content (number INTEGER PRIMARY KEY, data BLOB NOT NULL);
"""

INDEXES = """
CREATE INDEX definition_url ON definition (url);
CREATE INDEX definition_type ON definition (resource_type, url);
"""


class Head(NamedTuple):
    """What is known of a definition without reading it.

    type, kind, derivation: of a StructureDefinition, empty for others. digest: hash of its stored
    text. size: bytes of its stored text.
    """

    number: int
    url: str
    version: str
    resource_type: str
    id: str
    kind: str
    type: str
    derivation: str
    filename: str
    digest: str
    size: int


def head_of(resource: Mapping[str, Any], filename: str = "") -> Head:
    """The Head of a parsed resource, with number, digest and size left open.

    Members that are not strings count as absent: packages are foreign data.
    """
    of = {name: text if isinstance(text := resource.get(name), str) else "" for name in _NAMES}
    structure = of["resourceType"] == "StructureDefinition"
    return Head(
        number=0,
        url=of["url"],
        version=of["version"],
        resource_type=of["resourceType"],
        id=of["id"],
        kind=of["kind"] if structure else "",
        type=of["type"] if structure else "",
        derivation=of["derivation"] if structure else "",
        filename=filename,
        digest="",
        size=0,
    )


_NAMES = ("resourceType", "url", "version", "id", "kind", "type", "derivation")
KEPT_WITHOUT_URL = frozenset({
    "StructureDefinition", "ValueSet", "CodeSystem", "ConceptMap", "NamingSystem", "SearchParameter",
    "OperationDefinition", "CompartmentDefinition", "CapabilityStatement",
})  # fmt: skip
"""Conformance resources that are kept also where they have no canonical URL (a NamingSystem never has one)."""


def is_definition(head: Head) -> bool:
    """Whether a package's resource is kept: it has a canonical URL, or is of a type that needs none."""
    return bool(head.url and head.resource_type) or head.resource_type in KEPT_WITHOUT_URL
