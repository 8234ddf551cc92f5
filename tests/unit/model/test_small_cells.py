"""What is shown of small counts of people, and that nothing beside them gives them away."""

from fractions import Fraction
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhircheck.model.report import Detail
from fhircheck.model.small_cells import Cell, cell_of, cells_of, funnel_of, guarded, share_of
from fhircheck.report.numbers import people

LIMIT = 10


@pytest.mark.parametrize(
    ("count", "english", "german"),
    [(0, "0", "0"), (1, "< 10", "< 10"), (9, "< 10", "< 10"), (10, "10", "10"), (1234, "1,234", "1.234")],
)
def test_one_count(count: int, english: str, german: str) -> None:
    cell = cell_of(count, LIMIT)
    assert (people(cell), people(cell, "de")) == (english, german)
    assert cell.count == (None if 0 < count < 10 else count)


def test_the_total_does_not_give_a_small_cell_away() -> None:
    shown = cells_of({"male": 60, "female": 37, "other": 3}, LIMIT)
    assert {name: people(cell) for name, cell in shown.items()} == {"male": "60", "female": "≥ 10", "other": "< 10"}
    alone = cells_of({"male": 60, "female": 37, "other": 3}, LIMIT, total=False)
    assert {name: people(cell) for name, cell in alone.items()} == {"male": "60", "female": "37", "other": "< 10"}


def test_several_small_cells_may_hide_each_other() -> None:
    shown = cells_of({"a": 50, "b": 5, "c": 5, "d": 5}, LIMIT)
    assert shown["a"].count == 50
    two = cells_of({"a": 50, "b": 7, "c": 6}, LIMIT)
    assert two["a"].count is None, "13 in two cells below 10 are at least 4 each"
    both_nine = cells_of({"a": 50, "b": 9, "c": 9}, LIMIT)
    assert both_nine["a"].count is None, "18 in two cells below 10 are 9 and 9"


def test_more_cells_are_hidden_where_one_is_not_enough() -> None:
    shown = cells_of({"a": 3, "b": 10, "c": 11, "d": 12}, LIMIT)
    assert all(cell.count is None for cell in shown.values())
    shown = cells_of({"a": 3, "b": 10, "c": 11, "d": 40}, LIMIT)
    assert [name for name, cell in shown.items() if cell.count is None] == ["a", "d"]


COUNTS = st.lists(st.integers(0, 14), min_size=1, max_size=4)


@given(COUNTS, st.integers(3, 5))
def test_whoever_knows_all_that_is_shown_learns_no_small_count(counts: list[int], limit: int) -> None:
    shown = cells_of(dict(enumerate(counts)), limit)
    for name, cell in shown.items():
        assert cell.least <= counts[name] <= (cell.most if cell.most is not None else counts[name])
        assert cell.count is None or not 0 < cell.count < limit
    total = sum(counts)
    ranges = [range(cell.least, (total if cell.most is None else cell.most) + 1) for cell in shown.values()]
    worlds = [world for world in product(*ranges) if sum(world) == total]
    if all(cell.count in (None, 0) for cell in shown.values()):
        return  # nothing is left to hide behind
    for name, count in enumerate(counts):
        if 0 < count < limit:
            assert {world[name] for world in worlds} == set(range(1, limit))


def test_a_funnel_hides_small_losses_and_small_rests() -> None:
    steps = funnel_of((100, 97, 50, 50, 12, 4, 0), LIMIT)
    assert [people(cell) for cell in steps] == ["100", "91–99", "50", "50", "12", "< 12", "0"]
    assert [people(cell) for cell in funnel_of((4, 4, 2), LIMIT)] == ["< 10"] * 3
    assert [people(cell) for cell in funnel_of((14, 12), LIMIT)] == ["14", "< 14"]
    assert [people(cell) for cell in funnel_of((11, 10, 3), LIMIT)] == ["11", "< 11", "< 11"]


@given(st.integers(1, 60), st.integers(3, 12))
def test_a_hidden_step_may_be_any_of_as_many_as_the_limit_hides(before: int, limit: int) -> None:
    shown = [funnel_of((before, count), limit)[1] for count in range(before + 1)]
    for count, cell in enumerate(shown):
        assert cell.count == count or shown.count(cell) >= min(limit - 1, before)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=6).map(lambda found: sorted(found, reverse=True)))
def test_no_shown_steps_of_a_funnel_differ_by_a_small_number(counts: list[int]) -> None:
    steps = funnel_of(counts, LIMIT)
    shown = [cell.count for cell in steps if cell.count is not None]
    assert all(first == second or first - second >= LIMIT for first, second in pairwise(shown))
    for count, cell in zip(counts, steps, strict=True):
        assert cell.least <= count <= (cell.most or 0) or cell == Cell(count, count)


def test_shares_that_would_give_a_count_away_are_not_shown() -> None:
    assert share_of(50, 100, LIMIT) == Fraction(1, 2)
    assert share_of(0, 100, LIMIT) == 0
    assert share_of(100, 100, LIMIT) == 1
    for part, whole in ((3, 100), (97, 100), (3, 3), (0, 3), (0, 0)):
        assert share_of(part, whole, LIMIT) is None


def test_details_are_guarded_by_table() -> None:
    details = (
        Detail("patients-seen", 100, "patients"),
        Detail("patients-by-sex", 60, "patients", "male"),
        Detail("patients-by-sex", 37, "patients", "female"),
        Detail("patients-by-sex", 3, "patients", "other"),
        Detail("patients-with-code", 4, "patients", "718-7"),
        Detail("patients-with-code", 12, "patients", "2345-7"),
        Detail("median-age", 3, "years", "male"),
        Detail("never-told", None, "patients", "male"),
    )
    shown = guarded(details, LIMIT)
    assert [each.value for each in shown] == [100, 60, None, None, None, 12, 3, None]
    assert [(each.least, each.most) for each in shown[2:5]] == [(10, None), (1, 9), (1, 9)]
    assert shown[-1].least is None
    assert guarded(details[1:4], LIMIT, {100})[1].value is None


def test_a_part_that_leaves_few_is_not_shown_either() -> None:
    details = tuple(Detail("patients-permitting", count, "patients", name) for name, count in (("a", 97), ("b", 90)))
    assert [(each.value, each.least, each.most) for each in guarded(details, LIMIT, {100})] == [
        (None, 91, 99),
        (90, None, None),
    ]
    assert guarded(details, LIMIT, {97})[0].value == 97


def test_what_is_known_of_the_total_decides() -> None:
    details = tuple(
        Detail("by-sex", count, "patients", name) for name, count in (("male", 60), ("female", 37), ("other", 3))
    )
    assert guarded(details, LIMIT, {100})[1].value is None
    assert guarded(details, LIMIT)[1].value == 37
