"""German for what the model says in English sentences: reasons of measures, notes of a run, reasons of its verdict.

The model keeps one English text, so that a stored report is the same in every language; here it is recognised by its
template and said in German. What no template fits stays as it is.
"""

import re
from functools import cache
from string import Formatter

from fhircheck.model.plural import filled_in_order

REASONS: dict[str, str] = {
    "a number of patients is too small to be shown": "eine Zahl von Patienten ist zu klein, um gezeigt zu werden",
    "labels belong to a use case: name one with --use-case": (
        "Labels gehören zu einem Anwendungsfall: einen nennen mit --use-case"
    ),
    "no patient has a sex and an age of the reference population": (
        "kein Patient hat Geschlecht und Alter aus der Vergleichsbevölkerung"
    ),
    "the longest gap is {} {:month|months} ({})": "die längste Lücke {0:ist|sind} {0} {0:Monat|Monate} ({1})",
    "streams belong to a use case: name one with --use-case": (
        "Datenströme gehören zu einem Anwendungsfall: einen nennen mit --use-case"
    ),
    "some streams lack more samples than is borne": "in manchen Datenströmen fehlt mehr, als hingenommen wird",
    "some streams are measured in several units": "manche Datenströme werden in mehreren Einheiten gemessen",
    "{} {:is|are} dated after {:it was|they were} recorded": "{0} {0:ist|sind} nach der Erfassung datiert",
    "{} {:is|are} dated after {:it was|they were} recorded, {} of them by whole hours: the time zone": (
        "{0} {0:ist|sind} nach der Erfassung datiert, davon {1} um ganze Stunden: die Zeitzone"
    ),
    "{} {:code is|codes are} measured in several units": (
        "{0} {0:Code wird|Codes werden} in mehreren Einheiten gemessen"
    ),
    "what describes data on a server or on standard input is not looked for": (
        "was Daten auf einem Server oder aus der Standardeingabe beschreibt, wird nicht gesucht"
    ),
    "nothing beside the data describes it": "nichts neben den Daten beschreibt sie",
    "the data is described, without a record that has title, description and holder": (
        "die Daten sind beschrieben, aber nicht durch einen Eintrag mit Titel, Beschreibung und Inhaber"
    ),
    "{}: extreme imbalance": "{}: extrem unausgewogen",
    "{}: moderate imbalance": "{}: deutlich unausgewogen",
    "{}: mild imbalance": "{}: leicht unausgewogen",
    "{}: no imbalance": "{}: ausgewogen",
    "in a sample the other of a pair may have been left out": (
        "in einer Stichprobe kann der andere Teil eines Paares fehlen"
    ),
    "{} {:stands|stand} twice in one source": "{0} {0:steht|stehen} zweimal in einer Quelle",
    "{} {:stands|stand} in several sources": "{0} {0:steht|stehen} in mehreren Quellen",
    "in a sample every cell is smaller than it is in the data": (
        "in einer Stichprobe ist jede Zelle kleiner als in den Daten"
    ),
    "cells below {} are small": "Zellen unter {} sind klein",
    "{} {:resource is|resources are} labelled restricted": (
        "{0} {0:Ressource ist|Ressourcen sind} als eingeschränkt gekennzeichnet"
    ),
    "the data is not said to be de-identified": "die Daten gelten nicht als de-identifiziert",
    "texts were not searched": "Texte wurden nicht durchsucht",
    "in a sample the Consent may have been left out": "in einer Stichprobe kann die Einwilligung (Consent) fehlen",
    "the data holds no Consent; a use without one needs another legal basis": (
        "die Daten enthalten keine Einwilligung (Consent); eine Nutzung ohne sie braucht eine andere Rechtsgrundlage"
    ),
    "{} active {:consent names its|consents name their} patient by no reference": (
        "{0} aktive {0:Einwilligung nennt|Einwilligungen nennen} ihren Patienten nicht durch eine Referenz"
    ),
    "over {}": "über {}",
    "in a sample every class is smaller than it is in the data": (
        "in einer Stichprobe ist jede Klasse kleiner als in den Daten"
    ),
    "l-diversity of {}": "l-Diversität von {}",
    "not judged: in a sample the records of a patient may have been left out": (
        "nicht beurteilt: in einer Stichprobe können Datensätze eines Patienten fehlen"
    ),
    "{} not judged: in a sample the target may have been left out": (
        "{} nicht beurteilt: in einer Stichprobe kann das Ziel fehlen"
    ),
    "{} {:leads|lead} to nothing in {:its|their} resource or Bundle": (
        "{0} {0:führt|führen} in ihrer Ressource oder ihrem Bundle zu nichts"
    ),
    "{} {:leads|lead} to nothing in the data": "{0} {0:führt|führen} in den Daten zu nichts",
    "{} {:leads|lead} to a resource of a type the element does not allow": (
        "{0} {0:führt|führen} zu einer Ressource eines Typs, den das Element nicht erlaubt"
    ),
    "{} {:leads|lead} outside the data (cannot tell)": "{0} {0:führt|führen} aus den Daten hinaus (nicht entscheidbar)",
    "{} not tested": "{} nicht geprüft",
}
"""Reasons of measures; ``{}`` stands for what is filled in, ``{:leads|lead}`` for a word that goes with its count."""

