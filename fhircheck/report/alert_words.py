"""The words of alerts, in English and German: a title, a line for each thing, and the run's facts."""

from fhircheck.model.alert import AlertItem, AlertMessage, RunFacts
from fhircheck.model.plural import filled
from fhircheck.report.change_words import words
from fhircheck.report.numbers import percent, points, seconds
from fhircheck.report.shown import View, clean
from fhircheck.report.words import counted

SHOWN = 20
"""Items a message lists; it says how many more there are."""

WORDS: dict[str, tuple[str, str]] = {
    "test": ("TEST, nothing has happened", "TEST, es ist nichts geschehen"),
    "title-test": ("test message", "Testnachricht"),
    "title-could-not-check": ("could not check", "Prüfung nicht möglich"),
    "title-findings": ("findings", "Befunde"),
    "title-changes": ("{count} alarming {count:change|changes}", "{count} auffällige {count:Änderung|Änderungen}"),
    "title-change": ("1 alarming change", "1 auffällige Änderung"),
    "title-resolved": ("all right again", "wieder in Ordnung"),
    "title-reminder": ("still so", "noch immer"),
    "could-not-check": (
        "The check was not possible, or not in full; its result is no answer.",
        "Die Prüfung war nicht oder nicht vollständig möglich; ihr Ergebnis ist keine Antwort.",
    ),
    "findings": ("The check ended with findings.", "Die Prüfung endete mit Befunden."),
    "resolved-could-not-check": ("The check is possible again.", "Die Prüfung ist wieder möglich."),
    "resolved-findings": ("The check is clean again.", "Die Prüfung ist wieder ohne Befund."),
    "resolved-change": ("Over: {text}", "Vorbei: {text}"),
    "since": ("since {moment}", "seit {moment}"),
    "more": ("And {count} more.", "Und {count} weitere."),
    "run": ("run {number}", "Lauf {number}"),
    "coverage": ("coverage {share}", "Abdeckung {share}"),
    "duration": ("took {duration}", "Dauer {duration}"),
    "exit": ("exit code {code}", "Exit-Code {code}"),
    "link": ("Open the reports", "Berichte öffnen"),
    "footer": (
        "Sent by fhircheck {version}. It is said once; ids of what is told repeat where it had to be sent again.",
        "Gesendet von fhircheck {version}. Gesagt wird es einmal; wird es noch einmal gesendet, bleibt die Kennung.",
    ),
}  # fmt: skip


def say(language: str, key: str, **parts: object) -> str:
    """The text called `key` in `language` (``en``, ``de``)."""
    return filled(WORDS[key][language == "de"], parts)


def link_word(language: str) -> str:
    """What the link to the reports is called."""
    return say(language, "link")


def title(message: AlertMessage, language: str) -> str:
    """One line: the series and what is the matter with it."""
    series = clean(message.run.series)
    if message.test:
        return f"fhircheck {series}: {say(language, 'title-test')}"
    return f"fhircheck {series}: {', '.join(_subjects(message, language))}"


def _subjects(message: AlertMessage, language: str) -> list[str]:
    alarms = [each for each in message.items if each.telling == "alarm"]
    if not alarms:
        word = "title-resolved" if message.telling == "resolved" else "title-reminder"
        return [say(language, word)]
    kinds = {each.condition.kind for each in alarms}
    told = [say(language, f"title-{kind}") for kind in ("could-not-check", "findings") if kind in kinds]
    changes = sum(each.condition.kind == "change" for each in alarms)
    if changes:
        told.append(say(language, "title-change" if changes == 1 else "title-changes", count=changes))
    return told


def item_lines(message: AlertMessage, language: str) -> list[str]:
    """A line for each thing that is told, at most SHOWN, and how many more there are."""
    lines = [say(language, "test")] if message.test else []
    lines += [item_line(each, language) for each in message.items[:SHOWN]]
    if len(message.items) > SHOWN:
        lines.append(say(language, "more", count=len(message.items) - SHOWN))
    return lines


def item_line(item: AlertItem, language: str) -> str:
    """What is the matter, why, and since when."""
    condition = item.condition
    if condition.change is not None:
        text = clean(words(condition.change, language), longest=400)
        text = say(language, "resolved-change", text=text) if item.telling == "resolved" else text
    else:
        text = say(language, f"resolved-{condition.kind}" if item.telling == "resolved" else condition.kind)
        reasons = "; ".join(clean(each, longest=300) for each in condition.reasons)
        text += f" {reasons}" if reasons and item.telling != "resolved" else ""
    if item.telling != "alarm" and condition.since:
        text += f" ({say(language, 'since', moment=moment(condition.since))})"
    return text


def facts_line(message: AlertMessage, language: str) -> str:
    """The run in one line: its number, when it began, and its figures."""
    return " · ".join(facts(message.run, language))


def facts(run: RunFacts, language: str) -> list[str]:
    """What is to be said of the run itself."""
    told = [say(language, "run", number=run.number)] if run.number is not None else []
    told.append(moment(run.started))
    if run.outcome != "not-checked" or run.resources:
        view = View("run", language)
        counts = (("resource", run.resources), ("error", run.errors), ("warning", run.warnings))
        told += [counted(view, count, noun) for noun, count in counts]
        if run.coverage is not None:
            told.append(say(language, "coverage", share=percent(run.coverage, language)))
    told += [f"{clean(name)} {points(value, language)}" for name, value in run.scores[:6]]
    if run.duration:
        told.append(say(language, "duration", duration=seconds(run.duration, language)))
    return [*told, say(language, "exit", code=run.exit_code)]


def moment(started: str) -> str:
    """A moment (ISO 8601) to the minute, with its offset."""
    from datetime import datetime

    try:
        return datetime.fromisoformat(started).strftime("%Y-%m-%d %H:%M %z").strip()
    except ValueError:
        return clean(started)
