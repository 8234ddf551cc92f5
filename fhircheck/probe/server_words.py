"""The words of a server's tables in English and German."""

from fhircheck.model.plural import filled

WORDS: dict[str, tuple[str, str]] = {
    "unmet": ("DEMANDS UNMET", "FORDERUNGEN NICHT ERFÜLLT"),
    "none-unmet": ("NO DEMAND UNMET", "KEINE FORDERUNG VERLETZT"),
    "lost": ("INTERFACES LOST", "SCHNITTSTELLEN VERLOREN"),
    "all-met": ("ALL DEMANDS MET", "ALLE FORDERUNGEN ERFÜLLT"),
    "not-checked": ("COULD NOT CHECK", "NICHT PRÜFBAR"),
    "unmet-count": (
        "{unmet} SHALL unmet, {open} SHALL not tested",
        "{unmet} SHALL nicht erfüllt, {open} SHALL nicht getestet",
    ),
    "broken": ("probes that broke off: {names}", "abgebrochene Tests: {names}"),
    "capability": ("CapabilityStatement: {count}", "CapabilityStatement: {count}"),
    "clean": ("no findings", "keine Befunde"),
    "findings": ("errors: {errors}, warnings: {warnings}", "Fehler: {errors}, Warnungen: {warnings}"),
    "score": ("INTEROPERABILITY", "INTEROPERABILITÄT"),
    "score-line": ("{points} of 100, coverage {share}", "{points} von 100, Abdeckung {share}"),
    "no-score": (
        "no score: nothing could be told, coverage {share}",
        "keine Punkte: nichts war feststellbar, Abdeckung {share}",
    ),
    "formula": (
        "met / (met + unmet), SHALL weighs 2, SHOULD 1; coverage: share of the demands that could be told",
        "erfüllt / (erfüllt + nicht erfüllt), SHALL zählt 2, SHOULD 1; Abdeckung: Anteil, der feststellbar war",
    ),
    "expectation": ("demand", "Forderung"),
    "lane": ("lane", "Spur"),
    "declared": ("declared", "erklärt"),
    "probed": ("probed", "getestet"),
    "met": ("met", "erfüllt"),
    "unmet-short": ("unmet", "nicht erfüllt"),
    "not-tested": ("not tested", "nicht getestet"),
    "share": ("share", "Anteil"),
    "open": ("not tested: {count}", "nicht getestet: {count}"),
    "verified-V": ("read in the source", "an der Quelle gelesen"),
    "verified-2": ("known second-hand", "aus zweiter Hand"),
    "verified-U": ("not verified", "nicht verifiziert"),
    "rows": ("demands: {count}", "Forderungen: {count}"),
    "details": (
        "All rows: --details, or --format json, csv or markdown",
        "Alle Zeilen: --details, oder --format json, csv oder markdown",
    ),
    "demands": ("DEMANDS  for --against", "FORDERUNGEN  für --against"),
    "probes": ("PROBES  for --only", "TESTS  für --only"),
    "note": ("Note: {note}", "Anmerkung: {note}"),
    "no-actors": (
        "The server claims no statement that is known here. Compare it with one: --against NAME;"
        " fhircheck server --list names them.",
        "Der Server beruft sich auf keine hier bekannte Anforderung. Vergleichen: --against NAME;"
        " fhircheck server --list nennt sie.",
    ),
    "why": ("why", "Grund"),
    "evidence": ("evidence", "Beleg"),
    "id": ("what", "was"),
    "changes-title": ("Changes since the baseline", "Änderungen seit dem früheren Stand"),
    "no-changes": ("None.", "Keine."),
    "removed": ("gone", "verschwunden"),
    "added": ("new", "neu"),
    "changed": ("changed", "geändert"),
    "worse": ("worse", "schlechter"),
    "better": ("better", "besser"),
}  # fmt: skip


def say(name: str, language: str = "en", **values: object) -> str:
    """The words `name` in `language`."""
    english, german = WORDS[name]
    return filled(german if language == "de" else english, values)
