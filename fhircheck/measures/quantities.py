"""Measured values with a UCUM unit: looked at once, for all measures that ask about unit and value."""

from collections import Counter
from decimal import Decimal
from functools import cached_property, partial
from typing import Any

from fhircheck.measures.counted_measure import Merged
from fhircheck.measures.plausibility_tables import prepared_units, unit_groups, value_ranges
from fhircheck.measures.row_tally import RowTally
from fhircheck.measures.seen import Seen
from fhircheck.measures.tables import Tables
from fhircheck.measures.tools import Tools
from fhircheck.measures.unit_meaning import Meaning, meaning_of
from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import key_of
from fhircheck.model.record import Node
from fhircheck.model.remembered import Remembered
from fhircheck.model.row_joins import Join, Numbers, fold
from fhircheck.resolve.failed_places import SourceNames

UCUM, LOINC = "http://unitsofmeasure.org", "http://loinc.org"
UNIT_FITS, UNIT_DIFFERS, VALUE_IN, VALUE_OUT, VALUE_UNKNOWN, COMPONENT = 1, 2, 4, 8, 16, 32
"""Verdicts of one row of the table ``quantities``, as bits."""
PATHS = ("Observation.valueQuantity", "Observation.component.valueQuantity")
NO_UCUM = "(no UCUM code)"
LONGEST = 200
"""Characters of a code and of a unit that the census keeps."""
WIDTH = 6
_SLACK = Decimal("1e-9")
"""Converted limits are this much wider, relatively: factors are known to twelve digits."""
_NUMBERS = (int, Decimal, float)


class Kind:
    """What is known of all values of one code in one unit.

    verdict: UNIT_FITS, UNIT_DIFFERS or neither. limits: lowest and highest value in this unit, if any.
    unranged: the code has limits, but not in a unit that this one converts to. name: ``system|code`` and the unit.
    """

    __slots__ = ("code_key", "limits", "name", "unit_key", "unranged", "verdict")

    def __init__(self, code_key: int, unit_key: int, name: tuple[str, str]) -> None:
        self.code_key, self.unit_key, self.name = code_key, unit_key, name
        self.verdict = 0
        self.limits: tuple[Decimal, Decimal] | None = None
        self.unranged = False


class Kinds:
    """Kinds by (code, unit), made when they are first seen."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._meanings: Remembered[str, Meaning | None] = Remembered(lambda unit: meaning_of(unit, self._units))
        self.known: Remembered[tuple[str, str], Kind] = Remembered(self._kind)
        self.local: Remembered[tuple[str, str, str], Kind] = Remembered(self._local_kind)
        self.uncoded: Remembered[tuple[str, str, str], Kind] = Remembered(self._uncoded_kind)

    @cached_property
    def _units(self) -> dict[str, Meaning]:
        return prepared_units(self._tables)

    @cached_property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """Units that fit, by LOINC code."""
        return unit_groups(self._tables)

    @cached_property
    def ranges(self) -> dict[str, tuple[Any, ...]]:
        """Limits by LOINC code."""
        return value_ranges(self._tables)

    def meaning(self, unit: str) -> Meaning | None:
        """What a unit means; answers are kept."""
        return self._meanings[unit]

    def of(self, code: str, unit: str) -> Kind:
        """The kind of values of a LOINC code in a unit."""
        return self.known[code, unit]

    def _kind(self, key: tuple[str, str]) -> Kind:
        code, unit = key
        kind, meaning = self._made(f"{LOINC}|{code}", unit), self.meaning(unit)
        self._judge_unit(kind, self.groups.get(code, ()), meaning)
        self._find_limits(kind, code, meaning)
        return kind

    def of_local(self, system: str, code: str, unit: str) -> Kind:
        """The kind of values of a code of any other system: no table knows it."""
        return self.local[system, code, unit]

    def _local_kind(self, key: tuple[str, str, str]) -> Kind:
        system, code, unit = key
        return self._made(f"{system}|{code}", unit)

    def _made(self, code: str, unit: str) -> Kind:
        meaning = self.meaning(unit)
        name = code[:LONGEST], unit[:LONGEST]
        if meaning is None:
            return Kind(key_of(code), key_of(f"?{unit}"), name)
        dimension, factor, offset = meaning
        return Kind(key_of(code), key_of(f"{dimension} {factor.normalize()} {offset.normalize()}"), name)

    def of_no_unit(self, system: str, code: str, unit: str) -> Kind:
        """The kind of values whose unit has no UCUM code; `unit` is what it says instead."""
        return self.uncoded[system, code, unit]

    def _uncoded_kind(self, key: tuple[str, str, str]) -> Kind:
        system, code, unit = key
        return Kind(0, 0, (f"{system}|{code}"[:LONGEST], f"{NO_UCUM} {unit}".strip()[:LONGEST]))

    def _judge_unit(self, kind: Kind, expected: tuple[str, ...], meaning: Meaning | None) -> None:
        if not expected:
            return
        dimensions = {each.dimension for each in map(self.meaning, expected) if each is not None}
        kind.verdict = UNIT_FITS if meaning is not None and meaning.dimension in dimensions else UNIT_DIFFERS

    def _find_limits(self, kind: Kind, code: str, meaning: Meaning | None) -> None:
        for each in self.ranges.get(code, ()):
            own = self.meaning(each.unit)
            if own is not None and meaning is not None and own.dimension == meaning.dimension:
                slack = _SLACK if own != meaning else Decimal(0)
                low, high = own.bound_in(each.low, meaning), own.bound_in(each.high, meaning)
                kind.limits = low - abs(low) * slack, high + abs(high) * slack
                return
            kind.unranged = True


def kinds_of(tools: Tools) -> Kinds:
    """The Kinds of this process."""
    found = tools.remembered.get("quantities")
    if found is None:
        found = tools.remembered["quantities"] = {None: Kinds(tools.tables)}
    return found[None]  # type: ignore[return-value]


def collect_quantities(node: Node, seen: Seen) -> None:
    """Add a row for each measured value with a UCUM code of one Observation and its components."""
    if "valueQuantity" in node:
        _collect(node, seen, 0)
    if "component" in node:
        components = node["component"]
        for index, component in enumerate(components if components.__class__ is list else ()):
            if component.__class__ is dict and "valueQuantity" in component:
                _collect(component, seen, COMPONENT + (index << 8))


def _collect(part: Node, seen: Seen, place: int) -> None:
    quantity, concept = part["valueQuantity"], part.get("code")
    if quantity.__class__ is not dict or concept.__class__ is not dict:
        return
    value, unit = quantity.get("value"), quantity.get("code")
    if value.__class__ not in _NUMBERS:
        return
    if quantity.get("system") != UCUM or unit.__class__ is not str or not unit:
        _without_code(concept, quantity, value, seen)
        return
    kind = _kind(concept, unit, kinds_of(seen.tools))
    if kind is None:
        return
    if seen.census is not None:
        seen.census.values[kind].append(value)
    verdict = kind.verdict + place
    limits = kind.limits
    if limits is not None:
        verdict += VALUE_IN if limits[0] <= value <= limits[1] else VALUE_OUT
    elif kind.unranged:
        verdict += VALUE_UNKNOWN
    seen.rows.table("quantities").fresh += (kind.code_key, kind.unit_key, verdict, seen.patient, *seen.at)


def _without_code(concept: Node, quantity: Node, value: Any, seen: Seen) -> None:
    """A value whose unit no measure can judge: the census counts it by the unit's text."""
    coding, unit = concept.get("coding"), quantity.get("unit")
    if seen.census is None:
        return
    for each in coding if coding.__class__ is list else ():
        system, code = (each.get("system"), each.get("code")) if each.__class__ is dict else (None, None)
        if code.__class__ is str and system.__class__ is str:
            kind = kinds_of(seen.tools).of_no_unit(system, code, unit if unit.__class__ is str else "")
            seen.census.values[kind].append(value)
            return


