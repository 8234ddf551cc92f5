"""What a difference between two runs is called, in English and German: one sentence, with what it comes from."""

import re
from fractions import Fraction

from fhircheck.model.change import Amount, Change, RunName
from fhircheck.model.plural import filled
from fhircheck.report.numbers import UNKNOWN, decimal, number, percent, points
from fhircheck.report.shown import clean

REASONS = 3
"""Reasons that a sentence names; it says how many more there are."""
_LONGEST = 120

_WORDS: dict[str, tuple[str, str]] = {
    "verdict": ("The verdict was “{before}” and is “{after}”", "Das Ergebnis war „{before}“ und ist „{after}“"),
    "coverage": (
        "The part of the checks that could be decided {moved} from {before} to {after}",
        "Der entscheidbare Teil der Prüfungen {moved} von {before} auf {after}",
    ),
    "score": (
        "Score {what} {moved} from {before} to {after} ({points} points)",
        "Punktzahl {what} {moved} von {before} auf {after} ({points} Punkte)",
    ),
    "score-none": (
        "Score {what} was {before} and is {after}",
        "Punktzahl {what} war {before} und ist {after}",
    ),
    "measure": (
        "Measure {what} {moved} from {before} to {after}",
        "Kennzahl {what} {moved} von {before} auf {after}",
    ),
    "issue-kind-new": ("New type of finding {what}, {after}×", "Neue Art von Befund {what}, {after}×"),
    "issue-kind-gone": ("Findings {what} are gone, there were {before}", "Befunde {what} sind weg, es waren {before}"),
    "issue-kind-count": (
        "Findings {what} {moved} from {before} to {after}",
        "Zahl der Befunde {what} {moved} von {before} auf {after}",
    ),
    "findings": (
        "Different findings: {before} before, {after} now",
        "Verschiedene Befunde: vorher {before}, jetzt {after}",
    ),
    "profile-new": ("{what}: profile is claimed now, {after}×", "{what}: Profil wird jetzt angegeben, {after}×"),
    "profile-gone": (
        "{what}: profile is not claimed any more, it was {before}×",
        "{what}: Profil wird nicht mehr angegeben, es war {before}×",
    ),
    "system-new": ("{at}: code system {name} is new, {after}×", "{at}: Codesystem {name} ist neu, {after}×"),
    "system-gone": (
        "{at}: code system {name} is not used any more, it was {before}×",
        "{at}: Codesystem {name} wird nicht mehr verwendet, es war {before}×",
    ),
    "code-new": ("{at}: code {name} of {of} is new, {after}×", "{at}: Code {name} aus {of} ist neu, {after}×"),
    "code-gone": (
        "{at}: code {name} of {of} is not used any more, it was {before}×",
        "{at}: Code {name} aus {of} wird nicht mehr verwendet, er war {before}×",
    ),
    "unit-new": ("{at}: values come in {name} now, {after}×", "{at}: Werte kommen jetzt in {name}, {after}×"),
    "unit-gone": (
        "{at}: no values in {name} any more, there were {before}",
        "{at}: keine Werte mehr in {name}, es waren {before}",
    ),
    "distribution-codes": (
        "{at}: codes of {name} are spread otherwise (index {value}, alarm above {threshold})",
        "{at}: Codes aus {name} verteilen sich anders (Index {value}, Alarm über {threshold})",
    ),
    "distribution-values": (
        "{at}: values in {name} are spread otherwise (index {value}, alarm above {threshold})",
        "{at}: Werte in {name} verteilen sich anders (Index {value}, Alarm über {threshold})",
    ),
    "volume": (
        "Resources of type {what}: {before} before, {after} now",
        "Ressourcen {what}: vorher {before}, jetzt {after}",
    ),
    "feed-stopped": (
        "No resources of type {what} any more, there were {before}",
        "Keine Ressourcen {what} mehr, es waren {before}",
    ),
    "feed-silent": (
        "No resources of type {what} since {first} ({days} without); about {before} were to be expected",
        "Keine Ressourcen {what} seit {first} ({days} ohne); zu erwarten waren etwa {before}",
    ),
    "interface-removed": ("Server: {what} is not offered any more", "Server: {what} wird nicht mehr angeboten"),
    "interface-added": ("Server: {what} is offered now", "Server: {what} wird neu angeboten"),
    "interface-changed": ("Server: {what} was {before} and is {after}", "Server: {what} war {before} und ist {after}"),
    "interface-worse": ("Server: {what} does not work any more", "Server: {what} funktioniert nicht mehr"),
    "interface-better": ("Server: {what} works now", "Server: {what} funktioniert jetzt"),
    "regression": (
        "Was said to be fixed and is found again: {what}, {after}×",
        "Galt als behoben und wird wieder gefunden: {what}, {after}×",
    ),
    "use-case": (
        "Use case {what}: usable patients {moved} from {before} to {after} of the eligible ones",
        "Anwendungsfall {what}: nutzbar {moved} von {before} auf {after} der in Frage kommenden Patienten",
    ),
    "rose": ("rose", "stieg"),
    "fell": ("fell", "fiel"),
    "days": ("{count} {count:day|days}", "{count} {count:Tag|Tage}"),
    "day": ("1 day", "1 Tag"),
    "others": ("others", "Übrige"),
    "more": ("and {count} more", "und {count} weitere"),
    "new": ("new", "neu"),
    "gone": ("gone", "weg"),
    "jensen-shannon": ("Jensen-Shannon {value}", "Jensen-Shannon {value}"),
    "source-of": ("Source {group}: {text}", "Quelle {group}: {text}"),
    "valid": ("valid", "gültig"),
    "no-errors-found": ("no errors found", "keine Fehler gefunden"),
    "invalid": ("not valid", "nicht gültig"),
    "not-checked": ("could not check", "nicht prüfbar"),
    "against-run": ("run {number}", "Lauf {number}"),
    "against-last": ("the last {number} {number:run|runs}", "die letzten {number} {number:Lauf|Läufe}"),
}  # fmt: skip

