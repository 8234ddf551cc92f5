"""Strings and white space of broken JSON: what is wrong in them is said, and what is meant is read."""

import re
from collections.abc import Callable
from typing import NamedTuple

Report = Callable[[str, int], None]

_BLANK = re.compile(r"[ \t\n\r]*+")
_ODD_BLANK = re.compile("[\ufeff\u00a0\u2000-\u200b\u2028\u2029\u3000\x0b\x0c\x00]++")
_LINE_COMMENT = re.compile(r"//[^\n]*+")
_BLOCK_COMMENT = re.compile(r"/\*(?:[^*]++|\*(?!/))*+\*/")
_PLAIN = {'"': re.compile(r'[^"\\\x00-\x1f]*+'), "'": re.compile(r"[^'\\\x00-\x1f]*+")}
_HEX = re.compile(r"[0-9A-Fa-f]{4}")
_LOW_HALF = re.compile(r"\\u([dD][c-fC-F][0-9A-Fa-f]{2})")
_NEXT_MEMBER = re.compile(r'\r?\n[ \t]*+"[^"\n]*+"[ \t]*+:')
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class Fault(NamedTuple):
    """what: the fault in kebab-case; at: index in the text; steps: names and indexes that lead there."""

    what: str
    at: int
    steps: tuple[str | int, ...] = ()


class ReadingStopped(Exception):
    """There is no telling what was meant from `at` on."""

    def __init__(self, what: str, at: int) -> None:
        super().__init__(what)
        self.what = what
        self.at = at


def skip_blank(text: str, at: int, report: Report) -> int:
    """First index from `at` on that holds no white space; comments and odd blanks are reported and skipped."""
    while True:
        at = _end(_BLANK, text, at)
        sign = text[at : at + 1]
        if sign == "/":
            line = _LINE_COMMENT.match(text, at)
            comment = line or _BLOCK_COMMENT.match(text, at)
            if not comment:
                return at
            report("comment" if line else "block-comment", at)
            at = comment.end()
        elif sign and _ODD_BLANK.match(text, at):
            report("odd-white-space", at)
            at = _end(_ODD_BLANK, text, at)
        else:
            return at


def read_string(text: str, at: int, report: Report) -> tuple[str, int]:
    """The string whose quote stands at `at`, and the index behind it. Raises ReadingStopped where it has no end."""
    quote, start = text[at], at
    if quote == "'":
        report("single-quotes", at)
    plain = _PLAIN[quote]
    parts: list[str] = []
    controls = False
    at += 1
    while True:
        end = _end(plain, text, at)
        parts.append(text[at:end])
        sign = text[end : end + 1]
        if sign == quote:
            return "".join(parts), end + 1
        if not sign:
            raise ReadingStopped("unterminated-string", start)
        if sign == "\\":
            part, at = _escape(text, end, report)
        else:
            if _NEXT_MEMBER.match(text, end):
                raise ReadingStopped("unterminated-string", start)
            if not controls:
                report("control-character", end)
            part, at, controls = sign, end + 1, True
        parts.append(part)


def _escape(text: str, at: int, report: Report) -> tuple[str, int]:
    """What the escape at `at` stands for, and the index behind it; an escape JSON does not know stays as it is."""
    sign = text[at + 1 : at + 2]
    if sign in _ESCAPES:
        return _ESCAPES[sign], at + 2
    digits = _HEX.match(text, at + 2) if sign == "u" else None
    if not digits:
        report("invalid-escape", at)
        return "\\", at + 1
    code = int(digits[0], 16)
    if not 0xD800 <= code < 0xE000:
        return chr(code), digits.end()
    low = _LOW_HALF.match(text, digits.end()) if code < 0xDC00 else None
    if low:
        return chr(0x10000 + ((code - 0xD800) << 10) + int(low[1], 16) - 0xDC00), low.end()
    report("lone-surrogate", at)
    return "\ufffd", digits.end()


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
