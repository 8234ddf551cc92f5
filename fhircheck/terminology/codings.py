"""Which codes a JSON value holds: a Coding, each coding of a CodeableConcept, the unit of a Quantity."""

from typing import Any, NamedTuple


class Coded(NamedTuple):
    """One coding. system None: the element implies it (a plain code); empty: none is given."""

    system: str | None
    code: str
    version: str = ""
    display: str = ""
    language: str = ""


def _text(value: Any) -> str:
    return value if value.__class__ is str else ""


def codings_of(value: Any, language: str = "") -> list[Coded]:
    """The codings of a Coding, CodeableConcept or Quantity; none for what is malformed.

    language: of the resource; it says which displays fit.
    """
    if value.__class__ is not dict:
        return []
    found = value.get("coding") if "coding" in value else [value]
    if found.__class__ is not list:
        return []
    return [
        Coded(
            _text(each.get("system")),
            _text(each.get("code")),
            _text(each.get("version")),
            _text(each.get("display")),
            language,
        )
        for each in found
        if each.__class__ is dict and each
    ]
