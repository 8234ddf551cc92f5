"""unit-harmonised: is the same thing measured in the same unit everywhere? (UNIT-3)"""

from collections import Counter
from functools import partial

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.quantities import (
    COMPONENT,
    LOINC,
    PATHS,
    WIDTH,
    count_all,
    fail,
    kinds_of,
)
from fhircheck.measures.row_tally import RowTally
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.link_facts import key_of
from fhircheck.model.plural import filled
from fhircheck.model.report import Detail
from fhircheck.model.row_joins import Join, Numbers, fold
from fhircheck.resolve.failed_places import SourceNames

_SHOWN = 10
Units = Counter[tuple[int, int]]
"""(code, unit) -> values"""


def judge(merged: Merged) -> Judged:
    """Count values in the most frequent unit of their code."""
    join = Join(_units, partial(_compare, merged.links.known_sources), partial(_mixed, merged.links.known_sources))
    found = fold(join, merged.rows.table("quantities"))
    mixed = found.mixed
    reason = (
        filled("{count} {count:code is|codes are} measured in several units", {"count": len(mixed)}) if mixed else ""
    )
    return Judged(found.counted.finish(merged.links), reason, details=_details(merged, mixed))


class _Found:
    """mixed: number of units of each code that has several."""

    def __init__(self, names: SourceNames) -> None:
        self.counted = RowTally(names)
        self.mixed: dict[int, int] = {}

    def merge(self, other: "_Found") -> None:
        self.counted.merge(other.counted)
        self.mixed |= other.mixed


def _units(known: Units | None, numbers: Numbers) -> Units:
    """How often each code is measured in each unit."""
    units = Counter() if known is None else known
    units.update(zip(numbers[0::WIDTH], numbers[1::WIDTH], strict=True))
    return units


def _compare(names: SourceNames, known: Units, numbers: Numbers) -> _Found:
    found = _Found(names)
    usual, units = _usual(known)
    _count(numbers, usual, found.counted.tally)
    for start in range(0, len(numbers), WIDTH) if len(units) < units.total() else ():
        if usual[numbers[start]] != numbers[start + 1]:
            fail(found.counted, numbers[start : start + WIDTH])
    return found


def _mixed(names: SourceNames, known: Units) -> _Found:
    found = _Found(names)
    found.mixed = {code: count for code, count in _usual(known)[1].items() if count > 1}
    return found


def _usual(counts: Counter[tuple[int, int]]) -> tuple[dict[int, int], Counter[int]]:
    """The most frequent unit of each code (of equals, that of the smallest key), and how many units each has."""
    usual: dict[int, int] = {}
    for (code, unit), _ in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        usual.setdefault(code, unit)
    return usual, Counter(code for code, _ in counts)


def _count(numbers: Numbers, usual: dict[int, int], tally: Tally) -> None:
    """Count all rows by their path."""
    rows = zip(numbers[0::WIDTH], numbers[1::WIDTH], numbers[2::WIDTH], strict=True)
    for (code, unit, part), count in Counter((code, unit, verdict & COMPONENT) for code, unit, verdict in rows).items():
        count_all(tally, PATHS[bool(part)], count if usual[code] == unit else 0, count)


def _details(merged: Merged, mixed: dict[int, int]) -> tuple[Detail, ...]:
    """How many units codes have, for LOINC codes that a table knows: other codes are told by their examples."""
    if not mixed:
        return ()
    kinds = kinds_of(merged.tools)
    codes = sorted({*kinds.groups, *kinds.ranges})
    found = [(mixed.get(key_of(f"{LOINC}|{code}"), 0), code) for code in codes]
    most = sorted((each for each in found if each[0]), key=lambda each: (-each[0], each[1]))
    return tuple(Detail("units", count, "", f"LOINC {code}") for count, code in most[:_SHOWN])


MEASURE = CountedMeasure(
    name="unit-harmonised",
    code="UNIT-3",
    summary="Measured values in the most frequent unit of their code.",
    why="Glucose in mg/dL from one laboratory and in g/L from another is sound data that no query, chart or model can "
    "use together before somebody converts it.",
    category=Category.CONFORMANCE,
    subcategory=Subcategory.VALUE,
    context=Context.VALIDATION,
    dimension="ai-readiness",
    formula="One item is a Quantity with a number and a UCUM code in Observation.value or Observation.component.value, "
    "beside a coded concept (per occurrence). Those in the most frequent unit of their code / all of them. Units that "
    "mean the same by UCUM are one: /min and {beats}/min, 10*9/L and 10*3/uL. The code is the first LOINC coding, else "
    "the first coding.",
    source="ours: EHDS Regulation (EU) 2025/327 Article 78 names consistency; no published formula",
    published=False,
    threshold=None,
    types=frozenset({"Observation"}),
    failing='[{"resourceType": "Observation", "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]}, '
    '"valueQuantity": {"value": 13.5, "system": "http://unitsofmeasure.org", "code": "g/dL"}}, '
    '{"resourceType": "Observation", "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]}, '
    '"valueQuantity": {"value": 135, "system": "http://unitsofmeasure.org", "code": "g/L"}}]',
    passing='[{"resourceType": "Observation", "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}, '
    '"valueQuantity": {"value": 70, "system": "http://unitsofmeasure.org", "code": "/min"}}, '
    '{"resourceType": "Observation", "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}, '
    '"valueQuantity": {"value": 72, "system": "http://unitsofmeasure.org", "code": "{beats}/min"}}]',
    judge=judge,
)