_UNLIKE: dict[str, tuple[str, str]] = {
    "rubric": ("other rubric: scores cannot be compared", "andere Rubrik: Punktzahlen sind nicht vergleichbar"),
    "sample": (
        "other sample of records: volumes cannot be compared",
        "andere Stichprobe: Mengen sind nicht vergleichbar",
    ),
    "packages": ("other packages: verdicts may come from them", "andere Pakete: Urteile können daher rühren"),
    "profiles": ("other profiles were asked for (--profile)", "andere Profile verlangt (--profile)"),
    "smallest-cell": (
        "other smallest cell: rare codes and units cannot be compared",
        "andere kleinste Zelle: seltene Codes und Einheiten sind nicht vergleichbar",
    ),
    "decisions": ("other decisions about severities", "andere Entscheidungen über Schweregrade"),
    "baseline": (
        "one of them shows only what is new beside a baseline: findings cannot be compared",
        "einer zeigt nur, was neu gegenüber einem Grundstand ist: Befunde sind nicht vergleichbar",
    ),
    "version": ("other version of fhircheck", "andere Version von fhircheck"),
}
_SOURCES: dict[str, str] = {
    "interval of the difference of two shares, 99.9 %": "Intervall der Differenz zweier Anteile, 99,9 %",
    "conditional test of two rates, 0.1 %": "bedingter Test zweier Raten, 0,1 %",
    "modified z-score over 3.5": "modifizierter z-Wert über 3,5",
    "population stability index over 0.25 (credit scoring, a convention) and over its 99.9 % quantile by chance": (
        "Population Stability Index über 0,25 (Kreditwesen, eine Konvention) und über dem 99,9-%-Quantil des Zufalls"
    ),
    "Poisson: what is missing has a chance under 0.1 %, by the same weekday of eight weeks": (
        "Poisson: was fehlt, fehlt mit einer Wahrscheinlichkeit unter 0,1 %, nach demselben Wochentag in acht Wochen"
    ),
}
"""How thresholds are described, in German; what was published keeps its name."""
_LAST = ("code-new", "code-gone")
_FIRST = ("system-new", "system-gone")
_SHARES = ("coverage", "measure", "use-case")
_MOVED_SHARES = ("measure", "distribution")


def words(change: Change, language: str = "en") -> str:
    """`change` as one sentence without a full stop, harmless to a terminal; what it comes from follows a colon."""
    text = _say(language, _key(change), **_parts(change, language))
    because = reasons(change, language)
    if because:
        text = f"{text} ({because})" if change.kind == "findings" else f"{text}: {because}"
    return _say(language, "source-of", group=_name(change.group), text=text) if change.group else text


def _key(change: Change) -> str:
    if change.kind == "interface":
        return f"interface-{change.statistic or 'changed'}"
    if change.kind == "feed-stopped" and change.statistic == "poisson":
        return "feed-silent"
    if change.kind == "distribution":
        return "distribution-values" if " " in change.what else "distribution-codes"
    if change.kind == "score" and None in (change.before, change.after):
        return "score-none"
    return change.kind


