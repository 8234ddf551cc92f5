"""Made narratives: trees of XHTML, and the faults that generators, editors and attackers put into them."""

import re
from collections.abc import Callable
from random import Random

from tests.conformance.example_places import Node

XMLNS = "http://www.w3.org/1999/xhtml"
INLINE = ("b", "i", "em", "strong", "span", "code", "a", "img", "br", "small", "sub", "sup", "tt", "big", "q", "abbr",
          "acronym", "cite", "dfn", "kbd", "samp", "var", "bdo")  # fmt: skip
BLOCK = ("p", "div", "ul", "ol", "table", "h1", "h3", "h6", "pre", "blockquote", "hr", "dl", "address")
ODD = ("script", "style", "form", "input", "iframe", "object", "font", "center", "u", "s", "del", "ins", "section",
       "article", "figure", "video", "button", "label", "main", "base", "link", "meta", "svg", "strike", "P", "Div",
       "BR", "nobr", "wbr", "body", "html", "head", "title", "caption", "tbody", "td", "li", "dt", "area", "map", "col",
       "colgroup", "tfoot", "applet", "fhir:p")  # fmt: skip
ATTRIBUTES = (
    'class="x"', 'id="x1"', 'id="x2"', 'style="color: red"', 'title="x"', 'lang="de"', 'xml:lang="de"', 'dir="ltr"',
    'align="left"', 'width="10%"', 'colspan="2"', 'border="1"', 'name="n"', 'valign="top"', 'nowrap="nowrap"',
    'cellpadding="1"', 'accesskey="x"', 'tabindex="1"', 'summary="x"', 'scope="row"', 'abbr="x"',
    'xml:space="preserve"',
)  # fmt: skip
ODD_ATTRIBUTES = (
    'onclick="x()"', 'onload="x()"', 'data-x="1"', 'bgcolor="red"', 'color="red"', 'foo="1"', 'aria-label="x"',
    'role="x"', 'CLASS="x"', 'style="x" style="y"', "class='x'", "class=x", "checked", 'class = "x"',
    'class="a &lt; b"',
    'class="a < b"', 'class="a & b"', 'class="a > b"', 'class=""', 'xmlns:x="urn:x"', 'x:y="1"', 'xml:base="x"',
    'start="3"', 'type="a"', 'target="_blank"', 'height="3"', 'rowspan="0"', 'style="behavior:url(x)"', 'value="1"',
    'cellspacing="1"', 'href="http://x.de"', 'src="x.png"', 'alt="x"', 'xmlns=""', f'xmlns="{XMLNS}"', 'id="a b"',
)  # fmt: skip
LINKS = (
    "http://example.org/", "https://example.org/a?b=c&amp;d=e", "mailto:x@example.org", "tel:+49301", "#in", "#x1",
    "#missing", "#", "", " ", "javascript:alert(1)", "JavaScript:alert(1)", "vbscript:x", "data:text/plain;base64,QQ==",
    "data:text/html,x", "ftp://x.de/", "file:///etc/passwd", "a.html", "../a.html#b", "Patient/p", "urn:uuid:1",
    "cid:x",
    "http://", "http:// x", "http://x.de/a b", "https://example.org/a?b=c&d=e", "urn:oid:1.2.3", "//x.de", "/a", "?x",
    "Patient/p#in", "http://example.org/#in", "sms:1", "about:blank", "ldap://x", "unknown:x",
)  # fmt: skip
SOURCES = (
    "http://example.org/a.png", "#in", "#missing", "data:image/png;base64,iVBORw0KGgo=", "data:image/png,xx",
    "a.png", "",
    "data:image/png;base64,???", "javascript:x", "Binary/1", "cid:x", "data:,", "data:text/html;base64,QQ==",
    "data:image/svg+xml;base64,QQ==", "https://example.org/a.png?x=1", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
)  # fmt: skip
ENTITIES = ("&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&nbsp;", "&auml;", "&copy;", "&#160;", "&#xA0;", "&#xa0;",
            "&euro;", "&rarr;", "&hellip;", "&foo;", "&#0;", "&#xFFFF;", "&#x1F600;", "&", "& ", "&amp", "&lt", "&;",
            "&#;",
            "&#x;", "&AMP;", "&Auml;", "&ndash;", "&alpha;", "&zwj;", "&#1;", "&#65;", "&x", "&#xZZ;", "&yen;", "&sum;",
            "&lsquo;", "&starf;", "&bull;", "&phi;", "&NewLine;", "&Tab;", "&excl;", "&colon;", "&lbrace;")  # fmt: skip
