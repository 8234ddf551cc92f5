"""Findings as those who answer them read them: what is wrong in plain words, where, and where they stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from string import Formatter

from fhircheck.model.feedback import FindingState, revision
from fhircheck.model.plural import of_many
from fhircheck.model.report import RunReport
from fhircheck.report.kinds import ISSUE_KINDS
from fhircheck.report.messages import text
from fhircheck.report.shown import clean

FINGERPRINT = "fp-"
"""Before a fingerprint, so that no spreadsheet takes it for a number."""


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """One fingerprint. meaning: what is wrong, in words without values of the data. revision: of its answer."""

    state: FindingState
    meaning: str
    revision: str


def feedback_rows(states: Iterable[FindingState], report: RunReport, language: str) -> list[FeedbackRow]:
    """The rows of `states`. report: the run they are of, whose examples give the words."""
    said = _meanings(report, language)
    return [
        FeedbackRow(each, said.get(each.fingerprint) or _of_kind(each.kind, language), revision(each.answer))
        for each in states
    ]


def _meanings(report: RunReport, language: str) -> dict[str, str]:
    """What the examples of a report say, by fingerprint; values of the data are not shown."""
    said: dict[str, str] = {}
    for group in report.issues:
        for example in group.examples:
            said.setdefault(example.fingerprint, text(example, language))
    return said


def _of_kind(name: str, language: str) -> str:
    """What a type of finding says, with an ellipsis for what no example tells."""
    kind = ISSUE_KINDS.get(name)
    if kind is None:
        return clean(name)
    template = of_many(kind.german if language == "de" and kind.german else kind.english)
    return "".join(before + ("…" if field is not None else "") for before, field, _, _ in Formatter().parse(template))


def fingerprint_of(cell: str) -> str:
    """The fingerprint in a cell or an identifier, with or without what stands before it."""
    return cell.strip().lower().removeprefix(FINGERPRINT)
