"""Results of measures with given counts, as scores are made from them."""

from fhircheck.model.report import MeasureResult, Status
from fhircheck.score.outside import described


def result(
    name: str, passed: int, failed: int, unknown: int = 0, status: Status = "passed", **more: object
) -> MeasureResult:
    """A result of a measure of the catalogue; a score looks at counts, limits and silent statuses only."""
    entry = described(name)
    assert entry is not None, name
    limit = entry.threshold
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
