"""within-encounter: did what is recorded for a stay happen during it? (PLAU-5)"""

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.date_span import DAY, span_of
from fhircheck.measures.row_tally import RowTally
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.link_facts import key_of
from fhircheck.model.record import Node
from fhircheck.model.report import Threshold
from fhircheck.model.row_joins import Join, Numbers, fold
from fhircheck.resolve.failed_places import SourceNames
from fhircheck.resolve.reference_walk import identity_key, target_of

REFERENCES = {
    "Condition": "encounter",
    "DiagnosticReport": "encounter",
    "DocumentReference": "context",
    "Immunization": "encounter",
    "MedicationAdministration": "context",
    "MedicationRequest": "encounter",
    "Observation": "encounter",
    "Procedure": "encounter",
}
"""The member that leads to the stay, by type: what OHDSI's visits hold, as far as FHIR refers to them."""

SLACK = 7
"""Days a date may be outside the stay."""

_KEYS = {kind: key_of(kind) for kind in REFERENCES}
_KINDS = {key: kind for kind, key in _KEYS.items()}
_STAY, _VISIT = 3, 7
Stays = dict[int, tuple[int, int]]


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Add a row for a stay, or for a dated resource that refers to one."""
    kind = seen.kind
    if kind == "Encounter":
        _stay(node, seen)
        return
    link: Any = node.get(REFERENCES[kind])
    if kind == "DocumentReference" and link.__class__ is dict:
        link = link.get("encounter")
        link = link[0] if link.__class__ is list and link else None
    reference = link.get("reference") if link.__class__ is dict else None
    if reference.__class__ is not str:
        return
    span = span_of(node.get("recordedDate")) if kind == "Condition" else seen.moment
    if span is not None:
        days = span[0] // DAY, span[1] // DAY
        seen.rows.table("visits").fresh += (target_of(reference)[0], _KEYS[kind], *days, seen.patient, *seen.at)


def _stay(node: Node, seen: Seen) -> None:
    period, identity = node.get("period"), node.get("id")
    full_url: Any = getattr(seen.checked, "full_url", None)
    if period.__class__ is not dict:
        return
    start, end = span_of(period.get("start")), span_of(period.get("end"))
    if start is None:
        return
    if full_url.__class__ is str and full_url[:4] == "urn:":
        key = target_of(full_url)[0]
    elif identity.__class__ is str and identity:
        key = identity_key("Encounter", identity)
    else:
        return
    seen.rows.table("stays").fresh += (key, start.first // DAY, end.last // DAY if end else 0)


def judge(merged: Merged) -> Judged:
    """Compare each dated record with its stay (OHDSI DataQualityDashboard withinVisitDates)."""
    join = Join(_stays, partial(_compare, merged.links.known_sources))
    return Judged(fold(join, merged.rows.table("stays"), merged.rows.table("visits")).finish(merged.links))


def _compare(names: SourceNames, known: Stays, stays: Numbers, visits: Numbers) -> RowTally:
    counted = RowTally(names)
    for start in range(0, len(visits), _VISIT):
        _count(visits[start : start + _VISIT], known.get(visits[start]), counted)
    return counted


def _stays(known: Stays | None, rows: Numbers, visits: Numbers) -> Stays:
    """First and last day of each stay, 0 for one that is open; of a stay that stands there twice, the wider."""
    found = {} if known is None else known
    for start in range(0, len(rows), _STAY):
        key, first, last = rows[start : start + _STAY]
        old = found.get(key)
        if old is not None:
            first, last = min(first, old[0]), max(last, old[1]) if last and old[1] else 0
        found[key] = first, last
    return found


def _count(row: Sequence[int], stay: tuple[int, int] | None, counted: RowTally) -> None:
    _, kind, first, last, patient, source, place = row
    path = _KINDS[kind]
    if stay is None:
        counted.cannot_tell()
    elif last < stay[0] - SLACK or (stay[1] and first > stay[1] + SLACK):
        counted.fails(path, patient, source, place)
    else:
        counted.passed(path)


MEASURE = CountedMeasure(
    name="within-encounter",
    code="PLAU-5",
    summary="Dated records that are not far outside the stay they refer to.",
    why="What is filed under the wrong stay counts for the wrong diagnosis, length of stay and outcome; clocks that "
    "differ between systems show here first.",
    category=Category.PLAUSIBILITY,
    subcategory=Subcategory.TEMPORAL,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is a dated resource that refers to an Encounter (per resource): "
    + ", ".join(REFERENCES)
    + ". Of "
    "its date (Condition: recordedDate; others: the first date element that is there) the last day is not before the "
    f"start of the Encounter's period less {SLACK} days, and the first day not after its end, where it has one, plus "
    f"{SLACK} days / resources whose Encounter is in the data with a start. Others are 'cannot tell'.",
    source="OHDSI DataQualityDashboard withinVisitDates (7 days), on the FHIR elements that refer to a stay",
    published=True,
    threshold=Threshold(
        Fraction(5, 100),
        "OHDSI DataQualityDashboard withinVisitDates: 5 % violating rows in clinical tables",
        published=True,
    ),
    types=frozenset(REFERENCES) | {"Encounter"},
    failing='[{"resourceType": "Encounter", "id": "1", "period": {"start": "2025-03-01", "end": "2025-03-04"}}, '
    '{"resourceType": "Procedure", "encounter": {"reference": "Encounter/1"}, "performedDateTime": "2024-03-02"}]',
    passing='[{"resourceType": "Encounter", "id": "1", "period": {"start": "2025-03-01", "end": "2025-03-04"}}, '
    '{"resourceType": "Procedure", "encounter": {"reference": "Encounter/1"}, "performedDateTime": "2025-03-02"}]',
    observe=observe,
    needs={kind: frozenset({name}) for kind, name in REFERENCES.items()} | {"Encounter": frozenset({"period"})},
    judge=judge,
)
