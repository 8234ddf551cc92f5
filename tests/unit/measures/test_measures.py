"""The table, what its entries say of themselves, and whether their examples are true."""

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import fhircheck.measures
from fhircheck.measures import MEASURES, judge_measures
from fhircheck.measures.counted_measure import CountedMeasure
from fhircheck.measures.judging import status_of, wilson
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category
from fhircheck.model.link_facts import LinkFacts
from fhircheck.model.report import Threshold
from fhircheck.resolve.reference_walk import collect_links
from tests.unit.measures.judged import counts, judged
from tests.unit.measures.labelled import tools_of
from tests.unit.measures.seen import Seen

NOT_OF_RESOURCES = {"time-coverage"}
"""Measures whose items are no part of any resource, so that none fails."""


WITHOUT_EXAMPLES = {"distribution-drift", "mix-drift", "subgroup-completeness", "subgroup-representation"}
"""Measures that say nothing about few resources: theirs are in files of their own."""


def test_table_and_files_agree() -> None:
    folder = Path(fhircheck.measures.__file__).parent
    files = {path.stem for path in folder.glob("*/*.py") if path.stem != "__init__"}
    made = {each.__module__.rpartition(".")[2] for entry in MEASURES for each in (entry.observe, entry.judge)}
    assert made - {"counted_measure"} == files
    assert len(files) == len(MEASURES)


@pytest.mark.parametrize("entry", MEASURES, ids=MEASURES.names)
def test_an_entry_says_all_of_itself(entry: CountedMeasure) -> None:
    for text in (entry.name, entry.summary, entry.why, entry.formula, entry.source):
        assert text.strip()
    assert entry.summary.endswith(".")
    assert entry.formula.startswith("One item is ")
    assert re.search(r"\bper (occurrence|resource|patient|month|group|system|source)\b", entry.formula)
    assert entry.threshold is None or 0 <= entry.threshold.maximum_failing < 1


def test_every_category_of_kahn_has_a_measure() -> None:
    assert {each.category for each in MEASURES} == set(Category)
    assert {each.dimension for each in MEASURES} == {"interoperability", "ai-readiness"}


@pytest.mark.parametrize("entry", MEASURES, ids=MEASURES.names)
def test_examples_are_true(entry: CountedMeasure) -> None:
    if not entry.passing:
        assert entry.name in WITHOUT_EXAMPLES
        return
    claimed = entry.name == "profile-valid"
    passing = judged(*_resources(entry.passing), claimed=claimed, tools=tools_of(entry))[entry.name]
    failing = judged(*_resources(entry.failing), claimed=claimed, valid=not claimed, tools=tools_of(entry))[entry.name]
    assert passing.share == 1
    assert failing.share is not None
    assert failing.share < 1
    if entry.name in NOT_OF_RESOURCES:
        return
    assert failing.resources_failed >= 1
    assert failing.examples
    types = {each["resourceType"] for each in _resources(entry.failing)}
    assert any(kind in failing.examples[0].expression for kind in types) or claimed


def _resources(text: str) -> list[dict[str, Any]]:
    found = json.loads(text)
    return found if isinstance(found, list) else [found]


@pytest.mark.parametrize(
    ("valid", "claimed", "cannot_tell", "expected"),
    [
        (True, True, False, (1, 1, 0)),
        (False, True, False, (0, 1, 0)),
        (False, True, True, (0, 1, 0)),
        (True, True, True, (0, 0, 1)),
        (None, True, False, (0, 0, 1)),
        (True, False, False, (0, 0, 0)),
        (False, False, False, (0, 0, 0)),
    ],
)
def test_profile_valid(valid: bool | None, claimed: bool, cannot_tell: bool, expected: tuple[int, int, int]) -> None:
    results = judged({"resourceType": "Basic"}, valid=valid, claimed=claimed, cannot_tell=cannot_tell)
    assert counts(results["profile-valid"]) == expected


CODED = {"coding": [{"system": "http://loinc.org", "code": "718-7"}]}


@pytest.mark.parametrize(
    ("concept", "expected"),
    [
        (CODED, (1, 1, 0)),
        ({"coding": [{"display": "Hb"}, CODED["coding"][0]]}, (1, 1, 0)),
        ({"coding": [{"code": "718-7"}]}, (0, 1, 0)),
        ({"coding": [{"system": "http://loinc.org", "code": " "}]}, (0, 1, 0)),
        ({"coding": [], "text": "Hb"}, (0, 1, 0)),
        ({"text": "Hb"}, (0, 1, 0)),
        ({"extension": [{"url": "x"}]}, (0, 0, 0)),
        ({}, (0, 0, 0)),
        ({"coding": "718-7"}, (0, 0, 1)),
        ("Hb", (0, 0, 1)),
        (None, (0, 0, 1)),
    ],
)
def test_coded_concept(concept: Any, expected: tuple[int, int, int]) -> None:
    assert counts(judged({"resourceType": "Observation", "code": concept})["coded-concept"]) == expected
    assert counts(judged({"resourceType": "Encounter", "type": [concept]})["coded-concept"]) == expected
    in_component = {"resourceType": "Observation", "component": [{"code": concept}, {"other": 1}, 5]}
    assert counts(judged(in_component)["coded-concept"]) == expected


