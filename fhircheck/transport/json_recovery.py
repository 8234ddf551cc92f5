"""The slow reader for broken JSON: says what is wrong and where, and reads on where the meaning is plain.

On valid JSON it returns what the fast reader returns. It has its own stack, so depth costs no
recursion; every character is looked at a bounded number of times.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from fhircheck.transport.json_text import Fault, ReadingStopped, read_string, skip_blank

LISTED = 50
INTEGER_DIGITS = 4_300
EXPONENT = 308

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(?P<fraction>\.[0-9]++)?(?P<exponent>[eE][+-]?[0-9]++)?")
_LOOSE_NUMBER = re.compile(r"[+-]?(?P<whole>[0-9]*+)(?P<fraction>\.[0-9]*+)?(?P<exponent>[eE][+-]?[0-9]++)?")
_WORD = re.compile(r"[+-]?[A-Za-z_$][A-Za-z0-9_$]*+")
_BARE_TEXT = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*+")
_BARE_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}){1,2}(?=[ \t\r\n,}\]])")
_MEMBER = re.compile(r"""(?:"[^"\n]*+"|'[^'\n]*+'|[A-Za-z_$][\w$]*+)[ \t\r\n]*+:""")
_VALUE_START = re.compile(r"[\[{\"'0-9tfnN+-]")
_LITERALS = {"true": True, "false": False, "null": None}
_FOREIGN_LITERALS = {"True": True, "False": False, "TRUE": True, "FALSE": False, "None": None, "undefined": None}
_AFTER_WORD = (",", "}", "]", " ", "\n", "\r", "\t")
_NO_NUMBERS = {"NaN", "Infinity", "INF", "Inf", "nan", "inf", "infinity"}


class _Absent:
    """What a value becomes that could be skipped but not read."""


_ABSENT = _Absent()


@dataclass(slots=True)
class Recovered:
    """value: what was read; whole: whether its last bracket was found. more: faults that were not listed."""

    value: Any = None
    whole: bool = False
    faults: list[Fault] = field(default_factory=list)
    more: int = 0


@dataclass(slots=True)
class _Open:
    """A container that is not closed yet."""

    value: Any
    closing: str
    key: str = ""
    comma: int = -1
    stray: bool = False
    filled: bool = False
    kept: bool = True
    pruned: bool = False
    count: int = 0


def is_out_of_range(number: Decimal) -> bool:
    """Whether `number` is beyond what a 64-bit floating point number holds, so that many programs lose it."""
    return not number.is_finite() or (bool(number) and not -EXPONENT <= number.adjusted() <= EXPONENT)


def recover(text: str, max_depth: int = 100) -> Recovered:
    """Read one JSON value out of `text`, faults and all."""
    reader = _Reader(text, max_depth)
    reader.run()
    return reader.result