MARKS = ("<!-- x -->", "<!---->", "<!-- a -- b -->", "<!-- a", "<!--->", "<![CDATA[x]]>", "<![CDATA[<p>]]>",
         "<![CDATA[",
         "<?x y?>", "<?xml version='1.0'?>", "<!DOCTYPE html>", "<?x", "<", "< ", ">", "a < b", "a > b", "]]>", "</p>",
         "<p", "<p>", "</", "<>", "</>", "<1>", "<p/>", "<p />", "<br>", "<br></br>", "<hr>", "<p></p >", "<p ></p>",
         "< p></p>", "<p></ p>", "<P></P>", "<p></P>", "<b><i></b></i>", "\u00a0", "\u2003", "\ufeff", "\x85", "\\",
         "<img/>", "<a/>", "<a>x</a>", "<p / >", "<p/ >", "<br/ >", "<div/>", "<td/>")  # fmt: skip


def _tag(chance: Random, name: str, inside: str) -> str:
    attributes = [each for each in chance.sample(ATTRIBUTES, 2) if chance.random() < 0.25]
    if chance.random() < 0.03:
        attributes.append(chance.choice(ODD_ATTRIBUTES))
    if name == "a" and chance.random() < 0.9:
        attributes.append(f'href="{chance.choice(LINKS)}"')
    if name == "img" and chance.random() < 0.95:
        attributes += [f'src="{chance.choice(SOURCES)}"', 'alt="x"']
    head = " ".join([name, *attributes])
    return f"<{head}/>" if name in ("br", "hr", "img") else f"<{head}>{inside}</{name}>"


def _inline(chance: Random, depth: int) -> str:
    parts = []
    for _ in range(chance.choice((1, 1, 2))):
        if depth and chance.random() < 0.35:
            parts.append(_tag(chance, chance.choice(INLINE), _inline(chance, depth - 1)))
        else:
            parts.append(chance.choice(("Text", "mehr", "x ", " ")))
    return "".join(parts)


def _rows(chance: Random) -> str:
    cells = "".join(_tag(chance, chance.choice(("td", "td", "th")), _flow(chance, 1)) for _ in range(2))
    rows = _tag(chance, "tr", cells)
    head = chance.choice(("", "", "<caption>c</caption>", '<colgroup><col width="1"/></colgroup>', "<col/>"))
    if chance.random() < 0.5:
        part = chance.choice(("thead", "tfoot", ""))
        return head + (f"<{part}><tr><th>x</th></tr></{part}>" if part else "") + f"<tbody>{rows}</tbody>"
    return head + rows


def _block(chance: Random, depth: int) -> str:
    name = chance.choice(BLOCK)
    if name in ("ul", "ol"):
        return _tag(chance, name, "".join(_tag(chance, "li", _flow(chance, depth - 1)) for _ in range(2)))
    if name == "dl":
        return _tag(chance, name, f"<dt>{_inline(chance, 1)}</dt><dd>{_flow(chance, 0)}</dd>")
    if name == "table":
        return _tag(chance, name, _rows(chance))
    if name in ("div", "blockquote"):
        return _tag(chance, name, _flow(chance, depth - 1))
    return _tag(chance, name, _inline(chance, 2))


def _flow(chance: Random, depth: int) -> str:
    if depth <= 0:
        return _inline(chance, 1)
    return "".join(
        _block(chance, depth) if chance.random() < 0.6 else _inline(chance, 2) for _ in range(chance.choice((1, 2)))
    )


def _somewhere(chance: Random, text: str, added: str, at: str = r"(?<=>)|(?=<)") -> str:
    """`text` with something put at one of its places."""
    places = [each.start() for each in re.finditer(at, text)][1:-1]
    place = chance.choice(places) if places else len(text) // 2
    return text[:place] + added + text[place:]


def _element(chance: Random, text: str) -> str:
    name = chance.choice((*ODD, *INLINE, *BLOCK))
    return _somewhere(chance, text, _tag(chance, name, chance.choice(("", "x", _inline(chance, 1), _block(chance, 1)))))


