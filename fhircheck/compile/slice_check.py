"""The slices of one element, linked: which item belongs to which slice, and whether each slice holds."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from fhircheck.assertions import fixed_value
from fhircheck.assertions.assertion import Findings
from fhircheck.assertions.assertion import Spot as Place
from fhircheck.assertions.slicing import AMBIGUOUS, AT_END, CLOSED, ORDER, SLICE_MAX, SLICE_MIN
from fhircheck.compile.compiled_profile import CompiledElement
from fhircheck.compile.discriminator import Discriminators
from fhircheck.compile.discriminator_path import Test, TextTest
from fhircheck.compile.gates import passes
from fhircheck.compile.linked import EXTENSION
from fhircheck.compile.primitive_invariants import PrimitiveInvariants, asked_here
from fhircheck.compile.shape import Explains, Slot, slots_of_element
from fhircheck.model.path import child, item
from fhircheck.model.protocols import Gate

if TYPE_CHECKING:
    from fhircheck.compile.linked import Linked
    from fhircheck.compile.linker import Linker

Node = dict[str, Any]
DEFAULT = "@default"
UNDECIDED = "discriminator"


class Item(NamedTuple):
    """One value of the sliced element: where it stands in its list, the JSON property's slot, what stands beside it."""

    value: Any
    slot: Slot
    position: int
    sibling: Any = None

    @property
    def has_no_value(self) -> bool:
        """Whether it is a primitive that has extensions in place of a value."""
        return self.value is None and self.slot.primitive


class LinkedSlice:
    """One slice: its test, the gate of its items, and its own slices."""

    def __init__(self, element: CompiledElement, test: Test, linked: "Linked", linker: "Linker") -> None:
        self.element = element
        self.test = test
        self.inner = SliceCheck(element, linked, linker) if element.slices else None
        self._linked = linked
        self._linker = linker
        self._gates: dict[str, Gate] = {}
        self._invariants = PrimitiveInvariants(element, linker)

    def slot(self, code: str) -> Slot:
        """The slot that an item of type `code` has as this slice."""
        type_ = next((each for each in self.element.types if each.code == code), None)
        return Slot(self.element, type_ or (self.element.types[0] if len(self.element.types) == 1 else None))

    def holds(self, member: "Item") -> bool:
        """Whether an item is sound as this slice; a primitive without a value is held to its invariants alone."""
        code = member.slot.type.code if member.slot.type else ""
        slot = self.slot(code)
        if asked_here(slot) and not self._invariants.one_holds(member.value, member.sibling, slot):
            return False
        if fixed_value.NAME in self.element.facets and fixed_value.extended(member.value, member.sibling):
            return False
        return member.has_no_value or passes(self.gate(code), member.value)

    def explain(self, member: "Item", place: Place, findings: Findings, explainer: Explains) -> None:
        """Report what is wrong with an item as this slice."""
        slot = self.slot(member.slot.type.code if member.slot.type else "")
        if not member.has_no_value:
            explainer.value(member.value, slot, self._linked, place.expression, findings)
        if asked_here(slot):
            self._invariants.explain_one(member.value, member.sibling, slot, place)
        if fixed_value.NAME in self.element.facets:
            fixed_value.explain_extended(member.value, member.sibling, place)

    def gate(self, code: str) -> Gate:
        """The gate of an item of type `code`."""
        gate = self._gates.get(code)
        if gate is None:
            gate = self._linker.item_gate(self.slot(code), self._linked)
            if code != EXTENSION:  # what is costly about these is remembered by itself
                gate = self._linker.answers.remembering(gate)
            self._gates[code] = gate
        return gate


class Sorted(NamedTuple):
    """How the items of one node fall into the slices. uncertain: slices that some item may belong to."""

    members: list[list[Item]]
    unmatched: list[Item]
    ambiguous: list[tuple[Item, list[LinkedSlice]]]
    misplaced: list[tuple[Item, LinkedSlice]]
    before_end: list[Item]
    uncertain: set[int]


def _is_read(value: Any, slot: Slot) -> bool:
    """Whether `value` has the form of its type: what has not is no item of a slice."""
    if value is None:
        return slot.primitive
    return value.__class__ not in (dict, list) if slot.primitive else value.__class__ is dict


