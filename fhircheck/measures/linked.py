"""Resources that are complete only together with others: who wants whom, joined across records.

Each resource that is judged has one or more rows in the table ``linked`` that say what it looks for (a role of WANTED),
and what it may find has rows that say what it is. A resource passes if one of its rows finds what fits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import partial

from fhircheck.measures.counted_measure import Merged
from fhircheck.measures.row_tally import RowTally
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.row_joins import Join, Numbers, derive, fold, made
from fhircheck.model.spilled_rows import SpilledRows
from fhircheck.resolve.failed_places import SourceNames
from fhircheck.resolve.reference_walk import scope_of

WIDTH = 6
Roles = dict[int, set[int]]
Best = dict[int, tuple[int, ...]]


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
    look = partial(_look, wishes, merged.sampled)
    found = derive(Join(partial(_there, frozenset(wishes)), look), merged.rows.table("linked"))
    judged = fold(Join(_best, _nothing, partial(_verdicts, path, merged.links.known_sources)), found)
    found.close()
    tally = judged.finish(merged.links)
    tally.merge(merged.tally)
    return tally


def _there(wished: frozenset[Role], known: Roles | None, rows: Numbers) -> Roles:
    """What is there, by key."""
    there = {} if known is None else known
    for key, role in zip(rows[0::WIDTH], rows[1::WIDTH], strict=True):
        if role not in wished:
            there.setdefault(key, set()).add(role)
    return there


def _look(wishes: Mapping[Role, Wish], sampled: bool, there: Roles, rows: Numbers) -> SpilledRows:
    """For each wish a row (resource, verdict, source, place, patient, 0); the smaller, the better."""
    nothing: set[int] = set()
    found = made(WIDTH, ())
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
    found.pack()
    return found


def _best(known: Best | None, rows: Numbers) -> Best:
    """The best verdict on each resource, with its source, place and patient."""
    best = {} if known is None else known
    for start in range(0, len(rows), WIDTH):
        row = tuple(rows[start + 1 : start + 5])
        before = best.get(rows[start])
        if before is None or row < before:
            best[rows[start]] = row
    return best


def _nothing(best: Best, rows: Numbers) -> RowTally:
    return RowTally({})


def _verdicts(path: str, names: SourceNames, best: Best) -> RowTally:
    counted = RowTally(names)
    for verdict, source, place, patient in best.values():
        if verdict == 1:
            counted.cannot_tell()
        elif verdict:
            counted.fails(path, patient, source, place, whole=True)
        else:
            counted.passed(path)
    return counted
