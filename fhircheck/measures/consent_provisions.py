"""What a Consent permits at a moment: its provisions, by policy (R4 consent.html; MII module Consent)."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from fhircheck.measures.date_span import DAY, SECOND, Span, in_order, span_of
from fhircheck.model.record import Node

Name = tuple[str, str, str]
"""``policy`` or ``category``, system, code"""

NOT_FOR_DATA = frozenset(("treatment", "adr"))
"""Scopes that are no consent to a use of data: treatment, advance care directive."""

_DEEPEST = 10
_MOST = 200


class Permitted(NamedTuple):
    """permits: whether anything is permitted; None where the Consent has no provision that says so.

    lapsed: a permission is there whose period does not cover the moment. policies: what is permitted, by code.
    """

    permits: bool | None
    lapsed: bool
    policies: frozenset[Name]


def permitted(consent: Node, now: Span) -> Permitted:
    """What the provisions permit; one in a period that does not cover `now` counts as not there, with all below it."""
    found: set[Name] = set()
    permits = lapsed = said = False
    waiting: list[tuple[Any, bool, int]] = [(consent.get("provision"), True, 0)]
    seen = 0
    while waiting and seen < _MOST:
        provision, holds, depth = waiting.pop()
        if provision.__class__ is not dict or depth > _DEEPEST:
            continue
        seen += 1
        holds = holds and _covers(provision.get("period"), now)
        kind, below = provision.get("type"), provision.get("provision")
        said = said or kind in ("permit", "deny")
        if kind == "permit":
            permits, lapsed = permits or holds, lapsed or not holds
            found |= {("policy", *each) for each in codes(provision.get("code"))} if holds else set()
        waiting += ((each, holds, depth + 1) for each in (below if below.__class__ is list else ()))
    return Permitted(permits if said else None, lapsed, frozenset(found))


def for_data(consent: Node) -> bool:
    """Whether the scope does not rule out that the Consent is about a use of data."""
    scopes = {code for _, code in codes([consent.get("scope")])}
    return not scopes or bool(scopes - NOT_FOR_DATA)


def codes(concepts: Any) -> set[tuple[str, str]]:
    """(system, code) of all codings that have both in CodeableConcepts; what looks like no code is left out."""
    found: set[tuple[str, str]] = set()
    for concept in concepts if concepts.__class__ is list else ():
        codings = concept.get("coding") if concept.__class__ is dict else None
        for each in codings if codings.__class__ is list else ():
            if each.__class__ is dict:
                system, code = _plain(each.get("system"), 200), _plain(each.get("code"), 64)
                if ":" in system and code:
                    found.add((system, code))
    return found


def _plain(text: Any, longest: int) -> str:
    """`text` where it looks like a code or a URL, else ""."""
    return text if text.__class__ is str and len(text) <= longest and text.isascii() and text.isprintable() and (
        " " not in text
    ) else ""  # fmt: skip


def span_at(moment: datetime) -> Span:
    """A moment as a span, to be compared with dates of the data."""
    utc = moment.astimezone(UTC)
    first = utc.toordinal() * DAY + (utc.hour * 3600 + utc.minute * 60 + utc.second) * SECOND
    return Span(first, first, True)


def _covers(period: Any, now: Span) -> bool:
    """Whether a Period may cover `now`; an end that is not there is open, a malformed one is not believed."""
    if period is None:
        return True
    if period.__class__ is not dict:
        return False
    start, end = period.get("start"), period.get("end")
    first, last = span_of(start), span_of(end)
    begun = start is None or (first is not None and in_order(first, now))
    return begun and (end is None or (last is not None and in_order(now, last)))
