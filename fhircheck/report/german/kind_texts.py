"""What a type of finding means, why it matters and how to mend it, in the reader's language."""

from typing import NamedTuple

from fhircheck.model.issue import IssueKind
from fhircheck.report.german.table import Texts, table

TABLES = ("sources", "assertions", "validate")
"""The stages, as report.kinds names them."""


class KindTexts(NamedTuple):
    """summary: what is wrong. why: why it matters. fix: how to mend it. One language."""

    summary: str
    why: str
    fix: str


def kind_texts(kind: IssueKind, language: str) -> KindTexts:
    """The texts of `kind` in `language` (``en``, ``de``); English where there is no German."""
    found = _german(kind.name) if language == "de" else {}
    return KindTexts(*(found.get(part, getattr(kind, part)) for part in KindTexts._fields))


def _german(name: str) -> Texts:
    return next((texts[name] for texts in map(table, TABLES) if name in texts), {})
