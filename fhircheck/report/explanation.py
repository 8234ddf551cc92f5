"""What ``fhircheck explain`` says: entries of the tables describe themselves, this only lays them out."""

from difflib import get_close_matches
from typing import Any

from fhircheck.model.issue import IssueKind
from fhircheck.model.plural import of_many
from fhircheck.registry import Registry
from fhircheck.report.german import criterion_reason, kahn_words, kind_texts, measure_texts
from fhircheck.report.html.measure_words import MEASURE_WORDS, plain
from fhircheck.report.numbers import percent, weight
from fhircheck.report.page import Page
from fhircheck.report.shown import View
from fhircheck.report.words import say, severity

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
_CATALOGUE = ("in the catalogue", "im Katalog")
"""What the field ``code`` of a measure is; of a type of finding it is the code of its OperationOutcome."""
LABELS: dict[str, tuple[str, str]] = {
    "actions": ("what to do where it fails", "was zu tun ist, wo sie verfehlt wird"),
    "crosswalk": ("in other frameworks (our reading)", "in anderen Rahmenwerken (unsere Lesart)"),
    "rubric": ("rubric", "Bewertungsschema"),
    "weight": ("weight", "Gewicht"),
    "critical": ("critical", "kritisch"),
    "prerequisite": ("needs", "setzt voraus:"),
}
TITLES: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "types of finding": (("type of finding", "types of finding"), ("Art von Befund", "Arten von Befunden")),
    "measures": (("measure", "measures"), ("Kennzahl", "Kennzahlen")),
    "results from outside": (
        ("result from outside", "results from outside"),
        ("Ergebnis von außen", "Ergebnisse von außen"),
    ),
    "rubrics": (("rubric", "rubrics"), ("Bewertungsschema", "Bewertungsschemata")),
}
"""Title of a table -> one entry and all of them, in English and German."""
_FILED = ("category", "subcategory", "context")
MEASURED = frozenset({"measures", "results from outside"})
_CODE = frozenset({"failing", "passing", "clause"})


def tables() -> dict[str, Registry[Any]]:
    """Everything that can be explained, by the title of its table."""
    from fhircheck.measures import MEASURES
    from fhircheck.report.kinds import ISSUE_KINDS
    from fhircheck.score.outside import OUTSIDE

    return {
        "types of finding": ISSUE_KINDS.every,
        "measures": MEASURES,
        "results from outside": OUTSIDE,
        "rubrics": rubrics(),
    }


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
        page.heading(TITLES[title][view.language == "de"][1])
        rows = [(entry.name, _texts(title, entry, view)["summary"]) for entry in table]
        page.table([((name, "bold"), (summary, "")) for name, summary in sorted(rows)])
    return page.text().lstrip("\n")


def _entry(page: Page, title: str, entry: Any) -> None:
    texts = _texts(title, entry, page.view)
    page.line((entry.name, "bold"), (f"  ({TITLES[title][page.view.language == 'de'][0]})", "dim"))
    if title in MEASURED and entry.name in MEASURE_WORDS:
        page.wrapped((f"{plain(entry.name).said(page.view.language)}.", ""), indent=2)
    page.wrapped((texts["summary"], ""), indent=2)
    if isinstance(entry, IssueKind):
        page.wrapped(
            ("„" if page.view.language == "de" else "“", "dim"),
            (_template(entry, page.view), "italic"),
            ("“" if page.view.language == "de" else "”", "dim"),
            indent=2,
        )
    for field, labels in FIELDS.items():
        value = texts.get(field, getattr(entry, field, None))
        if value in (None, "", "none"):
            continue
        if field == "code" and not isinstance(entry, IssueKind):
            labels = _CATALOGUE
        page.line((labels[page.view.language == "de"], "bold"), indent=2)
        text = ", ".join(sorted(value)) if isinstance(value, frozenset) else str(value)
        if field in _CODE:
            for each in text.splitlines():
                page.line((each, "cyan"), indent=4)
        else:
            page.wrapped((text, ""), indent=4)
    if title in MEASURED:
        _actions(page, entry)
        _crosswalk(page, entry)
    _criteria(page, title, entry)


def _texts(title: str, entry: Any, view: View) -> dict[str, str]:
    """What an entry says of itself in the view's language, by field; the others are the same in every language."""
    if isinstance(entry, IssueKind):
        return {**kind_texts(entry, view.language)._asdict(), "severity": severity(view, entry.severity)}
    if title not in MEASURED:
        return {"summary": criterion_reason(entry.summary, view.language)}
    filed = {each: kahn_words(getattr(entry, each, "none")).said(view.language) for each in _FILED}
    texts = measure_texts(entry, view.language)._asdict()
    return {**filed, **texts, "threshold": _threshold(entry.threshold, texts["threshold"], view)}


def _threshold(limit: Any, source: str, view: View) -> str:
    """The least share that passes, with its source; empty without one."""
    if limit is None:
        return ""
    source = source if limit.published else say(view, "analogy", source=source)
    return f"≥ {percent(1 - limit.maximum_failing, view.language)} ({source})"


def _actions(page: Page, measure: Any) -> None:
    """What to do where a measure fails, who does it and how much work it is."""
    from fhircheck.score.action_table import action_table

    view = page.view
    entries = [each for each in action_table() if each.measure == measure.name]
    if entries:
        page.line((LABELS["actions"][view.language == "de"], "bold"), indent=2)
    for each in entries:
        about = f" ({', '.join((*each.paths, *each.kinds))})" if each.paths or each.kinds else ""
        work = f"{say(view, f'owner-{each.owner}')}, {say(view, f'effort-{each.effort}')}"
        text = f"{each.title.said(view.language)}{about}: {work}. {each.reason.said(view.language)}"
        page.wrapped((text, ""), indent=4, hanging=2)


def _crosswalk(page: Page, measure: Any) -> None:
    """Where a measure stands in other frameworks, each cell with the mark of how well it was verified."""
    from fhircheck.measures.crosswalk import MARKS, crosswalk, mapped
    from fhircheck.report.german.crosswalk_texts import crosswalk_words

    if measure.name not in mapped():
        return
    german = page.view.language == "de"
    page.line((LABELS["crosswalk"][german], "bold"), indent=2)
    for cell in crosswalk(measure):
        words = crosswalk_words(cell.framework.name, cell.text).said(page.view.language)
        text = f"{words} [{cell.mark}]" if words else "–"
        title = cell.framework.title_de if german else cell.framework.title
        page.wrapped((f"{title}: ", ""), (text, "cyan"), indent=4, hanging=2)
    page.wrapped(("; ".join(f"[{mark}] {words[german]}" for mark, words in MARKS.items()), "dim"), indent=4, hanging=2)


def _criteria(page: Page, title: str, entry: Any) -> None:
    """For a rubric its criteria, for a measure the criteria that judge it."""
    language = page.view.language
    if title == "rubrics":
        for each in entry.criteria:
            page.line((each.score, "bold"), (f"  {each.measure}", ""), indent=2)
            page.wrapped((_criterion(each, language), ""), indent=4)
    elif title in MEASURED:
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
    return f"{', '.join(parts)}: {criterion_reason(criterion.reason, language)}"


def _template(kind: IssueKind, view: View) -> str:
    return of_many(kind.german if view.language == "de" and kind.german else kind.english)
