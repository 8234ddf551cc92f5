"""What of HTML may stand in a narrative, and what may stand in what (narrative.html, HTML 4.0 chapters 7-11 and 15)."""

XHTML = "http://www.w3.org/1999/xhtml"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NOT_IN_ITSELF = _words("a b em i strong small big sub sup code tt dfn q var abbr acronym cite bdo kbd samp")
"""Elements that hold a run of text and may not stand in one of the same name."""

TEXT_ONLY = NOT_IN_ITSELF | _words("p h1 h2 h3 h4 h5 h6 pre address span caption dd dt")
"""Elements that hold a run of text, and no blocks."""

ELEMENTS = TEXT_ONLY | _words(
    "br div blockquote hr ul ol li dl table colgroup col thead tr tfoot tbody th td img map area"
)
"""Element names that a narrative may use."""

ANYWHERE = _words(
    "title style class id lang xml:lang dir accesskey tabindex span width align valign char charoff abbr axis"
    " headers scope rowspan colspan xml:space"
)
"""Attribute names that any element may have; nothing else is known of elements that a narrative may not use."""

_BY_ELEMENT = {
    "a": "href name charset type hreflang rel rev shape coords",
    "img": "src border alt longdesc height width usemap ismap",
    "blockquote": "cite",
    "q": "cite",
    "map": "name",
    "area": "shape coords href nohref alt",
    "table": "summary width border frame rules cellspacing cellpadding",
    "pre": "space",
    "td": "nowrap",
}
ATTRIBUTES = {name: ANYWHERE | _words(_BY_ELEMENT.get(name, "")) for name in ELEMENTS}
"""Attribute names that an element may have."""

BLOCKS = _words("div pre table ul ol")
"""Elements that may not stand anywhere below one that holds a run of text (TEXT_ONLY)."""

NOT_IN_PARAGRAPH = _words("div blockquote table ol ul p")
EMPTY = _words("br img hr area")

PARENTS = {
    "tr": _words("table thead tfoot tbody"),
    "tbody": frozenset(["table"]),
    "thead": frozenset(["table"]),
    "tfoot": frozenset(["table"]),
    "caption": frozenset(["table"]),
    "colgroup": frozenset(["table"]),
    "col": frozenset(["colgroup", "table"]),
    "th": _words("tr thead tfoot"),
    "td": _words("tr thead tfoot"),
    "li": frozenset(["ul", "ol"]),
    "dd": frozenset(["dl"]),
    "dt": frozenset(["dl"]),
}
"""Elements that stand only in some others."""

CHILDREN = {
    "table": _words("tbody tr caption thead tfoot col colgroup"),
    "tr": frozenset(["td", "th"]),
    "tbody": frozenset(["tr"]),
    "thead": frozenset(["tr"]),
    "tfoot": frozenset(["tr"]),
    "ul": frozenset(["li"]),
    "ol": frozenset(["li"]),
    "dl": frozenset(["dd", "dt"]),
    "map": frozenset(["area"]),
}
"""Elements that hold only some others, and no text."""

ACTIVE_SCHEMES = frozenset(["javascript", "vbscript"])
NO_LINK_SCHEMES = frozenset(["urn", "cid"])
