"""The report in a notebook: what it says, that nothing of the data becomes markup, and that it stays small."""

import re
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser

import pytest

from fhircheck.model.report import RunReport, Score
from fhircheck.report.notebook import _BADGES, _GREY, fragment
from tests.golden.sample_reports import CLEAN, EVERYTHING, FINDINGS

VOID = {"br"}
ALLOWED = {"div", "style", "span", "b", "small", "table", "thead", "tbody", "tr", "th", "td", "i", "ol", "li", "br",
           "details", "summary"}  # fmt: skip


class Reader(HTMLParser):
    """Tags and text of a fragment; an unbalanced one fails."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += "" if self.open[-1:] == ["style"] else data + " "


def test_it_says_what_the_report_says() -> None:
    text = Reader(fragment(EVERYTHING, "en")).text
    for words in ("NOT VALID", "1,243 errors", "66.7 of 100", "Fix first", "cardinality-min", "1,220×", "Measures"):
        assert words in text
    assert "Findings None." in " ".join(Reader(fragment(CLEAN, "en")).text.split())


def test_it_speaks_german_where_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FHIRCHECK_LANGUAGE", "de")
    html = EVERYTHING._repr_html_()
    assert 'lang="de"' in html
    for words in ("NICHT GÜLTIG", "66,7 von 100", "Zuerst beheben", "Kennzahlen"):
        assert words in Reader(html).text


def test_no_script_no_request_and_few_tags() -> None:
    read = Reader(fragment(EVERYTHING, "en"))
    assert read.tags <= ALLOWED
    assert {name for name, _ in read.attributes} <= {"class", "lang", "style", "scope", "aria-hidden"}
    assert "url(" not in fragment(EVERYTHING, "en")


def hostile() -> RunReport:
    """A report whose every name wants to be markup."""
    bad = "<script>alert(1)</script>\"'&"
    issues = tuple(
        replace(
            group,
            examples=tuple(each._replace(kind=bad, place=each.place._replace(source=bad)) for each in group.examples),
        )
        for group in EVERYTHING.issues
    )
    scores = tuple(replace(each, name=bad, rubric=bad, critical=(bad,)) for each in EVERYTHING.scores)
    measures = tuple(replace(each, name=bad) for each in EVERYTHING.measures)
    totals = tuple((level, bad, count) for level, _, count in EVERYTHING.totals)
    return replace(EVERYTHING, issues=issues, scores=scores, measures=measures, totals=totals)


def test_names_never_become_markup() -> None:
    html = fragment(hostile(), "en")
    assert "<script" not in html
    assert Reader(html).tags <= ALLOWED
    assert "alert(1)" in html


def test_values_stay_hidden() -> None:
    assert "1980-02-31" in str(FINDINGS)
    assert "1980-02-31" not in fragment(EVERYTHING, "en")


def test_it_stays_small_whatever_the_report_holds() -> None:
    many = tuple(("error", f"kind-{number}", number + 1) for number in range(5_000))
    scores = tuple(Score(f"score {number}", "r", Fraction(1), Fraction(1), ()) for number in range(2_000))
    report = replace(EVERYTHING, totals=many, scores=scores, actions=EVERYTHING.actions * 500)  # type: ignore[arg-type]
    assert len(fragment(report, "en")) < 15_000


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colour", sorted({*_BADGES.values(), _GREY}))
def test_badges_can_be_read_on_any_ground(colour: str) -> None:
    """White on the badge's own ground: at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    assert re.fullmatch("#[0-9a-f]{6}", colour)
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5