def _kind(concept: Node, unit: str, kinds: Kinds) -> Kind | None:
    """By the first LOINC coding that a table knows, else the first LOINC coding, else the first coding."""
    coding = concept.get("coding")
    first: Kind | None = None
    other: tuple[str, str] | None = None
    for each in coding if coding.__class__ is list else ():
        if each.__class__ is not dict:
            continue
        system, code = each.get("system"), each.get("code")
        if code.__class__ is not str or system.__class__ is not str:
            continue
        if system == LOINC:
            kind = kinds.of(code, unit)
            if kind.verdict or kind.unranged or kind.limits is not None:
                return kind
            first = first or kind
        else:
            other = other or (system, code)
    return first or (kinds.of_local(*other, unit) if other else None)


def tally_verdicts(merged: Merged, good: int, bad: int, unknown: int) -> Tally:
    """Count the rows that have the verdicts `good` or `bad`; those with `unknown` cannot be told."""
    join = Join(_nothing, partial(_verdicts, (good, bad, unknown), merged.links.known_sources))
    return fold(join, merged.rows.table("quantities")).finish(merged.links)


def _nothing(known: None, numbers: Numbers) -> None:
    """Each row tells all by itself."""


def _verdicts(bits: tuple[int, int, int], names: SourceNames, known: None, numbers: Numbers) -> RowTally:
    counted = RowTally(names)
    for verdict, count in Counter(numbers[2::WIDTH]).items():
        _add(counted.tally, PATHS[bool(verdict & COMPONENT)], verdict, count, bits)
    for start in range(0, len(numbers), WIDTH):
        if numbers[start + 2] & bits[1]:
            fail(counted, numbers[start : start + WIDTH])
    return counted


def _add(tally: Tally, path: str, verdict: int, count: int, bits: tuple[int, int, int]) -> None:
    good, bad, unknown = bits
    if verdict & unknown:
        tally.cannot_tell += count
    elif verdict & (good | bad):
        count_all(tally, path, count if verdict & good else 0, count)


def count_all(tally: Tally, path: str, passed: int, judged: int) -> None:
    """Count many items at once."""
    pair = tally.by.setdefault(path, [0, 0])
    pair[0] += passed
    pair[1] += judged
    tally.numerator += passed
    tally.denominator += judged


def fail(counted: RowTally, row: Any) -> None:
    """Note one row (code, unit, verdict, patient, source, place), which was counted already, as failing."""
    verdict, patient, source, place = row[2:6]
    path = f"Observation.component[{verdict >> 8}].valueQuantity" if verdict & COMPONENT else PATHS[0]
    counted.note(path, patient, source, place)
