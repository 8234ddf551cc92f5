"""unique-identity: does each id and each business identifier stand for one resource? (UNIQ-1)"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.row_tally import RowTally
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.link_facts import OTHER, key_of
from fhircheck.model.plural import filled
from fhircheck.model.record import Node
from fhircheck.model.remembered import Remembered
from fhircheck.model.report import Threshold
from fhircheck.model.row_joins import Join, Numbers, fold
from fhircheck.resolve.failed_places import SourceNames
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
    rows = merged.rows.table("identities")
    if merged.sampled:
        counted = RowTally({})
        counted.cannot_tell(len(rows))
        return Judged(counted.finish(merged.links), "in a sample the other of a pair may have been left out")
    found = fold(_join(merged.links.known_sources, merged.links.names), rows)
    return Judged(found.counted.finish(merged.links), _reason(found.apart))


class _Found:
    """apart: of what fails, how much stands in one source and how much in several."""

    def __init__(self, names: SourceNames) -> None:
        self.counted = RowTally(names)
        self.apart = [0, 0]

    def merge(self, other: "_Found") -> None:
        self.counted.merge(other.counted)
        self.apart[0] += other.apart[0]
        self.apart[1] += other.apart[1]


@dataclass(slots=True)
class _Group:
    """Rows of one key. first: by version, the smallest (source, place) of its rows. sources: smallest and largest."""

    first: dict[int, tuple[int, int]]
    sources: tuple[int, int]


Groups = dict[int, _Group]


def _join(sources: SourceNames, names: Mapping[int, str]) -> Join[Groups, _Found]:
    """Rows of one key are cut where there are too many to be held; those of one version and resource stay together."""
    see = partial(_beside, sources, names)
    return Join(_known, see, together=((0, 2, 4, 5),), whole=partial(_again, sources, names))


def _known(known: Groups | None, rows: Numbers) -> Groups:
    groups = {} if known is None else known
    for start in range(0, len(rows), _WIDTH):
        key, _, version, _, source, place = rows[start : start + _WIDTH]
        group = groups.setdefault(key, _Group({}, (source, source)))
        at = source, place
        group.first[version] = min(at, group.first.get(version, at))
        group.sources = min(source, group.sources[0]), max(source, group.sources[1])
    return groups


def _beside(sources: SourceNames, names: Mapping[int, str], groups: Groups, rows: Numbers) -> _Found:
    """What `_again` finds, of rows of which those of one version of one resource are all there."""
    found, resources = _Found(sources), dict[tuple[int, ...], list[tuple[int, ...]]]()
    for start in range(0, len(rows), _WIDTH):
        key, kind, version, patient, source, place = rows[start : start + _WIDTH]
        found.counted.passed(_path(names.get(kind, OTHER), version == IDENTIFIER))
        resources.setdefault((key, version, source, place), []).append((kind, patient))
    for (key, version, source, place), items in resources.items():
        group = groups[key]
        first = group.first[version] == (source, place) and (version > 0 or not any(group.first))
        fails = items[first:] if version != IDENTIFIER else items[:0] if first else items[:1]
        for kind, patient in fails:
            path = _path(names.get(kind, OTHER), version == IDENTIFIER)
            found.counted.turn(path, patient, source, place)
            found.apart[group.sources[0] != group.sources[1]] += 1
    return found


def _again(sources: SourceNames, names: Mapping[int, str], rows: Numbers) -> _Found:
    """All pass but those of which there is more than one. names: of types."""
    found = _Found(sources)
    for (kind, version), count in Counter(zip(rows[1::_WIDTH], _flags(rows), strict=True)).items():
        found.counted.passed(_path(names.get(kind, OTHER), version), count)
    for group in _groups(rows):
        _fail(group, names, found.counted, found.apart)
    return found


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


def _fail(group: list[tuple[int, ...]], names: Mapping[int, str], counted: RowTally, apart: list[int]) -> None:
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
    parts = (
        (apart[0], "{count:stands|stand} twice in one source"),
        (apart[1], "{count:stands|stand} in several sources"),
    )
    return "; ".join(filled(f"{{count}} {what}", {"count": count}) for count, what in parts if count)


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
