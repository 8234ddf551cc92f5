"""Extensions that carry an element of another FHIR version: http://hl7.org/fhir/versions.html#extensions.

Their definition follows from their URL: ``http://hl7.org/fhir/3.0/StructureDefinition/extension-Patient.animal``. The
table beside this file says which elements other versions have, and of which types.
"""

import json
import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

_URL = re.compile(r"http://hl7\.org/fhir/(\d\.\d)/StructureDefinition/extension-(.+)")
TABLE = "cross_version.json"
MODIFIER = "!"
NOT_CHANGED = "="


def parse(url: str) -> tuple[str, str] | None:
    """(FHIR version, element path) that an extension's URL names; None for any other URL."""
    match = _URL.fullmatch(url)
    return (match[1], match[2].replace("%5Bx%5D", "[x]")) if match else None


def status(version: str, path: str) -> str:
    """``valid``, or why there is no such extension: ``version``, ``element``, or ``unchanged`` (R4 has the element)."""
    if version not in table():
        return "version"
    entry = _entry(version, path)
    if entry is None:
        return "element"
    return "unchanged" if entry == NOT_CHANGED else "valid"


class OtherElement(NamedTuple):
    """An element of another FHIR version: the types (``*`` any) or the parts that R4 lacks, the path it belongs to."""

    version: str
    modifier: bool
    types: tuple[str, ...]
    parts: tuple[str, ...]
    owner: str


def element(url: str) -> OtherElement | None:
    """The element that an extension's URL names; None where it names none that another version alone has."""
    named = parse(url)
    if named is None or status(*named) != "valid":
        return None
    version, path = named
    entry = _entry(version, path) or ""
    content = entry.removeprefix(MODIFIER)
    parts, types = (content[1:].split(), []) if content.startswith(".") else ([], content.split())
    owner = path.rpartition(".")[0] or path
    return OtherElement(version, entry.startswith(MODIFIER), tuple(types), tuple(parts), owner)


def _entry(version: str, path: str) -> str | None:
    """What the table says: types (``*`` any), or parts after a dot; first ``!`` for a modifier."""
    elements = _elements(version, path.partition(".")[0])
    rest = path.partition(".")[2]
    found = elements.get(rest)
    return elements.get(f"{rest}[x]") if found is None else found


@lru_cache(500)
def _elements(version: str, type_name: str) -> dict[str, str]:
    lines = table().get(version, {}).get(type_name, "").split(";")
    return {name: entry for name, _, entry in (line.partition(":") for line in lines)} if lines != [""] else {}


@cache
def table() -> dict[str, dict[str, str]]:
    """FHIR version -> type -> its elements, as the file writes them."""
    text = files("fhircheck.validate.elements").joinpath(TABLE).read_text("utf-8")
    return dict(json.loads(text)["versions"])
