"""Streams of samples: what is missing, doubled, in other units, and dated by another clock."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhircheck.measures.date_span import span_of
from fhircheck.model.errors import UsageError
from fhircheck.model.link_facts import LinkFacts
from fhircheck.use_cases.library import use_case_of
from fhircheck.use_cases.requirement import Clock, Requirement, Sampling, UseCase
from fhircheck.use_cases.sampling import NO_UCUM, ZERO, Sampler, fault_of
from fhircheck.use_cases.streams import Sample, Streams
from fhircheck.use_cases.timing import slots
from tests.laws.merging import groupings, merged
from tests.unit.use_cases.test_library import extension, library, need, run

DAY = 86_400
DURATION = "http://unitsofmeasure.org"


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ((0,), (1, 1)),
        ((0, 24, 48), (3, 3)),
        ((0, 23, 49, 71, 95), (5, 5)),
        ((0, 72), (2, 4)),
        ((0, 8, 16, 24, 32, 48), (3, 3)),
        ((0, 24, 24 * 9), (3, 10)),
    ],
)
def test_samples_are_counted_from_the_one_before(hours: tuple[int, ...], expected: tuple[int, int]) -> None:
    """A weight at 7:00 and at 6:00 the next day are two samples of two days."""
    assert slots([1000 * DAY + each * 3600 for each in hours], DAY) == expected


@given(st.lists(st.integers(1, 10**7), min_size=1), st.integers(1, 10**5))
def test_there_are_never_more_samples_than_expected(moments: list[int], every: int) -> None:
    present, expected = slots(sorted(moments), every)
    assert 1 <= present <= expected <= 1 + (max(moments) - min(moments)) / every + present / 2


CLOCK = Clock(300, 7 * DAY, ("issued", "meta.lastUpdated"))


@pytest.mark.parametrize(
    ("event", "node", "lag", "fault"),
    [
        ("2025-01-01T07:00:00+01:00", {"issued": "2025-01-01T07:02:00+01:00"}, 120, ""),
        ("2025-01-01T07:00:00+01:00", {"issued": "2025-01-01T06:00:00Z"}, 0, ""),
        ("2025-01-01T07:00:00+01:00", {"issued": "2025-01-01T06:56:00+01:00"}, -239, ""),
        ("2025-01-01T07:00:00Z", {"issued": "2025-01-01T07:02:00+01:00"}, -3479, "ahead"),
        ("2025-01-01T07:00:00Z", {"issued": "2025-01-09T07:00:00Z"}, 8 * DAY, "late"),
        ("2025-01-01T07:00:00Z", {"meta": {"lastUpdated": "2025-01-01T08:00:00Z"}}, 3600, ""),
        ("2025-01-01T07:00:00Z", {"issued": "2025-01-02"}, None, ""),
        ("2025-01-01", {"issued": "2025-01-02T07:00:00Z"}, None, ""),
        ("2025-01-01T07:00:00Z", {"issued": 7}, None, ""),
        ("2025-01-01T07:00:00Z", {}, None, ""),
    ],
)
def test_the_clock_of_a_sample(event: str, node: dict[str, Any], lag: int | None, fault: str) -> None:
    asked = Requirement("stream", (), "feature", "Observation", clock=CLOCK)
    found = Sampler(asked).lag(node, span_of(event))
    assert found == lag or (found is not None and lag is not None and abs(found - lag) <= 1)
    assert found is None or fault_of(found, CLOCK) == fault
    assert Sampler(asked).skewed(found) == bool(fault)


ASKED = Requirement(
    "stream", (), "feature", "Observation", sampling=Sampling(DAY, Fraction(4, 5), 2 * DAY, ("code",)), clock=CLOCK
)
CASE = UseCase("own", (), (), "", "", "own", (ASKED,))
KG, GRAM = 10, 12


def sample(day: int, place: int, **more: int) -> Sample:
    return Sample(**{"stream": 1, "second": 700_000 * DAY + day * DAY, "lag": ZERO, "unit": KG, "value": 70 + day,
                     "identity": place, "source": 3, "place": place << 24, **more})  # fmt: skip


def seen(patients: dict[int, list[Sample]]) -> Streams:
    found = Streams(CASE, {})
    for patient, samples in patients.items():
        found.see(patient, 0, samples)
    return found


def test_what_is_wrong_in_streams_is_counted() -> None:
    week = [sample(day, day) for day in (0, 1, 2, 6)]
    again = [sample(2, 20), sample(2, 21, value=5), sample(2, 21, value=5), sample(1, 22, unit=GRAM, lag=0)]
    other = [sample(0, 30, stream=2, unit=NO_UCUM, lag=ZERO - 7200), sample(1, 31, stream=2, lag=ZERO + 8 * DAY)]
    found = seen({1: [*week, *again, *other], 2: [sample(0, 40, second=0)]}).facts(LinkFacts())
    assert (found.sampled.numerator, found.sampled.denominator, found.sampled.cannot_tell) == (6, 9, 1)
    assert (found.counts["streams"], found.counts["below"], found.counts["gaps"], found.longest) == (2, 1, 1, 4 * DAY)
    assert [(each.record, each.expression) for each in found.sampled.examples] == [(2, "Observation")], "before the gap"
    assert (found.unique.numerator, found.unique.denominator, found.counts["conflicting"]) == (7, 9, 1)
    assert [each.record for each in found.unique.examples] == [20, 22]
    assert (found.unit.numerator, found.unit.denominator) == (9, 10)
    assert (found.same_unit.numerator, found.same_unit.denominator, found.counts["mixed"]) == (8, 9, 1)
    assert (found.clock.numerator, found.clock.denominator, found.clock.cannot_tell) == (7, 9, 1)
    assert (found.counts["ahead"], found.counts["zone"], found.counts["late"]) == (1, 1, 1)
    assert found.clock.resources_failed == 2
    assert len(found.clock.patients_failed) == 1


SAMPLES = st.lists(
    st.builds(
        sample, st.integers(0, 9), st.integers(0, 99), stream=st.integers(1, 2), unit=st.sampled_from([0, 1, KG])
    ),
    max_size=6,
)


@given(groupings(st.tuples(st.integers(1, 10**9), SAMPLES)))
def test_streams_merge_in_any_order(given_: tuple[list[Any], list[list[Any]]]) -> None:
    items, parts = given_
    whole = Streams(CASE, {})
    for patient, samples in items:
        whole.see(patient, 0, samples)
    pieces = []
    for part in parts:
        pieces.append(Streams(CASE, {}))
        for patient, samples in part:
            pieces[-1].see(patient, 0, samples)
    one, other = (each.facts(LinkFacts()) for each in (whole, merged(pieces, lambda: Streams(CASE, {}))))
    for name in ("sampled", "clock", "unique", "unit", "same_unit"):
        left, right = getattr(one, name), getattr(other, name)
        assert (left.numerator, left.denominator, left.by, left.examples, left.resources_failed) == (
            right.numerator, right.denominator, right.by, right.examples, right.resources_failed)  # fmt: skip
    assert {key: count for key, count in one.counts.items() if count} == {
        key: count for key, count in other.counts.items() if count
    }
    assert one.longest == other.longest


def duration(value: object, code: str = "d") -> dict[str, Any]:
    return {"valueDuration": {"value": value, "system": DURATION, "code": code}}


def parts(name: str, **values: dict[str, Any]) -> dict[str, Any]:
    return extension(name, extension=[{"url": part, **value} for part, value in values.items()])


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        (parts("requirement-sampling", share={"valueDecimal": 1}), "requirement-sampling every: a Duration"),
        (parts("requirement-sampling", every=duration(0)), "needs a positive interval"),
        (parts("requirement-sampling", every=duration(1), share={"valueDecimal": 2}), "a share from 0 to 1"),
        (parts("requirement-sampling", every=duration(1), gap=duration(1, "h")), "no shorter gap"),
        (parts("requirement-clock", late=duration(1)), "requirement-clock ahead: a Duration"),
        (parts("requirement-clock", ahead=duration(-1)), "ahead cannot be negative"),
        (parts("requirement-clock", ahead=duration(1), late=duration(0)), "late has to be positive"),
    ],
)
def test_what_makes_no_sense_is_refused(asked: dict[str, Any], fault: str) -> None:
    with pytest.raises(UsageError, match=fault):
        use_case_of(library(need("Observation", "feature", asked)), "own", "own.json")


def test_a_users_own_use_case_asks_for_streams_of_its_own(tmp_path: Path) -> None:
    """Hourly values by body site; a value that comes an hour before itself does not count."""
    site = "http://snomed.info/sct"
    nodes: list[dict[str, Any]] = [{"resourceType": "Patient", "id": "1"}]
    for number, (where, hour) in enumerate([("left", 0), ("left", 1), ("left", 2), ("right", 0), ("right", 6)]):
        nodes.append({
            "resourceType": "Observation", "id": f"o{number}", "status": "final",
            "subject": {"reference": "Patient/1"},
            "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
            "bodySite": {"coding": [{"system": site, "code": where}]},
            "effectiveDateTime": f"2025-01-01T{10 + hour}:00:00Z",
            "meta": {"lastUpdated": f"2025-01-01T{9 + hour if number == 4 else 10 + hour:02}:00:30Z"},
        })  # fmt: skip
    sampling = extension("requirement-sampling", extension=[
        {"url": "every", **duration(1, "h")}, {"url": "by", "valueString": "bodySite"}])  # fmt: skip
    clock = parts("requirement-clock", ahead=duration(5, "min"))
    found = run(tmp_path, need("Patient", "cohort"), need("Observation", "feature", sampling, clock), nodes=nodes)
    measures = {each.name: each for each in found.measures}
    assert (measures["sampling-complete"].numerator, measures["sampling-complete"].denominator) == (5, 10)
    assert measures["clock-agrees"].reason == (
        "1 is dated after it was recorded, 1 of them by whole hours: the time zone"
    )
    assert measures["ucum-unit"].status == "not-applicable", "without quantities there is no unit"
    minimum = extension("requirement-minimum-count", valuePositiveInt=5)
    fewer = run(tmp_path, need("Patient", "cohort"), need("Observation", "feature", clock, minimum), nodes=nodes)
    assert fewer.steps[1].reasons == (("too-few", 1),), "the sample of the wrong clock does not count"
    wrong = parts("requirement-clock", ahead=duration(0), against={"valueString": "issued"})
    untold = run(tmp_path, need("Patient", "cohort"), need("Observation", "feature", wrong), nodes=nodes)
    assert untold.usable == 1, "what cannot be compared costs nobody"
    assert next(each for each in untold.measures if each.name == "clock-agrees").cannot_tell == 5
