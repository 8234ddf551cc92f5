"""What a measure says of one resource, found once for each shape of it and counted in one step from then on."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from fhircheck.model.contribution import Contribution, summed
from fhircheck.model.facts import EXAMPLES, Tally

if TYPE_CHECKING:
    from fhircheck.measures.seen import Seen

Item = tuple[str, str, bool | None]
"""(path, expression from the resource's type on, whether it passed; None: cannot tell)"""


class Outcome:
    """counted: what passed and what cannot be told. failing: (path, expression) of the items that fail.

    whole: all of it, counted where no place of a failing item would be kept.
    """

    __slots__ = ("counted", "failing", "whole")

    def __init__(self, items: Iterable[Item], counts: tuple[tuple[tuple[str, ...], int], ...] = ()) -> None:
        found = list(items)
        told = [(path, True) for path, _, passed in found if passed]
        unknown = sum(passed is None for _, _, passed in found)
        self.failing = tuple((path, where) for path, where, passed in found if passed is False)
        self.counted = Contribution(summed(told), unknown, counts) if told or unknown or counts else None
        self.whole = self.counted
        if self.failing:
            all_told = summed((path, bool(passed)) for path, _, passed in found if passed is not None)
            self.whole = Contribution(all_told, unknown, counts, resources_failed=1)


NOTHING = Outcome(())


def count_outcome(outcome: Outcome, seen: "Seen", tally: Tally) -> None:
    """Count what `outcome` says of the resource."""
    if not outcome.failing:
        if outcome.counted is not None:
            tally.repeat(outcome.counted)
    elif may_keep(tally, seen):
        if outcome.counted is not None:
            tally.repeat(outcome.counted)
        for path, where in outcome.failing:
            tally.count(path, False, seen.place(where))
    else:
        tally.repeat(outcome.whole)  # type: ignore[arg-type]
        if seen.patient:
            tally.patients_failed.add(seen.patient)


def may_keep(tally: Tally, seen: "Seen") -> bool:
    """Whether a place in this record could be among the examples; if not, none need be made."""
    examples = tally.examples
    if len(examples) < EXAMPLES:
        return True
    last, checked = examples[-1], seen.checked
    source = checked.source
    return checked.record <= last[1] if source == last[0] else source < last[0]


def note_failing(seen: "Seen", tally: Tally) -> None:
    """Note that an item of the resource failed: the resource, and the patient it is about."""
    tally.failing = False
    tally.resources_failed += 1
    if seen.patient:
        tally.patients_failed.add(seen.patient)
