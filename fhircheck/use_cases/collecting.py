"""First pass: small rows for each requirement that a resource meets; nothing of its content is kept."""

from collections.abc import Sequence
from datetime import datetime

from fhircheck.measures.date_span import SECOND, Span
from fhircheck.measures.seen import Seen
from fhircheck.model.link_facts import key_of
from fhircheck.resolve.reference_walk import target_of
from fhircheck.use_cases.predicates import INCOMPLETE, LINKED, NOBODY, SKEWED, UNTOLD, Answers, Predicate
from fhircheck.use_cases.requirement import UseCase
from fhircheck.use_cases.sampling import Sampler

_MASK = (1 << 64) - 1
BITS = 16
"""A requirement's number in rows: its use case << BITS | its place in the Library."""


class Collector:
    """Predicates of all use cases asked for, by resource type."""

    def __init__(self, cases: Sequence[UseCase], answers: Answers, now: datetime) -> None:
        self.predicates: dict[int, Predicate] = {}
        self._by_type: dict[str, list[tuple[int, Predicate]]] = {}
        self._targets: set[int] = set()
        names: dict[tuple[int, str], int] = {}
        for place, case in enumerate(cases):
            for index, asked in enumerate(case.requirements):
                number = place << BITS | index
                names[place, asked.name] = number
                self._add(number, Predicate(asked, case.value_sets, answers, now))
        self._to = {
            number: names[number >> BITS, each.asked.link.to]
            for number, each in self.predicates.items()
            if each.asked.link is not None
        }
        self._targets = set(self._to.values())

    def _add(self, number: int, predicate: Predicate) -> None:
        self.predicates[number] = predicate
        if not predicate.fault:
            self._by_type.setdefault(predicate.asked.type, []).append((number, predicate))

    def collect(self, seen: Seen) -> bool:
        """Add the rows of one resource; whether there are some. Never raises on any JSON."""
        asked = self._by_type.get(seen.kind)
        if asked is None:
            return False
        met = False
        identity = 0
        for number, predicate in asked:
            found = predicate.match(seen)
            if found is None:
                continue
            met = True
            identity = identity or _identity(seen)
            flags, kind = found
            if number in self._targets and not flags & (INCOMPLETE | UNTOLD):
                self._offer(seen, number)
            if seen.patient:
                if predicate.links is not None:
                    flags |= self._link(seen, number, predicate, identity)
                span = predicate.span(seen.node)
                flags |= _sample(seen, number, predicate.sampler, (span, identity)) if predicate.sampler else 0
                first, last = (span.first // SECOND, span.last // SECOND) if span is not None else (0, 0)
                row = (seen.patient, number, first, last, identity, kind, flags, *seen.at)
            else:
                row = (identity, number, 0, 0, identity, kind, flags | NOBODY, *seen.at)
            seen.rows.table("requirements").fresh += row
        return met

    def _offer(self, seen: Seen, number: int) -> None:
        """Say under which names others may refer to the resource."""
        fresh = seen.rows.table("requirement_targets").fresh
        for key in _names(seen):
            fresh += (key, number)

    def _link(self, seen: Seen, number: int, predicate: Predicate, identity: int) -> int:
        """Rows for what the resource refers to; LINKED where that is contained in it and fits."""
        to = self._to[number]
        flags = 0
        for value in predicate.links(seen.node) if predicate.links is not None else ():
            reference = value.get("reference") if value.__class__ is dict else None
            if reference.__class__ is not str:
                continue
            if reference[:1] == "#":
                flags |= self._contained(seen, reference[1:], to)
            else:
                row = (target_of(reference)[0], to, seen.patient, number, identity)
                seen.rows.table("requirement_links").fresh += row
        return flags

    def _contained(self, seen: Seen, identity: str, to: int) -> int:
        wanted = self.predicates[to]
        contained = seen.node.get("contained")
        for inner in contained if contained.__class__ is list else ():
            if inner.__class__ is dict and inner.get("id") == identity and not wanted.fault:
                within = Seen(inner, seen.checked, seen.rows, seen.tools)
                found = wanted.match(within) if within.kind == wanted.asked.type else None
                if found is not None and not found[0] & (INCOMPLETE | UNTOLD):
                    return LINKED
        return 0


def _sample(seen: Seen, number: int, sampler: Sampler, known: tuple[Span | None, int]) -> int:
    """Add the row of a sample; SKEWED where its clock is not to be trusted. known: its span and identity."""
    span, identity = known
    lag = sampler.lag(seen.node, span)
    row = (seen.patient, number, *sampler.row(seen, span, lag), identity, *seen.at)
    seen.rows.table("samples").fresh += row
    return SKEWED if sampler.skewed(lag) else 0


def _identity(seen: Seen) -> int:
    """A key of the resource, by its name or else by its place; never 0."""
    return next(iter(_names(seen)), 0) or place_key(*seen.at)


def _names(seen: Seen) -> list[int]:
    found = []
    identity, url = seen.node.get("id"), getattr(seen.checked, "full_url", None)
    if identity.__class__ is str and identity:
        found.append(key_of(f"{seen.kind}/{identity}"))
    if url.__class__ is str and url:
        key = target_of(url)[0]
        if key not in found:
            found.append(key)
    return found


def place_key(source: int, place: int) -> int:
    """A key of a resource by where it stands."""
    return (source * 0x9E3779B97F4A7C15 + place * 0xC2B2AE3D27D4EB4F) & _MASK
