"""unique-content: is what happened once also recorded once? (UNIQ-2)"""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
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
from fhircheck.model.spilled_rows import side_by_side
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
    counted, total = RowTally(merged), 0
    for (rows,) in side_by_side(merged.rows.table("contents")):
        total += len(rows) // _WIDTH
        if merged.sampled:
            continue
        for kind, count in Counter(rows[1::_WIDTH]).items():
            counted.passed(_KINDS[kind], count)
        for kind, patient, source, place in _repeated(rows):
            counted.turn(_KINDS[kind], patient, source, place)
    if merged.sampled:
        counted.cannot_tell(total)
        return Judged(counted.finish(), "in a sample the other of a pair may have been left out")
    return Judged(counted.finish())


def _repeated(rows: Sequence[int]) -> Iterable[tuple[int, ...]]:
    """All rows but the first, by place, of each content."""
    more = {key for key, count in Counter(rows[0::_WIDTH]).items() if count > 1}
    found: dict[int, list[tuple[int, ...]]] = {}
    for start in range(0, len(rows), _WIDTH) if more else ():
        if rows[start] in more:
            found.setdefault(rows[start], []).append(tuple(rows[start + 1 : start + _WIDTH]))
    for group in found.values():
        yield from sorted(group, key=lambda row: row[2:])[1:]


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
