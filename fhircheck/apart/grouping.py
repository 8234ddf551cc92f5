"""Which source a resource is of: by what the user named, by what the resource says of itself, or by its server."""

import re
from collections.abc import Callable
from typing import Any, Protocol

from fhircheck.model.errors import UsageError
from fhircheck.model.path import shown_term
from fhircheck.model.remembered import Remembered

WAYS = ("file", "server", "source", "tag")
NOT_SAID = ""
"""The source of resources that do not say theirs."""
LONGEST = 200
_RESOURCE = re.compile(r"(https?://[^?#]+)/[A-Z][A-Za-z]+/[^/?#]+(?:/_history/[^/?#]+)?\Z")


class Read(Protocol):
    """A resource as it was read."""

    @property
    def source(self) -> str: ...
    @property
    def node(self) -> dict[str, Any]: ...
    @property
    def full_url(self) -> Any: ...


Grouping = Callable[[Read], str]


def check_way(way: str) -> None:
    """Raises UsageError where `way` is none of WAYS and not ``tag=SYSTEM``."""
    if way and way not in WAYS and not (way.startswith("tag=") and len(way) > 4):
        raise UsageError(f"--apart {way}: must be file, server, source, tag or tag=SYSTEM")


def grouping(way: str, given: tuple[str, ...]) -> Grouping:
    """The function that says which source a resource is of.

    way: ``file`` (the one of `given` it was read from; where there is one only, the file itself), ``server`` (the base
    of its fullUrl, else of the URL it was read from), ``source`` (meta.source, without the part after ``#`` that
    servers fill with the request), ``tag`` (the first meta.tag), ``tag=SYSTEM`` (the first of that system).
    """
    if way == "file":
        return _by_file(given)
    if way == "server":
        return _by_server(given)
    if way == "source":
        return _by_source
    return _by_tag(way.partition("=")[2])


def _by_file(given: tuple[str, ...]) -> Grouping:
    longest_first = sorted(given, key=lambda name: (-len(name), name)) if len(given) > 1 else []

    def name_of(source: str) -> str:
        return next((name for name in longest_first if source.startswith(name)), source)

    known: Remembered[str, str] = Remembered(name_of)
    return lambda read: known[read.source]


def _by_server(given: tuple[str, ...]) -> Grouping:
    by_file = _by_file(given)

    def group(read: Read) -> str:
        url = read.full_url
        match = _RESOURCE.match(url) if url.__class__ is str else None
        if match is not None:
            return match[1][:LONGEST]
        return by_file(read).partition("?")[0] if read.source.startswith(("http://", "https://")) else NOT_SAID

    return group


def _by_source(read: Read) -> str:
    meta = read.node.get("meta")
    source = meta.get("source") if meta.__class__ is dict else None
    return shown_term(source.partition("#")[0])[:LONGEST] if source.__class__ is str else NOT_SAID


def _by_tag(wanted: str) -> Grouping:
    def group(read: Read) -> str:
        meta = read.node.get("meta")
        tags = meta.get("tag") if meta.__class__ is dict else None
        for tag in tags if tags.__class__ is list else ():
            if tag.__class__ is not dict:
                continue
            system, code = tag.get("system"), tag.get("code")
            if code.__class__ is str and (not wanted or system == wanted):
                named = f"{shown_term(system)}|" if system.__class__ is str else ""
                return f"{named}{shown_term(code)}"[:LONGEST]
        return NOT_SAID

    return group
