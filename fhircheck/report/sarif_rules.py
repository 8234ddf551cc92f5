"""Types of finding as SARIF rules (reportingDescriptor, 3.49 of SARIF 2.1.0)."""

from typing import Any

from fhircheck.model.issue import IssueKind
from fhircheck.report.german import KindTexts, kind_texts
from fhircheck.report.kinds import ISSUE_KINDS
from fhircheck.report.shown import View, clean

LEVELS = {"fatal": "error", "error": "error", "warning": "warning", "information": "note"}
"""Severity -> level of a result."""

_HEADS = {"en": ("How to mend it", "Fails", "Passes"), "de": ("Abhilfe", "Fällt durch", "Besteht")}


class Rules:
    """The rules that results have named, numbered in that order."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._known: dict[str, int] = {}

    def index(self, kind: str) -> int:
        """Number of the rule that is the type of finding `kind`."""
        return self._known.setdefault(kind, len(self._known))

    def forms(self) -> list[dict[str, Any]]:
        """All rules that were named."""
        return [_rule(name, ISSUE_KINDS.get(name), self._view.language) for name in self._known]


def _rule(name: str, kind: IssueKind | None, language: str) -> dict[str, Any]:
    if kind is None:
        return {"id": clean(name)}
    texts = kind_texts(kind, language)
    clause = {"helpUri": kind.clause} if kind.clause.startswith(("http://", "https://")) else {}
    return {
        "id": kind.name,
        "name": "".join(part.capitalize() for part in kind.name.split("-")),
        "shortDescription": {"text": texts.summary},
        "fullDescription": {"text": f"{texts.summary} {texts.why}".strip()},
        "help": {
            "text": f"{texts.why}\n\n{texts.fix}".strip() or texts.summary,
            "markdown": _markdown(kind, texts, language),
        },
        **clause,
        "defaultConfiguration": {"level": LEVELS[kind.severity]},
        "properties": {"tags": ["fhir", kind.code, *kind.tags], "precision": "very-high"},
    }


def _markdown(kind: IssueKind, texts: KindTexts, language: str) -> str:
    """Why it matters and how to mend it; these are our own words, not the data's."""
    mend, fails, passes = _HEADS[language]
    parts = [texts.why, f"**{mend}:** {texts.fix}" if texts.fix else ""]
    if kind.failing and kind.passing:
        parts.append(f"{fails}:\n\n```json\n{kind.failing}\n```\n\n{passes}:\n\n```json\n{kind.passing}\n```")
    if kind.clause:
        parts.append(f"[{kind.clause}]({kind.clause})")
    return "\n\n".join(part for part in parts if part) or texts.summary
