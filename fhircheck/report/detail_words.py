"""Names and units of the numbers beside a measure, in English and German."""

import re

DETAILS: dict[str, str] = {
    "absolute-system": "absolutes System",
    "bare-system": "System ohne URL",
    "cells": "Zellen",
    "characters-lower-quartile": "Zeichen unteres Quartil",
    "characters-median": "Zeichen Median",
    "characters-upper-quartile": "Zeichen oberes Quartil",
    "classes": "Klassen",
    "consents": "Einwilligungen",
    "content-type": "Inhaltstyp",
    "data-absent-reason": "Grund für fehlende Angabe",
    "dates-lower-quartile": "Tage mit Angaben unteres Quartil",
    "dates-median": "Tage mit Angaben Median",
    "dates-upper-quartile": "Tage mit Angaben oberes Quartil",
    "delay-lower-quartile": "Verzögerung unteres Quartil",
    "delay-median": "Verzögerung Median",
    "delay-upper-quartile": "Verzögerung oberes Quartil",
    "encounters-lower-quartile": "Aufenthalte unteres Quartil",
    "encounters-median": "Aufenthalte Median",
    "encounters-upper-quartile": "Aufenthalte oberes Quartil",
    "first-month": "erster Monat",
    "gone-profile": "verschwundenes Profil",
    "gone-system": "verschwundenes System",
    "gone-version": "verschwundene Version",
    "imbalance-degree": "Grad der Unausgewogenheit",
    "jensen-shannon": "Jensen-Shannon",
    "language-declared": "Sprache angegeben",
    "language-missing": "Sprache fehlt",
    "largest-risk": "größtes Risiko",
    "last-month": "letzter Monat",
    "last-record-age": "Alter des letzten Datensatzes",
    "latest-period": "letzter Zeitraum",
    "longest-gap": "längste Lücke",
    "mean-risk": "mittleres Risiko",
    "minority-share": "Anteil der kleinsten Klasse",
    "months-covered": "abgedeckte Monate",
    "new-profile": "neues Profil",
    "new-system": "neues System",
    "new-version": "neue Version",
    "obsolete-system": "veraltetes System",
    "patients": "Patienten",
    "patients-in-classes-below": "Patienten in Klassen unter",
    "patients-in-classes-with-l-below": "Patienten in Klassen mit l unter",
    "patients-with-category": "Patienten mit Kategorie",
    "patients-with-consent-that-permits-nothing": "Patienten mit Einwilligung, die nichts erlaubt",
    "patients-with-policy": "Patienten mit Regelung",
    "population-stability-index": "Population Stability Index",
    "population-stability-index-by-chance": "Population Stability Index durch Zufall",
    "rate": "Anteil",
    "ratio": "Verhältnis",
    "recognised-system": "bekanntes System",
    "representation-rate": "Repräsentationsrate",
    "resources-with": "Ressourcen mit",
    "resources-with-security-label": "Ressourcen mit Sicherheitskennzeichen",
    "resources-with-staff-names": "Ressourcen mit Namen von Personal",
    "small-cells": "kleine Zellen",
    "smallest-class": "kleinste Klasse",
    "smallest-l": "kleinstes l",
    "span": "Spanne",
    "span-lower-quartile": "Spanne unteres Quartil",
    "span-median": "Spanne Median",
    "span-upper-quartile": "Spanne oberes Quartil",
    "units": "Einheiten",
    "values-per-hour": "Werte je Stunde",
}
"""German names; the English ones are the names themselves."""

UNITS: dict[str, str] = {
    "%": "%",
    "1/h": "1/h",
    "characters": "Zeichen",
    "codes or resources": "Codes oder Ressourcen",
    "codings": "Codings",
    "consents": "Einwilligungen",
    "days": "Tage",
    "identifiers": "Identifier",
    "items": "Werte",
    "months": "Monate",
    "patients": "Patienten",
    "resources": "Ressourcen",
}

_OF: dict[str, str] = {
    "in a group": "in einer Gruppe",
    "in no group": "in keiner Gruppe",
    "now": "jetzt",
    "texts": "Texte",
    "narrative": "Narrativ",
    "note": "Notiz",
    "from {}": "ab {}",
}
"""What a detail is about, where that is a word of ours and no name."""


def detail_words(name: str, language: str) -> str:
    """The name of a detail in `language` (``en``, ``de``)."""
    plain = name.replace("-", " ")
    return plain if language == "en" else DETAILS.get(name, plain)


def unit_words(unit: str, language: str) -> str:
    """The unit of a detail in `language`."""
    return unit if language == "en" else UNITS.get(unit, unit)


def of_words(of: str, language: str) -> str:
    """What a detail is about, in `language`: names stay as they are."""
    if language == "en":
        return of
    month = re.fullmatch(r"from (\d{4}-\d{2})", of)
    return _OF["from {}"].format(month[1]) if month else _OF.get(of, of)