class _Reader:
    def __init__(self, text: str, max_depth: int) -> None:
        self._text = text
        self._at = 0
        self._max_depth = max_depth
        self._stack: list[_Open] = []
        self._too_deep = False
        self._comments: list[int] = []
        self._after_scalar = False
        self.result = Recovered()

    def run(self) -> None:
        try:
            self._blank()
            self._value()
            while self._stack:
                self._step(self._stack[-1])
            self.result.whole = True
            self._end()
        except ReadingStopped as stop:
            self._fault(stop.what, stop.at)

    def _end(self) -> None:
        self._blank()
        if self._at < len(self._text):
            another = self._text[self._at] in "{["
            self._fault("more-than-one-value" if another else "text-after-the-end", self._at)

    def _blank(self) -> None:
        self._at = skip_blank(self._text, self._at, self._fault)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    # -- one member or item ------------------------------------------------------------------

    def _step(self, top: _Open) -> None:
        self._blank()
        if self._comments and self._after_scalar:
            self._attach_comments(scalar=True)
        sign = self._peek()
        if sign == top.closing:
            if top.comma >= 0 and not top.stray:
                self._fault("trailing-comma", top.comma, self._steps()[:-1])
            self._close()
        elif sign == ",":
            self._comma(top)
        elif sign in ("", "]", "}"):
            raise ReadingStopped("unexpected-end" if not sign else "wrong-bracket", self._at)
        else:
            self._next(top)

    def _comma(self, top: _Open) -> None:
        if not top.filled or top.comma >= 0:
            self._fault("comma-without-value", self._at)
            top.stray = True
        top.comma, self._after_scalar = self._at, False
        self._at += 1

    def _next(self, top: _Open) -> None:
        expected = _MEMBER if top.closing == "}" else _VALUE_START
        if top.filled and top.comma < 0:
            if not expected.match(self._text, self._at):
                raise ReadingStopped("unexpected-character", self._at)
            steps = self._steps()
            self._fault("missing-comma", self._at, steps[:-1] if top.closing == "}" else steps)
        if top.closing == "}":
            self._name(top)
        top.comma, top.stray, top.filled = -1, False, True
        self._value()

    def _name(self, top: _Open) -> None:
        start = self._at
        if self._peek() in ('"', "'"):
            name = self._string()
        else:
            word = _WORD.match(self._text, self._at)
            if not word:
                raise ReadingStopped("unexpected-character", self._at)
            self._fault("unquoted-name", self._at, self._steps()[:-1])
            name, self._at = word[0], word.end()
        top.key = name
        if top.kept and name in top.value:
            self._fault("duplicate-key", start)
        self._blank()
        if self._peek() != ":":
            raise ReadingStopped("missing-colon" if self._peek() else "unexpected-end", self._at)
        self._at += 1
        self._blank()

    # -- values ------------------------------------------------------------------------------

    def _value(self) -> None:
        sign = self._peek()
        self._after_scalar = sign not in ("{", "[")
        if self._comments:
            self._attach_comments(self._after_scalar)
        if sign in ("{", "["):
            self._open(sign)
        elif sign in ('"', "'"):
            self._put(self._string())
        elif sign.isdigit() or (sign in ("-", "+", ".") and not _WORD.match(self._text, self._at)):
            self._number()
        elif sign:
            self._word()
        else:
            raise ReadingStopped("unexpected-end", self._at)

    def _string(self) -> str:
        text, self._at = read_string(self._text, self._at, self._fault)
        return text

    def _word(self) -> None:
        found = _WORD.match(self._text, self._at)
        word = found[0] if found else ""
        if self._text[self._at + len(word) : self._at + len(word) + 1] in ("-", ".") and word:
            found = _BARE_TEXT.match(self._text, self._at)
            word = found[0] if found else word
        if word in _LITERALS:
            self._put(_LITERALS[word])
        elif word in _FOREIGN_LITERALS:
            self._fault("foreign-literal", self._at)
            self._put(_FOREIGN_LITERALS[word])
        elif word.lstrip("+-") in _NO_NUMBERS:
            self._fault("number-out-of-range", self._at)
            self._put(_ABSENT)
        elif word and self._stack and self._text[self._at + len(word) : self._at + len(word) + 1] in _AFTER_WORD:
            steps = self._steps()
            self._fault("unquoted-value", self._at, steps[:-1] if self._stack[-1].closing == "}" else steps)
            self._put(word)
        else:
            raise ReadingStopped("unexpected-character", self._at)
        self._at += len(word)

    def _number(self) -> None:
        date = _BARE_DATE.match(self._text, self._at)
        if date and self._stack:
            self._fault("unquoted-value", self._at)
            self._put(date[0])
            self._at = date.end()
            return
        found = _NUMBER.match(self._text, self._at)
        if not found or self._text[found.end() : found.end() + 1].isalnum() or self._text.startswith(".", found.end()):
            found = self._loose_number()
        digits = found[0]
        if found["fraction"] is None and found["exponent"] is None:
            value: Any = int(digits) if len(digits) <= INTEGER_DIGITS else None
            too_big = value is None or len(digits) > EXPONENT + 1
        else:
            value, too_big = _decimal(digits)
        if too_big:
            self._fault("number-out-of-range", self._at)
        self._at = found.end()
        self._put(_ABSENT if too_big else value)

    def _loose_number(self) -> re.Match[str]:
        found = _LOOSE_NUMBER.match(self._text, self._at)
        if not found or not (found["whole"] or (found["fraction"] or ".") != "."):
            raise ReadingStopped("unexpected-character", self._at)
        if self._text[found.end() : found.end() + 1].isalnum():
            raise ReadingStopped("unexpected-character", found.end())
        leading = found["whole"].startswith("0") and len(found["whole"]) > 1
        self._fault("leading-zeros" if leading else "malformed-number", self._at)
        return found

    # -- containers --------------------------------------------------------------------------

    def _open(self, sign: str) -> None:
        top = self._stack[-1] if self._stack else None
        too_deep = len(self._stack) >= self._max_depth
        if too_deep and not self._too_deep:
            self._too_deep = True
            self._fault("nesting-too-deep", self._at)
        kept = not too_deep and (top is None or top.kept)
        opened = _Open({}, "}") if sign == "{" else _Open([], "]")
        opened.kept = kept
        if kept:
            self._put(opened.value)
        elif top is not None:
            top.count += 1
            top.pruned = True
        self._stack.append(opened)
        self._at += 1

    def _close(self) -> None:
        closed, self._after_scalar = self._stack.pop(), False
        self._at += 1
        if closed.pruned and closed.kept and not closed.value and self._stack:
            self._drop_last(self._stack[-1])

    def _drop_last(self, top: _Open) -> None:
        """Take out a container that holds nothing but what was too deep: empty, it would be a fault of its own."""
        top.pruned = True
        if top.closing == "}":
            top.value.pop(top.key, None)
        else:
            top.value.pop()

    def _put(self, value: Any) -> None:
        if not self._stack:
            self.result.value = None if value is _ABSENT else value
            return
        top = self._stack[-1]
        top.count += 1
        if not top.kept or value is _ABSENT:
            return
        if top.closing == "}":
            top.value[top.key] = value
        else:
            top.value.append(value)

    # -- faults ------------------------------------------------------------------------------

    def _fault(self, what: str, at: int, steps: tuple[str | int, ...] | None = None) -> None:
        if len(self.result.faults) >= LISTED:
            self.result.more += 1
            return
        if what == "comment":  # placed once its value is known
            self._comments.append(len(self.result.faults))
            steps = ()
        self.result.faults.append(Fault(what, at, self._steps() if steps is None else steps))

    def _attach_comments(self, scalar: bool) -> None:
        """A comment is about the scalar it follows, or else the value that comes next, however many brackets between.

        One at a scalar of an array is said at the array, and one at an array at the object that holds it.
        """
        steps = self._steps()
        if steps and (type(steps[-1]) is int if scalar else self._peek() == "["):
            steps = steps[:-1]
        for number in self._comments:
            self.result.faults[number] = self.result.faults[number]._replace(steps=steps)
        self._comments = []

    def _steps(self) -> tuple[str | int, ...]:
        """Names and indexes that lead to the member or item being read."""
        within = [_step_into(each) for each in self._stack[: self._max_depth]]
        if self._stack and self._stack[-1].closing == "]" and len(within) == len(self._stack):
            within[-1] = self._stack[-1].count
        return tuple(within)


def _step_into(opened: _Open) -> str | int:
    return opened.key if opened.closing == "}" else opened.count - 1


def _decimal(digits: str) -> tuple[Decimal | None, bool]:
    """The number, and whether it is out of range; None where no Decimal holds it."""
    try:
        value = Decimal(digits)
    except InvalidOperation:
        return None, True
    return value, is_out_of_range(value)
