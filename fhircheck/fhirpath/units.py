"""UCUM units in base units, by the library ucumvert, which is loaded when two different units meet."""

from decimal import Context, Decimal, DecimalException
from functools import lru_cache
from typing import Any, NamedTuple

_ROUND = Context(prec=12)


class BaseUnits(NamedTuple):
    """A unit as multiple of base units, with an offset (Celsius). dimension: what it measures, for comparison."""

    factor: Decimal
    offset: Decimal
    dimension: tuple[tuple[str, float], ...]

    def of(self, value: Decimal) -> Decimal:
        """`value` in base units, to twelve digits: conversion factors are not known to more."""
        return _ROUND.plus(value * self.factor + self.offset).normalize()

    def back(self, value: Decimal) -> Decimal:
        """A value in base units in this unit."""
        return _ROUND.plus((value - self.offset) / self.factor)


@lru_cache(1)
def _registry() -> Any:
    import logging

    logging.getLogger("pint").setLevel(logging.ERROR)
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry()


@lru_cache(1_000)
def in_base_units(code: str) -> BaseUnits | None:
    """What the UCUM code means, None where it is no valid code."""
    if code == "1" or not code:
        return BaseUnits(Decimal(1), Decimal(0), ())
    if len(code) > 100 or not code.isascii():
        return None
    try:
        one = _registry().from_ucum(code)
        low, high = (_magnitude(one, number) for number in (0, 1))
        dimension = tuple(sorted((name, float(power)) for name, power in dict(one.dimensionality).items()))
        factor = _ROUND.create_decimal(repr(high - low))
        return BaseUnits(factor, _ROUND.create_decimal(repr(low)), dimension)
    except (DecimalException, ArithmeticError, ValueError, TypeError, AttributeError, LookupError):
        return None
    except Exception as fault:  # the library's parser and registry have many error types of their own
        if type(fault).__module__.partition(".")[0] in ("ucumvert", "pint", "lark"):
            return None
        raise


def _magnitude(unit: Any, number: int) -> float:
    scaled = type(unit)(float(number) * (unit.magnitude or 1), unit.units)
    return float(scaled.to_base_units().magnitude)
