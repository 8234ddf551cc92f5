"""Narratives: what of XHTML may stand in them, and that nothing in them acts (narrative.html, security.html).

The reading is done once a text (narrative_text), whether by this facet or by FHIRPath's htmlChecks().
"""

from typing import Any

from fhircheck.assertions.assertion import Spot, Surroundings
from fhircheck.assertions.narrative_kinds import KINDS, XHTML_CLAUSE
from fhircheck.assertions.narrative_text import examine
from fhircheck.model.protocols import Gate

TYPE = "xhtml"


class Narrative:
    """The facet of elements of type xhtml."""

    name = "narrative"
    summary = "A narrative is well-formed XHTML with basic formatting only, without scripts and forms."
    clause = XHTML_CLAUSE
    applies: frozenset[str] | None = None
    kinds = KINDS

    def compile(self, definition: dict[str, Any], types: list[str]) -> Any | None:
        """True for an element of type xhtml."""
        return True if types == [TYPE] else None

    def gate(self, facet: Any, around: Surroundings) -> Gate:
        """Whether nothing is wrong with a narrative; what is no text is the concern of its type."""
        return lambda value: value.__class__ is not str or not value or not examine(value).faults

    def explain(self, facet: Any, value: Any, spot: Spot, around: Surroundings) -> None:
        """Report all that is wrong with a narrative."""
        if value.__class__ is str and value:
            for kind, params in examine(value).faults:
                spot.add(kind, **params)


def html_checks(text: str) -> bool:
    """FHIRPath's htmlChecks() as invariant txt-1 means it: only what narratives may hold."""
    return examine(text).allowed


def has_content(text: str) -> bool:
    """Invariant txt-2: the narrative has some text that is not blank, or an image."""
    return examine(text).content
