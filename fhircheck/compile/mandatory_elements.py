"""Which elements a compiled profile demands of every instance (conformance-rules.html#cardinality)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fhircheck.compile.compiled_profile import CompiledElement, CompiledProfile
from fhircheck.compile.shape import slots_of_element


@dataclass(frozen=True, slots=True)
class MandatoryElements:
    """always: ids demanded of every instance. within: JSON name of an element that may be left out -> the ids demanded
    where it is there. Elements below others that may be left out are in neither."""

    always: tuple[str, ...]
    within: dict[str, tuple[str, ...]]

    def of(self, names: Iterable[str]) -> tuple[str, ...]:
        """The ids demanded of an instance with these JSON names."""
        found = list(self.always)
        for name in names:
            found += self.within.get(name, ())
        return tuple(dict.fromkeys(found))


def mandatory_elements(profile: CompiledProfile) -> MandatoryElements:
    """What `profile` demands: what has min >= 1 in it, slices included, as far as the element around it is there."""
    always: list[str] = []
    within: dict[str, tuple[str, ...]] = {}
    for child in profile.root.children:
        always += _slices(child)
        if child.minimum:
            always += (child.id, *_below(child))
        elif inner := tuple(_below(child)):
            within.update((name, inner) for name in slots_of_element(child))
        for each in _by_type(child):
            for name in slots_of_element(each):
                within[name] = (*within.get(name, ()), *_below(each))
    return MandatoryElements(tuple(dict.fromkeys(always)), within)


def _by_type(element: CompiledElement) -> Iterator[CompiledElement]:
    """The slices of a choice that stand for one type each and may be left out: the JSON name tells which is there."""
    rules = element.slicing
    if element.choice and rules is not None and set(rules.discriminators) == {("type", "$this")}:
        yield from (each for each in element.slices if not each.minimum and len(each.types) == 1)


def _below(element: CompiledElement) -> Iterator[str]:
    """Ids of what is demanded below an element that is there."""
    for child in element.children:
        if child.minimum:
            yield child.id
            yield from _below(child)
        yield from _slices(child)


def _slices(element: CompiledElement) -> Iterator[str]:
    """Ids of the slices of `element` that are demanded, and of what is demanded below them."""
    for each in element.slices:
        if each.minimum:
            yield each.id
            yield from _below(each)
            yield from _slices(each)
