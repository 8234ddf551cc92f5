"""What the reference says that is no judgement of the data, and who is right where verdicts differ."""

import re
from collections.abc import Iterable

from tests.conformance.agreement_reference import Said

SLICING = "SLICING_CANNOT_BE_EVALUATED"
NO_MATCH = "Reference_REF_CantMatchChoice"
LIMITS: tuple[tuple[str, str, str], ...] = (
    (
        "VALUESET_VALUE_MISMATCH",
        r"version '\*' in the ValueSet include",
        "a value set includes version `*` of ICD-10-GM or OPS, which means any; the reference, without a server, takes"
        " it for the name of a version and refuses the one that the code states",
    ),
    (
        SLICING,
        "",
        "a profile's discriminator leads to nothing that it fixes, so the reference calls every instance wrong; we say"
        ' "could not be told", or follow a pattern that stands one level higher',
    ),
)
"""(message id, what the message holds, reason)"""
FOLLOWS = "a reference's target was refused for slicing that the reference could not evaluate"
OPINIONS: tuple[tuple[str, str, str], ...] = (
    (
        NO_MATCH,
        "",
        "we: the target was refused for slicing, in an extension of its profile, that the reference could not evaluate",
    ),
    (SLICING, "", "we: no judgement of the data, as above; a reference of the same resource was refused for it too"),
    (
        "code-unknown",
        r"CodeableConcept\.coding",
        "we: the SNOMED CT code does not have the check digit that its other digits ask for; the reference, without"
        " a server, does not look",
    ),
    (
        "invariant",
        "CodeableConcept",
        "open: a complex element has an id and nothing else, which ele-1 refuses; the reference lets it pass (not so"
        " a primitive), and the instance is published as valid",
    ),
)
"""(kind of ours or message id, element, who is right and why)"""


def limit_of(said: Said, others: Iterable[Said]) -> str | None:
    """Why this error says nothing of the data; None where it does. others: all that is said of the same input."""
    for message_id, holds, reason in LIMITS:
        if said.message_id == message_id and re.search(holds, said.message):
            return reason
    if said.message_id == NO_MATCH:
        refused = {each.message.partition(" in profile ")[2].partition("|")[0] for each in others if _slicing(each)}
        if said.message.rpartition("choices: ")[2].partition("|")[0] in refused:
            return FOLLOWS
    return None


def _slicing(said: Said) -> bool:
    return said.message_id == SLICING


def opinion_of(kind: str, element: str) -> str:
    """Who is right, and why."""
    for wanted, place, reason in OPINIONS:
        if kind == wanted and re.search(place, element):
            return reason
    return "open"
