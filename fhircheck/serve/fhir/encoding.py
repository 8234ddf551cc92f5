"""Resources as bytes: JSON or XML."""

import json
from typing import Any

from fhircheck.serve.fhir.question import Form
from fhircheck.transport.xml_types import TypesLike, XmlTypes
from fhircheck.transport.xml_writer import xml_document

MEDIA: dict[Form, str] = {"json": "application/fhir+json; charset=utf-8", "xml": "application/fhir+xml; charset=utf-8"}


class Encoder:
    """Writes resources; `types` tells the order of XML elements."""

    def __init__(self, types: TypesLike) -> None:
        self._types = XmlTypes(types)

    def encoded(self, resource: dict[str, Any], form: Form, pretty: bool = False) -> bytes:
        """The resource in the form asked for, in UTF-8."""
        if form == "xml":
            return xml_document(resource, self._types)
        indent = 2 if pretty else None
        separators = None if pretty else (",", ":")
        text = json.dumps(resource, ensure_ascii=False, indent=indent, separators=separators, allow_nan=False)
        return text.encode("utf-8", "replace")