def test_places_lead_to_the_item() -> None:
    node = {
        "resourceType": "Observation",
        "component": [
            {"code": CODED, "valueQuantity": {"value": 1, "system": "http://unitsofmeasure.org", "code": "g"}},
            {"code": {"text": "Hb"}, "valueQuantity": {"value": 1}},
        ],
    }
    results = judged(node)
    assert results["coded-concept"].examples[0].expression == "Observation.component[1].code"
    assert results["ucum-unit"].examples[0].expression == "Observation.component[1].valueQuantity"
    assert results["ucum-unit"].by == (("Observation.component.valueQuantity", 1, 2),)


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ({"value": 1, "system": "http://unitsofmeasure.org", "code": "g"}, (1, 1, 0)),
        ({"value": 1, "system": "http://snomed.info/sct", "code": "258682000"}, (0, 1, 0)),
        ({"value": 1, "system": "http://unitsofmeasure.org"}, (0, 1, 0)),
        ({"value": 1, "unit": "g"}, (0, 1, 0)),
        ({"value": 0}, (0, 1, 0)),
        ({"unit": "g"}, (0, 0, 0)),
        ([], (0, 0, 1)),
    ],
)
def test_ucum_unit(quantity: Any, expected: tuple[int, int, int]) -> None:
    assert counts(judged({"resourceType": "Observation", "valueQuantity": quantity})["ucum-unit"]) == expected


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"resourceType": "Encounter", "period": {"start": "2025-01-02", "end": "2025-01-01"}}, (0, 1, 0)),
        ({"resourceType": "Encounter", "period": {"start": "2025-01-02"}}, (0, 0, 0)),
        ({"resourceType": "Encounter", "period": {"start": "2025-01-02", "end": "soon"}}, (0, 0, 1)),
        ({"resourceType": "Encounter", "period": "2025"}, (0, 0, 0)),
        ({"resourceType": "Patient", "birthDate": "1950-01-01", "deceasedDateTime": "1949"}, (0, 1, 0)),
        ({"resourceType": "Patient", "birthDate": "1950-01-01", "deceasedDateTime": "1950"}, (1, 1, 0)),
        ({"resourceType": "Immunization", "occurrenceDateTime": "2025-01-02", "recorded": "2025-01-01"}, (0, 1, 0)),
        (
            {
                "resourceType": "Condition",
                "onsetPeriod": {"start": "2020"},
                "abatementPeriod": {"start": "2018", "end": "2021"},
                "recordedDate": "2019",
            },
            (1, 2, 0),
        ),
        (
            {
                "resourceType": "AllergyIntolerance",
                "onsetPeriod": {"start": "2020", "end": "2019"},
                "recordedDate": "2020",
            },
            (1, 2, 0),
        ),
    ],
)
def test_date_sequence(node: dict[str, Any], expected: tuple[int, int, int]) -> None:
    assert counts(judged(node)["date-sequence"]) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2025-01-01", (1, 1, 0)),
        ("2025-01-01T10:00:00Z", (1, 1, 0)),
        ("2025-01", (0, 1, 0)),
        ("2025", (0, 1, 0)),
        ("lately", (0, 0, 1)),
        (2025, (0, 0, 1)),
        (None, (0, 0, 0)),
    ],
)
def test_date_precision(value: Any, expected: tuple[int, int, int]) -> None:
    assert counts(judged({"resourceType": "Procedure", "performedDateTime": value})["date-precision"]) == expected
    period = {"start": value, "end": "2025-01-01"} if value is not None else {}
    both = counts(judged({"resourceType": "Procedure", "performedPeriod": period})["date-precision"])
    assert both == (expected[0] + bool(period), expected[1] + bool(period), expected[2])


ONE_PERCENT = Threshold(Fraction(1, 100), "someone", True)


@pytest.mark.parametrize(
    ("tally", "threshold", "expected"),
    [
        (Tally(), ONE_PERCENT, "not-applicable"),
        (Tally(), None, "not-applicable"),
        (Tally(cannot_tell=1), ONE_PERCENT, "cannot-tell"),
        (Tally(cannot_tell=1), None, "cannot-tell"),
        (Tally(1, 2), None, "informational"),
        (Tally(99, 100), ONE_PERCENT, "passed"),
        (Tally(98, 99), ONE_PERCENT, "failed"),
        (Tally(98, 99), Threshold(Fraction(0), "someone", True), "failed"),
        (Tally(99, 99, cannot_tell=5), Threshold(Fraction(0), "someone", True), "passed"),
    ],
)
def test_status(tally: Tally, threshold: Threshold | None, expected: str) -> None:
    assert status_of(tally, threshold) == expected


@pytest.mark.parametrize(
    ("passed", "total", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)],
)
def test_wilson_interval(passed: int, total: int, low: float, high: float) -> None:
    """The last row is Newcombe's example (Stat Med 1998, 17:857-872)."""
    assert wilson(passed, total) == pytest.approx((low, high), abs=5e-5)


def test_only_samples_have_an_interval_and_no_say_on_references() -> None:
    node = {"resourceType": "Condition", "code": CODED, "subject": {"reference": "Patient/1"}}
    whole, sample = judged(node), judged(node, sampled=True)
    assert whole["coded-concept"].interval is None
    assert sample["coded-concept"].interval is not None
    assert (whole["reference-resolves"].status, sample["reference-resolves"].status) == ("failed", "cannot-tell")
    assert "sample" in sample["reference-resolves"].reason


def test_nothing_applies_to_no_data() -> None:
    assert {each.status for each in judged().values()} == {"not-applicable"}


def test_the_embedded_definitions_are_the_default() -> None:
    links = LinkFacts()
    collect_links({"resourceType": "Observation", "subject": {"reference": "Patient/1"}}, Seen(), links)
    assert {each.name for each in judge_measures({}, links) if each.denominator} == {"reference-resolves"}
