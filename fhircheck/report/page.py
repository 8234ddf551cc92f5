"""A page of text that sections are written on: wrapped at the view's width, coloured or plain."""

import re
from collections.abc import Iterable, Sequence
from io import StringIO
from textwrap import wrap

from fhircheck.report.shown import View

Span = tuple[str, str]
"""text and style; "" is the plain style"""


_HELD = "\ufdd0"
"""A blank where no line is broken while it is laid out: a code point that no text has (Unicode 23.7)."""
_UNITS = "%|[kMGT]?B|m?s|min|h|€|×"
_HOLD = re.compile(
    rf"(?<=[<>≤≥×§~±]) (?=\d)|(?<=\d) (?=(?:{_UNITS})(?![\w/]))|(?<=\b(?:Art|Abs)\.) (?=\d)|(?<=[\d+]) (?=[<>≤≥] \d)"
)
_TRAILING = re.compile(r"(?: |\x1b\[[0-9;]*m)+$", re.MULTILINE)


def held(text: str) -> str:
    """`text` with each number kept on a line with its sign, unit or "Art." (< 10, 0 %, 3 ×), until it is laid out."""
    return _HOLD.sub(_HELD, text)


class Page:
    """Lines of text, laid out by rich. Nothing is ever parsed as markup.

    width: columns of text; sentences wrap there, while places and URLs stay on one line so that they
    can be clicked and searched for.
    """

    def __init__(self, view: View) -> None:
        from rich.console import Console

        self.view = view
        self._buffer = StringIO()
        self._console = Console(
            file=self._buffer,
            width=view.width,
            force_terminal=view.color,
            color_system="standard" if view.color else None,
            no_color=not view.color,
            markup=False,
            emoji=False,
            highlight=False,
            legacy_windows=False,
            _environ={},
        )

    def blank(self) -> None:
        """An empty line."""
        self._buffer.write("\n")

    def heading(self, title: str, beside: str = "") -> None:
        """A section's title, apart from what stands before it by an empty line."""
        before = self._buffer.getvalue()
        if before and before != "\n" and not before.endswith("\n\n"):
            self.blank()
        self.line((title, "bold"), (f"  {beside}" if beside else "", "dim"))

    def line(self, *spans: Span, indent: int = 0) -> None:
        """One line that is never broken."""
        from rich.text import Text

        self._console.print(Text(" " * indent) + Text.assemble(*spans), soft_wrap=True)

    def plain(self, lines: Iterable[str]) -> None:
        """Lines without any style, as they are: many of them cost next to nothing."""
        self._buffer.write("".join(each.rstrip() + "\n" for each in lines))

    def wrapped(self, *spans: Span, indent: int = 0, hanging: int = 0) -> None:
        """A sentence, wrapped at the width; lines after the first are `hanging` columns further in."""
        from rich.padding import Padding
        from rich.text import Text

        text = Text.assemble(*((held(each), style) for each, style in spans))
        lines = text.wrap(self._console, self.view.width - indent - hanging)
        for index, each in enumerate(lines):
            each.rstrip()
            self._console.print(Padding(each, (0, 0, 0, indent + (hanging if index else 0))), soft_wrap=True)

    def sentence(self, mark: Span, text: str, indent: int = 2) -> None:
        """A sentence after a mark of two columns, wrapped at the width; URLs stay whole, to be clicked."""
        width = self.view.width - indent - 2
        for index, each in enumerate(wrap(held(text), width, break_long_words=False, break_on_hyphens=False)):
            self.line(("  ", "") if index else mark, (each, ""), indent=indent)

    def table(self, rows: Sequence[tuple[Span, ...]], right: frozenset[int] = frozenset(), indent: int = 2) -> None:
        """Columns two spaces apart, the last one wrapped to what is left; `right` columns align right."""
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        if not rows:
            return
        table = Table.grid(padding=(0, 2), pad_edge=False)
        last = len(rows[0]) - 1
        for column in range(last + 1):
            justify = "right" if column in right else "left"
            table.add_column(justify=justify, no_wrap=column != last, overflow="fold")  # type: ignore[arg-type]
        for row in rows:
            table.add_row(*(Text(held(text), style=style) for text, style in row))
        self._console.print(Padding(table, (0, 0, 0, indent)))

    def columns(self, rows: Sequence[tuple[Span, ...]], indent: int = 2) -> None:
        """Columns two spaces apart, the first aligned right; the last is never broken."""
        widths = [max(len(row[column][0]) for row in rows) for column in range(len(rows[0]) - 1)] if rows else []
        for row in rows:
            spans = [(text.rjust(widths[0]) if not index else text.ljust(width), style)
                     for index, (width, (text, style)) in enumerate(zip(widths, row, strict=False))]  # fmt: skip
            self.line(*(part for span in spans for part in (span, ("  ", ""))), row[-1], indent=indent)

    def text(self) -> str:
        """All that was written; no line ends in spaces."""
        written = self._buffer.getvalue().replace(_HELD, " ")
        return _TRAILING.sub(lambda match: match[0].replace(" ", ""), written)
