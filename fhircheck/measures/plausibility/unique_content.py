"""unique-content: is what happened once also recorded once? (UNIQ-2)"""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from functools import partial
from json import JSONEncoder
from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.entered_in_error import entered_in_error
from fhircheck.measures.row_tally import RowTally
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.link_facts import key_of
from fhircheck.model.record import Node
from fhircheck.model.remembered import Remembered
from fhircheck.model.row_joins import Join, Numbers, fold
from fhircheck.resolve.failed_places import SourceNames
from fhircheck.resolve.reference_walk import target_of

CODES = {
    "AllergyIntolerance": ("code",),
    "Condition": ("code",),
    "Encounter": ("class", "type", "serviceType"),
    "Immunization": ("vaccineCode",),
    "MedicationAdministration": ("medicationCodeableConcept", "medicationReference"),
    "MedicationRequest": ("medicationCodeableConcept", "medicationReference"),
    "MedicationStatement": ("medicationCodeableConcept", "medicationReference"),
    "Observation": ("code",),
    "Procedure": ("code",),
}
"""The members that say what was recorded, by type."""

VALUES = {
    "Condition": ("bodySite",),
    "Immunization": ("doseQuantity",),
    "MedicationAdministration": ("dosage",),
    "MedicationRequest": ("dosageInstruction",),
    "MedicationStatement": ("dosage",),
    "Observation": ("component", "bodySite"),
    "Procedure": ("bodySite",),
}
"""The members that are its value, by type; of an Observation value[x] too."""

