"""Changes between runs as lines of a page."""

from collections.abc import Iterable
from typing import NamedTuple

from fhircheck.model.change import Change
from fhircheck.report.shown import clean


class ChangeLine(NamedTuple):
    """One change. text: its words. alarming: whether it is past its threshold."""

    text: str
    alarming: bool


def lines_of(changes: Iterable[Change], language: str) -> list[ChangeLine]:
    """The changes in words, alarming ones first."""
    ordered = sorted(changes, key=lambda each: not each.alarming)
    return [ChangeLine(_words(each), each.alarming) for each in ordered]


def _words(change: Change) -> str:
    return clean(f"{change.kind} {change.what}: {change.before} → {change.after}")
