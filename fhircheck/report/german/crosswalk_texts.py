"""Cells of the crosswalk (measures/crosswalk.toml) in both languages; names that a framework coined stay."""

from fhircheck.measures.crosswalk import KAHN
from fhircheck.model.action import Words
from fhircheck.report.german.kahn_texts import kahn_words

CLOSEST = " (closest)", " (am nächsten)"
CELLS: dict[str, str] = {
    "a: metadata, documentation": "a: Metadaten, Dokumentation",
    "a: provenance": "a: Herkunft",
    "a: standards used": "a: verwendete Standards",
    "b: accuracy": "b: Genauigkeit",
    "b: completeness": "b: Vollständigkeit",
    "b: consistency": "b: Konsistenz",
    "b: timeliness": "b: Aktualität",
    "b: uniqueness": "b: Eindeutigkeit",
    "b: validity": "b: Gültigkeit",
    "c: examination of biases": "c: Prüfung auf Verzerrungen",
    "d: average time a person appears": "d: mittlere Zeit, die eine Person vorkommt",
    "d: representativity": "d: Repräsentativität",
    "e: time from collection to the data set": "e: Zeit von der Erhebung bis zum Datensatz",
    "f: links with other data": "f: Verknüpfung mit anderen Daten",
    "accessibility": "Zugänglichkeit",
    "accuracy": "Genauigkeit",
    "accuracy (semantic)": "Genauigkeit (semantisch)",
    "accuracy (syntactic)": "Genauigkeit (syntaktisch)",
    "auditability": "Prüfbarkeit",
    "balance": "Ausgewogenheit",
    "completeness": "Vollständigkeit",
    "compliance": "Einhaltung von Vorgaben",
    "consistency": "Konsistenz",
    "credibility": "Glaubwürdigkeit",
    "currentness": "Aktualität",
    "diversity": "Vielfalt",
    "identifiability": "Identifizierbarkeit",
    "label completeness": "Vollständigkeit der Labels",
    "portability": "Übertragbarkeit",
    "precision": "Präzision",
    "representativeness": "Repräsentativität",
    "similarity": "Ähnlichkeit",
    "timeliness": "Rechtzeitigkeit",
    "understandability": "Verständlichkeit",
    "(2)(b) origin of data": "Abs. 2 b: Herkunft der Daten",
    "(2)(c) labelling": "Abs. 2 c: Kennzeichnung (Labels)",
    "(2)(c) preparation of data": "Abs. 2 c: Aufbereitung der Daten",
    "(2)(d) assumptions": "Abs. 2 d: Annahmen",
    "(2)(e) availability, quantity": "Abs. 2 e: Verfügbarkeit, Menge",
    "(2)(e) suitability": "Abs. 2 e: Eignung",
    "(2)(f) possible biases": "Abs. 2 f: mögliche Verzerrungen",
    "(2)(h) data gaps": "Abs. 2 h: Datenlücken",
    "(3) complete": "Abs. 3: vollständig",
    "(3) free of errors": "Abs. 3: fehlerfrei",
    "(3) statistical properties": "Abs. 3: statistische Merkmale",
    "(3) sufficiently representative": "Abs. 3: hinreichend repräsentativ",
    "(4) setting of use": "Abs. 4: Umfeld der Verwendung",
    "(5) special categories": "Abs. 5: besondere Kategorien",
}


def crosswalk_words(framework: str, text: str) -> Words:
    """A cell's text; one that has no German counterpart as it is."""
    if framework == KAHN:
        return Words(text, ", ".join(kahn_words(each).german for each in text.split(", ")))
    if text.endswith(CLOSEST[0]):
        return Words(text, text.removesuffix(CLOSEST[0]) + CLOSEST[1])
    return Words(text, CELLS.get(text, text))
