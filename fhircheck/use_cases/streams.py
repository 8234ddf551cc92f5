"""Across records: streams of samples, patient by patient: what is missing, doubled, or dated by another clock."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from fhircheck.measures.row_tally import RowTally
from fhircheck.model.link_facts import LinkFacts
from fhircheck.model.quantiles import Quantiles
from fhircheck.model.use_case import StreamFacts
from fhircheck.resolve.failed_places import SourceNames
from fhircheck.use_cases.requirement import Clock, Requirement, Sampling, UseCase
from fhircheck.use_cases.sampling import NO_QUANTITY, NO_UCUM, ZERO, fault_of
from fhircheck.use_cases.timing import slots

HOUR, WHOLE = 3_600, 300
"""A clock that is ahead by hours, give or take so many seconds, has the wrong time zone."""
TALLIES = ("sampled", "clock", "unique", "unit", "same_unit")


def asks_for_streams(case: UseCase) -> bool:
    """Whether a use case asks for streams or clocks at all."""
    return any(each.sampling or each.clock for each in case.requirements)


class Sample(NamedTuple):
    """One row of the table ``samples`` without patient and requirement."""

    stream: int
    second: int
    lag: int
    unit: int
    value: int
    identity: int
    source: int
    place: int


class Streams:
    """Of one use case; takes eligible patients in any order and merges.

    counts: streams, those below the share asked for, gaps, samples ahead, late, ahead by whole hours, of one moment
    with another value. longest: seconds of the longest gap. delay: hours from event to record.
    """

    def __init__(self, case: UseCase, names: SourceNames) -> None:
        self._case = case
        self.tallies = {name: RowTally(names) for name in TALLIES}
        self.counts: Counter[str] = Counter()
        self.longest = 0
        self.delay = Quantiles()

    def merge(self, other: "Streams") -> None:
        """Add other patients."""
        for name, tally in self.tallies.items():
            tally.merge(other.tallies[name])
        self.counts.update(other.counts)
        self.longest = max(self.longest, other.longest)
        self.delay.merge(other.delay)

    def see(self, patient: int, number: int, rows: Iterable[Sample]) -> None:
        """Take the samples of one patient for the requirement at this place of the Library."""
        asked = self._case.requirements[number]
        samples = _once(rows)
        if asked.clock is not None:
            self._clock(patient, asked, asked.clock, samples)
        if asked.sampling is not None:
            streams: dict[int, list[Sample]] = {}
            for sample in samples:
                streams.setdefault(sample.stream, []).append(sample)
            for stream in streams.values():
                self._stream(patient, asked, asked.sampling, stream)

    def _clock(self, patient: int, asked: Requirement, clock: Clock, samples: Sequence[Sample]) -> None:
        tally = self.tallies["clock"]
        for sample in samples:
            if not sample.lag:
                tally.cannot_tell()
                continue
            lag = sample.lag - ZERO
            fault = fault_of(lag, clock)
            if lag >= 0:
                self.delay.add(lag / HOUR)
            if not fault:
                tally.passed(asked.name)
                continue
            self.counts[fault] += 1
            self.counts["zone"] += fault == "ahead" and -lag >= HOUR - WHOLE and (-lag + WHOLE) % HOUR <= 2 * WHOLE
            tally.fails(asked.name, patient, sample.source, sample.place, asked.type)

    def _stream(self, patient: int, asked: Requirement, sampling: Sampling, samples: list[Sample]) -> None:
        self._units(patient, asked, samples)
        self._repeated(patient, asked, samples)
        dated = sorted(
            (each for each in samples if each.second), key=lambda each: (each.second, each.source, each.place)
        )
        seconds = sorted({each.second for each in dated})
        sampled = self.tallies["sampled"]
        if len(seconds) < 2:
            sampled.cannot_tell()
            return
        self.counts["streams"] += 1
        present, expected = slots(seconds, sampling.every)
        sampled.passed(asked.name, present)
        sampled.missing(asked.name, expected - present)
        gap, before = max((later - earlier, -earlier) for earlier, later in pairwise(seconds))
        self.counts["gaps"] += sum(later - earlier > sampling.gap for earlier, later in pairwise(seconds))
        self.longest = max(self.longest, gap if gap > sampling.gap else 0)
        if present < sampling.share * expected:
            self.counts["below"] += 1
            last = next(each for each in dated if each.second == -before)
            sampled.note(asked.type, patient, last.source, last.place)

    def _repeated(self, patient: int, asked: Requirement, samples: list[Sample]) -> None:
        """A sample that says the same of the same moment as one before it, by place; or something else."""
        tally, known = self.tallies["unique"], dict[int, set[int]]()
        for sample in sorted(samples, key=lambda each: (each.second, each.source, each.place)):
            if not sample.second:
                continue
            values = known.setdefault(sample.second, set())
            if sample.value in values:
                tally.fails(asked.name, patient, sample.source, sample.place, asked.type)
            else:
                tally.passed(asked.name)
                self.counts["conflicting"] += bool(values)
            values.add(sample.value)

    def _units(self, patient: int, asked: Requirement, samples: list[Sample]) -> None:
        """Whether quantities have a UCUM code, and the most frequent one of their stream."""
        given, units = self.tallies["unit"], self.tallies["same_unit"]
        sizes = Counter(each.unit for each in samples if each.unit not in (NO_UCUM, NO_QUANTITY))
        usual = min(sizes, key=lambda unit: (-sizes[unit], unit), default=0)
        for sample in samples:
            if sample.unit == NO_UCUM:
                given.fails(asked.name, patient, sample.source, sample.place, asked.type)
            elif sample.unit != NO_QUANTITY:
                given.passed(asked.name)
                if sample.unit == usual:
                    units.passed(asked.name)
                else:
                    units.fails(asked.name, patient, sample.source, sample.place, asked.type)
        self.counts["mixed"] += len(sizes) > 1

    def facts(self, links: LinkFacts) -> StreamFacts:
        """All that was seen; called once. links: names sources."""
        found = {name: tally.finish(links) for name, tally in self.tallies.items()}
        return StreamFacts(self._case.name, **found, counts=dict(self.counts), longest=self.longest, delay=self.delay)


def _once(rows: Iterable[Sample]) -> list[Sample]:
    """The rows without those of a resource that was read twice, in the order of their places."""
    found: dict[int, Sample] = {}
    for sample in sorted(rows, key=lambda each: (each.source, each.place)):
        found.setdefault(sample.identity, sample)
    return list(found.values())
