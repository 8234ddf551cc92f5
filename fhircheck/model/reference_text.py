"""The text of a reference: absolute or relative, which type, id and version it names (references.html#literal)."""

import re
from typing import NamedTuple

_REST = re.compile(
    r"((?:https?://(?:[A-Za-z0-9\\.:%$_-]*/)*?)?)"
    r"([A-Z][A-Za-z]{1,63})/([A-Za-z0-9.-]{1,64})(?:/_history/([A-Za-z0-9.-]{1,64}))?"
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_PARAMETER = re.compile(r"[_a-zA-Z][_a-zA-Z0-9.:-]*=[^=&]*")
HISTORY = "/_history/"
LONGEST = 2_000
"""Longer texts are no RESTful URLs: patterns are not tried on them."""


class RestUrl(NamedTuple):
    """``[base]/[type]/[id]{/_history/[version]}``; base with its last slash, empty for a relative URL."""

    base: str
    type: str
    id: str
    version: str


def rest_url(text: str) -> RestUrl | None:
    """`text` taken apart where it has the form of a RESTful URL; whether the type exists is not looked at."""
    match = _REST.fullmatch(text) if len(text) <= LONGEST else None
    return RestUrl(match[1], match[2], match[3], match[4] or "") if match else None


def is_absolute(text: str) -> bool:
    """Whether `text` is an absolute URI: a scheme in small letters, and something without blanks behind it."""
    scheme, colon, rest = text.partition(":")
    return bool(colon and rest and " " not in rest and _SCHEME.fullmatch(scheme))


def named_type(reference: str) -> str:
    """The resource type that stands before the id in `reference`, or empty; it may be none that exists."""
    parts = reference.split("/", 100)
    if len(parts) < 2:
        return ""
    return parts[-4] if parts[-2] == "_history" and len(parts) >= 4 else parts[-2]


def without_version(reference: str) -> tuple[str, str]:
    """(reference, version) of a version-specific reference; the version is empty for others."""
    target, _, version = reference.partition(HISTORY)
    return target, version


def search_of(reference: str) -> tuple[str, str] | None:
    """(type, query) of a conditional reference ``Type?query`` (http.html#trules), None for other references."""
    name, mark, query = reference.partition("?")
    return (name, query) if mark and name.isalpha() else None


def is_search(query: str) -> bool:
    """Whether `query` is a search: parameters with values."""
    return len(query) <= LONGEST and all(_PARAMETER.fullmatch(each) for each in query.split("&"))
