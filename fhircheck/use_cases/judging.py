"""Across records: the rows of all use cases, patient by patient, to one funnel each."""

from collections.abc import Iterator, Sequence
from functools import partial

from fhircheck.measures.counted_measure import Merged
from fhircheck.model.row_joins import Join, Numbers, derive, fold, made
from fhircheck.model.spilled_rows import SpilledRows
from fhircheck.resolve.failed_places import SourceNames
from fhircheck.use_cases.collecting import BITS
from fhircheck.use_cases.funnel import Funnel, steps_of
from fhircheck.use_cases.labels import Labels
from fhircheck.use_cases.patient import PatientView, Row
from fhircheck.use_cases.predicates import NOBODY
from fhircheck.use_cases.requirement import UseCase
from fhircheck.use_cases.streams import Sample, Streams

_LOW = (1 << BITS) - 1
Pairs = set[tuple[int, int]]


def judge_cases(cases: Sequence[UseCase], faults: dict[int, str], merged: Merged, keep: bool = False) -> list[Funnel]:
    """A Funnel for each use case. faults: requirements (by their number in rows) that cannot be judged, and why.

    keep: the usable resources of the first are to be known by place. Memory is bounded: one bucket of patients at a
    time. Raises CouldNotCheck where temporary files fail.
    """
    linked = derive(Join(_there, _links), *map(merged.rows.table, ("requirement_links", "requirement_targets")))
    look = partial(_bucket, tuple(cases), faults, merged.links.known_sources, keep)
    rows = merged.rows
    found = fold(look, rows.table("patients"), rows.table("requirements"), linked, rows.table("samples"))
    linked.close()
    return found.funnels


def _there(known: Pairs | None, links: Numbers, targets: Numbers) -> Pairs:
    """(target, requirement it meets)."""
    pairs = set(zip(targets[0::2], targets[1::2], strict=True))
    return pairs if known is None else known | pairs


def _links(there: Pairs, links: Numbers, targets: Numbers) -> SpilledRows:
    """(patient, requirement, resource) of every link that leads to what it has to."""
    found = made(3, ())
    for target, to, patient, number, identity in _rows(links, 5):
        if (target, to) in there:
            found.fresh += (patient, number, identity)
    found.pack()
    return found


class _Funnels:
    """A Funnel for each use case."""

    def __init__(self, funnels: list[Funnel]) -> None:
        self.funnels = funnels

    def merge(self, other: "_Funnels") -> None:
        for mine, theirs in zip(self.funnels, other.funnels, strict=True):
            mine.merge(theirs)


def _empty(cases: Sequence[UseCase], faults: dict[int, str], names: SourceNames, keep: bool) -> list[Funnel]:
    funnels = []
    for place, case in enumerate(cases):
        own = {number & _LOW: why for number, why in faults.items() if number >> BITS == place}
        labels, streams = Labels(case, own, names), Streams(case, names)
        funnels.append(Funnel(case, steps_of(case, own), (labels, streams), keep and not place))
    return funnels


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
    cases: Sequence[UseCase], faults: dict[int, str], names: SourceNames, keep: bool, *tables: Numbers
) -> _Funnels:
    """Take every patient of one bucket through the funnels."""
    funnels = _empty(cases, faults, names, keep)
    people, rows, linked = _people(tables[0]), _by_patient(tables[1], funnels), _pairs(tables[2])
    samples = _samples(tables[3])
    for patient in people.keys() | rows.keys():
        by_case = dict(_by_case(rows.get(patient, {})))
        pairs = linked.get(patient, ())
        for place, funnel in enumerate(funnels):
            own = frozenset((number & _LOW, identity) for number, identity in pairs if number >> BITS == place)
            eligible = funnel.see(patient, PatientView(funnel.case, by_case.get(place, {}), own), people.get(patient))
            for number, found in samples.get(patient, {}).items() if eligible else ():
                if number >> BITS == place:
                    funnel.streams.see(patient, number & _LOW, found)
    return _Funnels(funnels)


def _samples(rows: Sequence[int]) -> dict[int, dict[int, list[Sample]]]:
    """Patient -> requirement -> samples."""
    found: dict[int, dict[int, list[Sample]]] = {}
    for patient, number, *row in _rows(rows, 10):
        found.setdefault(patient, {}).setdefault(number, []).append(Sample(*row))
    return found


def _by_case(rows: dict[int, list[Row]]) -> Iterator[tuple[int, dict[int, list[Row]]]]:
    found: dict[int, dict[int, list[Row]]] = {}
    for number, own in rows.items():
        found.setdefault(number >> BITS, {})[number & _LOW] = own
    yield from found.items()


def _rows(numbers: Sequence[int], width: int) -> Iterator[tuple[int, ...]]:
    return zip(*[iter(numbers)] * width, strict=True)
