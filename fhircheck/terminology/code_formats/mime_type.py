"""MIME types (RFC 2045 section 5.1, RFC 6838 section 4.2): the form; new types are registered all the time."""

import re

_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,127}"
_TYPE = re.compile(rf"{_TOKEN}/{_TOKEN}(?:\s*;\s*{_TOKEN}=[^;\s]{{0,300}})*(?:\s*;)?", re.ASCII).fullmatch
"""The values of parameters are not looked at: FHIR's own canonicalization=http://... is no token either."""
_SHORT = frozenset(("xml", "json", "ttl", "jsonx"))
"""Names FHIR itself uses in their place (http.html#mime-type)."""


def judge(code: str) -> bool | None:
    """Whether `code` is written as a MIME type."""
    return code in _SHORT or (len(code) <= 600 and _TYPE(code) is not None)
