"""A fraction as plain JSON values."""

from fractions import Fraction

from fhircheck.report.numbers import rounded


def share(value: Fraction | None) -> dict[str, int | float] | None:
    """A fraction: exact as two integers, and rounded for reading."""
    if value is None:
        return None
    return {"numerator": value.numerator, "denominator": value.denominator, "value": rounded(value)}
