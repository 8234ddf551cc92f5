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
    "gaps": "Lücken",
    "gone-profile": "verschwundenes Profil",
    "gone-requirement": "verschwundene Anforderung",
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
    "new-requirement": "neue Anforderung",
    "new-system": "neues System",
    "new-version": "neue Version",
    "obsolete-system": "veraltetes System",
    "own-codings": "eigene Codings",
    "own-codings-beside-a-public-one": "eigene Codings neben einem öffentlichen",
    "own-extensions": "eigene Extensions",
    "own-extensions-defined": "eigene Extensions mit Definition",
    "own-extensions-named-as-one-of-hl7": "eigene Extensions, die wie eine von HL7 heißen",
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
    "samples-ahead": "Messungen nach ihrer Erfassung",
    "samples-ahead-by-whole-hours": "davon um ganze Stunden",
    "samples-late": "Messungen zu spät erfasst",
    "samples-of-one-moment-with-other-values": "Messungen eines Zeitpunkts mit anderem Wert",
    "small-cells": "kleine Zellen",
    "smallest-class": "kleinste Klasse",
    "smallest-l": "kleinstes l",
    "span": "Spanne",
    "span-lower-quartile": "Spanne unteres Quartil",
    "span-median": "Spanne Median",
    "span-upper-quartile": "Spanne oberes Quartil",
    "streams": "Datenströme",
    "streams-below-share": "Datenströme unter dem Anteil",
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
    "extensions": "Extensions",
    "hours": "Stunden",
    "identifiers": "Identifier",
    "items": "Werte",
    "months": "Monate",
    "patients": "Patienten",
    "resources": "Ressourcen",
}

SINGULAR: dict[str, tuple[str, str]] = {
    "characters": ("character", "Zeichen"),
    "codes or resources": ("code or resource", "Code oder Ressource"),
    "codings": ("coding", "Coding"),
    "consents": ("consent", "Einwilligung"),
    "days": ("day", "Tag"),
    "extensions": ("extension", "Extension"),
    "hours": ("hour", "Stunde"),
    "identifiers": ("identifier", "Identifier"),
    "items": ("item", "Wert"),
    "months": ("month", "Monat"),
    "patients": ("patient", "Patient"),
    "resources": ("resource", "Ressource"),
}
"""Units beside 1, in English and German."""

ITEMS: dict[str, str] = {
    "files": "Dateien",
    "Condition.code with system and code": "Condition.code mit system und code",
    "Observation with a value": "Observation mit einem Wert",
    "Observation.valueQuantity with a UCUM unit": "Observation.valueQuantity mit einer UCUM-Einheit",
    "patients with a Condition": "Patienten mit einer Condition",
    "patients with an Observation": "Patienten mit einer Observation",
    "patients with a label": "Patienten mit einem Label",
    "usable patients": "nutzbare Patienten",
}
"""What items of a measure stand at, where that is said in words and is no element."""

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
_GROUPS: dict[str, str] = {"sex": "Geschlecht", "age": "Alter", "female": "weiblich", "male": "männlich"}


def detail_words(name: str, language: str) -> str:
    """The name of a detail in `language` (``en``, ``de``)."""
    plain = name.replace("-", " ")
    return plain if language == "en" else DETAILS.get(name, plain)


def unit_words(unit: str, language: str, value: object = None) -> str:
    """The unit of a detail in `language`, as it stands beside `value`."""
    if value == 1 and unit in SINGULAR:
        return SINGULAR[unit][language == "de"]
    return unit if language == "en" else UNITS.get(unit, unit)


def item_words(path: str, language: str) -> str:
    """What items of a measure stand at, in `language`: paths of elements stay as they are."""
    return path if language == "en" else ITEMS.get(path, path)


def of_words(of: str, language: str) -> str:
    """What a detail is about, in `language`: names stay as they are."""
    if language == "en":
        return of
    item, mark, group = of.partition(", by ") if ", by " in of else of.partition(": ")
    if mark and item in ITEMS:
        return f"{ITEMS[item]}{', nach ' if mark == ', by ' else mark}{_GROUPS.get(group, group)}"
    month = re.fullmatch(r"from (\d{4}-\d{2})", of)
    return _OF["from {}"].format(month[1]) if month else _OF.get(of, of)