NOTES: dict[str, str] = {
    "PARTIAL: time was up after {} {:record|records}; figures and scores are of these alone": (
        "UNVOLLSTÄNDIG: nach {0} {0:Datensatz|Datensätzen} war die Zeit um; Zahlen und Punkte sind nur von diesen"
    ),
    "{} is not installed: what depends on its definitions cannot be told; install it with: fhircheck packages install "
    "{}": "{} ist nicht installiert: was von seinen Definitionen abhängt, bleibt offen; installieren mit: fhircheck "
    "packages install {}",
    "{} is {}: the embedded one is used": "{} ist {}: das eingebaute wird verwendet",
    "{} is made for FHIR {}, not for R4 (4.0.1)": "{} ist für FHIR {} gemacht, nicht für R4 (4.0.1)",
    "{} comes with fhircheck: nothing to install": "{} kommt mit fhircheck: nichts zu installieren",
    "{} {:file is|files are} no readable JSON, the first is {}": (
        "{0} {0:Datei ist|Dateien sind} kein lesbares JSON, die erste ist {1}"
    ),
    "{}: {} {:file is|files are} no readable JSON, the first is {}": (
        "{0}: {1} {1:Datei ist|Dateien sind} kein lesbares JSON, die erste ist {2}"
    ),
    "{}: its {} leaves out {} of {} {:definition|definitions}; all are used": (
        "{0}: sein {1} lässt {2} von {3} {3:Definition|Definitionen} aus; alle werden verwendet"
    ),
    "{} depends on {}, which is not for R4: not loaded": "{} braucht {}; das ist nicht für R4 und wird nicht geladen",
    "{} depends on {}, which is made for FHIR {}: not loaded": (
        "{} braucht {}; das ist für FHIR {} gemacht und wird nicht geladen"
    ),
    "{} depends on {}, which is made for FHIR {}: {} is used instead": (
        "{} braucht {}; das ist für FHIR {} gemacht, stattdessen wird {} verwendet"
    ),
    "{} depends on {}, which is not there: {} is used instead ({})": (
        "{} braucht {}; das ist nicht da, stattdessen wird {} verwendet ({})"
    ),
    "{} depends on {}, which is not there: its definitions are missing ({})": (
        "{} braucht {}; das ist nicht da, seine Definitionen fehlen ({})"
    ),
    "{} depends on {}: not loaded (not needed)": "{} braucht {}: nicht geladen (nicht nötig)",
    "{} depends on {}: not loaded (the specification of FHIR {}, not R4)": (
        "{} braucht {}: nicht geladen (die Spezifikation von FHIR {}, nicht R4)"
    ),
    "{} depends on {}: the embedded {} is used": "{} braucht {}: das eingebaute {} wird verwendet",
    "{} cannot be used: {}": "{} ist nicht verwendbar: {}",
    "{} canonical {:URL stands|URLs stand} in several versions in the loaded packages; where a reference gives "
    "no version, the dependencies of the package that refers decide, then the highest version: {}": (
        "{0} kanonische {0:URL steht|URLs stehen} in den geladenen Paketen in mehreren Versionen; wo eine "
        "Referenz keine nennt, entscheiden die Abhängigkeiten des Pakets, das verweist, dann die höchste Version: {1}"
    ),
    "{} {:definition has|definitions have} the same URL and version but different content; the package that "
    "refers decides by its dependencies, then the R4 core, then the newest package: {}": (
        "{0} {0:Definition hat|Definitionen haben} gleiche URL und Version, aber anderen Inhalt; es entscheidet das "
        "Paket, das verweist, durch seine Abhängigkeiten, dann der R4-Kern, dann das neueste Paket: {1}"
    ),
    "rubric {}: {} of its criteria {:has|have} no counterpart here and {:does|do} not count (fhircheck rubric show "
    "lists them)": (
        "Bewertungsschema {0}: {1} seiner Kriterien {1:hat|haben} hier keine Entsprechung und {1:zählt|zählen} nicht"
        " (fhircheck rubric show nennt sie)"
    ),
}
"""Notes of a run."""

