"""What a score is said to lose by sums to what it lost; a comparison turned around says the opposite."""

from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fhircheck.history.census_changes import common_classes
from fhircheck.history.chance import modified_z, outside, rates_differ, shares_differ
from fhircheck.history.compare import compare
from fhircheck.history.result_changes import score_reasons, share_reasons, shortened
from fhircheck.measures.census import census_of
from fhircheck.model.census_facts import CensusFacts
from fhircheck.report.census_form import census_form
from tests.unit.history.runs import Quantity, exact, measure, part, run, score

NAMES = st.sampled_from("abcdefghijkl")


@st.composite
def scores(draw: Any) -> Any:
    parts = []
    for name in draw(st.lists(NAMES, unique=True, max_size=12)):
        weight = draw(st.integers(1, 9))
        earned = weight * draw(st.fractions(0, 1, max_denominator=50))
        booked = (weight - earned) * draw(st.sampled_from((Fraction(0), Fraction(1, 2), Fraction(1))))
        parts.append(part(name, weight, earned, draw(st.booleans()), booked, draw(NAMES) if booked else ""))
    return score("s", *parts)


@given(scores(), scores())
def test_reasons_of_a_score_sum_to_its_change(before: Any, after: Any) -> None:
    if before["value"] is None or after["value"] is None:
        return
    change = Fraction(*exact(after["value"])) - Fraction(*exact(before["value"]))
    reasons = score_reasons(before, after)
    assert sum((Fraction(points) for _, points in reasons), Fraction(0)) == change
    assert sum((Fraction(points) for _, points in shortened(reasons)), Fraction(0)) == change


@st.composite
def measures(draw: Any) -> Any:
    parts = draw(st.dictionaries(NAMES, st.tuples(st.integers(0, 300), st.integers(1, 300)), min_size=1))
    by = [(name, min(pair), max(pair)) for name, pair in parts.items()]
    return measure("m", sum(each[1] for each in by), sum(each[2] for each in by), by=by)


@given(measures(), measures())
def test_reasons_of_a_measure_sum_to_its_change(before: Any, after: Any) -> None:
    change = Fraction(*exact(after["share"])) - Fraction(*exact(before["share"]))
    assert sum((Fraction(share) for _, share in share_reasons(before, after)), Fraction(0)) == change


COUNTS = st.integers(0, 10_000)


@given(COUNTS, COUNTS, st.integers(1, 10_000), st.integers(1, 10_000))
def test_rates_and_shares_are_told_apart_alike_in_either_order(first: int, second: int, one: int, other: int) -> None:
    assert rates_differ(first, second, (one, other)) == rates_differ(second, first, (other, one))
    passed = first % (one + 1), second % (other + 1)
    assert shares_differ(passed, (one, other)) == shares_differ(passed[::-1], (other, one))
    assert not shares_differ((passed[0], passed[0]), (one, one))
    assert not rates_differ(first, first, (one, one))


VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20)


@given(VALUES, st.floats(-1e6, 1e6))
def test_a_value_among_those_of_before_is_not_outside(known: list[float], value: float) -> None:
    assert not (len(known) > 1 and len(set(known)) == 1 and outside(known[0], known))
    assert (modified_z(value, known) > 0) <= (value > sorted(known)[0])
    assert outside(value, known[:1])


@st.composite
def spreads(draw: Any) -> Any:
    numbers = draw(st.lists(st.integers(-5, 400), min_size=30, max_size=300))
    facts = CensusFacts()
    facts.values[Quantity("c", "u")] += numbers
    form = census_form(census_of(facts, draw(st.sampled_from((1, 5, 10)))))
    assert form is not None
    return form["spreads"][0], numbers


@given(spreads(), spreads())
def test_classes_of_two_spreads_hold_all_values_and_none_twice(first: Any, second: Any) -> None:
    parts = common_classes(first[0], second[0])
    for counts, (_, numbers) in zip(parts, (first, second), strict=True):
        assert sum(counts.values()) == len(numbers)
        assert min(counts.values()) >= 0
        assert len(counts) <= 10
    assert list(parts[0]) == list(parts[1])
    same = common_classes(first[0], first[0])
    assert same[0] == same[1]


@settings(max_examples=40)
@given(measures(), measures(), scores(), scores(), st.integers(0, 5_000), st.integers(0, 5_000))
def test_turned_around_the_same_things_have_changed(
    one: Any, other: Any, was: Any, now: Any, first: int, second: int
) -> None:
    before = run(measures=[one], scores=[was], totals={("error", "a"): first}, resources={"Patient": 1_000})
    after = run(measures=[other], scores=[now], totals={("error", "a"): second}, resources={"Patient": 1_200})
    there, back = compare(before, after).changes, compare(after, before).changes

    def named(changes: Any) -> set[tuple[Any, ...]]:
        return {(each.what, each.kind.partition("-kind")[0]) for each in changes}

    assert named(there) == named(back)
    assert {(each.what, each.before, each.after) for each in there} == {
        (each.what, each.after, each.before) for each in back
    }
