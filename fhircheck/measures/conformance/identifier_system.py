"""identifier-recognised: do identifiers say what they are a number in? (STD-2)"""

import re
from functools import lru_cache
from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged, Observe
from fhircheck.measures.outcome import Outcome, count_outcome
from fhircheck.measures.seen import Seen
from fhircheck.measures.tables import Tables
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node
from fhircheck.model.report import Detail

NAME = "identifier-recognised"
REMEMBERED = 20_000
PARTS = ("recognised", "absolute", "bare")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+").fullmatch


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Count the identifiers of one resource (R4 datatypes.html#Identifier)."""
    found = node.get("identifier")
    if found is None:
        return
    key: list[Any] = [seen.kind]
    for each in found if found.__class__ is list else (0, found):
        if each.__class__ is dict:
            value = each.get("value")
            key += (each.get("system"), value.__class__ is str and value != "", "_value" in each)
        else:
            key.append(each.__class__)
    remembered = seen.tools.remembered.setdefault(NAME, {})
    shape = tuple(key)
    try:
        outcome: Any = remembered.get(shape)
    except TypeError:  # a system that is no text
        outcome = _outcome(found, seen)
    if outcome is None:
        if len(remembered) >= REMEMBERED:
            remembered.clear()
        outcome = remembered[shape] = _outcome(found, seen)
    count_outcome(outcome, seen, tally)


def fitted(kind: str, names: tuple[str, ...]) -> Observe | None:
    """Nothing for resources without identifiers."""
    return observe if "identifier" in names else None


def _outcome(found: Any, seen: Seen) -> Outcome:
    systems = recognised_systems(seen.tools.tables)
    path = f"{seen.kind}.identifier"
    items, parts = [], dict.fromkeys(PARTS, 0)
    for index, each in enumerate(found) if found.__class__ is list else ((-1, found),):
        part = _part(each, systems)
        if part:
            parts[part] += 1
        items.append((path, path if index < 0 else f"{path}[{index}]", part != "bare" if part else None))
    return Outcome(items, tuple(((part,), number) for part, number in parts.items() if number))


def _part(identifier: Any, systems: frozenset[str]) -> str:
    """Which of PARTS it is; empty where that cannot be told (malformed, or the value is withheld)."""
    if identifier.__class__ is not dict:
        return ""
    system, value = identifier.get("system"), identifier.get("value")
    if value.__class__ is not str or not value.strip():
        return "" if "_value" in identifier else "bare"
    if system.__class__ is not str:
        return "bare"
    if system in systems or any(each[-1] == "*" and system.startswith(each[:-1]) for each in systems):
        return "recognised"
    return "absolute" if _ABSOLUTE(system) else "bare"


@lru_cache(maxsize=8)
def recognised_systems(tables: Tables) -> frozenset[str]:
    """The systems of the table; one with a star at its end stands for all that begin so."""
    return frozenset(row["system"] for row in tables.rows("identifier_systems") if row["system"])


def judge(merged: Merged) -> Judged:
    """With the numbers of identifiers by what their system is."""
    numbers = {name[0]: number for name, number in merged.tally.counts}
    details = tuple(Detail(f"{part}-system", numbers[part], "identifiers") for part in PARTS if part in numbers)
    return Judged(merged.tally, details=details)


MEASURE = CountedMeasure(
    name=NAME,
    code="STD-2",
    summary="Identifiers with a value and a system that tells whose number it is.",
    why="A number alone identifies nobody outside its house: records of two sources can be joined only by identifiers "
    "whose system both know.",
    category=Category.CONFORMANCE,
    subcategory=Subcategory.VALUE,
    context=Context.VERIFICATION,
    dimension="interoperability",
    formula="One item is an Identifier in the element 'identifier' of a resource (per occurrence). Identifiers with a "
    "value and a system that is an absolute URI / identifiers. Told apart as details: recognised-system (in the table "
    "of systems that more than one institution knows: KVNR, IK, LANR, BSNR, Telematik-ID, DICOM UIDs ...), "
    "absolute-system (a house's own URI), bare-system (no value, no system, or one that is no URI). A value that is "
    "withheld by an extension is 'cannot tell'.",
    source="HL7 validator scoring rule 'complete' for Identifier (org.hl7.fhir.core ScoringEngine); Qualifier "
    "c_identifier_coverage; the table is ours",
    published=True,
    threshold=None,
    types=None,
    failing='{"resourceType": "Patient", "identifier": [{"value": "4711"}]}',
    passing='{"resourceType": "Patient", "identifier": [{"system": "https://example.org/sid/patients", "value": '
    '"4711"}]}',
    observe=observe,
    fitted=fitted,
    judge=judge,
)
