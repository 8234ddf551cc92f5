"""Words of the forms for machines and code hosts (SARIF, JUnit, OperationOutcome, Markdown), in English and German."""

from fhircheck.model.plural import filled
from fhircheck.report.shown import View

WORDS: dict[str, tuple[str, str]] = {
    "left-out": (
        "{count} further {count:finding|findings} ({severity}) {count:is|are} not listed here; all of them:"
        " fhircheck validate --format ndjson",
        "{count} {count:weiterer Befund|weitere Befunde} ({severity}) {count:steht|stehen} nicht hier; alle:"
        " fhircheck validate --format ndjson",
    ),
    "accepted": ("Accepted until {day}: {reason}", "Hingenommen bis {day}: {reason}"),
    "accepted-always": ("Accepted: {reason}", "Hingenommen: {reason}"),
    "could-not-tell": (
        "{count} {count:check|checks} could not be told: {what}",
        "{count} {count:Prüfung|Prüfungen} offen: {what}",
    ),
    "run": ("run", "Lauf"),
    "run-checked": ("the data could be read and checked", "die Daten waren lesbar und prüfbar"),
    "run-demands": ("what was demanded of the run is met", "die Anforderungen an den Lauf sind erfüllt"),
    "profiles": ("profiles", "Profile"),
    "findings": ("findings", "Befunde"),
    "measures": ("measures", "Kennzahlen"),
    "undecided": ("could not be told", "offen geblieben"),
    "profile-failing": (
        "{bad} of {count} {count:resource|resources} {bad:has|have} errors",
        "{bad} von {count} {count:Ressource|Ressourcen} {bad:hat|haben} Fehler",
    ),
    "profile-missing": (
        "the profile was not found: whether {count} {count:resource conforms|resources conform} to it is unknown",
        "das Profil wurde nicht gefunden: ob {count} {count:Ressource ihm entspricht|Ressourcen ihm entsprechen},"
        " ist offen",
    ),
    "measure-failing": ("{share} pass, {needed} needed", "{share} erfüllen, {needed} nötig"),
    "no-findings": ("no finding of severity error", "kein Befund der Schwere Fehler"),
    "found-times": ("found {count} {count:time|times} in {resources}", "{count}-mal gefunden in {resources}"),
    "one-of": ("e.g. {place}", "z. B. {place}"),
    "severity": ("severity", "Schwere"),
    "kind": ("type", "Art"),
    "count": ("findings", "Befunde"),
    "where": ("at", "an"),
    "example": ("example", "Beispiel"),
    "score": ("score", "Punktzahl"),
    "points": ("points of 100", "Punkte von 100"),
    "coverage": ("coverage", "Abdeckung"),
    "lost-most": ("most points lost at", "meiste Punkte verloren bei"),
    "what": ("what", "was"),
    "who": ("who", "wer"),
    "work": ("work", "Aufwand"),
    "gain": ("gain", "Gewinn"),
    "measure": ("measure", "Kennzahl"),
    "share": ("passed", "erfüllt"),
    "judged": ("judged", "beurteilt"),
    "needed": ("needed", "nötig"),
    "status": ("status", "Status"),
    "reason": ("reason", "Grund"),
    "others": ("Other measures", "Übrige Kennzahlen"),
    "checks": ("checks", "Prüfungen"),
    "details": ("details", "Einzelheiten"),
    "use-case": ("use case", "Anwendungsfall"),
    "eligible": ("eligible patients", "in Frage kommende Patienten"),
    "usable": ("usable", "nutzbar"),
    "changes": ("Changed since {against}", "Geändert seit {against}"),
}


def say(view: View, key: str, **parts: object) -> str:
    """The words called `key` in the view's language, filled with `parts`."""
    return filled(WORDS[key][view.language == "de"], parts)
