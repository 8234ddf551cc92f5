"""In which line of a TOML text each key stands: the standard library's reader does not tell.

Only for text that `tomllib` has read before: what is no TOML is not noticed here (https://toml.io/en/v1.0.0).
"""

from collections import Counter
from collections.abc import Iterator

Path = tuple[str | int, ...]
_BARE_END = frozenset(" \t\r\n=.,]}#")


def places(text: str) -> dict[Path, int]:
    """Path of each key, table and array item -> its line, from 1. Items of arrays are counted from 0."""
    return _Scan(text).run()


def nearest(found: dict[Path, int], path: Path) -> int:
    """The line of `path`, or of what it is in, 0 for the whole file."""
    while path:
        if path in found:
            return found[path]
        path = path[:-1]
    return 0


class _Scan:
    def __init__(self, text: str) -> None:
        self._text, self._at, self._line = text, 0, 1
        self._found: dict[Path, int] = {}
        self._tables: Counter[Path] = Counter()

    def run(self) -> dict[Path, int]:
        prefix: Path = ()
        while self._blank(newlines=True):
            if self._peek() == "[":
                prefix = self._header()
            else:
                self._pair(prefix)
        return self._found

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip(self, count: int = 1) -> None:
        self._line += self._text.count("\n", self._at, self._at + count)
        self._at += count

    def _blank(self, newlines: bool) -> bool:
        """Skip blanks and comments; whether anything is left."""
        while self._at < len(self._text):
            sign = self._peek()
            if sign == "#":
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end
            elif sign in " \t\r" or (newlines and sign == "\n"):
                self._skip()
            else:
                return True
        return False

    def _header(self) -> Path:
        line, double = self._line, self._text.startswith("[[", self._at)
        self._skip(2 if double else 1)
        *outer, last = self._keys()
        path = self._resolved(outer)
        whole: Path = (*path, last)
        if double:
            self._found.setdefault(whole, line)
            self._tables[whole] += 1
            whole = (*whole, self._tables[whole] - 1)
        elif whole in self._tables:
            whole = (*whole, self._tables[whole] - 1)
        self._found.setdefault(whole, line)
        self._skip(2 if double else 1)
        return whole

    def _resolved(self, keys: list[str]) -> Path:
        """The path of a table by its name: of arrays of tables the last one is meant."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if path in self._tables:
                path = (*path, self._tables[path] - 1)
        return path

    def _pair(self, prefix: Path) -> None:
        line, path = self._line, prefix
        for key in self._keys():
            path = (*path, key)
            self._found.setdefault(path, line)
        self._skip()  # =
        self._value(path)

    def _keys(self) -> list[str]:
        return list(self._each_key())

    def _each_key(self) -> Iterator[str]:
        while True:
            self._blank(newlines=False)
            yield self._string() if self._peek() in "\"'" else self._bare()
            self._blank(newlines=False)
            if self._peek() != ".":
                return
            self._skip()

    def _bare(self) -> str:
        start = self._at
        while self._at < len(self._text) and self._peek() not in _BARE_END:
            self._at += 1
        if self._at == start:
            self._skip()  # nothing TOML knows: go on, whatever it is
        return self._text[start : self._at]

    def _string(self) -> str:
        """Skip a string; its text is given as it stands, which is enough for keys."""
        sign = self._peek()
        quote = sign * 3 if self._text.startswith(sign * 3, self._at) else sign
        start = self._at + len(quote)
        end = start
        while end < len(self._text) and not self._text.startswith(quote, end):
            end += 2 if sign == '"' and self._text[end] == "\\" else 1
        while len(quote) == 3 and self._text.startswith(sign, end + 3):
            end += 1  # up to two quotes may stand before the closing three
        self._skip(end + len(quote) - self._at)
        return self._text[start:end]

    def _value(self, path: Path) -> None:
        self._blank(newlines=False)
        sign = self._peek()
        if sign in ('"', "'"):
            self._string()
        elif sign == "[":
            self._array(path)
        elif sign == "{":
            self._inline(path)
        else:
            end = self._at
            while end < len(self._text) and self._text[end] not in ",]}#\n":
                end += 1
            self._skip(max(end - self._at, 0))

    def _array(self, path: Path) -> None:
        self._skip()
        number = 0
        while self._blank(newlines=True) and self._peek() != "]":
            self._found[(*path, number)] = self._line
            self._value((*path, number))
            number += 1
            self._blank(newlines=True)
            if self._peek() == ",":
                self._skip()
        self._skip()

    def _inline(self, path: Path) -> None:
        self._skip()
        while self._blank(newlines=True) and self._peek() != "}":
            self._pair(path)
            self._blank(newlines=True)
            if self._peek() == ",":
                self._skip()
        self._skip()