_TYPES = {kind: key_of(kind) for kind in CODES}
_KINDS = {key: kind for kind, key in _TYPES.items()}
_MASK = (1 << 64) - 1
_NUMBERS = (Decimal, int, float)
_text = JSONEncoder(sort_keys=True, default=str).encode
"""The JSON of a value, its members sorted."""
_keys: Remembered[str, int] = Remembered(key_of)
"""Keys of codings and of units, never of a text."""
_WIDTH = 5
Firsts = dict[int, tuple[tuple[int, ...], int]]
"""Content -> (source, place, type, patient) and a number of rows."""


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Add a row for what one resource says: of whom, what, when and which value."""
    kind = seen.kind
    patient, span = seen.patient, seen.moment
    if not patient or span is None or entered_in_error(node):
        return
    code = _concept(node.get("code")) if kind == "Observation" else _codes(node, kind)
    if not code:
        return
    value = _observed(node) if kind == "Observation" else _more(node, VALUES.get(kind, ()))
    type_key = _TYPES[kind]
    # a hash of whole numbers is the same in every process; that of a text is not
    content = hash((patient, type_key, code, span[0], span[1], value)) & _MASK
    seen.rows.table("contents").fresh += (content, type_key, patient, *seen.at)


def _codes(node: Node, kind: str) -> int:
    """Key of all that says what it is; 0 where nothing does."""
    keys = [_concept(node[name]) for name in CODES[kind] if name in node]
    return keys[0] if len(keys) == 1 else hash(tuple(keys)) & _MASK if any(keys) else 0


def _concept(concept: Any) -> int:
    """Key of the codings of a CodeableConcept; where there are none, of what else is there."""
    if concept.__class__ is list and len(concept) == 1:
        concept = concept[0]
    coding = concept.get("coding") if concept.__class__ is dict else None
    if coding.__class__ is not list or not coding:
        return _other(concept) if concept else 0
    if len(coding) == 1 and coding[0].__class__ is dict:
        return _keys[f"{coding[0].get('system')}|{coding[0].get('code')}"]
    return _keys["||".join(f"{each.get('system')}|{each.get('code')}" for each in coding if each.__class__ is dict)]


def _other(concept: Any) -> int:
    """Key of a Coding, of what a Reference leads to, or of a text."""
    if concept.__class__ is dict:
        code, reference = concept.get("code"), concept.get("reference")
        if code.__class__ is str:
            return _keys[f"{concept.get('system')}|{code}"]
        if reference.__class__ is str:
            return target_of(reference)[0]
    return key_of(_text(concept))


def _observed(node: Node) -> int:
    """Key of the value of an Observation, 0 where there is none."""
    more = _more(node, VALUES["Observation"]) if "component" in node or "bodySite" in node else 0
    quantity = node.get("valueQuantity")
    if quantity.__class__ is dict and quantity.get("value").__class__ in _NUMBERS:
        unit = quantity.get("code") or quantity.get("unit")
        return hash((quantity["value"], _keys[unit] if unit.__class__ is str else 0, more))
    concept = node.get("valueCodeableConcept")
    if concept is not None:
        return hash((_concept(concept), more))
    texts = [f"{name}:{_text(each)}" for name, each in sorted(node.items()) if name[:5] == "value"]
    return hash((key_of("\n".join(texts)), more)) if texts else more


def _more(node: Node, names: Iterable[str]) -> int:
    """Key of the members of these names, 0 where there are none."""
    more = 0
    for name in names:
        if name in node:
            more = hash((more, key_of(f"{name}:{_text(node[name])}")))
    return more


def judge(merged: Merged) -> Judged:
    """Count records of which an equal one comes before (dqLib duplication_rate: one less its share)."""
    rows = merged.rows.table("contents")
    if merged.sampled:
        counted = RowTally({})
        counted.cannot_tell(len(rows))
        reason = "in a sample the other of a pair may have been left out"
        return Judged(counted.finish(merged.links), reason)
    return Judged(fold(_join(merged.links.known_sources), rows).finish(merged.links))


def _join(names: SourceNames) -> Join[Firsts, RowTally]:
    """Rows of one content are cut where there are too many to be held."""
    return Join(_firsts, partial(_others, names), partial(_ties, names), whole=partial(_repeated, names))


def _firsts(known: Firsts | None, rows: Numbers) -> Firsts:
    """The first row of each content by place, and how many are equal to it."""
    found = {} if known is None else known
    for start in range(0, len(rows), _WIDTH):
        content, kind, patient, *at = rows[start : start + _WIDTH]
        row = *at, kind, patient
        first, number = found.get(content, (row, 0))
        found[content] = (first, number + 1) if row == first else (row, 1) if row < first else (first, number)
    return found


def _others(names: SourceNames, firsts: Firsts, rows: Numbers) -> RowTally:
    counted = RowTally(names)
    for start in range(0, len(rows), _WIDTH):
        content, kind, patient, *at = rows[start : start + _WIDTH]
        counted.passed(_KINDS[kind])
        if firsts[content][0] != (*at, kind, patient):
            counted.turn(_KINDS[kind], patient, *at)
    return counted


def _ties(names: SourceNames, firsts: Firsts) -> RowTally:
    """Of rows that are equal in all, one is the first."""
    counted = RowTally(names)
    for (source, place, kind, patient), number in firsts.values():
        for _ in range(number - 1):
            counted.tally.by.setdefault(_KINDS[kind], [0, 0])
            counted.turn(_KINDS[kind], patient, source, place)
    return counted


def _repeated(names: SourceNames, rows: Numbers) -> RowTally:
    """All pass but those that are not the first, by place, of their content."""
    counted = RowTally(names)
    for kind, count in Counter(rows[1::_WIDTH]).items():
        counted.passed(_KINDS[kind], count)
    more = {key for key, count in Counter(rows[0::_WIDTH]).items() if count > 1}
    found: dict[int, list[tuple[int, ...]]] = {}
    for start in range(0, len(rows), _WIDTH) if more else ():
        if rows[start] in more:
            found.setdefault(rows[start], []).append(tuple(rows[start + 1 : start + _WIDTH]))
    for group in found.values():
        for kind, patient, source, place in sorted(group, key=lambda row: row[2:])[1:]:
            counted.turn(_KINDS[kind], patient, source, place)
    return counted


_ONE = (
    '{"resourceType": "Observation", "subject": {"reference": "Patient/1"}, "code": {"text": "Hb"}, '
    '"effectiveDateTime": "%s", "valueQuantity": {"value": 13.5, "code": "g/dL"}}'
)
_EXAMPLE = f"[{_ONE}, {_ONE}]"

MEASURE = CountedMeasure(
    name="unique-content",
    code="UNIQ-2",
    summary="Records that do not repeat another with the same patient, code, time and value.",
    why="What was sent twice counts twice: frequencies, doses and workloads rise, and copies of one record in training "
    "and test data make a model look better than it is.",
    category=Category.PLAUSIBILITY,
    subcategory=Subcategory.UNIQUENESS,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is a resource with patient, code and date (per resource): "
    + "; ".join(f"{kind} {', '.join(names)}" for kind, names in CODES.items())
    + ". Those of which none before them has the same type, patient, codings (its text or reference where it has "
    "none), first date element and value / all of them: N / (N + duplicates). Value: Observation value[x] (a Quantity "
    "by number and unit code), component and "
    "bodySite; "
    + "; ".join(f"{kind} {', '.join(names)}" for kind, names in VALUES.items() if kind != "Observation")
    + ". What is entered in error is not counted. In a sample all are 'cannot tell'.",
    source="dqLib duplication_rate; HL7 PIQI Class_HasDuplicates; AIDRIN duplicity",
    published=True,
    threshold=None,
    types=frozenset(CODES),
    failing=_EXAMPLE % ("2025-03-01T08:00:00Z", "2025-03-01T08:00:00Z"),
    passing=_EXAMPLE % ("2025-03-01T08:00:00Z", "2025-03-01T12:00:00Z"),
    observe=observe,
    judge=judge,
)
