"""German for the model's English sentences: every reason, number and note that can be given has some."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import fhircheck
from fhircheck.measures.patient_pass import ITEMS as PASS_ITEMS
from fhircheck.measures.patient_pass import KINDS
from fhircheck.report.detail_words import (
    DETAILS,
    ITEMS,
    SINGULAR,
    UNITS,
    detail_words,
    item_words,
    of_words,
    unit_words,
)
from fhircheck.report.messages import text
from fhircheck.report.reason_words import ENDINGS, NOTES, REASONS, ending_words, german, known, note_words, reason_words
from fhircheck.report.undecided_words import REASONS as UNDECIDED
from tests.needs import ROOT

CODE = ROOT / "fhircheck"
MEASURED = [
    *(CODE / "measures").rglob("*.py"),
    CODE / "use_cases/results.py",
    CODE / "use_cases/case_measures.py",
    CODE / "score/outside.py",
]
OTHERS = {"invariant", "invariant-warning", "best-practice", "wrong-display"}
"""Findings that quote rules and displays of definitions."""
STOP = re.compile(r"(?<![\w.'-])(the|and|of|a|is|not|with|without|no|or|more|than)(?![\w-]|\.\w)")
REASON_MAKERS = {"_reason", "_in_words"}


def template(node: ast.AST) -> str | None:
    """A text as it stands in the code, ``{}`` for each part that is filled in; None for what is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in node.values)
    return None


def texts(node: ast.AST) -> Iterator[str]:
    """The texts that an expression can be: itself, or what stands at its ends (conditional, tuple, joined).

    One that is `filled` is there for one and for many.
    """
    found = template(node)
    if found is not None and "|" in found:
        named = re.sub(r"\{\w+\}", "{}", found)
        yield re.sub(r"\{\w+:([^|}]*)\|[^}]*\}", r"\1", named)
        yield re.sub(r"\{\w+:[^|}]*\|([^}]*)\}", r"\1", named)
        return
    if found is not None:
        yield found
    elif isinstance(node, ast.Call) and ast.unparse(node.func) == "filled":
        yield from texts(node.args[0])
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)
    elif isinstance(node, ast.Tuple):
        for each in node.elts:
            yield from texts(each)


