"""What a UCUM unit measures and how it converts: prepared for common units, by the library ucumvert for the others."""

import re
from collections.abc import Mapping
from decimal import Context, Decimal, DecimalException
from typing import NamedTuple

_ROUND = Context(prec=12)
_ANNOTATION = re.compile(r"\{[^{}]*\}")
_ARBITRARY = re.compile(r"\[(?:iU|IU|[A-Za-z'-]*'U|PFU|FFU|CFU|CCID_50|TCID_50|EID_50|BAU|PNU|IR|Lf)\]")
_LOGARITHMIC = re.compile(r"\[pH\]|(?<![A-Za-z])[a-z]{0,2}(?:B(?:\[|(?![A-Za-z]))|Np)|\[m/s2/Hz|\[p'diop\]|%\[slope\]")
_BARE = re.compile(r"(^|[./(])(?=$|[./)])")
ALONE = "alone:"


class Meaning(NamedTuple):
    """factor and offset: value * factor + offset is the value in base units. dimension: what it measures.

    Two units are commensurable where their dimensions are the same text. Arbitrary units ([iU]) and logarithmic ones
    ([pH]) stand for themselves alone, as UCUM says (sections 24 and 21).
    """

    dimension: str
    factor: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)

    def bound_in(self, bound: Decimal, other: "Meaning") -> Decimal:
        """`bound`, given in this unit, in the unit `other` of the same dimension, to twelve digits."""
        return _ROUND.plus((bound * self.factor + self.offset - other.offset) / other.factor)


def meaning_of(code: str, prepared: Mapping[str, Meaning]) -> Meaning | None:
    """What the UCUM code means; None where it is no valid one. `prepared`: answers known beforehand, by bare code."""
    bare = without_annotations(code)
    found = prepared.get(bare)
    return found if found is not None else _looked_up(bare)


def without_annotations(code: str) -> str:
    """The code without what stands in braces, which has no meaning (UCUM section 6): {beats}/min is /min."""
    if "{" not in code:
        return code
    bare = _BARE.sub(r"\g<1>1", _ANNOTATION.sub("", code))
    return bare[1:] if bare.startswith("1/") else bare


def _looked_up(code: str) -> Meaning | None:
    if _LOGARITHMIC.search(code):
        return Meaning(ALONE + code)
    from fhircheck.fhirpath.units import in_base_units

    try:
        found = in_base_units(code)
        if found is None or not found.factor:
            return None
        kinds = "".join(sorted(set(_ARBITRARY.findall(code)))).replace("[IU]", "[iU]")
        dimension = ".".join(f"{name}{power:g}" for name, power in found.dimension)
        return Meaning(kinds + dimension, found.factor, found.offset)
    except (DecimalException, ArithmeticError):
        return None
