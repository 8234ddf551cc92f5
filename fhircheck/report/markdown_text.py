"""Text in Markdown (CommonMark, GitHub's tables) that cannot become markup."""

import re
from collections.abc import Sequence

from fhircheck.report.shown import clean

LONGEST = 300
_PUNCTUATION = re.compile(r"([\\`*_{}\[\]#!|~$@])")
_LINKS = re.compile(r"://|www\.|@|#|!")
"""What some host makes a link or a mention of, even where it is escaped."""
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_PIPE = re.compile(r"(?<!\\)\|")
_TICKS = re.compile("`+")


def plain(text: str) -> str:
    """Our own words, with everything that Markdown or HTML would obey made harmless."""
    shown = "".join(_ENTITIES.get(each, each) for each in clean(text, 1_000))
    return _PUNCTUATION.sub(r"\\\1", shown)


def told(text: str) -> str:
    """A sentence that may name something of the data: as a code span where some host would make a link of it."""
    return code(text, 1_000) if _LINKS.search(text) else plain(text)


def code(text: str, longest: int = LONGEST) -> str:
    """What comes from the data, as a code span: no markup, link or mention in it is obeyed (CommonMark 6.1)."""
    shown = clean(text, longest)
    if not shown.strip():
        return "–"
    fence = "`" * (max((len(run) for run in _TICKS.findall(shown)), default=0) + 1)
    space = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    return f"{fence}{space}{shown}{space}{fence}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], align: str) -> str:
    """A table of cells that are Markdown already. align: ``l`` or ``r`` for each column.

    A pipe ends a cell even within a code span, but for one after a backslash (GitHub Flavored Markdown, 4.10).
    """
    rule = ["---:" if each == "r" else "---" for each in align]
    lines = ([_PIPE.sub(r"\\|", cell) for cell in row] for row in (head, rule, *rows))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
