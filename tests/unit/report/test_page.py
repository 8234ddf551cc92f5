"""A page keeps a number on one line with its sign, unit or article, at any width, and changes no letter of a text."""

from collections.abc import Callable

import pytest

from fhircheck.report.page import Page
from fhircheck.report.shown import View

TEXT = "nach Art. 78 sind < 10 von 25, 0 % (≥ 80 %), Befunde: 3 × Fehler, 80+ < 10/≥ 0, in 184,3 kB und 1,0 s, 4 Siege"
HELD = ("Art. 78", "< 10", "0 %", "(≥ 80 %)", "3 ×", "80+ < 10/≥ 0", "184,3 kB", "1,0 s")
WAYS: dict[str, Callable[[Page], None]] = {
    "wrapped": lambda page: page.wrapped((TEXT, "dim"), indent=2, hanging=2),
    "sentence": lambda page: page.sentence(("- ", ""), TEXT),
    "table": lambda page: page.table([(("a", ""), (TEXT, ""))]),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("width", range(24, 81))
def test_numbers_stay_with_their_sign(way: str, width: int) -> None:
    page = Page(View(width=width))
    WAYS[way](page)
    lines = page.text().splitlines()
    assert " ".join(" ".join(lines).split()).endswith(TEXT)
    assert all(len(line) <= width for line in lines)
    assert [each for each in HELD if not any(each in line for line in lines)] == []


def test_words_after_a_number_are_no_units() -> None:
    page = Page(View(width=24))
    page.wrapped(("aaaaaaaaaaaaaaaaaaaa 4 Siege", ""))
    assert page.text() == "aaaaaaaaaaaaaaaaaaaa 4\nSiege\n"
