"""A narrative that is taken for plain at first sight is one in which the look at each element finds nothing wrong."""

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from fhircheck.assertions import narrative_text
from fhircheck.assertions.html_content import ELEMENTS
from fhircheck.assertions.narrative_text import examine
from fhircheck.assertions.narrative_walk import NarrativeText
from fhircheck.assertions.plain_narrative import ids_in_plain

NAMES = st.sampled_from([*sorted(ELEMENTS), "b", "p", "div", "td", "tr", "table", "li", "ul", "script", "B"])
TEXTS = st.sampled_from(
    ["", "", "x", " ", "\n", "a &amp; b", "&nbsp;", "&#160;", "&", "]]>", "\x0b", "é", "<!-- c -->"]
)
ATTRIBUTES = st.sampled_from(
    [
        "",
        "",
        ' class="c"',
        ' class="c" class="d"',
        ' id="i"',
        ' id="i" name="i"',
        ' name="n"',
        ' href="http://a.example/b"',
        ' href="#n"',
        ' href="javascript:x"',
        ' onclick="x"',
        " class='c'",
        ' title="a class=b"',
        ' style="a>b"',
        ' xml:lang="de"',
        "\t width=\"1\" ",
        ' lang="de"',
        ' border="1" summary="s"',
        ' id=" i"',
        ' id="i',
    ]
)  # fmt: skip


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> str:
    name, attributes = draw(NAMES), draw(ATTRIBUTES)
    if draw(st.booleans()) or not depth:
        return f"{draw(TEXTS)}<{name}{attributes}/>{draw(TEXTS)}"
    inner = "".join(draw(st.lists(elements(depth - 1), max_size=3)))
    last = draw(st.sampled_from([name] * 15 + ["p"]))
    return f"{draw(TEXTS)}<{name}{attributes}>{draw(TEXTS)}{inner}</{last}>{draw(TEXTS)}"


def told(found: NarrativeText) -> tuple[object, ...]:
    return found.faults, found.allowed, found.readable, found.content, found.fragments, dict(found.ids), found.languages


def both_ways_agree(text: str) -> None:
    quick = examine.__wrapped__(text)
    with patch.object(narrative_text, "ids_in_plain", lambda text: None):
        assert told(quick) == told(examine.__wrapped__(text))


@given(st.lists(elements(), max_size=3), ATTRIBUTES, TEXTS, TEXTS)
def test_plain_at_first_sight(inside: list[str], attributes: str, before: str, after: str) -> None:
    both_ways_agree(f'<div xmlns="http://www.w3.org/1999/xhtml"{attributes}>{before}{"".join(inside)}</div>{after}')


@given(st.text(alphabet='<>/ div"=xmlns&;pb\n', max_size=60))
def test_plain_at_first_sight_of_any_text(text: str) -> None:
    both_ways_agree(text)
    both_ways_agree(f'<div xmlns="http://www.w3.org/1999/xhtml">{text}</div>')


def ids(inside: str) -> dict[str, int] | None:
    return ids_in_plain(f'<div xmlns="http://www.w3.org/1999/xhtml">{inside}</div>')


def test_the_usual_ones_are_plain() -> None:
    for inside in (
        "<p>a</p>",
        '<table class="g"><tr><td colspan="2">a</td></tr></table>',
        "<p><b>a <i>b</i></b><br/></p>",
        "<p><span>a <b>b</b> <span>c</span></span></p>",
        '<table border="1"><col span="2"/><tr><td>a</td></tr></table>',
        "<p>a &lt; b &amp; c</p>\n",
    ):
        assert ids(inside) == {}
    assert ids('<a name="m">x</a>') == {"m": 1}
    assert ids('<p id="i">x</p>') == {"i": 1}


def test_others_are_not() -> None:
    for inside in (
        "",
        " ",
        "<p/>",
        "<p>&#32;</p>",
        "<br> </br>x",
        "<tr><td>x</td></tr>",
        "<p><div>x</div></p>",
        "<img/>x",
        "<p><b><span><b>x</b></span></b></p>",
        "<p<b>>/p>x",
        "<p>x</p",
        "<p>x]]></p>",
        "<p>\ufffe</p>",
        "<p>\x01</p>",
        "<p>&nbsp;</p>",
        '<p lang="de">x</p>',
        '<p class="c" class="d">x</p>',
        '<p id="i">x</p><p id="i">x</p>',
        "<!-- c --><p>x</p>",
    ):
        assert ids(inside) is None, inside
