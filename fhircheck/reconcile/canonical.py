"""Canonical JSON of FHIR content: equal content has equal bytes, however it was written down.

After RFC 8785 (members sorted, no white space), but for numbers: FHIR's decimals keep their precision (R4
datatypes.html#decimal), so a number is its digits and exponent in the one form that Python's Decimal gives them.
"""

import json
import re
from decimal import Decimal
from typing import Any

_SPACE = re.compile(r"[ \t\r\n\f\v\xa0]+")
_AROUND_TAGS = re.compile(r" ?(</?(?:div|p|br|hr|ul|ol|li|dl|dt|dd|table|thead|tbody|tfoot|tr|td|th|caption|col|"
                          r"colgroup|h[1-6]|blockquote|pre)\b[^<>]*>) ?")  # fmt: skip

_PLAIN = 400
"""Zeros that are written out, so that a whole number is written as JSON writes integers."""


class Canonical:
    """Writes values as canonical JSON. by_value: 1.0, 1.00 and 1 are the same number."""

    def __init__(self, by_value: bool = False) -> None:
        import orjson

        self._dumps, self._option = orjson.dumps, orjson.OPT_SORT_KEYS
        self._fragment = orjson.Fragment
        self._by_value = by_value

    def __call__(self, value: Any) -> bytes:
        """The bytes of `value`: of parsed JSON, with Decimals for all numbers that are no integers."""
        try:
            return self._dumps(value, self._number, self._option)
        except (TypeError, ValueError):  # integers beyond 64 bits, lone surrogates, nesting
            return json.dumps(value, sort_keys=True, separators=(",", ":"), default=self._odd).encode()

    def number(self, value: int | Decimal) -> str:
        """The text of a number."""
        if self._by_value:
            return by_value(value)
        if value.__class__ is int:
            return str(value)
        return str(value if value else value.copy_abs())  # type: ignore[union-attr]

    def _number(self, value: Any) -> Any:
        return self._fragment(self.number(value).encode())

    def _odd(self, value: Any) -> str:
        return "\x00" + self.number(value)


def by_value(value: int | Decimal) -> str:
    """The text of a number without what its precision says: 1, 1.0 and 1.00 give the same."""
    sign, digits, exponent = Decimal(value).as_tuple()
    if not isinstance(exponent, int):
        return str(value)
    text = "".join(map(str, digits)).lstrip("0")
    kept = text.rstrip("0")
    if not kept:
        return "0"
    power = exponent + len(text) - len(kept)
    written = kept + "0" * power if 0 <= power <= _PLAIN else f"{kept}E{power}"
    return f"-{written}" if sign else written


def narrative(text: str) -> str:
    """XHTML with white space as a browser shows it: runs are one space, none beside block elements."""
    if "<pre" in text:
        return text.strip()
    return _AROUND_TAGS.sub(r"\1", _SPACE.sub(" ", text)).strip()
