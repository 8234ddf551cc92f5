"""Every change says in both languages what it is, and nothing out of the data does harm."""

import string
from fractions import Fraction
from typing import get_args

import pytest

from fhircheck.history.census_changes import PSI_SOURCE
from fhircheck.history.chance import OUTLIER_SOURCE, RATES_SOURCE, SHARES_SOURCE
from fhircheck.history.volume_changes import POISSON_SOURCE
from fhircheck.model.change import Change, ChangeKind
from fhircheck.report.change_words import _SOURCES, _UNLIKE, _WORDS, against, reasons, source, unlike, words

HB = "http://loinc.org|718-7"
SAID: list[tuple[Change, str, str]] = [
    (
        Change("verdict", "verdict", "no-errors-found", "invalid", True),
        "The verdict was “no errors found” and is “not valid”",
        "Das Ergebnis war „keine Fehler gefunden“ und ist „nicht gültig“",
    ),
    (
        Change("coverage", "coverage", Fraction(99, 100), Fraction(1, 2)),
        "The part of the checks that could be decided fell from 99.0% to 50.0%",
        "Der entscheidbare Teil der Prüfungen fiel von 99,0 % auf 50,0 %",
    ),
    (
        Change("score", "ai-readiness", Fraction(80), Fraction(735, 10), True, "points", -6.5, 2.0,
               because=(("unit", Fraction(-7)), ("code", Fraction(1, 2)), ("a", Fraction(-1, 1000)), ("", 1))),
        "Score ai-readiness fell from 80.0 to 73.5 (−6.5 points): unit −7.0, code +0.5, a −<0.1, and 1 more",
        "Punktzahl ai-readiness fiel von 80,0 auf 73,5 (−6,5 Punkte): unit −7,0, code +0,5, a −<0,1, und 1 weitere",
    ),
    (Change("score", "x", Fraction(80), None), "Score x was 80.0 and is –", "Punktzahl x war 80,0 und ist –"),
    (
        Change("measure", "code-valid", Fraction(9, 10), Fraction(19, 20), because=(("A.b", 0.05),), group="lab"),
        "Source lab: Measure code-valid rose from 90.0% to 95.0%: A.b +5.0%",
        "Quelle lab: Kennzahl code-valid stieg von 90,0 % auf 95,0 %: A.b +5,0\N{NO-BREAK SPACE}%",
    ),
    (
        Change("issue-kind-new", "cardinality-min", 0, 1_200, True, because=(("Patient.name", 1_200),)),
        "New type of finding cardinality-min, 1,200×: Patient.name +1,200",
        "Neue Art von Befund cardinality-min, 1.200×: Patient.name +1.200",
    ),
    (
        Change("issue-kind-gone", "cardinality-min", 7, 0),
        "Findings cardinality-min are gone, there were 7",
        "Befunde cardinality-min sind weg, es waren 7",
    ),
    (
        Change("issue-kind-count", "cardinality-min", 7, 9),
        "Findings cardinality-min rose from 7 to 9",
        "Zahl der Befunde cardinality-min stieg von 7 auf 9",
    ),
    (
        Change("findings", "fingerprints", 3, 4, because=(("new", 2), ("gone", 1))),
        "Different findings: 3 before, 4 now (2 new, 1 gone)",
        "Verschiedene Befunde: vorher 3, jetzt 4 (2 neu, 1 weg)",
    ),
    (Change("profile-new", "p|1", 0, 9), "p|1: profile is claimed now, 9×", "p|1: Profil wird jetzt angegeben, 9×"),
    (
        Change("profile-gone", "p|1", 9, 0),
        "p|1: profile is not claimed any more, it was 9×",
        "p|1: Profil wird nicht mehr angegeben, es war 9×",
    ),
    (
        Change("system-new", "Condition.code|http://x", 0, 9),
        "Condition.code: code system http://x is new, 9×",
        "Condition.code: Codesystem http://x ist neu, 9×",
    ),
    (
        Change("system-gone", "Condition.code|http://x", 9, 0),
        "Condition.code: code system http://x is not used any more, it was 9×",
        "Condition.code: Codesystem http://x wird nicht mehr verwendet, es war 9×",
    ),
    (
        Change("code-new", "Condition.code|http://x|A|1", 0, 9),
        "Condition.code: code 1 of http://x|A is new, 9×",
        "Condition.code: Code 1 aus http://x|A ist neu, 9×",
    ),
    (
        Change("code-gone", "Condition.code|http://x|I10", 9, 0),
        "Condition.code: code I10 of http://x is not used any more, it was 9×",
        "Condition.code: Code I10 aus http://x wird nicht mehr verwendet, er war 9×",
    ),
    (
        Change("unit-new", f"{HB} mmol/L", 0, 9),
        f"{HB}: values come in mmol/L now, 9×",
        f"{HB}: Werte kommen jetzt in mmol/L, 9×",
    ),
    (
        Change("unit-gone", f"{HB} (no UCUM code) mg/dl", 9, 0),
        f"{HB}: no values in (no UCUM code) mg/dl any more, there were 9",
        f"{HB}: keine Werte mehr in (no UCUM code) mg/dl, es waren 9",
    ),
    (
        Change("distribution", "Condition.code|http://x", 900, 800, True, "psi", 0.5, 0.25,
               because=(("I10", Fraction(1, 2)), ("", Fraction(-1, 2)), ("jensen-shannon", 0.1))),
        "Condition.code: codes of http://x are spread otherwise (index 0.50, alarm above 0.25): I10 +50.0%, others "
        "−50.0%, Jensen-Shannon 0.10",
        "Condition.code: Codes aus http://x verteilen sich anders (Index 0,50, Alarm über 0,25): I10 "
        "+50,0\N{NO-BREAK SPACE}%, Übrige −50,0\N{NO-BREAK SPACE}%, Jensen-Shannon 0,10",
    ),
    (
        Change("distribution", f"{HB} g/dL", 900, 800, True, "psi", 0.5, 0.25),
        f"{HB}: values in g/dL are spread otherwise (index 0.50, alarm above 0.25)",
        f"{HB}: Werte in g/dL verteilen sich anders (Index 0,50, Alarm über 0,25)",
    ),
    (
        Change("volume", "Observation", 1_000, 400),
        "Resources of type Observation: 1,000 before, 400 now",
        "Ressourcen Observation: vorher 1.000, jetzt 400",
    ),
    (
        Change("feed-stopped", "Observation", 1_000, 0, True, "ratio", 0.0, 0.5),
        "No resources of type Observation any more, there were 1,000",
        "Keine Ressourcen Observation mehr, es waren 1.000",
    ),
    (
        Change("feed-stopped", "Observation", 99.6, 0, True, "poisson",
               because=(("2026-03-02", 50.0), ("2026-03-03", 49.6))),
        "No resources of type Observation since 2026-03-02 (2 days without); about 100 were to be expected",
        "Keine Ressourcen Observation seit 2026-03-02 (2 Tage ohne); zu erwarten waren etwa 100",
    ),
    (
        Change("interface", "Patient.search.name", alarming=True, statistic="removed"),
        "Server: Patient.search.name is not offered any more",
        "Server: Patient.search.name wird nicht mehr angeboten",
    ),
    (
        Change("interface", "software", "1.0", "2.0", statistic="changed"),
        "Server: software was 1.0 and is 2.0",
        "Server: software war 1.0 und ist 2.0",
    ),
    (
        Change("regression", "abc123|cardinality-min|Patient.name", 0, 3, True),
        "Was said to be fixed and is found again: cardinality-min Patient.name, 3×",
        "Galt als behoben und wird wieder gefunden: cardinality-min Patient.name, 3×",
    ),
    (
        Change("use-case", "sepsis", Fraction(9, 10), Fraction(1, 2), because=(("lost at glucose", 400),)),
        "Use case sepsis: usable patients fell from 90.0% to 50.0% of the eligible ones: lost at glucose +400",
        "Anwendungsfall sepsis: nutzbar fiel von 90,0 % auf 50,0 % der in Frage kommenden Patienten: lost at "
        "glucose +400",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "english", "german"), SAID, ids=[each.key for each, _, _ in SAID])
