"""Three-valued boolean logic (http://hl7.org/fhirpath/N1/#boolean-logic).

The right operand is looked at only where the left one does not decide; where the left one cannot be told, the right
one may still decide.
"""

from collections.abc import Callable

from fhircheck.fhirpath.environment import Frame
from fhircheck.fhirpath.errors import CannotTell, FhirPathError
from fhircheck.fhirpath.item import Item, boolean

Compiled = Callable[[Frame], list[Item]]


def single_boolean(items: list[Item]) -> bool | None:
    """The boolean that `items` mean: a single item that is no boolean means true, none means empty.

    Raises FhirPathError for more than one item
    (http://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections).
    """
    if not items:
        return None
    if len(items) > 1:
        raise FhirPathError("one boolean expected, not several items")
    value = items[0].plain
    return value if value.__class__ is bool else True


def criterion(items: list[Item]) -> bool:
    """The same for a criterion and for an invariant, where empty is false and several items are true, as the
    reference has it."""
    if len(items) == 1:
        value = items[0].plain
        return bool(value) if value.__class__ is bool else True
    return bool(items)


def both(left: Compiled, right: Compiled) -> Compiled:
    """``left and right``"""
    return _lazy(left, right, False, lambda one, two: False if two is False else None if one is None else two)


def either(left: Compiled, right: Compiled) -> Compiled:
    """``left or right``"""
    return _lazy(left, right, True, lambda one, two: True if two else None if one is None else two)


def implied(left: Compiled, right: Compiled) -> Compiled:
    """``left implies right``"""

    def implies(one: bool | None, two: bool | None) -> bool | None:
        return True if two else None if one is None else two

    def run(frame: Frame) -> list[Item]:
        try:
            one = single_boolean(left(frame))
        except CannotTell:
            if single_boolean(right(frame)):
                return boolean(True)
            raise
        return boolean(True if one is False else implies(one, single_boolean(right(frame))))

    return run


def _lazy(
    left: Compiled, right: Compiled, deciding: bool, both_known: Callable[[bool | None, bool | None], bool | None]
) -> Compiled:
    def run(frame: Frame) -> list[Item]:
        try:
            one = single_boolean(left(frame))
        except CannotTell:
            if single_boolean(right(frame)) is deciding:
                return boolean(deciding)
            raise
        if one is deciding:
            return boolean(deciding)
        return boolean(both_known(one, single_boolean(right(frame))))

    return run


def exclusive(left: Compiled, right: Compiled) -> Compiled:
    """``left xor right``"""

    def run(frame: Frame) -> list[Item]:
        one, two = single_boolean(left(frame)), single_boolean(right(frame))
        return boolean(None if one is None or two is None else one is not two)

    return run


LOGIC: dict[str, Callable[[Compiled, Compiled], Compiled]] = {
    "and": both,
    "or": either,
    "xor": exclusive,
    "implies": implied,
}
