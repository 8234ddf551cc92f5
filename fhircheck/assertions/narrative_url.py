"""URLs in a narrative: of links and of images."""

import base64
import binascii
import re

from fhircheck.assertions.html_content import ACTIVE_SCHEMES, NO_LINK_SCHEMES

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):.").match
_EXTRA = frozenset(";?:@&=+$.,/%-_~#[]!'()*|")
_PLAIN = re.compile(r"[A-Za-z0-9;?:@&=+$.,/%\-_~#\[\]!'()*|]+").fullmatch


def problem_of_url(url: str, link: bool) -> str:
    """What is wrong with the URL of a link or (link: false) of an image, empty where nothing is."""
    if not url.strip():
        return "it is empty"
    if url.startswith("data:"):
        return _data_problem(url[5:])
    if not _PLAIN(url) and any(not (each.isalnum() or each in _EXTRA) for each in url):
        return "it has characters that URLs do not have"
    scheme = _SCHEME(url) if link else None
    if scheme is None:
        return ""
    if scheme[1].lower() in ACTIVE_SCHEMES:
        return "it runs code"
    if scheme[1].lower() in NO_LINK_SCHEMES:
        return "nobody can follow a link of this scheme"
    return ""


def _data_problem(rest: str) -> str:
    head, comma, data = rest.partition(",")
    if not comma or not data:
        return "a data: URL without data"
    if "," in data:
        return "a data: URL with a comma in its data"
    if head.endswith(";base64"):
        try:
            base64.b64decode("".join(data.split()), validate=True)
        except (binascii.Error, ValueError):
            return "a data: URL whose data is no base64"
    return ""
