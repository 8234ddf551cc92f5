"""A defect more never raises a score; a record without defect never lowers a share."""

from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fhircheck.measures import MEASURES, judge_measures, observe_all
from fhircheck.measures.counted_measure import judged_by_tally
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category
from fhircheck.model.link_facts import LinkFacts
from fhircheck.model.report import MeasureResult
from fhircheck.score import Criterion, Rubric, score, what_to_fix
from fhircheck.score.defects import defects
from fhircheck.score.gain import opened
from tests.unit.measures.seen import Seen

NAMES = st.sampled_from(MEASURES.names)
Counts = dict[str, tuple[int, int, int]]


def result(name: str, passed: int, failed: int, unknown: int) -> MeasureResult:
    """A result with these counts; its status does not matter to a score."""
    measure = MEASURES[name]
    return MeasureResult(
        name, "", "", "", measure.dimension, "passed", passed, passed + failed, unknown, measure.threshold
    )


def values(counts: Counts, rubric: Rubric) -> list[Fraction | None]:
    results = [result(name, *each) for name, each in counts.items()]
    return [each.value for each in score(results, rubric)]


@st.composite
def rubrics(draw: Any) -> Rubric:
    criteria = []
    for name in draw(st.lists(NAMES, min_size=1, unique=True)):
        limit = draw(st.none() | st.fractions(0, 1))
        prerequisite = draw(st.sampled_from(["", "profile-valid", "date-sequence"]))
        weight = draw(st.fractions(Fraction(1, 10), 10))
        prerequisite = prerequisite if prerequisite != name else ""
        same = bool(prerequisite) and draw(st.booleans())
        criteria.append(Criterion("one", name, weight, "why", prerequisite, False, limit, same))
    return Rubric("any", "any", tuple(criteria), draw(st.booleans()))


ALL_COUNTS = st.dictionaries(NAMES, st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)))
DEFECTS = st.sampled_from(["one more item fails", "an item fails that passed", "an item fails that nobody could tell"])


def with_defect(each: tuple[int, int, int], defect: str) -> tuple[int, int, int]:
    passed, failed, unknown = each
    if defect == "an item fails that passed" and passed:
        return passed - 1, failed + 1, unknown
    if defect == "an item fails that nobody could tell" and unknown:
        return passed, failed + 1, unknown - 1
    return passed, failed + 1, unknown


@given(ALL_COUNTS, NAMES, NAMES, st.fractions(Fraction(1, 10), 10), st.fractions(Fraction(1, 10), 10))
def test_a_defect_cannot_hide_behind_its_prerequisite(
    counts: Counts, first: str, second: str, one: Fraction, other: Fraction
) -> None:
    """An item that failed loses what it needs to be judged at all (a unit is removed): no score rises."""
    passed, failed, unknown = counts.get(first, (0, 0, 0))
    behind, hidden, untold = counts.get(second, (0, 0, 0))
    if first == second or not (passed and hidden):
        return
    before = counts | {first: (passed, failed, unknown), second: (behind, hidden, untold)}
    worse = counts | {first: (passed - 1, failed + 1, unknown), second: (behind, hidden - 1, untold)}
    criteria = (Criterion("one", first, one, "why"), Criterion("one", second, other, "why", first, same_items=True))
    (value,), (after,) = (values(each, Rubric("any", "any", criteria)) for each in (before, worse))
    assert value is not None and after is not None and after <= value  # noqa: PT018


