"""The rule by which data may be used: one change a case, from a report that has nothing against it."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from fhircheck.model.report import RunReport, Score, ScorePart, Verdict
from fhircheck.report.fitness import fitness
from tests.golden.sample_reports import CLEAN
from tests.unit.report.html.reports import CASES, OPEN_CASE

NAME = "valid-against-claimed-profiles"
SCORE = CLEAN.scores[0]


def general(**changes: Any) -> tuple[str, str, list[str]]:
    (answer,) = fitness(replace(CLEAN, **changes))
    return answer.answer, answer.sure, [each.key for each in answer.reasons]


@pytest.mark.parametrize(
    ("changes", "answer", "sure", "reasons"),
    [
        ({}, "fit", "high", []),
        ({"coverage": Fraction(49, 100)}, "unknown", "low", ["little-decided"]),
        ({"coverage": Fraction(50, 100)}, "limited", "low", ["part-decided"]),
        ({"coverage": Fraction(89, 100)}, "limited", "medium", ["part-decided"]),
        ({"coverage": Fraction(90, 100)}, "fit", "medium", []),
        ({"coverage": Fraction(95, 100)}, "fit", "high", []),
        ({"coverage": None}, "unknown", "none", ["not-checked"]),
        ({"resources": ()}, "unknown", "none", ["not-checked"]),
        ({"verdict": Verdict(3, ("a server went away",))}, "unknown", "none", ["not-checked"]),
        ({"totals": (("error", "cardinality-min", 2),)}, "limited", "high", ["errors"]),
        ({"totals": (("warning", "mojibake", 2),)}, "fit", "high", []),
        ({"borne": 3}, "limited", "high", ["borne"]),
        ({"sources": replace(CLEAN.sources, unreadable=1)}, "limited", "medium", ["unreadable"]),
        ({"sources": replace(CLEAN.sources, sampled=1)}, "limited", "medium", ["sample"]),
        ({"scores": (replace(SCORE, critical=(NAME,)),)}, "unfit", "high", ["critical"]),
        ({"scores": (replace(SCORE, coverage=Fraction(7, 10)),)}, "fit", "low", []),
        ({"measures": (replace(CLEAN.measures[0], status="failed"),)}, "limited", "high", ["failed"]),
        ({"measures": (replace(CLEAN.measures[0], status="failed", name="no-part"),)}, "fit", "high", []),
    ],
)  # fmt: skip
def test_the_rule_in_general(changes: dict[str, Any], answer: str, sure: str, reasons: list[str]) -> None:
    assert general(**changes) == (answer, sure, reasons)


def case(report: RunReport) -> tuple[str, list[str]]:
    first = fitness(report)[0]
    return first.answer, [each.key for each in first.reasons]


@pytest.mark.parametrize(
    ("use_case", "answer", "reasons"),
    [
        (CASES[0], "fit", []),
        (CASES[1], "limited", ["part-usable", "lost-most"]),
        (CASES[2], "unfit", ["too-few"]),
        (CASES[3], "unfit", ["nobody-usable", "lost-most"]),
        (replace(CASES[0], eligible=0, usable=0), "unfit", ["nobody-eligible"]),
        (OPEN_CASE, "unknown", ["requirement-open"]),
        (replace(OPEN_CASE, undecided=(("device", "no value set"),)), "fit", []),
    ],
)
def test_the_rule_for_a_use_case(use_case: Any, answer: str, reasons: list[str]) -> None:
    assert case(replace(CLEAN, use_cases=(use_case,))) == (answer, reasons)


def test_a_critical_failure_of_the_whole_is_a_limit_for_a_use_case_and_its_own_a_no() -> None:
    whole = replace(CLEAN, use_cases=(CASES[0],), scores=(replace(SCORE, critical=(NAME,)),))
    assert case(whole) == ("limited", ["critical-elsewhere"])
    part = ScorePart("label-available", Fraction(1), Fraction(0), True, "")
    own = Score("ai-readiness: sepsis", "mine", Fraction(0), Fraction(1), (part,), ("label-available",))
    assert case(replace(whole, scores=(SCORE, own))) == ("unfit", ["critical"])