def _attribute(chance: Random, text: str) -> str:
    return _somewhere(
        chance, text, f" {chance.choice((*ODD_ATTRIBUTES, *ATTRIBUTES))}", r"(?<=<[a-z])(?= )|(?<=[a-z])(?=>)"
    )


def _entity(chance: Random, text: str) -> str:
    return _somewhere(chance, text, chance.choice(ENTITIES))


def _mark(chance: Random, text: str) -> str:
    return _somewhere(chance, text, chance.choice(MARKS))


def _renamed(chance: Random, text: str) -> str:
    """Another name for one element, in both its tags where they are simple."""
    names = sorted(set(re.findall(r"</([a-z0-9]+)>", text)))
    name, other = chance.choice(names or ["div"]), chance.choice((*ODD, *INLINE, *BLOCK))
    return re.sub(rf"(</?){name}(?=[ >/])", rf"\g<1>{other}", text)


def _cut(chance: Random, text: str) -> str:
    """A tag lost."""
    tags = list(re.finditer(r"<[^>]*>", text))
    if not tags:
        return text
    lost = chance.choice(tags)
    return text[: lost.start()] + text[lost.end() :]


def _namespace(chance: Random, text: str) -> str:
    right = f' xmlns="{XMLNS}"'
    return text.replace(right, chance.choice((
        "", ' xmlns=""', ' xmlns="http://www.w3.org/1999/xhtml/"', ' xmlns="urn:x"', f' xmlns:h="{XMLNS}"',
        f" xmlns='{XMLNS}'", f'{right} xmlns:x="urn:x"', f'{right} xml:lang="de"', f'{right} lang="de" xml:lang="de"',
        f'{right} id="x1"', f'{right} onclick="x"', f' XMLNS="{XMLNS}"', f'{right}{right}',
    )), 1)  # fmt: skip


def _around(chance: Random, text: str) -> str:
    return chance.choice((
        f" {text}", f"{text} ", f"\n{text}\n", f"x{text}", f"{text}x", f"<!-- x -->{text}", f"{text}<!-- x -->",
        f"<?xml version='1.0'?>{text}", f"<!DOCTYPE html>{text}", f"{text}{text}",
        f"<p>{text}</p>", text[1:], text[:-1],
        text.replace("<div", "<p").replace("</div>", "</p>"), text.replace("<div", "<DIV", 1), text[: len(text) // 2],
        text.replace("<div", "<span", 1)[: -len("</div>")] + "</span>", f"\ufeff{text}", re.sub("<[^>]*>", "", text),
    ))  # fmt: skip


def _emptied(chance: Random, text: str) -> str:
    inside = chance.choice(("", " ", "\n", "\u00a0", "&#160;", "&nbsp;", "<p/>", "<p> </p>", "<br/>", "<hr/>",
                            "<!-- x -->",
                            '<img src="#in" alt="x"/>', "<a name='x'/>", "<table><tr><td/></tr></table>", "<p>.</p>",
                            '<p><img src="a.png" alt="x"/></p>', "&#32;", "<p>\u200b</p>"))  # fmt: skip
    return chance.choice((f'<div xmlns="{XMLNS}">{inside}</div>', f'<div xmlns="{XMLNS}">{inside}</div>',
                          f'<div xmlns="{XMLNS}"/>'))  # fmt: skip


FAULTS: tuple[Callable[[Random, str], str], ...] = (
    _element, _element, _attribute, _entity, _mark, _mark, _renamed, _cut, _namespace, _around, _emptied,
)  # fmt: skip


def xhtml(chance: Random, faults: int) -> tuple[str, str]:
    """(XHTML, names of what was done to it)."""
    text = f'<div xmlns="{XMLNS}">{_flow(chance, 3)}</div>'
    done = []
    for _ in range(faults):
        fault = chance.choice(FAULTS)
        text = fault(chance, text)
        done.append(fault.__name__.strip("_"))
    return text, " ".join(done)


def narrative(chance: Random) -> tuple[Node, str]:
    """(a narrative, what was done to it)."""
    div, done = xhtml(chance, chance.choice((0, 1, 1, 1, 2)))
    return {"status": chance.choice(("generated", "generated", "additional", "empty")), "div": div}, done
