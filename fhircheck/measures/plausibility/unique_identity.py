"""unique-identity: does each id and each business identifier stand for one resource? (UNIQ-1)"""

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.row_tally import RowTally
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.link_facts import OTHER, key_of
from fhircheck.model.record import Node
from fhircheck.model.remembered import Remembered
from fhircheck.model.report import Threshold
from fhircheck.model.spilled_rows import side_by_side
from fhircheck.resolve.reference_walk import identity_key

SHARED = frozenset({"VN", "AN", "ACSN", "PLAC", "FILL", "PLACER", "FILLER"})
"""Identifier types (v2-0203) that name a stay, an account or an order, which several resources rightly share."""

IDENTIFIER = 1
"""Stands in place of a version: the row is of a business identifier."""

_keys: Remembered[str, int] = Remembered(key_of)
"""Keys of types and of versions."""
_WIDTH = 6


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Add a row for the id of one resource, and for each of its business identifiers."""
    kind, identity = seen.kind, node.get("id")
    if not kind:
        return
    kind_key = _keys[kind]
    if identity.__class__ is str and identity:
        meta = node.get("meta")
        version = meta.get("versionId") if meta.__class__ is dict else None
        number = _keys[f"version {version}"] | 2 if version.__class__ is str else 0
        row = (identity_key(kind, identity), kind_key, number, seen.patient, *seen.at)
        seen.rows.table("identities").fresh += row
    identifiers = node.get("identifier")
    for each in identifiers if identifiers.__class__ is list else ():
        if each.__class__ is dict and _names_one(each):
            key = key_of(f"{kind}|{each['system']}|{each['value']}")
            seen.rows.table("identities").fresh += (key, kind_key, IDENTIFIER, seen.patient, *seen.at)


def _names_one(identifier: Node) -> bool:
    """Whether it has system and value, is in use, and is of a type that names the resource itself."""
    if identifier.get("system").__class__ is not str or identifier.get("value").__class__ is not str:
        return False
    kind = identifier.get("type")
    coding = kind.get("coding") if kind.__class__ is dict else None
    codes = (each.get("code") for each in (coding if coding.__class__ is list else ()) if each.__class__ is dict)
    return identifier.get("use") != "old" and not any(each.__class__ is str and each in SHARED for each in codes)


def judge(merged: Merged) -> Judged:
    """Count ids and identifiers of which there is more than one (Qualifier q_value_unique)."""
    counted = RowTally(merged)
    names, total, apart = merged.links.names, 0, [0, 0]
    for (rows,) in side_by_side(merged.rows.table("identities")):
        total += len(rows) // _WIDTH
        if merged.sampled:
            continue
        groups = _groups(rows)
        for (kind, version), count in Counter(zip(rows[1::_WIDTH], _flags(rows), strict=True)).items():
            counted.passed(_path(names.get(kind, OTHER), version), count)
        for group in groups:
            _fail(group, names, counted, apart)
    if merged.sampled:
        counted.cannot_tell(total)
        return Judged(counted.finish(), "in a sample the other of a pair may have been left out")
    return Judged(counted.finish(), _reason(apart))


def _flags(rows: Sequence[int]) -> Iterable[bool]:
    return (version == IDENTIFIER for version in rows[2::_WIDTH])


def _path(kind: str, is_identifier: bool) -> str:
    return f"{kind}.{'identifier' if is_identifier else 'id'}"


def _groups(rows: Sequence[int]) -> Iterable[list[tuple[int, ...]]]:
    """Rows of one key, where there are several, ordered by version and place."""
    more = {key for key, count in Counter(rows[0::_WIDTH]).items() if count > 1}
    found: dict[int, list[tuple[int, ...]]] = {key: [] for key in more}
    for start in range(0, len(rows), _WIDTH) if more else ():
        if rows[start] in more:
            found[rows[start]].append(tuple(rows[start + 1 : start + _WIDTH]))
    return (sorted(found[key], key=lambda row: row[1:2] + row[3:]) for key in sorted(more))


def _fail(group: list[tuple[int, ...]], names: dict[int, str], counted: RowTally, apart: list[int]) -> None:
    """All but one of each version fail; those without a version where there is one with."""
    versions: set[int] = set()
    resources: set[tuple[int, int]] = set()
    several = any(row[1] for row in group)
    sources = {row[3] for row in group}
    for kind, version, patient, source, place in group:
        again = version == IDENTIFIER and (source, place) in resources
        fresh = version not in versions and not (several and not version)
        versions.add(version)
        resources.add((source, place))
        if not fresh and not again:
            counted.turn(_path(names.get(kind, OTHER), version == IDENTIFIER), patient, source, place)
            apart[len(sources) > 1] += 1


def _reason(apart: list[int]) -> str:
    parts = ((apart[0], "stand twice in one source"), (apart[1], "stand in several sources"))
    return "; ".join(f"{count} {what}" for count, what in parts if count)


MEASURE = CountedMeasure(
    name="unique-identity",
    code="UNIQ-1",
    summary="Ids and business identifiers that stand for one resource only.",
    why="Where two resources have one id, references to it are a matter of luck, and one of the two is lost when they "
    "are loaded into a server; a patient identifier at two patients joins two people or splits one.",
    category=Category.PLAUSIBILITY,
    subcategory=Subcategory.UNIQUENESS,
    context=Context.VERIFICATION,
    dimension="interoperability",
    formula="One item is a resource id or a business identifier with system and value (per occurrence). Of those equal "
    "within a type all but the first fail; ids with different meta.versionId are versions of one resource and pass. "
    "Ids and identifiers that do not fail / all of them. Identifiers of use 'old' and of the types "
    + ", ".join(sorted(SHARED))
    + " (stays, accounts, orders, which resources share) are not counted. In a sample all are 'cannot tell'.",
    source="Qualifier q_value_unique (ids); OHDSI DataQualityDashboard isPrimaryKey; business identifiers are ours",
    published=True,
    threshold=Threshold(Fraction(0), "OHDSI DataQualityDashboard isPrimaryKey: 0 % violating rows", published=True),
    types=None,
    failing='[{"resourceType": "Patient", "id": "1", "birthDate": "1950-02-01"}, '
    '{"resourceType": "Patient", "id": "1", "birthDate": "1961-08-15"}]',
    passing='[{"resourceType": "Patient", "id": "1", "meta": {"versionId": "1"}, "birthDate": "1950-02-01"}, '
    '{"resourceType": "Patient", "id": "1", "meta": {"versionId": "2"}, "birthDate": "1950-02-11"}]',
    observe=observe,
    judge=judge,
)
