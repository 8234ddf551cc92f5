"""First pass: one row for each sample of a stream that a requirement asks for, with hashes in place of its content."""

from decimal import Decimal
from json import JSONEncoder
from typing import Any

from fhircheck.measures.date_span import SECOND, Span, span_of
from fhircheck.measures.quantities import kinds_of
from fhircheck.measures.readiness.ucum_unit import UCUM
from fhircheck.measures.seen import Seen
from fhircheck.model.link_facts import key_of
from fhircheck.model.record import Node
from fhircheck.resolve.reference_walk import target_of
from fhircheck.use_cases.code_matching import codings_in
from fhircheck.use_cases.element_path import values_at
from fhircheck.use_cases.requirement import Clock, Requirement

ZERO = 1 << 40
"""A lag in rows: ZERO + seconds from the event to its record; 0 where that is not known."""
NO_UCUM, NO_QUANTITY = 0, 1
"""Units in rows that are none: a quantity lacks its UCUM code; there is no quantity."""
_NUMBERS = (Decimal, int, float)
_text = JSONEncoder(sort_keys=True, default=str).encode


class Sampler:
    """Of one requirement with sampling or clock: what stream a resource belongs to, and how late it was recorded."""

    def __init__(self, asked: Requirement) -> None:
        sampling, clock = asked.sampling, asked.clock
        self._by = [values_at(path, asked.type) for path in (sampling.by if sampling else ())]
        self._every = sampling.every if sampling else None
        self._clock: Clock | None = clock
        self._against = [values_at(path, asked.type) for path in (clock.against if clock else ())]

    def lag(self, node: Node, span: Span | None) -> int | None:
        """Seconds from the event to its record, negative where the event comes after; None where that is not known.

        Both have to be moments with a time zone (R4 datatypes.html#dateTime); of spans the shortest distance counts.
        """
        if span is None or not span.zoned:
            return None
        for values in self._against:
            for value in values(node):
                recorded = span_of(value)
                if recorded is not None and recorded.zoned:
                    return _distance(span, recorded)
        return None

    def skewed(self, lag: int | None) -> bool:
        """Whether the clocks differ by more than the requirement bears."""
        return lag is not None and self._clock is not None and bool(fault_of(lag, self._clock))

    def row(self, seen: Seen, span: Span | None, lag: int | None) -> tuple[int, ...]:
        """(stream, second, lag, unit, value): what rows of the table ``samples`` hold of a resource."""
        second = span.first // SECOND if span is not None else 0
        if span is not None and self._every is not None and span.last - span.first > self._every * SECOND:
            second = 0
        value = {name: each for name, each in seen.node.items() if name[:5] == "value" or name == "component"}
        return (
            key_of("\n".join(self._stream(seen.node))),
            second,
            0 if lag is None else ZERO + max(lag, -ZERO + 1),
            _unit(seen),
            key_of(_text(value)) if value else 0,
        )

    def _stream(self, node: Node) -> list[str]:
        return [" ".join(_named(value) for value in values(node)) for values in self._by]


def fault_of(lag: int, clock: Clock) -> str:
    """``ahead`` where the event is said to come after its record, ``late`` where long before, else empty."""
    if -lag > clock.ahead:
        return "ahead"
    return "late" if clock.late is not None and lag > clock.late else ""


def _distance(event: Span, recorded: Span) -> int:
    """Seconds between two spans, 0 where they may be the same moment."""
    if recorded.first > event.last:
        return (recorded.first - event.last) // SECOND
    return -((event.first - recorded.last) // SECOND) if event.first > recorded.last else 0


def _named(value: Any) -> str:
    """What a code, Reference, Identifier or text is known by."""
    codings = sorted(f"{system}|{code}" for system, code in codings_in(value))
    if codings:
        return ",".join(codings)
    reference = value.get("reference") if value.__class__ is dict else None
    return str(target_of(reference)[0]) if reference.__class__ is str else _text(value)


def _unit(seen: Seen) -> int:
    """Key of the UCUM units of its quantities by what they mean: /min and {beats}/min are one."""
    node = seen.node
    components = node.get("component")
    parts = [node, *(components if components.__class__ is list else ())]
    quantities = [each["valueQuantity"] for each in parts if each.__class__ is dict and "valueQuantity" in each]
    found = []
    for quantity in quantities:
        if quantity.__class__ is not dict or quantity.get("value").__class__ not in _NUMBERS:
            continue
        code = quantity.get("code")
        if quantity.get("system") != UCUM or code.__class__ is not str or not code.strip():
            return NO_UCUM
        meaning = kinds_of(seen.tools).meaning(code)
        found.append(str(meaning) if meaning is not None else f"?{code}")
    return key_of("\n".join(found)) | 2 if found else NO_QUANTITY