def _parts(change: Change, language: str) -> dict[str, str]:
    what, at, of, name = change.what, "", "", ""
    if change.kind in _LAST:
        at, _, rest = what.partition("|")
        of, _, name = rest.rpartition("|")
    elif change.kind in ("unit-new", "unit-gone") or (change.kind == "distribution" and " " in what):
        at, _, name = what.partition(" ")
    elif change.kind in (*_FIRST, "distribution"):
        at, _, name = what.partition("|")
    elif change.kind == "regression":
        _, _, what = change.what.partition("|")
        what = what.replace("|", " ")
    days = len(change.because)
    return {
        "what": _name(what),
        "at": _name(at),
        "of": _name(of),
        "name": _name(name),
        "before": _amount(change, change.before, language),
        "after": _amount(change, change.after, language),
        "moved": _say(language, "rose" if _sign(change) > 0 else "fell"),
        "points": _signed(Fraction(change.value or 0), language),
        "value": _decimal(change.value, language),
        "threshold": _decimal(change.threshold, language),
        "days": _say(language, "day") if days == 1 else _say(language, "days", count=days),
        "first": clean(change.because[0][0]) if change.because else "",
    }


def _name(text: str) -> str:
    return clean(text, _LONGEST)


def _sign(change: Change) -> int:
    before, after = change.before, change.after
    numbers = [each if isinstance(each, int | float | Fraction) else 0 for each in (before, after)]
    return 1 if numbers[1] > numbers[0] else -1


def _amount(change: Change, amount: Amount, language: str) -> str:
    if amount is None:
        return UNKNOWN
    if isinstance(amount, str):
        return _say(language, amount) if change.kind == "verdict" and amount in _WORDS else _name(amount)
    if change.kind == "score":
        return points(Fraction(amount), language)
    if change.kind in _SHARES:
        other = change.after if amount is change.before else change.before
        apart = Fraction(other) if isinstance(other, int | float | Fraction) else None
        return percent(Fraction(amount), language, apart)
    return number(round(amount), language)


def _decimal(value: float | None, language: str, digits: int = 2) -> str:
    """A bare number; what rounds to nothing is said to be less than that."""
    if value is None:
        return UNKNOWN
    text = f"{value:.{digits}f}"
    return text if language == "en" else text.replace(".", ",")


def _signed(value: Fraction, language: str) -> str:
    """A difference with one decimal and its sign: "+0.3", "−7.2"."""
    tenths = round(abs(value) * 10)
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return sign + ("<" + decimal(1, language) if value and not tenths else decimal(tenths, language))


def reasons(change: Change, language: str = "en", most: int = REASONS) -> str:
    """What a change comes from, the largest first; empty where nothing is known."""
    if change.kind == "feed-stopped":
        return ""
    told = [_reason(change, name, amount, language) for name, amount in change.because[:most]]
    if len(change.because) > most:
        told.append(_say(language, "more", count=len(change.because) - most))
    return ", ".join(told)


def _reason(change: Change, name: str, amount: Fraction | int | float, language: str) -> str:
    shown = _name(name) if name else _say(language, "others")
    if change.kind == "findings":
        return f"{number(round(amount), language)} {_say(language, name) if name in _WORDS else shown}"
    if change.kind == "score":
        return f"{shown} {_signed(Fraction(amount), language)}"
    if name == "jensen-shannon":
        return _say(language, name, value=_decimal(float(amount), language))
    if change.kind in _MOVED_SHARES:
        unit = "%" if language == "en" else "\N{NO-BREAK SPACE}%"
        return f"{shown} {_signed(Fraction(amount) * 100, language)}{unit}"
    count = number(abs(round(amount)), language)
    return f"{shown} {'+' if amount > 0 else '−'}{count}"


def source(change: Change, language: str = "en") -> str:
    """What it was judged by, and where that was published."""
    text = change.source
    for english, german in _SOURCES.items() if language == "de" else ():
        text = text.replace(english, german)
    return clean(text, 400)


def unlike(reason: str, language: str = "en") -> str:
    """In what two runs differ beside the data (RunDiff.comparable), and what follows from it."""
    return _UNLIKE[reason][language == "de"] if reason in _UNLIKE else clean(reason)


def against(text: str, language: str = "en") -> str:
    """What a run was measured against (RunHistory.against): ``run 12``, ``the last 7 runs``, a name."""
    match = re.fullmatch(r"run ([0-9]+)|the last ([0-9]+) runs", text)
    if match is None:
        return clean(text)
    return _say(language, "against-run" if match[1] else "against-last", number=match[1] or match[2])


def run_name(run: RunName) -> str:
    """A run by its name and the minute that it began."""
    began = run.started[:16].replace("T", " ")
    return clean(run.name) if not began or run.name.startswith(run.started[:16]) else f"{clean(run.name)} ({began})"


def _say(language: str, key: str, **parts: object) -> str:
    return filled(_WORDS[key][language == "de"], parts) if parts else _WORDS[key][language == "de"]
