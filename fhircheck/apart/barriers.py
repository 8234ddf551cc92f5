"""What blocks joining two sources: other identifiers, code systems, units, profiles, versions."""

from collections.abc import Iterator

from fhircheck.apart.mix import NO_CODE, NO_SYSTEM
from fhircheck.model.bounded_counts import OTHER, BoundedCounts
from fhircheck.model.source_facts import SourceFacts
from fhircheck.model.source_group import Barrier, BarrierKind

SHOWN = 5
"""Barriers of one kind that are told one by one; the last of them says how many more there are."""
NAMED = 5
"""Names that a barrier tells of either source."""

_MIXES: tuple[tuple[BarrierKind, str], ...] = (
    ("other-code-systems", "systems"),
    ("other-units", "units"),
    ("other-profiles", "profiles"),
    ("other-versions", "versions"),
)


def barriers_of(first: SourceFacts, second: SourceFacts, share_patients: bool, collide: bool) -> tuple[Barrier, ...]:
    """What stands in the way, patients first.

    share_patients: at least one patient was found in both. collide: patients of one id in both do not all share an
    identifier, though the sources have a system in common.
    """
    found = list(_patients(first, second, share_patients))
    if collide:
        found.append(Barrier("same-ids-other-patients"))
    for kind, mix in _MIXES:
        found += _cut(_differences(kind, first.mixes[mix], second.mixes[mix]))
    return tuple(found)


def _patients(first: SourceFacts, second: SourceFacts, share_patients: bool) -> Iterator[Barrier]:
    """Whether patients can be told to be the same; nothing where a source is about no patients."""
    if share_patients or not first.patients or not second.patients:
        return
    mine, theirs = (tuple(system for (system,), _ in facts.named if system) for facts in (first, second))
    if not mine or not theirs:
        yield Barrier("no-identifiers", "", mine[:NAMED], theirs[:NAMED])
    elif not set(mine) & set(theirs):
        yield Barrier("no-common-identifier", "", mine[:NAMED], theirs[:NAMED])
    else:
        both = sorted(set(mine) & set(theirs))[:NAMED]
        yield Barrier("no-common-patient", "", tuple(both), tuple(both))


def _differences(kind: BarrierKind, mine: BoundedCounts, theirs: BoundedCounts) -> Iterator[Barrier]:
    """Where both sources have something and nothing of it is the same."""
    left, right = _by_first(mine), _by_first(theirs)
    for what in sorted(left.keys() & right.keys()):
        one, other = left[what], right[what]
        if not (one & other) - {NO_CODE, NO_SYSTEM}:
            yield Barrier(kind, what, tuple(sorted(one)[:NAMED]), tuple(sorted(other)[:NAMED]))


def _by_first(counts: BoundedCounts) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, _ in counts:
        if name != OTHER:
            found.setdefault(name[0], set()).add(name[1])
    return found


def _cut(barriers: Iterator[Barrier]) -> list[Barrier]:
    """The first few; the last of them counts those that follow."""
    found = list(barriers)
    if len(found) <= SHOWN:
        return found
    last = found[SHOWN - 1]
    return [*found[: SHOWN - 1], Barrier(last.kind, last.what, last.first, last.second, len(found) - SHOWN)]
