"""Regular expressions out of definitions: searched with a time limit, so that no pattern can hang a run."""

from functools import lru_cache
from typing import Any

from fhircheck.fhirpath.errors import FhirPathError, TooMuch

SECONDS = 1.0
HURRIED = 0.02
"""What a pattern gets for each text once it has used SECONDS up PATIENCE times."""
PATIENCE = 5
KEPT = 1_000
MAX_PATTERN = 10_000


@lru_cache(1_000)
def compiled(pattern: str) -> Any:
    """The pattern, where a dot also matches the end of a line. Raises FhirPathError for one that is none.

    The library `regex` stands in for `re` because its searches can be given a time limit.
    """
    import regex

    if len(pattern) > MAX_PATTERN:
        raise FhirPathError(f"a regular expression of more than {MAX_PATTERN} characters")
    try:
        return regex.compile(pattern, regex.DOTALL | regex.VERSION0)
    except (regex.error, RecursionError, OverflowError) as fault:
        raise FhirPathError(f"no regular expression: {fault}") from None


def searched(pattern: str, text: str, *, whole: bool = False) -> bool:
    """Whether `pattern` is found in `text` (whole: matches all of it).

    matches() is not anchored, as in the reference (http://hl7.org/fhirpath/#matchesregex--string--boolean).
    Raises TooMuch where that takes more than a second (less, where the pattern took so long before).
    """
    found = compiled(pattern)
    try:
        return (found.fullmatch if whole else found.search)(text, timeout=_time_for(pattern, text)) is not None
    except TimeoutError:
        raise _too_slow(pattern, text) from None


def replaced(pattern: str, text: str, by: str) -> str:
    """`text` with all matches replaced; ``$1`` and ``${name}`` in `by` are groups. Raises FhirPathError."""
    template = _template(by)
    found = compiled(pattern)
    try:
        return str(found.sub(template, text, timeout=_time_for(pattern, text)))
    except TimeoutError:
        raise _too_slow(pattern, text) from None
    except (IndexError, LookupError, _regex_error()):
        raise FhirPathError("the substitution names a group that the regular expression does not have") from None


_slow: dict[str, set[str]] = {}
"""Patterns that used all their time, and some of the texts they used it for."""


def _time_for(pattern: str, text: str) -> float:
    """Seconds that a search gets. Raises TooMuch where the same one took too long before."""
    if not _slow or pattern not in _slow:
        return SECONDS
    if text in _slow[pattern]:
        raise _too_slow(pattern, text)
    return SECONDS if len(_slow[pattern]) < PATIENCE else HURRIED


def _too_slow(pattern: str, text: str) -> TooMuch:
    """The error for a search that used its time up; it is remembered."""
    if pattern in _slow or len(_slow) < KEPT:
        texts = _slow.setdefault(pattern, set())
        if len(texts) < KEPT:
            texts.add(text)
    return TooMuch(f"a regular expression that takes more than {SECONDS:g} s")


def _regex_error() -> type[Exception]:
    import regex

    return regex.error


@lru_cache(1_000)
def _template(by: str) -> str:
    import re

    escaped = by.replace("\\", "\\\\")
    return re.sub(r"\$(?:(\d)|\{([A-Za-z][A-Za-z0-9]*)\})", lambda match: rf"\g<{match[1] or match[2]}>", escaped)