def test_words(change: Change, english: str, german: str) -> None:
    assert words(change) == english
    assert words(change, "de") == german


def test_every_kind_has_words() -> None:
    assert {each.kind for each, _, _ in SAID} == set(get_args(ChangeKind))


@pytest.mark.parametrize("table", [_WORDS, _UNLIKE])
def test_both_languages_have_the_same_places(table: dict[str, tuple[str, str]]) -> None:
    for english, german in table.values():
        assert places(english) == places(german)


def places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text)} - {None}


def test_nothing_out_of_the_data_reaches_a_terminal() -> None:
    hostile = "\x1b[31m{what}\u202e\n"
    for kind in get_args(ChangeKind):
        change = Change(kind, f"{hostile}|{hostile} {hostile}", 1, 2, because=((hostile, 1),), group=hostile)
        assert not set("\x1b\u202e\n") & set(words(change))


def test_all_reasons_can_be_asked_for() -> None:
    change = Change("score", "x", Fraction(1), Fraction(2), value=1.0, because=tuple((str(n), n) for n in range(1, 6)))
    assert reasons(change, most=9).count("+") == 5
    assert reasons(change).endswith("and 2 more")


def test_against_and_unlike() -> None:
    assert [against(each, "de") for each in ("run 12", "the last 7 runs", "basis.json")] == [
        "Lauf 12",
        "die letzten 7 Läufe",
        "basis.json",
    ]
    assert unlike("rubric", "de") == "andere Rubrik: Punktzahlen sind nicht vergleichbar"
    assert unlike("\x1b", "de") == "\\x1b"


def test_every_source_has_german() -> None:
    told = (PSI_SOURCE, OUTLIER_SOURCE, RATES_SOURCE, SHARES_SOURCE, POISSON_SOURCE)
    for text in told:
        change = Change("measure", "m", source=text)
        assert source(change) == text
        assert source(change, "de") != text
    assert not [english for english in _SOURCES if not any(english in text for text in told)]
