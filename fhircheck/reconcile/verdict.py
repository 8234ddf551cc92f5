"""What follows from a comparison: complete, not complete, or it could not be told; and the exit code."""

from fhircheck.model.reconcile import ComparisonVerdict, ReconcileReport

CLEAN, DIFFERENT, COULD_NOT = 0, 1, 3


def verdict(report: ReconcileReport | None, fail_on: str) -> ComparisonVerdict:
    """The verdict over `report`; without one nothing could be told.

    Complete: nothing is missing, changed or has lost its target; AFTER may hold more. Not everything read, or nothing
    at all: it could not be told, whatever else is found.
    """
    if report is None:
        return ComparisonVerdict("could-not-tell", COULD_NOT)
    blind = _blind(report)
    total, lost = report.counts, report.references.lost
    found = (("missing", total.missing), ("missing-copies", total.missing_copies), ("changed", total.changed),
             ("references-lost", lost), ("extra", total.extra), ("extra-copies", total.extra_copies))  # fmt: skip
    differing = tuple((name, number) for name, number in found if number)
    worst = {name for name, _ in differing}
    level = {
        "any": bool(worst),
        "changed": bool(worst & {"missing", "missing-copies", "changed", "references-lost"}),
        "missing": bool(worst & {"missing", "missing-copies", "references-lost"}),
        "never": False,
    }
    if blind:
        return ComparisonVerdict("could-not-tell", COULD_NOT, (*blind, *differing))
    incomplete = worst & {"missing", "missing-copies", "changed", "references-lost"}
    outcome = "not-complete" if incomplete else "complete"
    return ComparisonVerdict(outcome, DIFFERENT if level[fail_on] else CLEAN, differing)  # type: ignore[arg-type]


def _blind(report: ReconcileReport) -> tuple[tuple[str, int], ...]:
    """What was not read, or not whole."""
    sides = (("before", report.before), ("after", report.after))
    nothing = tuple((f"nothing-{name}", 0) for name, side in sides if not side.resources)
    both = nothing if len(nothing) == 2 or any(not side.resources and side.unread for _, side in sides) else ()
    unread = tuple((f"unread-{name}", sum(count for _, count, _ in side.unread)) for name, side in sides if side.unread)
    return (*both, *unread)
