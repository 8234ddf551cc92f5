"""Resources that are complete only together with others: who wants whom, joined across records.

Each resource that is judged has one or more rows in the table ``linked`` that say what it looks for (a role of WANTED),
and what it may find has rows that say what it is. A resource passes if one of its rows finds what fits.
"""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from fhircheck.measures.counted_measure import Merged
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.spilled_rows import SpilledRows, side_by_side
from fhircheck.resolve.failed_places import FailedPlaces
from fhircheck.resolve.reference_walk import scope_of

WIDTH = 6


class Role(IntEnum):
    """What a row of ``linked`` says of its key. FAR: the same, by a reference that names a server."""

    ENDPOINT_WANTED = 1
    ENDPOINT_WANTED_FAR = 2
    ENDPOINT_DICOM = 3
    ENDPOINT_OTHER = 4
    STUDY = 5
    STUDY_ORDER = 6
    STUDY_PROCEDURE = 7
    REPORTED_STUDY = 8
    REPORTED_ORDER = 9
    REPORTED_PROCEDURE = 10
    TEXT_WANTED = 11
    TEXT_WANTED_FAR = 12
    TEXT_THERE = 13
    TEXT_NONE = 14


@dataclass(frozen=True, slots=True)
class Wish:
    """fits: roles that fulfil it. fails: roles that show it is not. far: what is not found may be elsewhere."""

    fits: frozenset[Role]
    fails: frozenset[Role] = frozenset()
    far: bool = False


def add_link(seen: Seen, key: int, role: Role) -> None:
    """Add what `seen` says of `key`; nothing for key 0."""
    if key:
        source, place = seen.at
        seen.rows.table("linked").fresh += (key, role, scope_of(source, place), source, place, seen.patient)


def judge_wishes(merged: Merged, wishes: Mapping[Role, Wish], path: str) -> Tally:
    """A Tally with one item for each resource that has rows of `wishes`, and what was counted before of `merged`.

    In a sample what was not found may have been left out: cannot tell. Raises CouldNotCheck where temporary files fail.
    """
    tally, failed = Tally(), FailedPlaces(merged.links)
    found = SpilledRows(WIDTH)
    for (rows,) in side_by_side(merged.rows.table("linked")):
        _look(rows, wishes, found, merged.sampled)
        found.settle()
    for (rows,) in side_by_side(found):
        for passed, source, place, patient in _best(rows):
            if passed is None:
                tally.cannot_tell += 1
                continue
            tally.count(path, passed)
            if not passed:
                failed.add(path, source, place, whole=True)
                if patient:
                    tally.patients_failed.add(patient)
    found.close()
    failed.into(tally)
    tally.merge(merged.tally)
    return tally


def _look(rows: "array[int]", wishes: Mapping[Role, Wish], found: SpilledRows, sampled: bool) -> None:
    """For each wish in one bucket a row (resource, verdict, source, place, patient, 0); the smaller, the better."""
    there: dict[int, set[int]] = {}
    nothing: set[int] = set()
    for key, role in zip(rows[0::WIDTH], rows[1::WIDTH], strict=True):
        if role not in wishes:
            there.setdefault(key, set()).add(role)
    for start in range(0, len(rows), WIDTH):
        key, role, resource, source, place, patient = rows[start : start + WIDTH]
        wish = wishes.get(Role(role))
        if wish is None:
            continue
        roles = there.get(key, nothing)
        if not wish.fits.isdisjoint(roles):
            verdict = 0
        elif not wish.fails.isdisjoint(roles):
            verdict = 2
        else:
            verdict = 1 if sampled or wish.far else 2
        found.fresh += (resource, verdict, source, place, patient, 0)


def _best(rows: "array[int]") -> Iterator[tuple[bool | None, int, int, int]]:
    """The verdict on each resource of one bucket: passed, failed or None, with its source, place and patient."""
    best: dict[int, tuple[int, ...]] = {}
    for start in range(0, len(rows), WIDTH):
        row = tuple(rows[start + 1 : start + 5])
        known = best.get(rows[start])
        if known is None or row < known:
            best[rows[start]] = row
    for verdict, source, place, patient in best.values():
        yield (True, None, False)[verdict], source, place, patient
