"""Sources beside each other, two by two: do they know the same patients, and what blocks joining them?"""

from collections import defaultdict
from itertools import combinations

from fhircheck.apart.barriers import barriers_of
from fhircheck.model.distinct import Distinct
from fhircheck.model.link_facts import key_of
from fhircheck.model.small_cells import Cell, cell_of, funnel_of
from fhircheck.model.source_facts import SourceFacts, SourcesApart
from fhircheck.model.source_group import CommonIdentifier, SourcePair
from fhircheck.model.spilled_rows import side_by_side

Pair = tuple[int, int]


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
    shared = {pair: Shared() for pair in combinations(range(len(sources)), 2)}
    for tables in side_by_side(*(facts.identifiers for facts in sources)):
        holders: dict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
        for number, rows in enumerate(tables):
            for key, patient, system in zip(rows[0::3], rows[1::3], rows[2::3], strict=True):
                before = holders[key].get(number)
                holders[key][number] = (patient, system) if before is None else min(before, (patient, system))
        for having in holders.values():
            for first, second in combinations(sorted(having), 2):
                shared[first, second].see(having[first][1], having[first][0], having[second][0])
    for tables in side_by_side(*(facts.rows.table("patients") for facts in sources)):
        ids = [set(rows[0::8]) for rows in tables]
        for (first, second), found in shared.items():
            found.ids += len(ids[first] & ids[second])
    return shared


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
