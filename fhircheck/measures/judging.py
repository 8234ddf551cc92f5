"""After everything was merged: from what was counted to a status."""

from math import sqrt
from typing import TYPE_CHECKING

from fhircheck.measures.counted_measure import CountedMeasure
from fhircheck.model.facts import Tally
from fhircheck.model.link_facts import LinkFacts
from fhircheck.model.protocols import Conformance
from fhircheck.model.report import MeasureResult, Status, Threshold

if TYPE_CHECKING:
    from fhircheck.resolve.links import LinkVerdicts

REFERENCES = "reference-resolves"
_Z = 1.959963984540054
"""97.5 % quantile of the normal distribution."""


def judge(
    measure: CountedMeasure, tally: Tally | None, links: LinkFacts, sampled: bool, conformance: Conformance | None
) -> MeasureResult:
    """The result of one measure from all that was counted for it."""
    reason = ""
    if measure.name == REFERENCES:
        verdicts = _links(links, sampled, conformance)
        tally, reason = verdicts.tally, _links_in_words(verdicts, sampled)
    tally = tally or Tally()
    return MeasureResult(
        name=measure.name,
        category=measure.category.value,
        subcategory=measure.subcategory.value,
        context=measure.context.value,
        dimension=measure.dimension,
        status=status_of(tally, measure.threshold),
        numerator=tally.numerator,
        denominator=tally.denominator,
        cannot_tell=tally.cannot_tell,
        threshold=measure.threshold,
        by=tuple((path, passed, judged) for path, (passed, judged) in sorted(tally.by.items())),
        examples=tuple(tally.examples),
        resources_failed=tally.resources_failed,
        interval=wilson(tally.numerator, tally.denominator) if sampled and tally.denominator else None,
        reason=reason,
    )


def status_of(tally: Tally, threshold: Threshold | None) -> Status:
    """passed or failed by the share of judged items; what could not be judged never makes it pass."""
    if not tally.denominator:
        return "cannot-tell" if tally.cannot_tell else "not-applicable"
    if threshold is None:
        return "informational"
    failing = tally.denominator - tally.numerator
    return "passed" if failing <= threshold.maximum_failing * tally.denominator else "failed"


def wilson(passed: int, judged: int) -> tuple[float, float]:
    """95 % score interval of a share (Wilson 1927, J Am Stat Assoc 22:209-212)."""
    share, square = passed / judged, _Z * _Z
    middle = (share + square / (2 * judged)) / (1 + square / judged)
    half = _Z * sqrt(share * (1 - share) / judged + square / (4 * judged * judged)) / (1 + square / judged)
    low = 0.0 if passed == 0 else max(0.0, middle - half)
    high = 1.0 if passed == judged else min(1.0, middle + half)
    return low, high


def _links(links: LinkFacts, sampled: bool, conformance: Conformance | None) -> "LinkVerdicts":
    from fhircheck.resolve.links import judge_links
    from fhircheck.resolve.target_types import TargetTypes

    if conformance is None:
        from fhircheck.definitions.definition_set import load_definitions

        conformance = load_definitions()
    return judge_links(links, TargetTypes(conformance), sampled)


def _links_in_words(verdicts: "LinkVerdicts", sampled: bool) -> str:
    """What is behind the number, as a reason."""
    external = verdicts.external.total()
    if sampled:
        return f"{external} not judged: in a sample the target may have been left out" if external else ""
    parts = (
        (verdicts.unresolved.total(), "lead to nothing in the data"),
        (verdicts.wrong_type.total(), "lead to a resource of a type the element does not allow"),
        (external, "lead outside the data (cannot tell)"),
    )
    return "; ".join(f"{number} {what}" for number, what in parts if number)
