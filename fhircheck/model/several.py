"""Arguments that are one text or path, or several."""

import os
from collections.abc import Iterable

Texts = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


def texts_of(given: Texts) -> tuple[str, ...]:
    """All of them; one text is one, not its letters."""
    if isinstance(given, str | os.PathLike):
        return (os.fspath(given),)
    return tuple(os.fspath(each) for each in given)
