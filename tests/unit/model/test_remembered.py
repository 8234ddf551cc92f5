"""Answers are found once, and never more than the bound are kept."""

import pytest

from fhircheck.model.remembered import Remembered


def test_an_answer_is_found_once_none_too() -> None:
    asked: list[str] = []
    table: Remembered[str, int | None] = Remembered(lambda key: asked.append(key) or (len(key) or None))
    assert [table["a"], table["a"], table[""], table[""]] == [1, 1, None, None]
    assert asked == ["a", ""]


def test_it_begins_anew_at_the_bound() -> None:
    table: Remembered[int, int] = Remembered(lambda key: key + 1, 3)
    assert [table[each] for each in range(10)] == list(range(1, 11))
    assert len(table) <= 3


def test_a_fault_is_not_remembered() -> None:
    def fail(key: str) -> int:
        raise ValueError(key)

    table: Remembered[str, int] = Remembered(fail)
    for _ in range(2):
        with pytest.raises(ValueError, match="a"):
            table["a"]
    assert not table
