"""What types of finding and measures say of themselves is said in German too: all of it, and the same."""

import re
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path

import pytest

from fhircheck.measures.counted_measure import CountedMeasure
from fhircheck.model.issue import IssueKind
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.report.explanation import explanation, listing, tables
from fhircheck.report.german import criterion_reason, kahn_words, kind_texts, measure_texts, threshold_source
from fhircheck.report.german.kind_texts import TABLES
from fhircheck.report.german.table import table
from fhircheck.report.kinds import STAGES, kinds_of
from fhircheck.report.shown import View
from fhircheck.score import RUBRICS, load_rubric
from fhircheck.score.outside import described, names
from fhircheck.score.rubric import Rubric
from tests.needs import ROOT

MEASURES = {name: found for name in names() if (found := described(name)) is not None}
KINDS = {kind.name: kind for stage in STAGES for kind in kinds_of(stage)}
ENGLISH = ROOT / "tests/golden/german/english.txt"
STOP = re.compile(
    r"(?<![\w.-])(the|and|of|is|are|not|with|without|which|that|it|this|there|here|cannot|tell|one|two|from|has|have|what|"
    r"who|whom|than|be|as|by|on|or|where|only|no|other|must|should|value set|ours|nearest|published|item|data set)"
    r"(?![\w-]|\.\w)"
)
"""English words that no German sentence has; not those that German has too ("in", "an", "so", "was", "man")."""
NAMES = ("Data Act", "Data Readiness Levels", "completeness of the measurement process")
"""What is called so in German too."""


def said() -> Iterator[tuple[str, str, str]]:
    """(what it is of, part, German text) of all of them, as a reader gets them."""
    for name, kind in KINDS.items():
        yield from ((name, *each) for each in kind_texts(kind, "de")._asdict().items())
    for name, measure in MEASURES.items():
        yield from ((name, *each) for each in measure_texts(measure, "de")._asdict().items())


def english(entry: IssueKind | CountedMeasure) -> dict[str, str]:
    texts = kind_texts(entry, "en") if isinstance(entry, IssueKind) else measure_texts(entry, "en")
    return texts._asdict()


def test_every_kind_and_measure_has_german_and_nothing_else_has() -> None:
    assert TABLES == STAGES
    for stage in STAGES:
        assert list(table(stage)) == [kind.name for kind in kinds_of(stage)]
        assert all(list(texts) == ["summary", "why", "fix"] for texts in table(stage).values())
    assert list(table("measures")) == list(MEASURES)
    for name, measure in MEASURES.items():
        wanted = {"summary", "why", "formula", "source"} | ({"threshold"} if measure.threshold else set())
        assert set(table("measures")[name]) - {"places"} == wanted, name


def test_no_german_text_is_the_english_one() -> None:
    for entry in (*KINDS.values(), *MEASURES.values()):
        texts = kind_texts(entry, "de") if isinstance(entry, IssueKind) else measure_texts(entry, "de")
        for part, text in texts._asdict().items():
            bare = part in ("source", "threshold") and not re.search(r"[a-z]{3}", NAMED.sub("", english(entry)[part]))
            assert bare or not text or text != english(entry)[part], (entry.name, part)


NAMED = re.compile(r"HL7 PIQI \w+|OHDSI DataQualityDashboard \w+|dqLib \w+|AIDRIN \w+|Qualifier \w+")


def test_places_of_a_formula_hold_what_the_english_one_names() -> None:
    """Lists of elements and bounds come out of the English formula, so that they are the same in both."""
    for name, measure in MEASURES.items():
        found = table("measures")[name]
        if "places" in found:
            groups = re.search(found["places"], measure.formula)
            assert groups, f"{name}: the English formula has no such places any more"
            assert {int(each) for each in re.findall(r"{(\d)}", found["formula"])} == set(range(len(groups.groups())))
            assert all(each in measure_texts(measure, "de").formula for each in groups.groups())


def test_names_of_elements_and_options_are_the_same() -> None:
    """What FHIR, the command line or a file calls something stands in both, except where German says it in words."""
    code = re.compile(
        r"--[a-z-]+|\w+\.(?:toml|json)\b|\b[a-z]+[A-Z]\w+|\[\w+\]|urn:\w+|&\w+;|https?://\S+[\w/]|[A-Z]\w+\[x\]"
    )
    for entry in (*KINDS.values(), *MEASURES.values()):
        texts = kind_texts(entry, "de") if isinstance(entry, IssueKind) else measure_texts(entry, "de")
        for part, text in texts._asdict().items():
            missing = set(code.findall(english(entry)[part])) - set(code.findall(text))
            assert not missing, (entry.name, part, missing)


