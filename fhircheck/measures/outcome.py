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

    bulk: all but the first of the failing, counted where none of their places would be kept.
    """

    __slots__ = ("bulk", "counted", "failing")

    def __init__(self, items: Iterable[Item], counts: tuple[tuple[tuple[str, ...], int], ...] = ()) -> None:
        found = list(items)
        told = [(path, True) for path, _, passed in found if passed]
        unknown = sum(passed is None for _, _, passed in found)
        self.failing = tuple((path, where) for path, where, passed in found if passed is False)
        self.counted = Contribution(summed(told), unknown, counts) if told or unknown or counts else None
        more = [(path, False) for path, _ in self.failing[1:]]
        self.bulk = Contribution(summed(more)) if more else None


NOTHING = Outcome(())


def count_outcome(outcome: Outcome, seen: "Seen", tally: Tally) -> None:
    """Count what `outcome` says of the resource."""
    if outcome.counted is not None:
        tally.repeat(outcome.counted)
    if outcome.failing:
        count_failing(outcome, seen, tally)


def count_failing(outcome: Outcome, seen: "Seen", tally: Tally) -> None:
    """Count the items that fail, of which there are some."""
    failing = outcome.failing
    if may_keep(tally, seen):
        for path, where in failing:
            tally.count(path, False, seen.place(where))
        return
    tally.count(failing[0][0], False)
    if outcome.bulk is not None:
        tally.repeat(outcome.bulk)


def may_keep(tally: Tally, seen: "Seen") -> bool:
    """Whether a place in this record could be among the examples; if not, none need be made."""
    examples = tally.examples
    return len(examples) < EXAMPLES or (seen.checked.source, seen.checked.record) <= examples[-1][:2]


def note_failing(seen: "Seen", tally: Tally) -> None:
    """Note that an item of the resource failed: the resource, and the patient it is about."""
    tally.failing = False
    tally.resources_failed += 1
    if seen.patient:
        tally.patients_failed.add(seen.patient)
