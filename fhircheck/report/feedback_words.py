"""The words of answers to findings, in English and German."""

from fhircheck.model.feedback import State
from fhircheck.report.shown import View

WORDS: dict[str, tuple[str, str]] = {
    "answers": ("ANSWERS", "RÜCKMELDUNGEN"),
    "open": ("open", "offen"),
    "accepted": ("accepted", "akzeptiert"),
    "assigned": ("assigned", "zugewiesen"),
    "fixed": ("fixed", "behoben"),
    "returned": ("returned", "wieder da"),
    "said-fixed": ("was said to be fixed, and is found again", "galt als behoben und wird wieder gefunden"),
    "fixed-still": (
        "said to be fixed after this run began",
        "als behoben gemeldet, nachdem dieser Lauf begann",
    ),
    "fixed-gone": ("said to be fixed, and not found any more", "als behoben gemeldet und nicht mehr gefunden"),
    "expired-on": ("acceptance expired on {day}", "Akzeptanz am {day} abgelaufen"),
    "until": ("until {day}", "bis {day}"),
    "for": ("for {owner}", "für {owner}"),
    "since": ("since {day}", "seit {day}"),
    "and-more": ("and {count} more", "und {count} weitere"),
    "of-all": ("{open} open, {accepted} accepted, {assigned} assigned, {fixed} fixed, {returned} returned",
               "{open} offen, {accepted} akzeptiert, {assigned} zugewiesen, {fixed} behoben, {returned} wieder da"),
    "nothing": ("No findings to answer.", "Keine Befunde zu beantworten."),
    "fingerprint": ("fingerprint", "Fingerprint"),
    "state": ("state", "Stand"),
    "owner": ("owner", "zuständig"),
    "reason": ("reason", "Grund"),
    "expires": ("expires", "gilt bis"),
    "comment": ("comment", "Kommentar"),
    "severity": ("severity", "Schwere"),
    "kind": ("type of finding", "Art"),
    "meaning": ("what is wrong", "was nicht stimmt"),
    "fix": ("how to mend it", "Abhilfe"),
    "where": ("where", "wo"),
    "profile": ("profile", "Profil"),
    "count": ("findings", "Anzahl"),
    "first-seen": ("first seen", "zuerst gesehen"),
    "revision": ("revision (do not change)", "Revision (nicht ändern)"),
}  # fmt: skip


def say(language: str, key: str, **parts: object) -> str:
    """The text called `key` in `language` (``en``, ``de``)."""
    return WORDS[key][language == "de"].format(**parts)


def state_word(state: State, view: View) -> str:
    """The name of a state in the view's language."""
    return say(view.language, state)


def state_of(word: str) -> State | None:
    """The state that `word` means in either language, None for no such word."""
    from fhircheck.model.feedback import STATES

    told = word.strip().casefold()
    return next((each for each in STATES if told in (each, *(text.casefold() for text in WORDS[each]))), None)
