"""Drift between the latest period and what was before, planted and not."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fhircheck.measures import judge_measures, observe_all
from fhircheck.measures.coded_elements import CODED
from fhircheck.measures.mix import Codes
from fhircheck.measures.mix_keys import ABOUT
from fhircheck.measures.periods import periods_of
from fhircheck.measures.tools import Tools
from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import LinkFacts
from fhircheck.model.report import MeasureResult
from fhircheck.model.row_facts import RowFacts
from tests.unit.measures.judged import counts, judged
from tests.unit.measures.seen import Seen

NOW = datetime(2025, 6, 30, tzinfo=UTC)
ICD = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"


def condition(month: str, code: str, system: str = ICD, **more: Any) -> dict[str, Any]:
    coding = {"system": system, "code": code, **more}
    return {
        "resourceType": "Condition",
        "subject": {"reference": "Patient/1"},
        "recordedDate": f"{month}-15",
        "code": {"coding": [coding]},
    }


def conditions(month: str, **numbers: int) -> list[dict[str, Any]]:
    return [condition(month, code) for code, number in numbers.items() for _ in range(number)]


def drift(*nodes: dict[str, Any]) -> tuple[MeasureResult, MeasureResult]:
    results = judged(*nodes, tools=Tools(NOW))
    return results["distribution-drift"], results["mix-drift"]


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        ({}, None),
        ({24_300: 1}, None),
        ({24_300: 1, 24_301: 1}, (24_301, 1)),
        ({24_300: 1, 24_304: 1}, (24_304, 1)),
        ({24_300: 1, 24_305: 1}, (24_303, 3)),
        ({24_300: 1, 24_322: 1}, (24_320, 3)),
        ({24_300: 1, 24_323: 1}, (24_312, 12)),
    ],
)
def test_the_latest_period(months: dict[int, int], expected: tuple[int, int] | None) -> None:
    found = periods_of(months)
    assert (found and (found.begin, found.length)) == expected
    if found:
        assert [found.of(month) for month in (found.first - 1, found.first, found.end, found.end + 1)] == [-1, 0, 1, -1]


def test_the_same_mix_passes_and_another_fails() -> None:
    before = conditions("2025-01", I10=60, E11=40)
    same, _ = drift(*before, *conditions("2025-02", I10=61, E11=39))
    other, _ = drift(*before, *conditions("2025-02", I10=20, E11=80))
    assert (counts(same), same.status) == ((1, 1, 0), "passed")
    assert (counts(other), other.status) == ((0, 1, 0), "failed")
    assert other.by == ((f"Condition {ICD}", 0, 1),)
    details = {each.name: each.value for each in other.details}
    assert details["population-stability-index"] == pytest.approx(0.69, abs=0.03)
    assert details["jensen-shannon"] == pytest.approx(0.12, abs=0.01)
    assert details["latest-period"] == 1


def test_few_records_tell_nothing() -> None:
    result, _ = drift(*conditions("2025-01", I10=6, E11=4), *conditions("2025-02", I10=2, E11=8))
    assert (counts(result), result.status) == ((0, 0, 1), "cannot-tell")


def test_what_is_not_dated_or_of_one_month_does_not_apply() -> None:
    undated = {"resourceType": "Condition", "code": {"coding": [{"system": ICD, "code": "I10"}]}}
    for result in drift(undated, *conditions("2025-01", I10=50, E11=50)):
        assert (counts(result), result.status) == ((0, 0, 0), "not-applicable")


def test_only_the_most_frequent_codes_are_told_apart() -> None:
    codes = Codes()
    for item in range(60):
        codes.add(item, [item, 100 - item])
    codes.add(99, [500, 0])
    earlier, later = codes.parts()
    assert set(earlier) == set(later) == {-1, 99, *range(9)}
    assert (sum(earlier.values()), sum(later.values())) == (sum(range(60)) + 500, sum(100 - item for item in range(60)))


def test_of_equally_frequent_codes_the_same_are_kept_in_any_order() -> None:
    forth, back = Codes(), Codes()
    for item in range(50):
        forth.add(item, [item % 7, 7 - item % 7])
        back.add(49 - item, [(49 - item) % 7, 7 - (49 - item) % 7])
    assert forth.parts() == back.parts()


def profiled(node: dict[str, Any], profile: str) -> dict[str, Any]:
    return {**node, "meta": {"profile": [profile]}}


def test_what_comes_and_goes() -> None:
    old = [condition("2025-01", "I10", version="2024") for _ in range(20)]
    new = [profiled(condition("2025-02", "I10", version="2025"), "https://example.org/p") for _ in range(20)]
    rare = [condition("2025-02", "73211009", "http://snomed.info/sct")]
    _, result = drift(*old, *new, *rare)
    assert counts(result) == (1, 4, 1)
    assert result.by == (("profile", 0, 1), ("system", 1, 1), ("version", 0, 2))
    assert [(each.name, each.of, each.value) for each in result.details] == [
        ("new-profile", "https://example.org/p", 20),
        ("gone-version", f"{ICD}|2024", 20),
        ("new-version", f"{ICD}|2025", 20),
    ]


def test_names_survive_merging_of_parts_seen_by_one_process() -> None:
    """The second part meets nothing new: the names are with the first."""
    nodes = [*conditions("2025-01", I10=60, E11=40), *conditions("2025-02", I10=20, E11=80)]
    tools, merged, rows = Tools(NOW), Tally(), RowFacts()
    parts = []
    for start in (0, 100):
        tallies: dict[str, Tally] = {}
        part = RowFacts()
        for number, node in enumerate(nodes[start : start + 100]):
            observe_all(node, Seen(record=number), tallies, part, tools)
        parts.append((tallies["distribution-drift"], part))
    for tally, part in reversed(parts):
        merged.merge(tally)
        rows.merge(part)
    found = {
        each.name: each for each in judge_measures({"distribution-drift": merged}, LinkFacts(), rows=rows, tools=tools)
    }
    assert counts(found["distribution-drift"]) == (0, 1, 0)
    assert list(merged.counts) == [(("system", f"Condition {ICD}"), 0)]


def test_the_look_at_codes_sees_all_that_is_compared() -> None:
    assert all(name in CODED[kind] for kind, name in ABOUT.items())


def test_codes_are_not_kept() -> None:
    tallies: dict[str, Tally] = {}
    observe_all(condition("2025-01", "SECRET"), Seen(), tallies)
    assert "SECRET" not in repr(list(tallies["distribution-drift"].counts))
