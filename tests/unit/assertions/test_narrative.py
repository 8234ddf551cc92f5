"""Narratives: what is refused, what is not, and that gate, explainer and FHIRPath's checks agree."""

import json
from collections import Counter
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhircheck.assertions import narrative, narrative_text
from fhircheck.assertions.assertion import Findings, Spot, Surroundings
from fhircheck.assertions.html_content import ELEMENTS
from fhircheck.assertions.narrative import Narrative, has_content, html_checks
from fhircheck.assertions.narrative_control import LANGUAGE, SOURCE, NarrativeControl
from fhircheck.assertions.narrative_text import examine

NAMESPACE = 'xmlns="http://www.w3.org/1999/xhtml"'
AROUND = cast(Surroundings, SimpleNamespace(scope=SimpleNamespace(resource={"language": "de"}), now=datetime.now(UTC)))


def div(inner: str, attributes: str = NAMESPACE) -> str:
    return f"<div {attributes}>{inner}</div>"


def kinds(text: str) -> Counter[str]:
    return Counter(kind.name.removeprefix("narrative-") for kind, _ in examine(text).faults)


SOUND = [
    "<p>Text</p>",
    "Text",
    '<p title="a" style="b" class="c" id="d" lang="de" xml:lang="de" dir="ltr">x</p>',
    "<table><caption>c</caption><colgroup><col width='1'/></colgroup><thead><tr><th>a</th></tr></thead>"
    "<tbody><tr><td colspan='2'>x<br/><b>y</b></td></tr></tbody></table>",
    "<ul> <li>a<p>b</p><ol><li>c</li></ol></li> </ul>",
    "<dl><dt>a</dt><dd>b<p>c</p></dd></dl>",
    "<b><i>x</i></b><pre>y</pre><blockquote><p>z</p></blockquote>",
    "&#160;",
    '<img src="a.png" alt="x"/>',
    '<img src="data:image/png;base64,iVBORw0KGgo=" alt="x"/>',
    '<a href="https://a.org/b?c=d#e">x</a><a href="mailto:a@b.c">y</a><a href="Patient/1">z</a><a name="n">q</a>',
    "<!-- <script> -->x<![CDATA[<script>]]>",
    "<p xml:space='preserve'>x</p>",
]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("<div><p>x</p><b>y</b></div>", 1),
        ("<div><p>a<b>b</b></p><table><tr><td>c</td></tr></table></div>", 1),
        (div('<p xmlns="">a<b>b</b></p>'), 1),
        ('<div xmlns="urn:x"><p>a</p></div>', 1),
        (f"<div><p {NAMESPACE}>a<b xmlns=''>b</b></p></div>", 2),
    ],
)
def test_a_missing_namespace_is_said_where_it_begins(text: str, count: int) -> None:
    assert kinds(text) == {"namespace": count}


@pytest.mark.parametrize("inner", SOUND)
def test_basic_formatting_is_allowed(inner: str) -> None:
    found = examine(div(inner))
    assert (found.faults, found.allowed, found.content) == ([], True, True)


@pytest.mark.parametrize(
    ("inner", "expected", "allowed"),
    [
        ("<script>alert(1)</script>", {"element": 1}, False),
        ('<form><input type="text"/>x</form>', {"element": 2, "attribute": 1}, False),
        ("<u>a</u><font>b</font><P>c</P>", {"element": 3}, False),
        ('<p onclick="x()">x</p>', {"attribute": 1}, False),
        ('<a href="#q" target="_blank">x</a>', {"attribute": 1}, False),
        ("<p>a<div>b</div></p>", {"nesting": 2}, True),
        ("<p>a<p>b</p></p>", {"nesting": 1}, True),
        ("<p><span>a<ul><li>b</li></ul></span></p>", {"nesting": 3}, True),
        ("<span><blockquote><div>x</div></blockquote></span>", {"nesting": 1}, True),
        ('<a href="a">x<b><a href="b">y</a></b></a>', {"nesting": 1}, True),
        ("<li>a</li>", {"nesting": 1}, True),
        ("<table><td>a</td></table>", {"nesting": 2}, True),
        ("<ul>text<li>a</li></ul>", {"nesting": 1}, True),
        ("<ul><p>a</p><b>b</b></ul>", {"nesting": 1}, True),
        ("<br>x</br>", {"nesting": 1}, True),
        ('<p xmlns="urn:x">a<b>b</b></p>', {"namespace": 1}, True),
        ("a&nbsp;b&auml;&nbsp;", {"entity": 2}, True),
        ("a&starf;b&NewLine;&LT;&QUOT;", {"entity": 4}, True),
        ('<p title="&QUOT;&nbsp;">x</p>', {"entity": 2}, True),
        ('<u class="x" onclick="y">x</u>', {"element": 1, "attribute": 1}, False),
        ("<script><ul>x</ul></script>", {"element": 1}, False),
        ("<u><ul>x</ul></u>", {"element": 1, "nesting": 1}, False),
        ("<p>a</p><!DOCTYPE html><p>b</p>", {"malformed": 1}, False),
        ('<a href=" ">x</a>', {"link": 1}, True),
        ('<a href="javascript:alert(1)">x</a>', {"link": 1}, True),
        ('<a href="urn:uuid:x">x</a><a href="">y</a><a href="http://a b">z</a>', {"link": 4}, True),
        ('<img src="data:image/png;base64,iVB!!"/>', {"link": 1}, True),
        ('<p id="q">a</p><a name="q">b</a>', {"duplicate-id": 1}, True),
        ('<div xml:lang="de">a</div><p>b</p>', {"mixed-languages": 1}, True),
    ],
)
def test_what_is_refused_is_counted_as_the_reference_counts(inner: str, expected: Any, allowed: bool) -> None:
    assert kinds(div(inner)) == Counter(expected)
    assert html_checks(div(inner)) is allowed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<div>x</div>", "namespace"),
        (f"<p {NAMESPACE}>x</p>", "root"),
        ("text", "malformed"),
        (f"<div {NAMESPACE}><p>x</div>", "malformed"),
        (div("a & b"), "malformed"),
        (div("a&unknown;"), "malformed"),
        (div("a") + div("b"), "malformed"),
        ("<!DOCTYPE div>" + div("a"), "malformed"),
        ('<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + div("&e;"), "malformed"),
        (div("<div>" * 5000), "malformed"),
    ],
)
def test_what_is_no_narrative_at_all(text: str, expected: str) -> None:
    assert kinds(text) == {expected: 1}


