"""Identifiers whose system says how they are built (KVNR, IK, LANR, BSNR): a warning, since FHIR does not ask it."""

from collections.abc import Callable
from typing import Any

from fhircheck.assertions.assertion import Spot, Surroundings
from fhircheck.model.issue import IssueKind
from fhircheck.model.protocols import Gate
from fhircheck.terminology.code_formats.german_identifier import bsnr, ik, kvnr, lanr

CLAUSE = "http://hl7.org/fhir/R4/datatypes.html#Identifier"
KIND = IssueKind(
    name="identifier-form",
    severity="warning",
    code="value",
    summary="An identifier is not built the way its system says.",
    why="A place is missing or mistyped: the person or institution will not be found, or another one will.",
    clause=CLAUSE,
    fix="Compare with the source; a check digit that is wrong means that a digit is.",
    english="Not built as identifiers of {system} are",
    german="Nicht gebaut wie Kennungen von {system}",
    failing='{"system": "http://fhir.de/sid/gkv/kvid-10", "value": "A123456789"}',
    passing='{"system": "http://fhir.de/sid/gkv/kvid-10", "value": "A123456780"}',
)
FORMATS: dict[str, Callable[[str], bool]] = {
    "http://fhir.de/sid/gkv/kvid-10": kvnr,
    "http://fhir.de/sid/pkv/kvid-10": kvnr,
    "http://fhir.de/NamingSystem/gkv/kvid-10": kvnr,
    "http://fhir.de/sid/arge-ik/iknr": ik,
    "http://fhir.de/NamingSystem/arge-ik/iknr": ik,
    "https://fhir.kbv.de/NamingSystem/KBV_NS_Base_ANR": lanr,
    "https://fhir.kbv.de/NamingSystem/KBV_NS_Base_BSNR": bsnr,
}


class IdentifierFormat:
    """The value is built as the identifier's system says."""

    name = "identifier_format"
    summary = KIND.summary
    clause = CLAUSE
    kinds = (KIND,)
    applies: frozenset[str] | None = frozenset({"Identifier"})

    def compile(self, definition: dict[str, Any], types: list[str]) -> Any | None:
        """True for elements that can hold an Identifier."""
        return True if "Identifier" in types else None

    def gate(self, facet: Any, around: Surroundings) -> Gate:
        """True where the system is not one of those known here, or the value is built as it says."""
        return _sound

    def explain(self, facet: Any, value: Any, spot: Spot, around: Surroundings) -> None:
        """Report a value that is built otherwise; the value itself is not shown."""
        if not _sound(value):
            spot.child("value").add(KIND, system=value["system"])


def _sound(value: Any) -> bool:
    if value.__class__ is not dict:
        return True
    system, text = value.get("system"), value.get("value")
    if system.__class__ is not str or text.__class__ is not str or system not in FORMATS:
        return True
    return FORMATS[system](text)
