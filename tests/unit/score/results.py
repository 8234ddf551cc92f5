"""Results of measures with given counts, as scores are made from them."""

from fhircheck.measures import MEASURES
from fhircheck.model.report import MeasureResult, Status


def result(
    name: str, passed: int, failed: int, unknown: int = 0, status: Status = "passed", **more: object
) -> MeasureResult:
    """A result of a measure of the catalogue; a score looks at counts, limits and silent statuses only."""
    limit = MEASURES[name].threshold
    return MeasureResult(
        name,
        "",
        "",
        "",
        "ai-readiness",
        status,
        passed,
        passed + failed,
        unknown,
        limit,
        **more,  # type: ignore[arg-type]
    )
