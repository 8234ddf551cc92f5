"""The words of the answer on the first screen: what it is, why, how sure, and by what rule."""

FITNESS: dict[str, tuple[str, str]] = {
    "answer-fit": ("Yes", "Ja"),
    "answer-limited": ("Yes, with limits", "Ja, mit Grenzen"),
    "answer-unfit": ("No, not yet", "Nein, noch nicht"),
    "answer-unknown": ("Cannot tell", "Nicht zu sagen"),
    "sure": ("How sure?", "Wie sicher?"),
    "sure-high": ("High certainty", "Hohe Sicherheit"),
    "sure-medium": ("Medium certainty", "Mittlere Sicherheit"),
    "sure-low": ("Low certainty", "Geringe Sicherheit"),
    "sure-none": ("No certainty", "Keine Sicherheit"),
    "sure-all": ("All that was asked for could be decided.", "Alles Verlangte war entscheidbar."),
    "nothing-against": ("Nothing was found that speaks against it.", "Nichts gefunden, was dagegen spricht."),
    "why-not-checked": ("The data could not be checked.", "Die Daten waren nicht prüfbar."),
    "why-little-decided": (
        "Only {share} of the checks could be decided.",
        "Nur {share} der Prüfungen waren entscheidbar.",
    ),
    "why-requirement-open": ("Could not be judged: {names}.", "Nicht beurteilbar: {names}."),
    "why-nobody-eligible": ("No patient of the data is eligible.", "Kein Patient der Daten kommt in Frage."),
    "why-nobody-usable": (
        "Of no eligible patient all is there that is needed.",
        "Von keinem Patienten ist alles Nötige da.",
    ),
    "why-too-few": (
        "Fewer than {count} {count:patient is|patients are} usable.",
        "Weniger als {count} {count:Patient ist|Patienten sind} nutzbar.",
    ),
    "why-lost-most": ("Most are lost at: {names}.", "Die meisten gehen verloren bei: {names}."),
    "why-critical": ("Critical criterion failed: {names}.", "Kritisches Kriterium verfehlt: {names}."),
    "why-critical-elsewhere": (
        "In the data as a whole a critical criterion failed: {names}.",
        "In den Daten insgesamt ist ein kritisches Kriterium verfehlt: {names}.",
    ),
    "why-errors": (
        "{count} {count:error|errors} against the standard or its profiles.",
        "{count} Fehler gegen Standard oder Profile.",
    ),
    "why-failed": ("Threshold missed: {names}.", "Schwelle verfehlt: {names}."),
    "why-borne": (
        "{count} known or accepted {count:error is|errors are} left out.",
        "{count} {count:bekannter oder hingenommener Fehler zählt|bekannte oder hingenommene Fehler zählen} nicht.",
    ),
    "why-unreadable": (
        "{count} {count:record|records} could not be read.",
        "{count} {count:Datensatz war|Datensätze waren} nicht lesbar.",
    ),
    "why-part-decided": ("{share} of the checks could be decided.", "{share} der Prüfungen waren entscheidbar."),
    "why-part-usable": (
        "Under 90% of eligible patients are usable, as far as may be shown; those left may be a selection.",
        "Unter 90 % der Patienten sind nutzbar, soweit es gezeigt werden darf; die übrigen können eine Auswahl sein.",
    ),
    "why-sample": ("Only a sample was looked at.", "Nur eine Stichprobe wurde geprüft."),
    "why-checks-open": ("{share} of the checks could be decided.", "{share} der Prüfungen waren entscheidbar."),
    "why-score-open": (
        "{names}: {share} of what counts could be judged.",
        "{names}: {share} von dem, was zählt, war beurteilbar.",
    ),
    "rule": ("How the answer comes about", "Wie die Antwort zustande kommt"),
    "rule-unknown": (
        "nothing could be checked, less than 50% of the checks could be decided, or a requirement of the use "
        "case could not be judged.",
        "nichts war prüfbar, weniger als 50 % der Prüfungen waren entscheidbar, oder eine Anforderung des "
        "Anwendungsfalls war nicht beurteilbar.",
    ),
    "rule-unfit": (
        "no eligible or usable patient, fewer usable ones than may be shown (10), or a critical criterion of the "
        "scores failed.",
        "kein Patient kommt in Frage oder ist nutzbar, weniger nutzbare, als gezeigt werden dürfen (10), oder "
        "ein kritisches Kriterium der Bewertung ist verfehlt.",
    ),
    "rule-limited": (
        "errors, a missed threshold among what the scores count, under 90% of eligible patients usable, under "
        "90% of checks decided, unreadable records, accepted errors, or a sample.",
        "Fehler, eine verfehlte Schwelle in der Bewertung, unter 90 % der Patienten nutzbar, unter 90 % der "
        "Prüfungen entscheidbar, unlesbare Datensätze, hingenommene Fehler oder eine Stichprobe.",
    ),
    "rule-fit": ("none of these.", "nichts davon."),
    "rule-sure": (
        "Certainty is high where at least 95% of the checks, and of what each score counts, could be decided on "
        "all the data; medium from 80%, or on a sample; else low.",
        "Die Sicherheit ist hoch, wenn mindestens 95 % der Prüfungen und der Bewertung an allen Daten "
        "entscheidbar waren; mittel ab 80 % oder bei einer Stichprobe; sonst gering.",
    ),
    "rule-ours": (
        "The bounds are fhircheck's own. Whether the law permits the use, nobody is told here.",
        "Die Grenzen sind eigene von fhircheck. Ob das Recht die Nutzung erlaubt, sagt dieser Bericht nicht.",
    ),
}
