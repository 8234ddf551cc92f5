"""value-present: is there a value where a record is there to hold one? (COMP-3)"""

from fractions import Fraction
from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged, Observe
from fhircheck.measures.outcome import NOTHING, Outcome, count_outcome
from fhircheck.measures.seen import Seen
from fhircheck.model.contribution import Contribution
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node
from fhircheck.model.report import Detail, Threshold

VALUES = frozenset(
    f"value{each}"
    for each in (
        *("Quantity", "CodeableConcept", "String", "Boolean", "Integer", "Range", "Ratio", "SampledData", "Time"),
        *("DateTime", "Period"),
    )
)
ELEMENTS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "Condition": (("code", ("code",)),),
    "Encounter": (("identifier", ("identifier",)), ("period.start", ("period", "start"))),
    "Patient": (
        ("identifier", ("identifier",)),
        ("birthDate", ("birthDate",)),
        ("gender", ("gender",)),
    ),
    "Procedure": (("code", ("code",)),),
}
"""Elements without which a record of the type says little: the items of dqLib (patient and admission number, diagnosis
code), and of the MII's DQA-CQL family 'Missing values'."""

NAME = "value-present"
REASON = "data-absent-reason"
_LACKING = Outcome([("Observation.value[x]", "Observation.value", False)])
_VALUE = Outcome([("Observation.value[x]", "Observation.value", True)])
_ONE_VALUE = Contribution((("Observation.value[x]", 1, 1),))
_REASON = Outcome((), counts=(((REASON,), 1),))
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count whether one resource holds what it is there to hold (R4 observation.html#notes)."""
    if seen.kind == "Observation":
        count_outcome(_of_observation(node), seen, tally)
        return
    mask = tuple([_state(node, steps) for _, steps in ELEMENTS[seen.kind]])
    remembered = seen.tools.remembered.setdefault(NAME, {})
    outcome: Any = remembered.get((seen.kind, mask))
    if outcome is None:
        outcome = remembered[seen.kind, mask] = _outcome(seen.kind, mask)
    count_outcome(outcome, seen, tally)


def fitted(kind: str, names: tuple[str, ...]) -> Observe:
    """An Observation with a value needs no look into it."""
    return _count_value if kind == "Observation" and not VALUES.isdisjoint(names) else observe


def _count_value(node: Node, seen: Seen, tally: Tally) -> None:
    tally.repeat(_ONE_VALUE)


def _of_observation(node: Node) -> Outcome:
    if not VALUES.isdisjoint(node):
        return _VALUE
    reason = bool(node.get("dataAbsentReason"))
    components = node.get("component")
    for each in components if components.__class__ is list else ():
        if each.__class__ is dict:
            if not VALUES.isdisjoint(each):
                return _VALUE
            reason = reason or "dataAbsentReason" in each
    if reason:
        return _REASON
    return NOTHING if node.get("hasMember") and not components else _LACKING


def _state(node: Node, steps: tuple[str, ...]) -> int:
    """1: there. 0: not. 2: not, with the reason."""
    value: Any = node
    for step in steps:
        if value.__class__ is not dict:
            return 0
        beside = value.get(f"_{step}")
        value = value.get(step)
    if value or value is False or value == 0:
        return 1
    extensions = beside.get("extension") if beside.__class__ is dict else None
    for each in extensions if extensions.__class__ is list else ():
        if each.__class__ is dict and each.get("url") == _ABSENT:
            return 2
    return 0


def _outcome(kind: str, states: tuple[int, ...]) -> Outcome:
    paths = [f"{kind}.{name}" for name, _ in ELEMENTS[kind]]
    found = [(path, path, state == 1) for path, state in zip(paths, states, strict=True) if state != 2]
    reasons = states.count(2)
    return Outcome(found, counts=(((REASON,), reasons),) if reasons else ())


def judge(merged: Merged) -> Judged:
    """With the number of items that say why there is no value."""
    reasons = sum(number for _, number in merged.tally.counts)
    return Judged(merged.tally, details=(Detail(REASON, reasons, "items"),) if reasons else ())


MEASURE = CountedMeasure(
    name=NAME,
    code="COMP-3",
    summary="Records that hold the value they are there for.",
    why="A laboratory row without a result counts as a measurement in every statistic and teaches a model nothing, or "
    "something false.",
    category=Category.COMPLETENESS,
    subcategory=Subcategory.NONE,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is a value that a record is there to hold (per resource): Observation value[x], or that of "
    "any component; "
    + "; ".join(f"{kind} {', '.join(name for name, _ in names)}" for kind, names in ELEMENTS.items())
    + ". Values that are there / values. An item with a data-absent-reason is not counted but told apart (detail "
    "data-absent-reason); an Observation that has nothing but members is none.",
    source="dqLib value_completeness_rate (patient and admission number, diagnosis code); MII DQA-CQL, family 'Missing "
    "values'; threshold: TMF guideline (Nonnemacher), optional items",
    published=True,
    threshold=Threshold(
        Fraction(10, 100),
        "TMF guideline (Nonnemacher) after doi 10.1186/s12874-019-0862-1: more than 10 % of optional items missing; "
        "read "
        "second-hand",
        published=True,
    ),
    types=frozenset({"Observation", *ELEMENTS}),
    failing='{"resourceType": "Observation", "status": "final", "code": {"text": "Hb"}}',
    passing='{"resourceType": "Observation", "status": "final", "code": {"text": "Hb"}, "valueString": "13.5 g/dl"}',
    observe=observe,
    fitted=fitted,
    judge=judge,
)
