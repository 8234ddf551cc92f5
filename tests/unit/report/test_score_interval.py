"""Bounds of a score: between all that is unknown failing and all of it passing."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from fhircheck.model.report import MeasureResult, Score, ScorePart
from fhircheck.report.score_interval import score_interval


def made(counts: list[tuple[int, int, int, int]]) -> tuple[Score, dict[str, MeasureResult]]:
    """A score of criteria (weight, passed, failed, cannot tell), as scoring makes it."""
    parts, results = [], {}
    for number, (weight, passed, failed, untold) in enumerate(counts):
        judged, name = passed + failed, f"m{number}"
        status = "informational" if judged else "cannot-tell" if untold else "not-applicable"
        earned = Fraction(weight * passed, judged) if judged else Fraction(0)
        note = "" if judged else "cannot tell" if untold else "not applicable"
        parts.append(ScorePart(name, Fraction(weight), earned, bool(judged), "", note))
        results[name] = MeasureResult(name, "", "", "", "", status, passed, judged, untold, None)  # type: ignore[arg-type]
    performed = sum(part.weight for part in parts if part.counted)
    value = sum(part.earned for part in parts) / performed * 100 if performed else None
    return Score("s", "r", value, Fraction(1), tuple(parts)), results


counts = st.lists(st.tuples(st.integers(1, 3), *[st.integers(0, 20)] * 3), max_size=5)


@given(counts)
def test_bounds_hold_the_score_and_every_way_the_unknown_can_turn_out(
    given_counts: list[tuple[int, int, int, int]],
) -> None:
    score, results = made(given_counts)
    bounds = score_interval(score, results)
    applicable = [each for each in given_counts if sum(each[1:])]
    assert (bounds is None) == (not applicable)
    if bounds is None:
        return
    ends = []
    for passes in (False, True):
        known = [(w, p + (u if passes else 0), f + (0 if passes else u), 0) for w, p, f, u in applicable]
        ends.append(made(known)[0].value)
    assert bounds == tuple(ends)
    assert score.value is None or bounds[0] <= score.value <= bounds[1]


def test_a_sample_widens_the_bounds_and_a_whole_does_not() -> None:
    score, results = made([(1, 8, 2, 0)])
    assert score_interval(score, results) == (80, 80)
    sampled = {"m0": replace(results["m0"], interval=(0.49, 0.94))}
    low, high = score_interval(score, sampled) or (0, 0)
    assert (float(low), float(high)) == (49.0, 94.0)


def test_what_was_not_given_or_not_measured_is_no_doubt() -> None:
    score, results = made([(1, 5, 5, 0)])
    beside = tuple(ScorePart(name, Fraction(9), Fraction(0), False, "", name) for name in ("not given", "not measured"))
    assert score_interval(replace(score, parts=(*score.parts, *beside)), results) == (50, 50)
