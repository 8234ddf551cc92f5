"""How many of one UCUM unit are one of another (http://unitsofmeasure.org), by the library ucumvert."""

from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

CANNOT_TELL: Final = "cannot-tell"


@lru_cache(1_000)
def factor_between(unit: str, other: str) -> Any:
    """One `unit` in `other` as Decimal; None where they measure different things; CANNOT_TELL where a unit is
    none, or one with an offset (Cel) or a logarithm, for which there is no factor."""
    try:
        from ucumvert import PintUcumRegistry
    except ImportError:
        return CANNOT_TELL
    registry = _registry(PintUcumRegistry)
    try:
        left, right = registry.from_ucum(unit), registry.from_ucum(other)
        if left.dimensionality != right.dimensionality:
            return None
        zero = (0 * left.units).to(right.units).magnitude
        return CANNOT_TELL if zero else Decimal(str(left.to(right.units).magnitude / right.magnitude))
    except Exception:  # the library has no exception of its own for a text that is no unit
        return CANNOT_TELL


@lru_cache(1)
def _registry(make: Any) -> Any:
    return make()
