"""Orders of medication and what was given for them: pairs of dates in two resources (Qualifier q_date_sequence)."""

from functools import partial

from fhircheck.measures.counted_measure import Merged
from fhircheck.measures.date_span import SECOND, Span, in_order, span_of
from fhircheck.measures.row_tally import RowTally
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.record import Node
from fhircheck.model.row_joins import Join, Numbers, fold
from fhircheck.resolve.failed_places import SourceNames
from fhircheck.resolve.reference_walk import identity_key, target_of

PATH = "MedicationAdministration.effective"
NEEDS = {"MedicationRequest": frozenset({"authoredOn"}), "MedicationAdministration": frozenset({"request"})}
_ORDER, _DOSE = 4, 7


def collect_order(node: Node, seen: Seen) -> None:
    """Add a row for a MedicationRequest with a date, or for a MedicationAdministration with a request and a date."""
    if seen.kind == "MedicationRequest":
        span = span_of(node.get("authoredOn"))
        key = _own_key(node, getattr(seen.checked, "full_url", None))
        if span is not None and key:
            seen.rows.table("orders").fresh += (key, *_numbers(span))
        return
    request = node.get("request")
    reference = request.get("reference") if request.__class__ is dict else None
    span = _start(node)
    if reference.__class__ is str and span is not None:
        row = (target_of(reference)[0], *_numbers(span), seen.patient, *seen.at)
        seen.rows.table("doses").fresh += row


def judge_orders(merged: Merged) -> Tally:
    """Count doses whose order is in the data and has a date: given, at the latest, not before it was ordered."""
    join = Join(_by_key, partial(_compare, merged.links.known_sources))
    return fold(join, merged.rows.table("orders"), merged.rows.table("doses")).finish(merged.links)


def _compare(names: SourceNames, earliest: dict[int, Span], orders: Numbers, doses: Numbers) -> RowTally:
    counted = RowTally(names)
    for start in range(0, len(doses), _DOSE):
        key, first, last, zoned, patient, source, place = doses[start : start + _DOSE]
        ordered = earliest.get(key)
        if ordered is None:
            continue
        if in_order(ordered, _span(first, last, zoned)):
            counted.passed(PATH)
        else:
            counted.fails(PATH, patient, source, place)
    return counted


def _by_key(known: dict[int, Span] | None, orders: Numbers, doses: Numbers) -> dict[int, Span]:
    """Orders by key, the earliest where there are several of one key."""
    found = {} if known is None else known
    for start in range(0, len(orders), _ORDER):
        key, *numbers = orders[start : start + _ORDER]
        span = _span(*numbers)
        old = found.get(key)
        found[key] = span if old is None else min(old, span)
    return found


def _own_key(node: Node, full_url: object) -> int:
    if full_url.__class__ is str and full_url[:4] == "urn:":
        return target_of(full_url)[0]
    identity = node.get("id")
    return identity_key("MedicationRequest", identity) if identity.__class__ is str and identity else 0


def _start(node: Node) -> Span | None:
    period = node.get("effectivePeriod")
    start = period.get("start") if period.__class__ is dict else None
    return span_of(node.get("effectiveDateTime")) or span_of(start)


def _numbers(span: Span) -> tuple[int, int, int]:
    """A span in whole seconds."""
    return span.first // SECOND, span.last // SECOND, int(span.zoned)


def _span(first: int, last: int, zoned: int) -> Span:
    return Span(first * SECOND, last * SECOND + SECOND - 1, bool(zoned))
