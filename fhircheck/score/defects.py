"""Which failing items an action is about: all of a measure, those of some paths, or of some types of finding."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from fhircheck.model.report import IssueGroup, MeasureResult
from fhircheck.score.action_table import ActionEntry, action_table

SHOWN_PATHS = 5


@dataclass(frozen=True, slots=True)
class Defect:
    """Failing items of one measure that one action mends: at least `fewest`, at most `most`.

    cases: how many of them by use case, for a measure that scores count within use cases only; else empty.
    """

    entry: ActionEntry
    fewest: int
    most: int
    where: tuple[tuple[str, int], ...] = ()
    kinds: tuple[str, ...] = ()
    cases: Mapping[str, int] = field(default_factory=dict)


def defects(result: MeasureResult, groups: Iterable[IssueGroup]) -> Iterator[Defect]:
    """The defects of a measure that has failing items, one for each entry of the table that is about some of them."""
    failing = result.denominator - result.numerator
    entries = [each for each in action_table() if each.measure == result.name]
    if not failing or not entries:
        return
    if any(each.kinds for each in entries):
        yield from _by_kind(entries, failing, groups)
    else:
        yield from _by_path(entries, result, failing)


def _by_path(entries: list[ActionEntry], result: MeasureResult, failing: int) -> Iterator[Defect]:
    """Each path goes to the first entry that takes it; what is left, also without a path, to the one without paths."""
    rest = failing
    there = {path: judged - passed for path, passed, judged in result.by if judged > passed}
    for entry in sorted(entries, key=lambda each: not each.paths):
        own = {path: count for path, count in there.items() if entry.takes_path(path) or not entry.paths}
        there = {path: count for path, count in there.items() if path not in own}
        count = min(sum(own.values()), rest) if entry.paths else rest
        rest -= count
        if count:
            worst = sorted(own.items(), key=lambda each: (-each[1], each[0]))
            yield Defect(entry, count, count, tuple(worst[:SHOWN_PATHS]))


def _by_kind(entries: list[ActionEntry], failing: int, groups: Iterable[IssueGroup]) -> Iterator[Defect]:
    """Resources with errors, by type of error. One may have several: how many one action frees is an interval."""
    found: dict[str, Counter[str]] = {each.name: Counter() for each in entries}
    for group in groups:
        if group.severity in ("fatal", "error"):
            entry = next(
                (each for each in entries if each.takes_kind(group.kind)),
                next(each for each in entries if not each.kinds),
            )
            found[entry.name][group.kind] += group.resources
    every = sum(each.total() for each in found.values())
    for entry in entries:
        kinds = found[entry.name]
        most = min(kinds.total(), failing)
        if most:
            fewest = max(0, failing - (every - kinds.total()))
            yield Defect(entry, min(fewest, most), most, (), tuple(name for name, _ in kinds.most_common(SHOWN_PATHS)))
    if not every:
        rest = next(each for each in entries if not each.kinds)
        yield Defect(rest, failing, failing)


def defects_of_cases(name: str, results: Mapping[str, MeasureResult]) -> Iterator[Defect]:
    """The defect of measure `name` as use cases have it, counted by case; results: its result in each of them."""
    failing = {case: each.denominator - each.numerator for case, each in sorted(results.items())}
    failing = {case: count for case, count in failing.items() if count}
    entry = next((each for each in action_table() if each.measure == name and not each.paths and not each.kinds), None)
    if entry is None or not failing:
        return
    where: Counter[str] = Counter()
    for each in results.values():
        where.update({path: judged - passed for path, passed, judged in each.by if judged > passed})
    worst = sorted(where.items(), key=lambda each: (-each[1], each[0]))
    count = sum(failing.values())
    yield Defect(entry, count, count, tuple(worst[:SHOWN_PATHS]), cases=failing)
