from fractions import Fraction
from types import SimpleNamespace

import pytest

from fhircheck.model.issue import IssueKind
from fhircheck.model.report import Threshold
from fhircheck.registry import Registry
from fhircheck.report import explanation
from fhircheck.report.shown import View
from fhircheck.score.rubric import Criterion, Rubric

KIND = IssueKind(
    "birth-before-death", "warning", "business-rule", "Died before birth.", "Ages come out negative.",
    "http://hl7.org/fhir/R4/patient.html", "Correct one of the dates.", "{a} before {b}", "{a} vor {b}",
    '{"a": 1}', '{"a": 2}',
)  # fmt: skip
RUBRIC = Rubric(
    "house",
    "Our own weights.",
    (
        Criterion(
            "readiness",
            "coded-not-text",
            Fraction(5, 2),
            "Models need codes.",
            "birth-before-death",
            True,
            Fraction(1, 10),
        ),
    ),
)
MEASURE = SimpleNamespace(
    name="coded-not-text", summary="Concepts with a code.", why="Text cannot be counted.", formula="coded / all",
    source="HL7 PIQI", threshold=Threshold(Fraction(1, 20), "DQD", published=False), category="conformance",
    types=frozenset({"Condition"}), failing="", passing="",
)  # fmt: skip


@pytest.fixture(autouse=True)
def own_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    rubrics = Registry("rubrics", RUBRIC)
    found = {"types of finding": Registry("kinds", KIND), "measures": Registry("measures", MEASURE), "rubrics": rubrics}
    monkeypatch.setattr(explanation, "rubrics", lambda: rubrics)
    monkeypatch.setattr(explanation, "tables", lambda: found)


def test_an_entry_says_all_it_knows() -> None:
    text = explanation.explanation("birth-before-death", View("explain"))
    assert text
    for part in (KIND.summary, KIND.why, KIND.fix, KIND.clause, KIND.english, KIND.failing, KIND.passing, "warning"):
        assert part in text


def test_a_threshold_shows_share_and_source() -> None:
    text = explanation.explanation("coded-not-text", View("explain"))
    assert text
    assert "95.0%" in text
    assert "by analogy" in text
    assert "Condition" in text


@pytest.mark.parametrize("name", ["coded-not-text", "house"])
def test_criteria_stand_with_the_measure_and_with_the_rubric(name: str) -> None:
    text = explanation.explanation(name, View("explain", width=200))
    assert text
    assert "weight 2.5, critical, needs birth-before-death, ≥ 90.0%: Models need codes." in text


def test_german_shows_the_german_text() -> None:
    text = explanation.explanation("birth-before-death", View("explain", "de"))
    assert text
    assert KIND.german in text
    assert "Abhilfe" in text


def test_unknown_names_and_what_was_meant() -> None:
    assert explanation.explanation("nothing", View("explain")) is None
    assert explanation.nearest("birth-befor-death") == ["birth-before-death"]
    assert explanation.nearest("text") == ["coded-not-text"]
    assert explanation.nearest("zzzz") == []


def test_listing_has_every_name_with_its_summary() -> None:
    text = explanation.listing(View("explain"))
    for part in ("types of finding", "measures", KIND.name, KIND.summary, MEASURE.name):
        assert part in text
