"""What ``fhircheck explain`` says: entries of the tables describe themselves, this only lays them out."""

from difflib import get_close_matches
from typing import Any

from fhircheck.model.issue import IssueKind
from fhircheck.registry import Registry
from fhircheck.report.numbers import percent, weight
from fhircheck.report.page import Page
from fhircheck.report.shown import View

# Attribute -> label in English and German, in the order they are shown.
FIELDS: dict[str, tuple[str, str]] = {
    "why": ("why it matters", "warum es zählt"),
    "fix": ("how to mend it", "Abhilfe"),
    "severity": ("severity", "Schwere"),
    "code": ("OperationOutcome code", "Code im OperationOutcome"),
    "formula": ("formula", "Formel"),
    "category": ("Kahn category", "Kahn-Kategorie"),
    "subcategory": ("Kahn subcategory", "Kahn-Unterkategorie"),
    "context": ("Kahn context", "Kahn-Kontext"),
    "dimension": ("score", "Punktzahl"),
    "types": ("resource types", "Ressourcentypen"),
    "threshold": ("threshold", "Schwelle"),
    "source": ("source", "Quelle"),
    "clause": ("clause", "Stelle"),
    "failing": ("fails", "fällt durch"),
    "passing": ("passes", "besteht"),
}
LABELS: dict[str, tuple[str, str]] = {
    "rubric": ("rubric", "Bewertungsschema"),
    "weight": ("weight", "Gewicht"),
    "critical": ("critical", "kritisch"),
    "prerequisite": ("needs", "setzt voraus:"),
}
_CODE = frozenset({"failing", "passing", "clause"})


def tables() -> dict[str, Registry[Any]]:
    """Everything that can be explained, by the title of its table."""
    from fhircheck.measures import MEASURES
    from fhircheck.report.kinds import ISSUE_KINDS

    return {"types of finding": ISSUE_KINDS.every, "measures": MEASURES, "rubrics": rubrics()}


def rubrics() -> Registry[Any]:
    """The rubrics that are shipped."""
    from fhircheck.score import RUBRICS, load_rubric

    return Registry("rubrics", *map(load_rubric, RUBRICS))


def explanation(name: str, view: View) -> str | None:
    """The text on `name`; None where no table has it."""
    found = [(title, table[name]) for title, table in tables().items() if name in table]
    if not found:
        return None
    page = Page(view)
    for title, entry in found:
        _entry(page, title, entry)
    return page.text()


def nearest(name: str) -> list[str]:
    """Up to three names that `name` may have been meant for."""
    names = [each for table in tables().values() for each in table.names]
    close = get_close_matches(name, names, n=3, cutoff=0.5)
    return close or [each for each in names if name and name in each][:3]


def listing(view: View) -> str:
    """All names with their summaries."""
    page = Page(view)
    for title, table in tables().items():
        page.heading(title)
        page.table([((entry.name, "bold"), (entry.summary, "")) for entry in sorted(table, key=lambda each: each.name)])
    return page.text().lstrip("\n")


def _entry(page: Page, title: str, entry: Any) -> None:
    page.line((entry.name, "bold"), (f"  ({title.removesuffix('s').replace('types', 'type')})", "dim"))
    page.wrapped((entry.summary, ""), indent=2)
    if isinstance(entry, IssueKind):
        page.wrapped(
            ("„" if page.view.language == "de" else "“", "dim"),
            (_template(entry, page.view), "italic"),
            ("”", "dim"),
            indent=2,
        )
    for field, labels in FIELDS.items():
        value = getattr(entry, field, None)
        if value in (None, ""):
            continue
        page.line((labels[page.view.language == "de"], "bold"), indent=2)
        text = _shown(value, page.view)
        if field in _CODE:
            for each in text.splitlines():
                page.line((each, "cyan"), indent=4)
        else:
            page.wrapped((text, ""), indent=4)
    _criteria(page, title, entry)


def _criteria(page: Page, title: str, entry: Any) -> None:
    """For a rubric its criteria, for a measure the criteria that judge it."""
    language = page.view.language
    if title == "rubrics":
        for each in entry.criteria:
            page.line((each.score, "bold"), (f"  {each.measure}", ""), indent=2)
            page.wrapped((_criterion(each, language), ""), indent=4)
    elif title == "measures":
        for rubric in rubrics():
            for each in rubric.criteria:
                if each.measure == entry.name:
                    page.line((f"{LABELS['rubric'][language == 'de']} {rubric.name}: {each.score}", "bold"), indent=2)
                    page.wrapped((_criterion(each, language), ""), indent=4)


def _criterion(criterion: Any, language: str) -> str:
    """Weight, limits and reason of one criterion."""
    german = language == "de"
    parts = [f"{LABELS['weight'][german]} {weight(criterion.weight, language)}"]
    if criterion.critical:
        parts.append(LABELS["critical"][german])
    if criterion.prerequisite:
        parts.append(f"{LABELS['prerequisite'][german]} {criterion.prerequisite}")
    if criterion.maximum_failing is not None:
        parts.append(f"≥ {percent(1 - criterion.maximum_failing, language)}")
    return f"{', '.join(parts)}: {criterion.reason}"


def _template(kind: IssueKind, view: View) -> str:
    return kind.german if view.language == "de" and kind.german else kind.english


def _shown(value: Any, view: View) -> str:
    """A field as text; a threshold with its source."""
    if isinstance(value, frozenset):
        return ", ".join(sorted(value))
    if hasattr(value, "maximum_failing"):
        share = percent(1 - value.maximum_failing, view.language)
        return f"≥ {share} ({value.source}{'' if value.published else '; by analogy'})"
    return str(value)
