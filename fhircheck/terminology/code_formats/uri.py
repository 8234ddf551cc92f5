"""Codes of the system urn:ietf:rfc:3986 are URIs themselves."""

import re

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+").fullmatch


def judge(code: str) -> bool | None:
    """Whether `code` is an absolute URI."""
    return len(code) <= 10_000 and _ABSOLUTE(code) is not None
