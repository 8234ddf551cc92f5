"""Median and quartiles as details of a result."""

from fhircheck.model.quantiles import ERROR, Quantiles
from fhircheck.model.report import Detail


def quartiles(name: str, numbers: Quantiles, unit: str, of: str = "") -> tuple[Detail, ...]:
    """``NAME-median`` and both quartiles with their error; none where there are no numbers."""
    if not len(numbers):
        return ()
    parts = (("lower-quartile", 0.25), ("median", 0.5), ("upper-quartile", 0.75))
    return tuple(Detail(f"{name}-{part}", numbers.quantile(share), unit, of, ERROR) for part, share in parts)
