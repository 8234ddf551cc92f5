"""What the reference says without a terminology server that is no judgement of the data, and who is right elsewhere."""

import re

from tests.conformance.agreement_reference import Said

LIMITS: tuple[tuple[str, str, str], ...] = ()
"""(message id, what the message holds, reason)"""

OPINIONS: tuple[tuple[str, str, str], ...] = ()
"""(kind of ours or message id, element, who is right and why)"""


def limit_of(said: Said, resource: str) -> str | None:
    """Why this error says nothing of the data; None where it does."""
    for message_id, holds, reason in LIMITS:
        if said.message_id == message_id and re.search(holds, said.message):
            return reason
    return None


def opinion_of(kind: str, element: str) -> str:
    """Who is right, and why."""
    for wanted, place, reason in OPINIONS:
        if kind == wanted and re.search(place, element):
            return reason
    return "open"
