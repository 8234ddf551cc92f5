"""Markdown: short, and nothing of the data is markup, a link or a mention."""

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from fhircheck.model.issue import Issue, Place, params
from fhircheck.model.report import IssueGroup, ProfileUse, Undecided
from fhircheck.report import RENDERERS
from fhircheck.report.markdown_text import code, plain, table, told
from fhircheck.report.shown import View
from tests.golden.sample_reports import CLEAN, EVERYTHING

EVIL = "](https://evil.example) <img src=x onerror=alert(1)> @everyone #1 `tick` | **bold** ![x](y) www.evil.example"


def rendered(text: str) -> str:
    """The HTML that a renderer of CommonMark with GitHub's tables makes of it."""
    return MarkdownIt("commonmark").enable("table").render(text)


def test_nothing_of_the_data_is_obeyed() -> None:
    issue = Issue(
        "no-such-kind", "error", Place(EVIL, 0, f"Patient/{EVIL}", EVIL, 0, 1, 1), params(name=EVIL), None, EVIL
    )
    measure = replace(CLEAN.measures[0], name=EVIL, status="failed", reason=EVIL)
    report = replace(
        EVERYTHING,
        sources=replace(CLEAN.sources, names=(EVIL,)),
        notes=(EVIL,),
        profiles=(ProfileUse(EVIL, "meta", False, 1, 0, 0),),
        totals=(("error", "no-such-kind", 1),),
        issues=(IssueGroup("error", "no-such-kind", EVIL, EVIL, 1, 1, (issue,)),),
        undecided=(Undecided(EVIL, EVIL, 1),),
        measures=(measure,),
        verdict=replace(EVERYTHING.verdict, reasons=(EVIL,)),
    )
    written: list[str] = []
    RENDERERS["markdown"].finish(report, View(), written.append)
    page = rendered("".join(written))
    assert not re.search("<(a|img|script)[ >]", page)
    left = re.sub("<code>.*?</code>", "", page, flags=re.DOTALL)
    assert "evil" in page
    for sign in ("evil", "onerror", "@everyone", "#1"):
        assert sign not in left
    rows = [line for line in "".join(written).splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows if "evil" in row} <= {4, 6, 7}


@pytest.mark.parametrize("text", ["`", "``", "a`b", "`a", " a ", "a``b`"])
def test_code_spans_hold_any_number_of_ticks(text: str) -> None:
    span = code(text)
    fence = re.match("`+", span)
    assert fence
    assert span.endswith(fence[0])
    assert max(map(len, re.findall("`+", text)), default=0) < len(fence[0])
    assert rendered(span) == f"<p><code>{text}</code></p>\n"


def test_words_of_ours_are_escaped_and_those_with_links_are_code() -> None:
    assert plain("a*b <c> & d_e|f") == r"a\*b &lt;c&gt; &amp; d\_e\|f"
    assert told("see http://x") == "`see http://x`"
    assert told("3 files") == "3 files"
    assert code("") == "–"


def test_a_pipe_ends_no_cell() -> None:
    assert table(["a"], [[code("x|y")]], "l").splitlines()[2] == r"| `x\|y` |"


@pytest.mark.parametrize("language", ["en", "de"])
def test_it_fits_a_comment(language: str) -> None:
    """GitHub takes 65,536 characters; lists are bounded."""
    kinds = tuple(("error", f"kind-{number}", 1) for number in range(500))
    groups = tuple(IssueGroup("error", kind, "x" * 300, "", 1, 1, ()) for _, kind, _ in kinds)
    many = tuple(Undecided("invariant", "y" * 300 + str(number), 1) for number in range(500))
    notes = tuple("z" * 900 + str(number) for number in range(50))
    profiles = tuple(ProfileUse("p" * 300 + str(number), "meta", False, 1, 0, 0) for number in range(500))
    report = replace(EVERYTHING, totals=kinds, issues=groups, undecided=many, notes=notes, profiles=profiles)
    written: list[str] = []
    RENDERERS["markdown"].finish(report, View(language=language), written.append)
    assert len("".join(written)) < 60_000