def called(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def reasons() -> set[str]:
    """All templates of reasons in the code of measures."""
    found: set[str] = set()
    for path in MEASURED:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in called(tree, "Judged"):
            for argument in (*call.args[1:2], *(each.value for each in call.keywords if each.arg == "reason")):
                found |= set(texts(argument))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name in REASON_MAKERS:
                for each in ast.walk(node):
                    if isinstance(each, ast.Return) and each.value is not None:
                        found |= set(texts(each.value))
            if isinstance(node, ast.Assign):
                names = [each.id for each in node.targets if isinstance(each, ast.Name)]
                if set(names) & {"reason", "_REASONS", "NO_CASE", "reasons", "said"}:
                    found |= set(texts(node.value))
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "reasons.append":
                found |= set(texts(node.args[0]))
        for call in called(tree, "_result"):
            found |= {each for argument in call.args[4:5] for each in texts(argument)}
    return found - {""}


def details() -> set[str]:
    """All templates of names of details."""
    found: set[str] = set()
    for path in MEASURED:
        for call in called(ast.parse(path.read_text(encoding="utf-8")), "Detail"):
            found |= set(texts(call.args[0]))
        for call in called(ast.parse(path.read_text(encoding="utf-8")), "quartiles"):
            found |= {f"{name}-{part}" for name in texts(call.args[0]) for part in
                      ("lower-quartile", "median", "upper-quartile")}  # fmt: skip
    return found - {"{}-{}"}  # the quartiles themselves, which stand by name


@pytest.mark.parametrize("reason", sorted(reasons()))
def test_every_reason_of_a_measure_has_german(reason: str) -> None:
    filled = reason.replace("{}; ", "over {}; ", 1).replace(": {} imbalance", ": mild imbalance")
    filled = filled.format(*map(str, range(7, 7 + filled.count("{}"))))
    assert known(filled, REASONS), filled


def test_the_code_still_gives_reasons_that_were_found() -> None:
    assert len(reasons()) > 20
    assert len(details()) > 40


@pytest.mark.parametrize("name", sorted(details()))
def test_every_detail_of_a_measure_has_german(name: str) -> None:
    if "{}" not in name:
        assert name in DETAILS
        return
    before, after = name.split("{}")
    assert [each for each in DETAILS if each.startswith(before) and each.endswith(after)]


def test_words_for_nothing_that_is_gone() -> None:
    """A name that no measure gives any more is no entry either."""
    made = details()
    patterns = [each.split("{}") for each in made if "{}" in each]
    for name in DETAILS:
        fits = any(name.startswith(before) and name.endswith(after) for before, after in patterns)
        assert name in made or fits or name == "data-absent-reason", name


def test_all_that_a_run_says_has_german() -> None:
    report = fhircheck.check(ROOT / "sample_bundles/valid", ROOT / "sample_bundles/invalid", offline=True)
    for each in report.measures:
        assert not each.reason or known(each.reason, REASONS), each.reason
        for detail in each.details:
            assert detail.name in DETAILS
            assert not detail.unit or detail.unit in UNITS
    for note in report.notes:
        assert known(note, NOTES), note
    for reason in report.verdict.reasons:
        assert ending_words(reason, "de") != reason
    for issue in (each for group in report.issues for each in group.examples if each.kind not in OTHERS):
        said = text(issue, "de")
        assert not STOP.search(said), said


@pytest.mark.parametrize(
    ("english", "said"),
    [
        ("hl7.terminology.r4 is not installed: what depends on its definitions cannot be told; install it with: "
         "fhircheck packages install hl7.terminology.r4",
         "hl7.terminology.r4 ist nicht installiert: was von seinen Definitionen abhängt, bleibt offen; installieren "
         "mit: fhircheck packages install hl7.terminology.r4"),
        ("de.x#1 depends on de.y#2, which is not there: de.y#3 is used instead (no such file)",
         "de.x#1 braucht de.y#2; das ist nicht da, stattdessen wird de.y#3 verwendet (no such file)"),
        ("something new", "something new"),
    ],
)  # fmt: skip
def test_notes(english: str, said: str) -> None:
    assert note_words(english, "de") == said
    assert note_words(english, "en") == english


def test_parts_are_said_one_by_one_and_unknown_ones_stay() -> None:
    text = "3 lead to nothing in the data; 2 are odd; texts were not searched"
    assert german(text, REASONS) == "3 führen in den Daten zu nichts; 2 are odd; Texte wurden nicht durchsucht"
    assert reason_words(text, "en") == text
    assert reason_words("1 leads to nothing in the data; 1 lead outside the data (cannot tell)", "de") == (
        "1 führt in den Daten zu nichts; 1 führt aus den Daten hinaus (nicht entscheidbar)"
    )
    both = "6 lead to nothing in the data; 30 lead to a resource of a type the element does not allow"
    assert reason_words(both, "de").startswith("6 führen in den Daten zu nichts; 30 führen zu einer Ressource")


def test_endings() -> None:
    assert ending_words("findings: 3 x fatal, 89 x error", "de") == "Befunde: 3 × fatal, 89 × Fehler"
    died = "{} not checked: the process that did so died twice"
    assert ending_words(died.format("1 record was"), "de").startswith("1 Datensatz ist nicht geprüft")
    assert ending_words(died.format("2 records were"), "de").startswith("2 Datensätze sind nicht geprüft")
    assert ending_words("coverage is under 99.5 %", "de") == "die Abdeckung liegt unter 99.5 %"
    assert {"score {} is under {}", "nothing was read", "coverage is under {} %"} <= set(ENDINGS)


def test_braces_of_the_data_are_text() -> None:
    assert reason_words("{0}{x}: mild imbalance", "de") == "{0}{x}: leicht unausgewogen"


def test_names_units_and_what_they_are_about() -> None:
    assert detail_words("smallest-class", "en") == "smallest class"
    assert detail_words("smallest-class", "de") == "kleinste Klasse"
    assert detail_words("of-tomorrow", "de") == "of tomorrow"
    assert unit_words("days", "de") == "Tage"
    assert of_words("in no group", "de") == "in keiner Gruppe"
    assert of_words("from 2025-03", "de") == "ab 2025-03"
    assert of_words("Observation.code", "de") == "Observation.code"
    assert [unit_words("months", each, 1) for each in ("en", "de")] == ["month", "Monat"]
    assert [unit_words("months", each, 2) for each in ("en", "de")] == ["months", "Monate"]
    assert set(SINGULAR) == {each for each in UNITS if each not in ("%", "1/h")}
    assert item_words("files", "de") == "Dateien"
    assert item_words("files", "en") == "files"


def test_every_item_in_words_has_german() -> None:
    """Paths of elements have no blank; what has one, and "files", is a word of ours."""
    assert {*KINDS.values(), *PASS_ITEMS.values(), "usable patients", "patients with a label", "files"} == set(ITEMS)


def test_every_reason_that_something_cannot_be_told_has_words() -> None:
    """Those that stand in the code as a name of their own, or are handed over as text."""
    found: set[str] = set()
    for path in (
        each for stage in ("assertions", "validate", "compile", "terminology") for each in (CODE / stage).rglob("*.py")
    ):
        source = path.read_text(encoding="utf-8")
        names = set(re.findall(r"undecided\(([A-Z_]+)[,)]", source)) | set(re.findall(r"reason=([A-Z_]+)", source))
        found |= {
            name for constant in names for name in re.findall(rf'^{constant} = "([a-z-]+)"', source, re.MULTILINE)
        }
        found |= set(re.findall(r'undecided(?:\(| = \()"([a-z-]+)"', source)) | set(
            re.findall(r'CANNOT_TELL, reason="([a-z-]+)"', source)
        )
    assert len(found) > 25
    assert found <= set(UNDECIDED), found - set(UNDECIDED)


def test_the_folder_of_measures_is_where_it_was() -> None:
    assert all(Path(path).is_file() for path in MEASURED)