@pytest.mark.parametrize("inner", ["", " \n", "<p> </p>", "<!-- a -->", "<script/>"])
def test_a_narrative_without_content(inner: str) -> None:
    assert not has_content(div(inner))


def test_text_beside_a_document_type_is_content() -> None:
    assert has_content("<!DOCTYPE html>" + div("a"))


def test_an_image_of_no_place_is_a_fragment() -> None:
    assert examine(div('<img src="#"/><a href="#">x</a>')).fragments == [("img", "")]


def test_attributes_of_the_outermost_element_count_for_the_invariant_only() -> None:
    text = div("a", f'{NAMESPACE} onclick="x()"')
    assert (html_checks(text), kinds(text)) == (False, {})


FRAGMENTS = st.recursive(
    st.sampled_from(["", " ", "a", "&amp;", "&nbsp;", "&", "<br/>"]),
    lambda inner: st.builds(
        lambda name, attribute, parts: f"<{name}{attribute}>{''.join(parts)}</{name}>",
        st.sampled_from([*sorted(ELEMENTS), "script", "u"]),
        st.sampled_from(["", ' class="a"', ' id="q"', ' href="#a"', ' xmlns="urn:x"', ' onclick="x"', ' lang="de"']),
        st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)


@given(FRAGMENTS)
def test_the_quick_look_agrees_with_the_walk_and_the_gate_with_the_explainer(inner: str) -> None:
    text = div(inner)
    quick = examine.__wrapped__(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(narrative_text, "ids_in_plain", lambda text: None)
        slow = examine.__wrapped__(text)
    for name in ("faults", "allowed", "content", "ids", "languages"):
        assert getattr(quick, name) == getattr(slow, name), name
    assert sorted(quick.fragments) == sorted(slow.fragments)
    findings = Findings()
    Narrative().explain(True, text, Spot("Patient.text.div", "Narrative.div", findings), AROUND)
    assert Narrative().gate(True, AROUND)(text) is (not findings.issues)


@given(st.text(max_size=60))
def test_any_text_gets_an_answer(text: str) -> None:
    examine(text)
    examine(div(text))


def control(*extensions: tuple[str, str]) -> Any:
    definition = {"extension": [{"url": url, "valueCode": value} for url, value in extensions]}
    return NarrativeControl().compile(definition, ["Narrative"])


TWO = '<div xml:lang="de">a</div><div xml:lang="en">b</div>'


@pytest.mark.parametrize(
    ("wishes", "inner", "count"),
    [
        ([(LANGUAGE, "_no")], "a", 0),
        ([(LANGUAGE, "_no")], TWO, 1),
        ([(LANGUAGE, "_yes")], "a", 1),
        ([(LANGUAGE, "_yes")], TWO, 0),
        ([(LANGUAGE, "_resource")], TWO, 0),
        ([(LANGUAGE, "_resource")], TWO.replace("de", "fr"), 1),
        ([(LANGUAGE, "en"), (LANGUAGE, "it")], TWO, 1),
        ([(SOURCE, "error")], 'x<p>a</p><p class="generated a">b</p><p class="original">c</p>', 2),
        ([(SOURCE, "error")], '<p class="boilerplate">a</p>', 0),
    ],
)
def test_a_profile_controls_its_narrative(wishes: list[tuple[str, str]], inner: str, count: int) -> None:
    facet = json.loads(json.dumps(control(*wishes)))
    findings = Findings()
    value = {"status": "generated", "div": div(inner)}
    NarrativeControl().explain(facet, value, Spot("Patient.text", "Patient.text", findings), AROUND)
    assert len(findings.issues) == count
    assert NarrativeControl().gate(facet, AROUND)(value) is (count == 0)


def test_other_elements_are_not_controlled() -> None:
    assert NarrativeControl().compile({"extension": [{"url": LANGUAGE, "valueCode": "_no"}]}, ["string"]) is None
    assert control(("http://other", "_no")) is None
    assert Narrative().compile({}, ["string"]) is None
    assert narrative.TYPE == "xhtml"
