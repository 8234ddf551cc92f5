"""Rubrics of other forms: PIQI rubrics (JSON) and HL7's scoring-rule extension on a StructureDefinition.

A criterion is read where one of our measures means the same; what has no counterpart is listed, never dropped.
Criteria that come to the same measure are one with their weights added.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from fhircheck.model.errors import UsageError
from fhircheck.score.outside import described
from fhircheck.score.rubric import Band, Criterion, Rubric


@dataclass(slots=True)
class ForeignCriterion:
    """One criterion of another form. measure: its counterpart here, empty where `why` says why there is none."""

    what: str
    measure: str = ""
    why: str = ""
    weight: Fraction = Fraction(1)
    critical: bool = False
    widened: bool = False


@dataclass(slots=True)
class ForeignRubric:
    """All criteria of another form. score: name of the one score they make."""

    name: str
    summary: str
    origin: str
    score: str
    criteria: list[ForeignCriterion] = field(default_factory=list)
    bands: tuple[Band, ...] = ()


def read_foreign(text: str, name: str) -> Rubric:
    """The rubric in this JSON text. Raises UsageError where it is none, or nothing in it has a counterpart."""
    from fhircheck.score.piqi_rubric import is_piqi, read_piqi
    from fhircheck.score.scoring_rules import read_scoring_rules

    try:
        data = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"rubric {name}: begins like JSON and is none: {str(error)[:200]}") from None
    if data.get("resourceType") == "StructureDefinition":
        return _built(read_scoring_rules(data, name), name)
    if is_piqi(data):
        return _built(read_piqi(data, name), name)
    raise UsageError(
        f"rubric {name}: JSON, but neither a PIQI rubric (criteria) nor a StructureDefinition with scoring rules;"
        " a rubric of our own is TOML"
    )


def weight_of(value: Any, place: str, name: str) -> Fraction:
    """A weight or number of points. Raises UsageError naming the place where it is none."""
    if (
        type(value) not in (int, Decimal)
        or not 0 <= value <= 1_000_000
        or (value and abs(Decimal(value).adjusted()) > 9)
    ):
        raise UsageError(f"rubric {name}: {place}: must be a number from 0 to 1000000")
    return Fraction(value)


def _built(foreign: ForeignRubric, name: str) -> Rubric:
    """The rubric, with criteria of one measure put together."""
    for each in foreign.criteria:
        if each.measure and described(each.measure) is None:
            each.measure, each.why = "", f"no measure {each.measure} is there yet"
        elif each.measure and not each.weight:
            each.measure, each.why = "", "weight 0"
    read = [each for each in foreign.criteria if each.measure]
    if not read:
        raise UsageError(f"rubric {name}: none of its {len(foreign.criteria)} criteria has a counterpart here")
    by_measure: dict[str, list[ForeignCriterion]] = {}
    for each in read:
        by_measure.setdefault(each.measure, []).append(each)
    return Rubric(
        name=foreign.name,
        summary=foreign.summary,
        criteria=tuple(_criterion(foreign, measure, every) for measure, every in by_measure.items()),
        bands=foreign.bands,
        origin=foreign.origin,
        not_read=tuple((each.what, each.why) for each in foreign.criteria if not each.measure),
        widened=tuple(each.what for each in read if each.widened),
    )


def _criterion(foreign: ForeignRubric, measure: str, every: Iterable[ForeignCriterion]) -> Criterion:
    every = list(every)
    critical = any(each.critical for each in every)
    return Criterion(
        score=foreign.score,
        measure=measure,
        weight=sum((each.weight for each in every), Fraction(0)),
        reason=f"{foreign.origin}: " + "; ".join(each.what for each in every),
        critical=critical,
        maximum_failing=Fraction(0) if critical else None,
    )
