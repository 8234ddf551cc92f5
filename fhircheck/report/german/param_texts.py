"""German for what findings are filled with: the phrases of ours among their params ("an object", "unexpected-end").

params.json holds them by the name of the param, or by ``kind.name`` where the same words mean something else in one
kind, ``*`` those that stand for what is not shown; ``{}`` stands for what is filled in. Names of FHIR and texts of
definitions have no entry and stay as they are.
"""

from functools import lru_cache

from fhircheck.report.german.table import table
from fhircheck.report.reason_words import german

LISTED = frozenset({"reason", "allowed"})
"""Params that hold several phrases with commas between."""


@lru_cache(4_096)
def param_text(kind: str, name: str, text: str) -> str:
    """The param `name` of a finding of `kind` in German; as it is where it is no phrase of ours."""
    texts = table("params")
    phrases = texts.get(f"{kind}.{name}", texts.get(name, {}))
    if not phrases or text in phrases or text in texts["*"]:
        return texts["*"].get(text) or phrases.get(text, text)
    return ", ".join(german(part, phrases) for part in (text.split(", ") if name in LISTED else (text,)))
