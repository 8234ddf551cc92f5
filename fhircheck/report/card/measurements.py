"""What a card says of quality: one measurement for each measure that was judged, by its share."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from fhircheck.measures import MEASURES
from fhircheck.model.report import MeasureResult, RunReport
from fhircheck.model.small_cells import share_of
from fhircheck.report.measure_definition import canonical
from fhircheck.report.numbers import rounded

SMALLEST = 10
"""Fewer people are not told; see model/small_cells."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A dqv:QualityMeasurement. metric: URL. value: the share that passes. dimension: Kahn's category."""

    name: str
    metric: str
    value: float
    label: str
    definition: str
    dimension: str
    comment: str


def measurements(report: RunReport) -> Iterator[Measurement]:
    """Those measures of which at least one item was judged; none that would tell of fewer than SMALLEST people."""
    for result in report.measures:
        share = result.share
        if share is not None and not _small(result):
            yield _measurement(result, share)


def _small(result: MeasureResult) -> bool:
    """Whether the items are people, and those that pass or fail so few that a card, which goes out, is silent."""
    people = "per patient" in MEASURES[result.name].formula
    return people and share_of(result.numerator, result.denominator, SMALLEST) is None


def _measurement(result: MeasureResult, share: Fraction) -> Measurement:
    entry = MEASURES[result.name]
    comment = f"{result.status}: {result.numerator} of {result.denominator} judged items pass"
    if result.cannot_tell:
        comment += f"; {result.cannot_tell} could not be judged"
    return Measurement(
        result.name,
        canonical(result.name),
        rounded(share),
        f"{result.code} {result.name}",
        f"{entry.summary} {entry.formula}",
        result.category,
        comment,
    )


def period(report: RunReport) -> tuple[str, str] | None:
    """First and last month that the data is of (``YYYY-MM``), where a measure says so."""
    months = {each.name: each.of for result in report.measures for each in result.details}
    first, last = months.get("first-month", ""), months.get("last-month", "")
    return (first, last) if first and last else None
