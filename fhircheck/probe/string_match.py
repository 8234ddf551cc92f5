"""How a search compares strings: without case, accents and more than one blank (R4 search, string)."""

import re
import unicodedata

_BREAK = re.compile(r"[\s\-]+")


def folded(text: str) -> str:
    """`text` as it is compared. ``ß`` becomes ``ss``, an umlaut its plain letter."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(each for each in plain if not unicodedata.combining(each)).split())


def begins_with(text: str, value: str) -> bool:
    """Whether `text`, or one of its words, begins with `value`; servers may take either."""
    here, wanted = folded(text), folded(value)
    return here.startswith(wanted) or any(each.startswith(wanted) for each in _BREAK.split(here))