@pytest.mark.parametrize("part", ["summary", "why", "fix", "formula", "source", "threshold"])
def test_german_is_german_and_set_as_german_is(part: str) -> None:
    for name, of, text in said():
        if of != part:
            continue
        bare = re.sub(r"\([^()]*\)|„[^“]*“", "", text)
        for each in NAMES:
            bare = bare.replace(each, "")
        assert not STOP.search(bare), (name, part, STOP.search(bare))
        assert "  " not in text, name
        assert text == text.strip(), name
        assert "..." not in text, name
        assert not re.search(r"\d%|\s[,;.](?!\w)| - |\b(du|dein|dir|dich)\b|[“”]\w|'", text), (name, part, text)
        assert '"' not in re.sub(r'xmlns="[^"]*"', "", text), (name, part)
        assert text.count("„") == text.count("“"), (name, part)
        if part not in ("source", "threshold"):
            assert text[-1] == ".", (name, part)


def test_the_stop_list_sees_english() -> None:
    assert STOP.search("Resources that claim a profile")
    assert STOP.search("nächste veröffentlichte: nearest")


def test_english_has_not_changed_since_it_was_said_in_german(golden: Callable[[Path, str], None]) -> None:
    """Where this fails: bring the German of what changed along, then run pytest --update-golden."""
    lines = []
    for entry in (*KINDS.values(), *MEASURES.values()):
        texts = english(entry)
        places = table("measures").get(entry.name, {}).get("places") if isinstance(entry, CountedMeasure) else None
        if places:
            for each in re.search(places, texts["formula"]).groups():  # type: ignore[union-attr]
                texts["formula"] = texts["formula"].replace(each, "{}", 1)
        lines.append(f"{entry.name} {blake2b(repr(sorted(texts.items())).encode(), digest_size=6).hexdigest()}")
    golden(ENGLISH, "\n".join(lines) + "\n")


def test_every_reason_of_the_shipped_rubrics_has_german() -> None:
    found = {text for name in RUBRICS for text in rubric_texts(load_rubric(name))}
    assert found == set(table("rubrics")["reasons"])
    for text in found:
        assert not STOP.search(re.sub(r"\([^()]*\)", "", criterion_reason(text, "de"))), text
    assert criterion_reason("Our own weights.", "de") == "Our own weights."


def rubric_texts(rubric: Rubric) -> Iterator[str]:
    yield from (rubric.summary, *(each.reason for each in rubric.criteria), *rubric.left_out.values())


def test_what_is_not_known_stays_english() -> None:
    kind = IssueKind("mine", "error", "value", "Wrong.", "It matters.", "http://c", "Mend it.", "x", "y")
    assert kind_texts(kind, "de") == ("Wrong.", "It matters.", "Mend it.")
    measure = MEASURES["code-valid"]
    assert measure.threshold is not None
    assert threshold_source("code-valid", measure.threshold.source, "de").endswith("verletzende Zeilen")
    assert threshold_source("code-valid", "our own", "de") == threshold_source("x", "our own", "de") == "our own"
    assert threshold_source("code-valid", measure.threshold.source, "en") == measure.threshold.source


def test_terms_of_kahn() -> None:
    for term in (*Category, *Context, *Subcategory):
        assert term == "none" or kahn_words(term).german != term
    assert kahn_words("of-tomorrow").german == "of-tomorrow"


def test_explain_says_it_in_the_language_asked_for() -> None:
    german, english = (explanation("clock-agrees", View(language=each)) or "" for each in ("de", "en"))
    assert "Geräte haben die richtige Uhrzeit." in german
    assert "falscher Uhr oder Zeitzone" in " ".join(german.split())
    assert "Gezählt wird eine Ressource" in " ".join(german.split())
    assert "A device whose clock" in english
    assert "Uhrzeit" not in english


def test_the_list_of_all_is_german(monkeypatch: pytest.MonkeyPatch) -> None:
    text = " ".join(listing(View(language="de", width=200)).split())
    for part in ("Arten von Befunden", "Kennzahlen", "Ergebnisse von außen", "Bewertungsschemata"):
        assert part in text
    assert len(tables()) == 4
    assert "Ein Pflichtelement fehlt oder kommt zu selten vor." in text
