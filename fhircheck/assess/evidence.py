"""What was measured: reports of checks, of servers and of comparisons, each for all data or for one application."""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from fhircheck.model.errors import SourceUnusable, UsageError
from fhircheck.transport.bounded_file import read_bounded

Json = dict[str, Any]
LARGEST = 256 << 20


@dataclass(frozen=True, slots=True)
class Piece:
    """One document. kind: report, server or compare. label: code of the application or use case it is of, or empty."""

    kind: str
    label: str
    name: str
    document: Json


def read_pieces(
    kind: str, given: Iterable[str], labels: frozenset[str], load: Callable[[str], Any] | None = None
) -> list[Piece]:
    """The documents of one option, each ``FILE`` or ``LABEL=FILE``. load: reads one by its name, a file by default.

    Raises UsageError and SourceUnusable.
    """
    named = (_named(each, labels) for each in given)
    return [piece_of(kind, label, name, (load or loaded)(name)) for label, name in named]


def _named(text: str, labels: frozenset[str]) -> tuple[str, str]:
    label, equals, name = text.partition("=")
    return (label, name) if equals and label in labels else ("", text)


def piece_of(kind: str, label: str, name: str, document: Any) -> Piece:
    """A document that is what it is said to be. Raises UsageError."""
    if not isinstance(document, dict) or not _FITS[kind](document):
        raise UsageError(f"{name}: {_WANTED[kind]}")
    return Piece(kind, label, os.path.basename(name) or name, document)


def loaded(path: str) -> Any:
    """The JSON in a file. Raises SourceUnusable."""
    data = read_bounded(path, LARGEST, path, SourceUnusable, reason=str)
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise SourceUnusable(f"{path}: is not JSON in UTF-8") from None


def _is_report(document: Json) -> bool:
    version = str(document.get("format_version", ""))
    return document.get("format") == "fhircheck-report" and version.partition(".")[0] == "1"


def _is_server(document: Json) -> bool:
    return document.get("form") == 1 and isinstance(document.get("actors"), list)


def _is_compare(document: Json) -> bool:
    version = str(document.get("format_version", ""))
    return document.get("format") == "fhircheck-comparison" and version.partition(".")[0] == "1"


_FITS = {"report": _is_report, "server": _is_server, "compare": _is_compare}
_WANTED = {
    "report": "is no report of `fhircheck check --format json`",
    "server": "is no report of `fhircheck server --save`",
    "compare": "is no protocol of `fhircheck compare --format json`",
}
