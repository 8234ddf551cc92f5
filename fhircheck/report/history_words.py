"""The words of the history of runs, in English and German."""

from fhircheck.model.plural import filled

WORDS: dict[str, tuple[str, str]] = {
    "series": ("series", "Reihe"),
    "runs": ("runs", "Läufe"),
    "last-run": ("last run (UTC)", "letzter Lauf (UTC)"),
    "run": ("run", "Lauf"),
    "started": ("started (UTC)", "Beginn (UTC)"),
    "outcome": ("outcome", "Ergebnis"),
    "valid": ("valid", "gültig"),
    "no-errors-found": ("no errors", "ohne Fehler"),
    "invalid": ("not valid", "ungültig"),
    "not-checked": ("not checked", "ungeprüft"),
    "resources": ("resources", "Ressourcen"),
    "errors": ("errors", "Fehler"),
    "warnings": ("warnings", "Warnungen"),
    "coverage": ("decided", "geprüft"),
    "scores": ("scores", "Bewertung"),
    "history": ("HISTORY", "VERLAUF"),
    "history-of": ("HISTORY OF {series}", "VERLAUF VON {series}"),
    "of-runs": ("the latest {shown} of {all} runs", "die letzten {shown} von {all} Läufen"),
    "all-runs": ("{all} {all:run|runs}", "{all} {all:Lauf|Läufe}"),
    "one-run": ("1 run", "1 Lauf"),
    "nothing": ("No runs yet: fhircheck check --history remembers one.",
                "Noch keine Läufe: fhircheck check --history merkt sich einen."),
    "kept-mark": ("* is never pruned", "* wird nie gelöscht"),
    "scores-are": ("scores: {names}", "Bewertung: {names}"),
    "trend-of": ("TREND OF {series}", "TREND VON {series}"),
    "from-to": ("{runs}, {first} to {last}", "{runs}, {first} bis {last}"),
    "scale": ("Each row is drawn between its own lowest and highest value; · is a run without it.",
              "Jede Zeile reicht von ihrem kleinsten bis zu ihrem größten Wert; · ist ein Lauf ohne ihn."),
    "several-a-column": ("A column is up to {count} runs; it shows the latest of them.",
                         "Eine Spalte steht für bis zu {count} Läufe und zeigt den letzten davon."),
    "low-high": ("{low} to {high}", "{low} bis {high}"),
    "always": ("unchanged", "unverändert"),
    "removed": ("Removed {runs} of {series}: {which}", "Gelöscht: {runs} von {series}: {which}"),
    "would-remove": ("Would remove {runs} of {series}: {which}", "Zu löschen: {runs} von {series}: {which}"),
    "nothing-old": ("Nothing to remove.", "Nichts zu löschen."),
    "spared": ("{run} stays although it is old: {why}", "{run} bleibt, obwohl alt: {why}"),
    "why-latest": ("it is the latest", "es ist der letzte"),
    "why-last-good": ("it is the latest that could check", "es ist der letzte, der prüfen konnte"),
    "why-kept": ("kept ({detail})", "soll bleiben ({detail})"),
    "why-answered-1": ("it shows an answered finding last (--even-needed removes it)",
                       "zeigt einen beantworteten Befund zuletzt (--even-needed löscht ihn)"),
    "why-answered": ("it shows {detail} answered findings last (--even-needed removes it)",
                     "zeigt {detail} beantwortete Befunde zuletzt (--even-needed löscht ihn)"),
    "changes": ("WHAT HAS CHANGED", "WAS SICH GEÄNDERT HAT"),
    "run-of": ("run {number} of {series}", "Lauf {number} von {series}"),
    "against": ("against {what}", "gegenüber: {what}"),
    "no-change": ("Nothing that is past a threshold.", "Nichts, was eine Schwelle überschreitet."),
    "and-more": ("and {count} more", "und {count} weitere"),
}  # fmt: skip


def say(language: str, key: str, **parts: object) -> str:
    """The text called `key` in `language` (``en``, ``de``)."""
    return filled(WORDS[key][language == "de"], parts)


def runs(count: int, language: str) -> str:
    """``1 run``, ``12 runs``."""
    return say(language, "one-run") if count == 1 else say(language, "all-runs", all=count)
