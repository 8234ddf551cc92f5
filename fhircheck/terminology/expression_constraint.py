"""Is this an expression constraint of SNOMED CT? The brief syntax of ECL, read without looking concepts up.

https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language. Answers True, False,
or None where words are used that this reader does not know (the long syntax, what later versions add).
"""

import re

from fhircheck.terminology.code_formats import snomed_ct

LONGEST = 20_000
DEEPEST = 60
_TOKEN = re.compile(
    r"(?P<blank>\s+|/\*.*?\*/)|(?P<term>\|[^|]*\|)|(?P<text>\"(?:[^\"\\]|\\.)*\")|(?P<filter>\{\{)"
    r"|(?P<operator><<!|>>!|!!<|!!>|<<|>>|<!|>!|<=|>=|!=|<|>|=)|(?P<count>\[\s*\d+\s*\.\.\s*(?:\d+|\*)\s*\])"
    r"|(?P<number>#[+-]?\d+(?:\.\d+)?)|(?P<concept>\d{6,18}(?![\w.]))|(?P<word>[A-Za-z]+)|(?P<sign>[*^:.,(){}\[\]])",
    re.DOTALL,
)
_CONSTRAINTS = frozenset(["<", "<<", "<!", "<<!", ">", ">>", ">!", ">>!", "!!<", "!!>"])
_COMPARISONS = frozenset(["=", "!=", "<", "<=", ">", ">="])
_JOINING = frozenset(["AND", "OR", "MINUS", ","])
_KNOWN_WORDS = frozenset(["AND", "OR", "MINUS", "R", "TRUE", "FALSE"])

Token = tuple[str, str]


class _Unreadable(Exception):
    """The text is no expression constraint."""


class _Unknown(Exception):
    """The text uses what this reader does not know."""


def is_expression_constraint(text: str) -> bool | None:
    """Whether `text` is one; None where that cannot be told."""
    if len(text) > LONGEST:
        return None
    try:
        reader = _Reader(_tokens(text))
        reader.expression(0)
        return reader.at_end()
    except _Unreadable:
        return False
    except _Unknown:
        return None


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _Unreadable
        at = match.end()
        kind = str(match.lastgroup)
        if kind == "filter":
            at = text.find("}}", at) + 2
            if at < 2:
                raise _Unreadable
        elif kind == "word" and match[0].upper() not in _KNOWN_WORDS:
            raise _Unknown
        if kind not in ("blank", "term"):
            found.append((kind, match[0].upper() if kind == "word" else match[0]))
        elif kind == "term" and (not found or found[-1][0] != "concept"):
            raise _Unreadable
    return found


class _Reader:
    """Reads tokens from left to right; each method reads one thing or raises."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def at_end(self) -> bool:
        """Whether all has been read."""
        return self._at == len(self._tokens)

    def _next(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _take(self, *wanted: str) -> bool:
        taken = self._next()[1] in wanted
        self._at += taken
        return taken

    def _must(self, wanted: str) -> None:
        if not self._take(wanted):
            raise _Unreadable

    def expression(self, depth: int) -> None:
        """Concepts, joined or refined."""
        if depth > DEEPEST:
            raise _Unknown
        self._concepts(depth)
        if self._take(":"):
            self._refinement(depth + 1)
            return
        while self._take("."):
            self._concepts(depth)
        joint = ""
        while self._next()[1] in _JOINING:
            joined = self._next()[1].replace(",", "AND")
            if joint and (joined != joint or joint == "MINUS"):
                raise _Unreadable
            joint = joined
            self._at += 1
            self._concepts(depth)

    def _concepts(self, depth: int) -> None:
        """One concept or group of them, with what stands before and behind it."""
        if self._next()[1] in _CONSTRAINTS:
            self._at += 1
        if self._take("^") and self._next()[1] == "[":
            raise _Unknown
        kind, text = self._next()
        if text == "(":
            self._at += 1
            self.expression(depth + 1)
            self._must(")")
        elif kind == "concept" and snomed_ct.judge(text) is False:
            raise _Unreadable
        elif kind == "concept" or text == "*":
            self._at += 1
        else:
            raise _Unreadable
        while self._next()[0] == "filter":
            self._at += 1

    def _refinement(self, depth: int) -> None:
        """Attributes and groups of them, joined."""
        if depth > DEEPEST:
            raise _Unknown
        self._attribute(depth)
        while self._take("AND", "OR", ","):
            self._attribute(depth)

    def _attribute(self, depth: int) -> None:
        if self._next()[0] == "count":
            self._at += 1
        if self._take("{"):
            self._refinement(depth + 1)
            self._must("}")
            return
        if self._next()[1] == "(" and self._is_refinement():
            self._at += 1
            self._refinement(depth + 1)
            self._must(")")
            return
        self._take("R")
        self._concepts(depth)
        if self._next()[1] not in _COMPARISONS:
            raise _Unreadable
        self._at += 1
        self._value(depth)

    def _is_refinement(self) -> bool:
        """Whether the bracket that opens here holds attributes; else it holds the names of one attribute."""
        depth, at = 0, self._at
        while at < len(self._tokens):
            text = self._tokens[at][1]
            depth += (text == "(") - (text == ")")
            if depth == 0:
                return not (at + 1 < len(self._tokens) and self._tokens[at + 1][1] in _COMPARISONS)
            at += 1
        raise _Unreadable

    def _value(self, depth: int) -> None:
        kind, text = self._next()
        if kind in ("number", "text") or text in ("TRUE", "FALSE"):
            self._at += 1
        elif text == "(" and self._at + 1 < len(self._tokens) and self._tokens[self._at + 1][0] == "text":
            raise _Unknown
        else:
            self._concepts(depth)