@given(ALL_COUNTS, rubrics(), NAMES)
def test_the_gain_of_a_repair_lies_in_the_interval(counts: Counts, rubric: Rubric, name: str) -> None:
    """Whatever repaired items turn out to be where they are judged anew: none, some or all of them, passing or not."""
    results = [result(each, *numbers) for each, numbers in counts.items()]
    before = {each.name: each.value for each in score(results, rubric)}
    for action in what_to_fix(results, rubric):
        if action.measure != name:
            continue
        (defect,) = (each for found in results for each in defects(found, ()) if each.entry.name == action.name)
        for share in (0, 1, 2):
            after = counts | {name: (counts[name][0] + action.count, counts[name][1] - action.count, counts[name][2])}
            for other, most in opened(defect, rubric).items():
                if other in after:
                    good, bad, untold = after[other]
                    new = action.count * most
                    after[other] = [
                        (good, bad, untold),
                        (good + new // 2, bad + new - new // 2, untold),
                        (good, bad + new, untold),
                    ][share]
            for each in score([result(measure, *numbers) for measure, numbers in after.items()], rubric):
                gain = next((gain for gain in action.gains if gain.score == each.name), None)
                if gain is not None and each.value is not None and before[each.name] is not None:
                    assert gain.low <= each.value - before[each.name] <= gain.high


@given(ALL_COUNTS, rubrics(), NAMES, DEFECTS)
def test_more_defects_never_raise_a_score(counts: Counts, rubric: Rubric, name: str, defect: str) -> None:
    worse = counts | {name: with_defect(counts.get(name, (0, 0, 0)), defect)}
    for before, after in zip(values(counts, rubric), values(worse, rubric), strict=True):
        assert before is None or (after is not None and after <= before)


@given(ALL_COUNTS, rubrics())
def test_a_score_is_the_sum_of_the_parts_it_shows(counts: Counts, rubric: Rubric) -> None:
    for each in score([result(name, *numbers) for name, numbers in counts.items()], rubric):
        counted = [part for part in each.parts if part.counted]
        performed = sum(part.weight for part in counted)
        assert each.value == (sum(part.earned for part in counted) / performed * 100 if performed else None)
        assert 0 <= each.coverage <= 1
        assert all(0 <= part.earned <= part.weight for part in each.parts)
        assert all(part.note for part in each.parts if part.earned < part.weight), "what is lost has a reason"


CODED = {"coding": [{"system": "s", "code": "c"}]}
GRAM = {"value": 1, "system": "http://unitsofmeasure.org", "code": "g"}
SOUND: list[dict[str, Any]] = [
    {"resourceType": "Encounter", "period": {"start": "2025-01-01", "end": "2025-01-02"}, "type": [CODED]},
    {"resourceType": "Observation", "valueQuantity": GRAM, "issued": "2025-01-01T00:00:00Z"},
    {"resourceType": "Condition", "code": CODED, "onsetDateTime": "2025-01-01", "recordedDate": "2025-01-02"},
    {"resourceType": "Patient", "birthDate": "1950", "deceasedDateTime": "2020-01-01"},
]
BROKEN: list[dict[str, Any]] = [
    {"resourceType": "Encounter", "period": {"start": "2025-01-03", "end": "2025-01-02"}, "type": [{"text": "stay"}]},
    {"resourceType": "Observation", "valueQuantity": {"value": 1, "unit": "g"}, "issued": "2025"},
    {"resourceType": "Condition", "code": {"text": "ill"}, "onsetDateTime": "no date", "recordedDate": "2025"},
]


BY_RECORD = frozenset(each.name for each in MEASURES if each.judge is judged_by_tally) | {"date-sequence"}
"""Measures whose items lie in one record each. The others judge sets: a month, a patient, a double of another.

date-sequence has pairs across records too, of types that are not among these.
"""


def shares(found: list[tuple[dict[str, Any], bool]]) -> dict[str, Fraction | None]:
    tallies: dict[str, Tally] = {}
    for node, valid in found:
        observe_all(node, Seen(valid=valid, claimed=True), tallies)
    return {each.name: each.share for each in judge_measures(tallies, LinkFacts()) if each.name in BY_RECORD}


@given(st.lists(st.tuples(st.sampled_from([*SOUND, *BROKEN]), st.booleans())), st.sampled_from(SOUND))
def test_a_record_without_defect_never_lowers_a_share(
    found: list[tuple[dict[str, Any], bool]], sound: dict[str, Any]
) -> None:
    alone, before, after = shares([(sound, True)]), shares(found), shares([*found, (sound, True)])
    for name, share in before.items():
        if share is not None and alone[name] in (None, 1):
            now = after[name]
            assert now is not None and now >= share, name  # noqa: PT018


def test_the_law_is_about_measures_of_all_kinds() -> None:
    every = [name for node in SOUND for name, share in shares([(node, True)]).items() if share == 1]
    assert {MEASURES[name].category for name in every} == set(Category)
    assert {"profile-valid", "coded-concept", "date-sequence", "ucum-unit", "date-precision"} <= set(every)


@given(ALL_COUNTS, rubrics(), NAMES)
def test_what_cannot_be_told_any_more_shows_in_the_coverage(counts: Counts, rubric: Rubric, name: str) -> None:
    """A passing item becomes undecided: the coverage never rises, and falls where the measure counts."""
    passed, failed, unknown = counts.get(name, (0, 0, 0))
    if not passed:
        return
    before = [result(each, *numbers) for each, numbers in counts.items()]
    after = [result(each, *numbers) for each, numbers in (counts | {name: (passed - 1, failed, unknown + 1)}).items()]
    for old, new in zip(score(before, rubric), score(after, rubric), strict=True):
        weighed = any(each.measure == name for each in rubric.criteria)
        assert new.coverage <= old.coverage
        if weighed and not rubric.published_only:
            assert new.coverage < old.coverage
