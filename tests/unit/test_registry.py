"""The Registry keeps order, lists, finds, and refuses what would make a table ambiguous."""

from dataclasses import dataclass

import pytest

from fhircheck.registry import Registry


@dataclass(frozen=True)
class Entry:
    name: str
    summary: str


FIRST = Entry("zebra", "Comes first because it was given first.")
SECOND = Entry("apple", "Comes second.")


def test_keeps_the_order_given() -> None:
    table = Registry("ANIMALS", FIRST, SECOND)
    assert table.names == ("zebra", "apple")
    assert list(table) == [FIRST, SECOND]
    assert len(table) == 2


def test_finds_by_name() -> None:
    table = Registry("ANIMALS", FIRST)
    assert table["zebra"] is FIRST
    assert table.get("zebra") is FIRST
    assert "zebra" in table


def test_unknown_name() -> None:
    table = Registry("ANIMALS", FIRST)
    assert table.get("apple") is None
    assert "apple" not in table
    with pytest.raises(KeyError):
        table["apple"]


@pytest.mark.parametrize("entry", [Entry("", "A summary."), Entry("name", "")])
def test_refuses_an_incomplete_entry(entry: Entry) -> None:
    with pytest.raises(ValueError, match="ANIMALS: an entry needs a name and a summary"):
        Registry("ANIMALS", entry)


def test_refuses_a_name_given_twice() -> None:
    with pytest.raises(ValueError, match="ANIMALS: zebra is there twice"):
        Registry("ANIMALS", FIRST, Entry("zebra", "Another."))


def test_add_appends() -> None:
    table = Registry("ANIMALS", FIRST)
    table.add(SECOND)
    assert table.names == ("zebra", "apple")