ENDINGS: dict[str, str] = {
    "score {} is under {}": "die Punktzahl {} liegt unter {}",
    "nothing was read": "es wurde nichts gelesen",
    "{} {:record was|records were} not checked: the process that did so died twice": (
        "{0} {0:Datensatz ist|Datensätze sind} nicht geprüft: der Prozess, der das tat, starb zweimal"
    ),
    "coverage is under {} %": "die Abdeckung liegt unter {} %",
    "score {} could not be told": "die Punktzahl {} war nicht zu ermitteln",
    "deadline of {} reached after {} {:record|records}: the rest was not checked": (
        "die Frist von {0} war nach {1} {1:Datensatz|Datensätzen} um: der Rest ist nicht geprüft"
    ),
    "deadline of {} reached before anything could be judged": (
        "die Frist von {} war um, bevor etwas beurteilt werden konnte"
    ),
    "deadline of {} reached before all was written": "die Frist von {} war um, bevor alles geschrieben war",
    "{} {:change is|changes are} alarming": "{0} {0:Änderung ist|Änderungen sind} auffällig",
    "server {} could not be judged: {}": "Server {} nicht beurteilbar: {}",
}
"""Reasons of a verdict; see also `_findings`."""

_FOUND = re.compile("findings: (.+)")
_PLACE = re.compile(r"\{[^}]*\}")
_SEVERITIES = {"fatal": "fatal", "error": "Fehler", "warning": "Warnung", "information": "Hinweis"}


def reason_words(text: str, language: str) -> str:
    """The reason of a measure in `language` (``en``, ``de``)."""
    return text if language == "en" else german(text, REASONS)


def note_words(text: str, language: str) -> str:
    """A note of the run in `language`."""
    return text if language == "en" else german(text, NOTES)


def ending_words(text: str, language: str) -> str:
    """A reason of the verdict in `language`."""
    if language == "en":
        return text
    found = _FOUND.fullmatch(text)
    if found:
        words = re.sub("[a-z]+", lambda name: _SEVERITIES.get(name[0], name[0]), found[1].replace(" x ", " × "))
        return f"Befunde: {words}"
    return german(text, ENDINGS)


def german(text: str, templates: dict[str, str]) -> str:
    """`text` in German: as a whole, else each of its parts between semicolons; what is not known stays English.

    What fills a place of the whole holds no semicolon where all parts are known by themselves.
    """
    pairs = tuple(templates.items())
    parts = [_german(part, pairs) for part in text.split("; ")]
    if None not in parts:
        return "; ".join(filter(None, parts))
    whole = _german(text, pairs)
    return whole or "; ".join(said or part for said, part in zip(parts, text.split("; "), strict=True))


def known(text: str, templates: dict[str, str]) -> bool:
    """Whether all of `text` has German."""
    pairs = tuple(templates.items())
    return _german(text, pairs) is not None or all(_german(part, pairs) is not None for part in text.split("; "))


def _german(text: str, templates: tuple[tuple[str, str], ...]) -> str | None:
    for pattern, words in _patterns(templates):
        found = pattern.fullmatch(text)
        if found:
            return filled_in_order(words, *found.groups())
    return None


@cache
def _patterns(templates: tuple[tuple[str, str], ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The templates as patterns, those with more words of their own first."""
    ordered = sorted(templates, key=lambda pair: -len(_PLACE.sub("", pair[0])))
    return tuple((re.compile(_pattern(english), re.DOTALL), words) for english, words in ordered)


def _pattern(english: str) -> str:
    """What a template says, with any words at its places and either form of what goes with a count."""
    parts = []
    for text, name, spec, _ in Formatter().parse(english):
        parts.append(re.escape(text))
        if name is not None:
            parts.append(f"(?:{'|'.join(map(re.escape, spec.split('|')))})" if spec else "(.+?)")
    return "".join(parts)