class SliceCheck:
    """All slices of one element."""

    def __init__(self, element: CompiledElement, linked: "Linked", linker: "Linker") -> None:
        self._element = element
        self._linked = linked
        self._linker = linker
        self._slots = slots_of_element(element)
        self._made: list[LinkedSlice] | None = None
        self._by_text: dict[str, list[int]] | None = None

    @property
    def slices(self) -> list[LinkedSlice]:
        """The slices, linked when they are first needed."""
        if self._made is None:
            rules = self._element.slicing
            discriminators = Discriminators(self._linker)
            self._made = []
            for each in self._element.slices:
                test = discriminators.test(each, self._linked, rules.discriminators if rules else ())
                self._made.append(LinkedSlice(each, test, self._linked, self._linker))
            self._by_text = _by_text(self._made)
        return self._made

    def holds(self, node: Any) -> bool:
        """Whether all slices hold in the object `node`."""
        return self._all_hold(list(self._items(node)))

    def _all_hold(self, items: list[Item]) -> bool:
        found = self._sorted(items)
        if found.ambiguous or found.misplaced or found.before_end or (found.unmatched and self._closed):
            return False
        for number, each in enumerate(self.slices):
            members = found.members[number]
            element = each.element
            if len(members) < element.minimum and number not in found.uncertain:
                return False
            if element.maximum is not None and len(members) > element.maximum:
                return False
            for member in members:
                if not each.holds(member):
                    return False
            inner = each.inner if members or number not in found.uncertain else None
            if inner is not None and not inner._all_hold(members):
                return False
        return True

    @property
    def _closed(self) -> bool:
        return self._element.slicing is not None and self._element.slicing.rules == "closed"

    def _items(self, node: Any) -> Iterator[Item]:
        if node.__class__ is not dict:
            return
        for name, slot in self._slots.items():
            value, sibling = node.get(name), node.get(f"_{name}") if slot.primitive else None
            if not slot.element.repeats:
                if (value is not None or sibling is not None) and _is_read(value, slot):
                    yield Item(value, slot, -1, sibling)
            elif value.__class__ is list:
                beside = sibling if sibling.__class__ is list else []
                for index, each in enumerate(value):
                    if each is not None:
                        yield Item(each, slot, index, beside[index] if index < len(beside) else None)

    def _sorted(self, items: list[Item]) -> Sorted:
        slices = self.slices
        default = next((number for number, each in enumerate(slices) if each.element.slice == DEFAULT), None)
        found = Sorted([[] for _ in slices], [], [], [], [], set())
        rules = self._element.slicing
        last, pending = -1, []
        for each in items:
            matched, unsure = self._matching(each, slices)
            found.uncertain.update(unsure)
            if not matched:
                if default is not None and not unsure:
                    found.members[default].append(each)
                elif not unsure:
                    found.unmatched.append(each)
                    pending.append(each)
                continue
            if len(matched) > 1:
                found.ambiguous.append((each, [slices[number] for number in matched]))
            found.members[matched[0]].append(each)
            if rules and rules.rules == "openAtEnd":
                found.before_end.extend(pending)
                pending = []
            if rules and rules.ordered and matched[0] < last:
                found.misplaced.append((each, slices[matched[0]]))
            last = matched[0]
        return found

    def _matching(self, each: Item, slices: list[LinkedSlice]) -> tuple[list[int], list[int]]:
        """Numbers of the slices that an item belongs to, and of those where it cannot be told."""
        matched, unsure = [], []
        code = each.slot.type.code if each.slot.type else ""
        if self._by_text is not None:
            test = slices[0].test
            texts = test.found(each.value, code) if isinstance(test, TextTest) else ()
            return sorted({number for text in texts for number in self._by_text.get(text, ())}), []
        for number, slice_ in enumerate(slices):
            if slice_.element.slice == DEFAULT:
                continue
            answer = slice_.test(each.value, code)
            if answer:
                matched.append(number)
            elif answer is None:
                unsure.append(number)
                self._linker.around.undecided(UNDECIDED, slice_.element.id)
        return matched, unsure

    def explain(self, node: Any, expression: str, findings: Findings, explainer: Explains) -> None:
        """Report what does not hold in the object `node` at `expression`."""
        self._explain(list(self._items(node)), expression, findings, explainer)

    def _explain(self, items: list[Item], expression: str, findings: Findings, explainer: Explains) -> None:
        found = self._sorted(items)
        shown = self._element.id.partition(".")[2] or self._element.id
        for each in [*found.unmatched, *self._refused(found)] if self._closed else ():
            self._place(each, expression, self._element, findings).add(CLOSED, element=shown)
        for each in found.before_end:
            self._place(each, expression, self._element, findings).add(AT_END, element=shown)
        for each, slice_ in found.misplaced:
            place = self._place(each, expression, slice_.element, findings)
            place.add(ORDER, slice=slice_.element.slice, element=shown)
        for each, several in found.ambiguous:
            names = ", ".join(slice_.element.slice for slice_ in several)
            self._place(each, expression, self._element, findings).add(AMBIGUOUS, slices=names, element=shown)
        for number, slice_ in enumerate(self.slices):
            members = found.members[number]
            if self._closed and self._never(slice_):
                continue
            self._count(slice_.element, len(members), number in found.uncertain, Place(expression, "", findings))
            for each in members:
                place = self._place(each, expression, slice_.element, findings)
                slice_.explain(each, place, findings, explainer)
            if slice_.inner is not None and (members or number not in found.uncertain):
                slice_.inner._explain(members, expression, findings, explainer)

    def _never(self, slice_: LinkedSlice) -> bool:
        """Whether no item is to be `slice_`, told by the item itself: where only slices are allowed it has none."""
        rules = self._element.slicing
        return (
            slice_.element.maximum == 0
            and rules is not None
            and {path for _, path in rules.discriminators} == {"$this"}
        )

    def _refused(self, found: Sorted) -> list[Item]:
        """Items of slices that no item is to be."""
        return [one for number, each in enumerate(self.slices) if self._never(each) for one in found.members[number]]

    def _count(self, element: CompiledElement, count: int, uncertain: bool, place: Place) -> None:
        """Too few or too many items of one slice: said at the object that holds them."""
        label, place = element.id.partition(".")[2], place._replace(definition=element.id)
        if count < element.minimum and not uncertain:
            place.add(SLICE_MIN, slice=label, minimum=element.minimum, found=count)
        elif element.maximum is not None and count > element.maximum:
            place.add(SLICE_MAX, slice=label, maximum=element.maximum, found=count)

    def _place(self, each: Item, expression: str, element: CompiledElement, findings: Findings) -> Place:
        place = child(expression, each.slot.step)
        return Place(item(place, each.position) if each.position >= 0 else place, element.id, findings)


def _by_text(slices: list[LinkedSlice]) -> dict[str, list[int]] | None:
    """Text -> numbers of the slices that ask for it, where all slices ask for texts at the same path; else None."""
    tests = [each.test for each in slices if isinstance(each.test, TextTest)]
    if not tests or len(tests) < len(slices) or any(each.steps != tests[0].steps for each in tests):
        return None
    found: dict[str, list[int]] = {}
    for number, test in enumerate(tests):
        for text in test.texts:
            found.setdefault(text, []).append(number)
    return found
