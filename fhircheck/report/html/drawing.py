"""A chart as SVG that stands in a page: no fonts, colours or scripts of its own, and nothing to fetch.

Colours are placeholders in the chart and variables of the page's style in the drawing, so that both themes and print
have theirs.
"""

import re
from typing import Any

INK, MUTED, LINE, TRACK = "#010101", "#020202", "#030303", "#040404"
SERIES = ("#010001", "#020002", "#030003", "#040004", "#050005", "#060006")
HEAT = ("#000101", "#000202", "#000303", "#000404", "#000505")
ON_HEAT = ("#000110", "#000210", "#000310", "#000410", "#000510")
GOOD, BAD = "#010100", "#020200"
_VARIABLES = {
    INK: "--ink", MUTED: "--muted", LINE: "--line", TRACK: "--track", GOOD: "--fit", BAD: "--unfit",
    **{colour: f"--series-{number}" for number, colour in enumerate(SERIES, 1)},
    **{colour: f"--heat-{number}" for number, colour in enumerate(HEAT, 1)},
    **{colour: f"--on-heat-{number}" for number, colour in enumerate(ON_HEAT, 1)},
}  # fmt: skip
_KEPT = frozenset({
    "d", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "transform", "fill", "stroke", "stroke-width",
    "stroke-dasharray", "stroke-linecap", "text-anchor", "font-size", "font-weight", "opacity", "fill-opacity",
    "stroke-opacity", "cx", "cy", "r",
})  # fmt: skip
_TAGS = frozenset({"svg", "g", "path", "rect", "line", "text", "tspan", "circle"})
_SVG = "{http://www.w3.org/2000/svg}"
_FRAME = "#ddd"
"""Vega's frame around a view, which a chart cannot be made without."""
_LONG_NUMBER = re.compile(r"\d+\.\d{2,}")
_PLAIN = {"opacity": "1", "stroke-width": "1", "font-weight": "normal"}


def drawn(spec: dict[str, Any], name: str, title: str, text: str) -> str:
    """What `spec` (Vega-Lite) says, as an SVG image with the id `name`.

    title, text: what it is, and what is to be seen on it.
    Only shapes and text are kept. Text of the data stands in it as text.
    """
    import altair
    import vl_convert

    version = ".".join(altair.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    return cleaned(vl_convert.vegalite_to_svg(spec, vl_version=version, allowed_base_urls=[]), name, title, text)


def cleaned(svg: str, name: str, title: str, text: str) -> str:
    """`svg` with nothing but shapes, text and places, its colours as variables of the page."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    root = etree.fromstring(svg.encode(), parser)
    view_box = root.get("viewBox", "0 0 1 1")
    for element in list(root.iter()):
        _clean(element)
    for element in reversed(list(root.iter())):
        if _empty(element) and element.getparent() is not None:
            element.getparent().remove(element)
    root.attrib.clear()
    labels = {"viewBox": view_box, "id": name, "class": "plot", "role": "img", "aria-labelledby": f"{name}-t {name}-d"}
    for key, value in labels.items():
        root.set(key, value)
    for index, (tag, end, words) in enumerate((("title", "t", title), ("desc", "d", text))):
        root.insert(index, etree.Element(f"{_SVG}{tag}", id=f"{name}-{end}"))
        root[index].text = words
    for element in list(root.iter("{*}g")):
        if not element.attrib and element.getparent() is not None:
            _unwrap(element)
    etree.cleanup_namespaces(root)
    made: str = etree.tostring(root, encoding="unicode")
    return made.replace(' xmlns="http://www.w3.org/2000/svg"', "")


def _clean(element: Any) -> None:
    if not isinstance(element.tag, str) or element.tag.rpartition("}")[2] not in _TAGS:
        if element.getparent() is not None:
            element.getparent().remove(element)
        return
    for key, value in list(element.attrib.items()):
        if key not in _KEPT or value == _PLAIN.get(key):
            del element.attrib[key]
        elif value in _VARIABLES:
            element.set(key, f"var({_VARIABLES[value]})")
        else:
            element.set(key, _LONG_NUMBER.sub(lambda match: f"{float(match[0]):.1f}", value))
    if element.get("fill") in ("white", "#fff", "#ffffff"):
        element.set("fill", "none")


def _unwrap(element: Any) -> None:
    """Put the children of a group that says nothing in its place."""
    parent = element.getparent()
    place = parent.index(element)
    for offset, child in enumerate(list(element)):
        parent.insert(place + offset, child)
    parent.remove(element)


def _empty(element: Any) -> bool:
    """Whether an element draws nothing."""
    tag = element.tag.rpartition("}")[2]
    if tag == "g":
        return len(element) == 0
    if tag == "text":
        return not (element.text or len(element))
    if tag == "path":
        return (
            element.get("stroke") == _FRAME
            or not element.get("d")
            or (element.get("fill") is None and element.get("stroke") is None)
        )
    return tag == "rect" and element.get("fill") == "none" and not element.get("stroke")
