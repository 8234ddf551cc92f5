"""Sources beside each other, two by two: do they know the same patients, and what blocks joining them?"""

from itertools import combinations

from fhircheck.apart.barriers import barriers_of
from fhircheck.model.distinct import Distinct
from fhircheck.model.link_facts import key_of
from fhircheck.model.row_joins import Join, Numbers, fold
from fhircheck.model.small_cells import Cell, cell_of, funnel_of
from fhircheck.model.source_facts import SourceFacts, SourcesApart
from fhircheck.model.source_group import CommonIdentifier, SourcePair

Pair = tuple[int, int]
Holders = dict[int, dict[int, tuple[int, int]]]


class Shared:
    """Patients that two sources share: those of the first found in the second by an identifier; by system too.

    ids: patients of the same id in both. same: of these, those that also share an identifier.
    """

    __slots__ = ("by_system", "ids", "patients", "same")

    def __init__(self) -> None:
        self.patients = Distinct()
        self.by_system: dict[int, Distinct] = {}
        self.ids = 0
        self.same = Distinct()

    def see(self, system: int, first: int, second: int) -> None:
        """See that a patient of the first and one of the second source have an identifier of `system` in common."""
        self.patients.add(first)
        self.by_system.setdefault(system, Distinct()).add(first)
        if first == second:
            self.same.add(first)

    def merge(self, other: "Shared") -> None:
        """Add what was found of other identifiers."""
        self.patients.merge(other.patients)
        for system, patients in other.by_system.items():
            self.by_system.setdefault(system, Distinct()).merge(patients)
        self.ids += other.ids
        self.same.merge(other.same)


def pairs_of(apart: SourcesApart, limit: int) -> tuple[SourcePair, ...]:
    """Every two sources compared. limit: counts of patients below it are not shown.

    Identifiers are compared by their 64-bit hashes, a bucket at a time: memory stays bounded.
    """
    sources = apart.sources()
    shared = _shared([facts for _, facts in sources])
    found = []
    for first, second in combinations(range(len(sources)), 2):
        found.append(_pair(sources[first], sources[second], shared[first, second], limit))
    return tuple(found)


def _shared(sources: list[SourceFacts]) -> dict[Pair, Shared]:
    if not sources:
        return {}
    found = fold(Join(_holders, _nothing, _same_identifiers), *(facts.identifiers for facts in sources))
    found.merge(fold(Join(_ids, _nothing, _same_ids), *(facts.rows.table("patients") for facts in sources)))
    return {pair: found.of(pair) for pair in combinations(range(len(sources)), 2)}


class _AllShared:
    """What the sources share, two by two."""

    def __init__(self) -> None:
        self.by_pair: dict[Pair, Shared] = {}

    def of(self, pair: Pair) -> Shared:
        found = self.by_pair.get(pair)
        if found is None:
            found = self.by_pair[pair] = Shared()
        return found

    def merge(self, other: "_AllShared") -> None:
        for pair, shared in other.by_pair.items():
            self.of(pair).merge(shared)


def _holders(known: Holders | None, *tables: Numbers) -> Holders:
    """Identifier -> number of a source -> the smallest (patient, system) in it."""
    holders = {} if known is None else known
    for number, rows in enumerate(tables):
        for key, patient, system in zip(rows[0::3], rows[1::3], rows[2::3], strict=True):
            having = holders.setdefault(key, {})
            before = having.get(number)
            having[number] = (patient, system) if before is None else min(before, (patient, system))
    return holders


def _nothing(known: object, *tables: Numbers) -> _AllShared:
    return _AllShared()


def _same_identifiers(holders: Holders) -> _AllShared:
    found = _AllShared()
    for having in holders.values():
        for pair in combinations(sorted(having), 2):
            first, second = pair
            found.of(pair).see(having[first][1], having[first][0], having[second][0])
    return found


def _ids(known: list[set[int]] | None, *tables: Numbers) -> list[set[int]]:
    ids = [set() for _ in tables] if known is None else known
    for mine, rows in zip(ids, tables, strict=True):
        mine.update(rows[0::8])
    return ids


def _same_ids(ids: list[set[int]]) -> _AllShared:
    found = _AllShared()
    for pair in combinations(range(len(ids)), 2):
        found.of(pair).ids = len(ids[pair[0]] & ids[pair[1]])
    return found


def _pair(first: tuple[str, SourceFacts], second: tuple[str, SourceFacts], shared: Shared, limit: int) -> SourcePair:
    (one, mine), (other, theirs) = first, second
    systems = {system for (system,), _ in mine.named} & {system for (system,), _ in theirs.named} - {""}
    common = tuple(
        CommonIdentifier(system, _cell(len(shared.by_system.get(key_of(system), ())), mine, theirs, limit))
        for system in sorted(systems)
    )
    patients = len(shared.patients)
    collide = bool(common) and shared.ids > len(shared.same)
    return SourcePair(
        one,
        other,
        _cell(patients, mine, theirs, limit),
        common,
        barriers_of(mine, theirs, bool(patients), collide),
    )


def _cell(shared: int, mine: SourceFacts, theirs: SourceFacts, limit: int) -> Cell:
    """How many patients two sources share, so that it gives away neither them nor those they do not share."""
    if 0 < shared < limit:
        return cell_of(shared, limit)
    for facts in (mine, theirs):
        cell = funnel_of((max(len(facts.patients), shared), shared), limit)[-1]
        if cell.count is None:
            return cell
    return Cell(shared, shared)
