"""The data set's card: what a catalogue and a machine-learning pipeline read of it, made of a RunReport.

HealthDCAT-AP (release 8) as Turtle or JSON-LD, Croissant 1.0 as JSON-LD; the measures stand in both as DQV
quality measurements.
"""

from fhircheck.model.errors import UsageError
from fhircheck.model.report import RunReport
from fhircheck.report.card.card_facts import NO_FACTS, CardFacts, load_card_facts
from fhircheck.report.card.loadable import NO_TABLES, Tables, tables_beside

__all__ = [
    "FORMS",
    "NO_FACTS",
    "NO_TABLES",
    "CardFacts",
    "Tables",
    "card",
    "form_of",
    "load_card_facts",
    "missing_facts",
    "tables_beside",
]

FORMS = {".ttl": "turtle", ".croissant.json": "croissant", ".jsonld": "json-ld"}
"""Suffix of a card's file -> its form."""


def form_of(path: str) -> str:
    """The form of the card in the file `path`. Raises UsageError for a suffix that none has."""
    for suffix, form in FORMS.items():
        if path.lower().endswith(suffix):
            return form
    raise UsageError(f"--card {path}: the name must end in {', '.join(FORMS)}")


def card(report: RunReport, form: str, facts: CardFacts = NO_FACTS, tables: Tables = NO_TABLES) -> str:
    """The card of the data as text, in one of the FORMS. What neither the run nor `facts` say is left out.

    tables: what loads from beside a Croissant card (`tables_beside`).
    """
    if form == "croissant":
        from fhircheck.report.card.croissant import croissant

        return croissant(report, facts, tables)
    from fhircheck.report.card.health_dcat import json_ld, turtle

    return (turtle if form == "turtle" else json_ld)(report, facts)


def missing_facts(facts: CardFacts, form: str) -> tuple[str, ...]:
    """Names of the facts that `form` demands and nobody gave, in the order of the file of facts."""
    return facts.missing_for_croissant() if form == "croissant" else facts.missing_for_catalogue()
