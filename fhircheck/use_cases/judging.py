"""Across records: the rows of all use cases, patient by patient, to one funnel each."""

from collections.abc import Iterator, Sequence

from fhircheck.measures.counted_measure import Merged
from fhircheck.model.row_facts import RowFacts
from fhircheck.model.spilled_rows import SpilledRows, side_by_side
from fhircheck.use_cases.collecting import BITS
from fhircheck.use_cases.funnel import Funnel, steps_of
from fhircheck.use_cases.labels import Labels
from fhircheck.use_cases.patient import PatientView, Row
from fhircheck.use_cases.predicates import NOBODY
from fhircheck.use_cases.requirement import UseCase

_LOW = (1 << BITS) - 1


def judge_cases(cases: Sequence[UseCase], faults: dict[int, str], merged: Merged, keep: bool = False) -> list[Funnel]:
    """A Funnel for each use case. faults: requirements (by their number in rows) that cannot be judged, and why.

    keep: the usable resources of the first are to be known by place. Memory is bounded: one bucket of patients at a
    time. Raises CouldNotCheck where temporary files fail.
    """
    funnels = []
    for place, case in enumerate(cases):
        own = {number & _LOW: why for number, why in faults.items() if number >> BITS == place}
        funnels.append(Funnel(case, steps_of(case, own), Labels(case, own, merged.links), keep and not place))
    linked = _linked(merged.rows)
    tables = merged.rows.table("patients"), merged.rows.table("requirements"), linked
    for people, rows, pairs in side_by_side(*tables):
        _bucket(funnels, _people(people), _by_patient(rows, funnels), _pairs(pairs))
    linked.close()
    return funnels


def _linked(rows: RowFacts) -> SpilledRows:
    """(patient, requirement, resource) of every link that leads to what it has to."""
    found = SpilledRows(3)
    for links, targets in side_by_side(rows.table("requirement_links"), rows.table("requirement_targets")):
        there = set(_rows(targets, 2))
        for target, to, patient, number, identity in _rows(links, 5):
            if (target, to) in there:
                found.fresh += (patient, number, identity)
        found.settle()
    return found


def _people(rows: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """A row for each patient: the smallest where there are several, whatever order they were merged in."""
    found: dict[int, tuple[int, ...]] = {}
    for key, *person in _rows(rows, 8):
        row = tuple(person)
        if key not in found or row < found[key]:
            found[key] = row
    return found


def _by_patient(rows: Sequence[int], funnels: list[Funnel]) -> dict[int, dict[int, list[Row]]]:
    """Patient -> requirement -> rows; matching resources are counted on the way."""
    found: dict[int, dict[int, list[Row]]] = {}
    steps = {
        place << BITS | number: step
        for place, funnel in enumerate(funnels)
        for step in funnel.steps
        for number in step.numbers
    }
    for patient, number, *row in _rows(rows, 9):
        steps[number].resources += 1
        if row[4] & NOBODY:
            continue
        found.setdefault(patient, {}).setdefault(number, []).append(Row(*row))
    return found


def _pairs(rows: Sequence[int]) -> dict[int, set[tuple[int, int]]]:
    found: dict[int, set[tuple[int, int]]] = {}
    for patient, number, identity in _rows(rows, 3):
        found.setdefault(patient, set()).add((number, identity))
    return found


def _bucket(
    funnels: list[Funnel],
    people: dict[int, tuple[int, ...]],
    rows: dict[int, dict[int, list[Row]]],
    linked: dict[int, set[tuple[int, int]]],
) -> None:
    """Take every patient of one bucket through the funnels."""
    for patient in people.keys() | rows.keys():
        by_case = dict(_by_case(rows.get(patient, {})))
        pairs = linked.get(patient, ())
        for place, funnel in enumerate(funnels):
            own = frozenset((number & _LOW, identity) for number, identity in pairs if number >> BITS == place)
            funnel.see(patient, PatientView(funnel.case, by_case.get(place, {}), own), people.get(patient))


def _by_case(rows: dict[int, list[Row]]) -> Iterator[tuple[int, dict[int, list[Row]]]]:
    found: dict[int, dict[int, list[Row]]] = {}
    for number, own in rows.items():
        found.setdefault(number >> BITS, {})[number & _LOW] = own
    yield from found.items()


def _rows(numbers: Sequence[int], width: int) -> Iterator[tuple[int, ...]]:
    return zip(*[iter(numbers)] * width, strict=True)
