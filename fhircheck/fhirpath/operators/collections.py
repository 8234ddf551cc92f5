"""``|``, ``in``, ``contains`` (http://hl7.org/fhirpath/N1/#collections)."""

from fhircheck.fhirpath.environment import MAX_ITEMS
from fhircheck.fhirpath.errors import FhirPathError, TooMuch
from fhircheck.fhirpath.item import Item, boolean
from fhircheck.fhirpath.operators.equality import item_key, same_item
from fhircheck.fhirpath.quantity import Quantity


class Seen:
    """Items looked up by equality: by their key, and one by one for quantities, whose units may differ."""

    def __init__(self, items: list[Item] | None = None) -> None:
        self._keys: set[object] = set()
        self._quantities: list[Item] = []
        for item in items or ():
            self.add(item)

    def add(self, item: Item) -> bool:
        """Add an item; whether it is new."""
        if item in self:
            return False
        if item.plain.__class__ is Quantity:
            self._quantities.append(item)
        else:
            self._keys.add(item_key(item))
        return True

    def __contains__(self, item: Item) -> bool:
        if item.plain.__class__ is Quantity:
            return any(same_item(item, each) for each in self._quantities)
        return item_key(item) in self._keys


def distinct(items: list[Item]) -> list[Item]:
    """`items` without those equal to an earlier one."""
    if len(items) < 2:
        return items
    seen = Seen()
    return [each for each in items if seen.add(each)]


def union(left: list[Item], right: list[Item]) -> list[Item]:
    """``left | right``: both without duplicates."""
    if len(left) + len(right) > MAX_ITEMS:
        raise TooMuch(f"a collection of more than {MAX_ITEMS} items")
    return distinct([*left, *right])


def is_in(left: list[Item], right: list[Item]) -> list[Item]:
    """``left in right``"""
    if not left:
        return []
    if len(left) > 1:
        raise FhirPathError("'in' takes one item on its left side")
    return boolean(bool(right) and left[0] in Seen(right))


def contains(left: list[Item], right: list[Item]) -> list[Item]:
    """``left contains right``"""
    if not right:
        return []
    if len(right) > 1:
        raise FhirPathError("'contains' takes one item on its right side")
    return boolean(bool(left) and right[0] in Seen(left))
