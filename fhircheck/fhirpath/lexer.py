"""Text -> tokens (http://hl7.org/fhirpath/N1/#lexical-elements)."""

import re
from typing import NamedTuple

from fhircheck.fhirpath.errors import FhirPathError

MAX_LENGTH = 100_000
"""Characters of an expression; the longest of R4 core has 400."""


class Token(NamedTuple):
    """kind: number, string, datetime, time, name (an identifier), quoted (in backticks), variable, external, symbol,
    or end. text: what it means, escapes resolved."""

    kind: str
    text: str
    at: int


_TOKEN = re.compile(
    r"""
    (?P<blank>\s+|//[^\n\r]*|/\*(?:[^*]|\*(?!/))*\*/)
  | (?P<time>@T\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?)
  | (?P<datetime>@\d{4}(?:-\d\d(?:-\d\d)?)?(?:T(?:\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?)?)?)
  | (?P<number>\d+(?:\.\d+)?)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<variable>\$(?:this|index|total)\b)
  | (?P<external>%(?:[A-Za-z_][A-Za-z0-9_]*|`(?:[^`\\]|\\.)*`|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))
  | (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
  | (?P<quoted>`(?:[^`\\]|\\.)*`)
  | (?P<symbol><=|>=|!=|!~|[-+*&|<>=~.,()\[\]{}]|/(?!\*))
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "'": "'", '"': '"', "`": "`", "\\": "\\", "/": "/"}


def tokens(text: str) -> list[Token]:
    """The tokens of an expression, with one of kind ``end`` last. Raises FhirPathError."""
    if len(text) > MAX_LENGTH:
        raise FhirPathError(f"the expression has more than {MAX_LENGTH} characters")
    found: list[Token] = []
    at, end = 0, len(text)
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise FhirPathError(_fault(text, at), at)
        kind = str(match.lastgroup)
        if kind != "blank":
            found.append(Token(kind, _meaning(kind, match.group(), at), at))
        at = match.end()
    found.append(Token("end", "", end))
    return found


def _meaning(kind: str, text: str, at: int) -> str:
    if kind == "external":
        text = text[1:]
        return unescaped(text[1:-1], at) if text[0] in "`'\"" else text
    if kind in ("string", "quoted"):
        return unescaped(text[1:-1], at)
    return text


def unescaped(text: str, at: int = -1) -> str:
    """`text` with its escapes resolved. Raises FhirPathError for an escape that the specification does not know."""
    if "\\" not in text:
        return text

    def character(match: re.Match[str]) -> str:
        code = match.group(1)
        if len(code) == 5:
            return chr(int(code[1:], 16))
        if code not in _ESCAPES:
            raise FhirPathError(f"unknown escape \\{code}", at)
        return _ESCAPES[code]

    return _ESCAPE.sub(character, text)


def _fault(text: str, at: int) -> str:
    begin = text[at]
    if begin in "'\"`":
        return "a string that does not end"
    if text.startswith("/*", at):
        return "a comment that does not end"
    return f"unexpected character {begin!r}"
