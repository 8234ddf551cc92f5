"""Changes between runs as lines of a page."""

from collections.abc import Iterable
from typing import NamedTuple

from fhircheck.model.change import Change
from fhircheck.report.change_words import source, words


class ChangeLine(NamedTuple):
    """One change. text: its words, with what it comes from. source: by what it was judged."""

    text: str
    alarming: bool
    source: str


def lines_of(changes: Iterable[Change], language: str) -> list[ChangeLine]:
    """The changes in words, alarming ones first."""
    ordered = sorted(changes, key=lambda each: not each.alarming)
    return [ChangeLine(words(each, language), each.alarming, source(each, language)) for each in ordered]
