"""Nouns beside counts, and that no text of ours says "1 records"."""

import ast
import re
from pathlib import Path

import pytest

from fhircheck.model.plural import filled, filled_in_order, of_many
from fhircheck.report.kinds import ISSUE_KINDS
from fhircheck.report.reason_words import ENDINGS, NOTES, REASONS
from tests.needs import ROOT

NOUNS = (
    "records|resources|files|findings|patients|hits|runs|days|months|errors|warnings|checks|entries|changes|rows|pages"
    "|answers|options|parts|concepts|characters|bytes|places|subjects|codes|definitions|packages|profiles|consents|types"
    "|Ressourcen|Dateien|Befunde|Patienten|Tage|Monate|Warnungen|Einträge|Änderungen|Zeilen|Seiten|Antworten|Optionen"
    "|Teile|Konzepte|Bytes|Personen|Codes|Definitionen|Pakete|Profile|Einwilligungen|Typen|Datensätzen?"
)
VERBS = "are|have|lead|were|stand|fit|führen|haben|sind|stehen|passen|wurden|kamen"
COUNT = r"\{(?:count|missing|number|listed|found|stated|length|limit|total|arrived|expected|actual|died|records|)\}"
COUNTED = re.compile(rf"\{{\w*\}} (?:(?!with|of|in|von)\w+ )?(?:{NOUNS})\b|{COUNT} (?:{VERBS})\b")
"""A word in the plural beside a place, without the singular that it would need."""
WITH_SINGULAR = re.compile(r"\{\w*:[^|{}]*\|(?:[^{}]|\{\w*\})*\}")
OWN_SINGULAR = {
    "{count} Ressourcen fehlen in NACHHER",
    "{count} Ressourcen sind verändert",
    "{count} Ressourcen gibt es nur in NACHHER",
    "zeigt {detail} beantwortete Befunde zuletzt (--even-needed löscht ihn)",
    "{count} resources are missing in AFTER",
    "{count} resources have changed",
    "{count} resources are in AFTER only",
    "it shows {detail} answered findings last (--even-needed removes it)",
}
"""Texts beside which another stands for one."""
BOUNDS = (
    *("fewer than {count}", "fewer than {limit}", "up to {count}", "of {all}", "weniger als {count}"),
    *("Larger than {limit}", "Größer als {limit}", "larger than the {limit}", "over {limit}", "über {limit}"),
    *("one is allowed", "eine ist erlaubt", "eines ist erlaubt", "Answer {code} excludes", "Antwort {code} schließt"),
    *("{count} pages brought nothing new", "brachten {count} Seiten nichts", "in {count} languages", "1,048,576"),
    *("the first {pages} pages", "ersten {pages} Seiten", "cells below {}", "Zellen unter {}", "{limit} Patienten"),
    *("von {judged} Patienten", "Von {patients} Patienten", "durchsuchbare Typen nicht"),
    *("A file of {type} holds", "Datei mit {type} enthält"),
)
"""Counts that are a limit, of several by what they are said of, or two at least; datives; and what is no count."""
FOLDERS = ("report", "stream", "serve", "assess", "probe", "cli", "monitor")


def counted(text: str) -> bool:
    """Whether a text has such a word."""
    if text in OWN_SINGULAR or any(each in text for each in BOUNDS):
        return False
    return bool(COUNTED.search(WITH_SINGULAR.sub("", text)))


def texts(path: Path) -> list[str]:
    """Texts that stand in a table of words: in a tuple or a dict."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for each in [*getattr(node, "elts", ()), *(node.values if isinstance(node, ast.Dict) else ())]:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                found.append(each.value)
    return found


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 records are"),
        (1, "1 record is"),
        ("1", "1 record is"),
        ("1.001", "1.001 records are"),
        (2, "2 records are"),
    ],
)
def test_the_noun_goes_with_its_count(count: object, said: str) -> None:
    assert filled("{n} {n:record is|records are}", {"n": count}) == said


def test_other_places_are_filled_as_ever() -> None:
    assert filled("{a}|{b:>3}", {"a": "x|y", "b": 1}) == "x|y|  1"
    assert filled("{a} {{b}}", {"a": "{c}"}) == "{c} {b}"


def test_places_in_order_and_a_text_of_its_own_within_a_noun() -> None:
    assert filled_in_order("{0} {0:leads|lead} to {1}", "1", "{x}|") == "1 leads to {x}|"
    assert filled_in_order("{} of {}", 2, 3) == "2 of 3"
    text = "none of {n:the one|the {n} others} in {place}"
    assert [filled(text, {"n": each, "place": "a|b"}) for each in (1, 7)] == [
        "none of the one in a|b",
        "none of the 7 others in a|b",
    ]
    assert of_many(text) == "none of the {n} others in {place}"
    assert of_many("{a!r:>3} {b}") == "{a!r:>3} {b}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_text_has_a_plural_beside_a_count_that_can_be_one(folder: str) -> None:
    found = {
        (path.name, text)
        for path in (ROOT / "fhircheck" / folder).rglob("*.py")
        for text in texts(path)
        if counted(text)
    }
    assert not found, sorted(found)


def test_no_finding_and_no_reason_has_a_plural_beside_a_count_that_can_be_one() -> None:
    said = {each for kind in ISSUE_KINDS for each in (kind.english, kind.german)}
    said |= {each for table in (REASONS, NOTES, ENDINGS) for pair in table.items() for each in pair}
    assert len(said) > 800
    assert not sorted(filter(counted, said))
