"""A Shape is one type of JSON object, linked: which properties it has, and its gate.

It belongs to one process: it holds functions. All it is made of is plain data (CompiledElement), and
its properties are linked when they are first met.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from fhircheck.assertions import fixed_value
from fhircheck.assertions.assertion import Findings
from fhircheck.assertions.binding import Binding, says_why
from fhircheck.assertions.primitive_format import GATES
from fhircheck.compile.compiled_profile import CompiledElement, TypeRef
from fhircheck.compile.gates import ALWAYS, Members, Stopped, aligned_values, all_of, list_of, object_gate, without_null
from fhircheck.model.protocols import Gate

PRIMITIVES = GATES.keys()


def NOTHING(value: Any) -> bool:
    """The gate that lets nothing pass, for values of every JSON type."""
    return False


class Slot(NamedTuple):
    """What a JSON property of an object stands for.

    type: the one type it has here (a choice has one slot for each), None for content by reference.
    sibling: whether it is the ``_name`` of a primitive.
    """

    element: CompiledElement
    type: TypeRef | None
    sibling: bool = False

    @property
    def primitive(self) -> bool:
        """Whether its value is a primitive."""
        return self.type is not None and self.type.code in PRIMITIVES

    @property
    def json_name(self) -> str:
        """The JSON property name, without underscore."""
        if not self.element.choice or self.type is None:
            return self.element.name
        return self.element.name + self.type.code[:1].upper() + self.type.code[1:]

    @property
    def step(self) -> str:
        """How a FHIRPath expression names it."""
        if not self.element.choice or self.type is None:
            return self.element.name
        return f"{self.element.name}.ofType({self.type.code})"


def slots_of(element: CompiledElement) -> dict[str, Slot]:
    """JSON property name -> Slot for all properties that the children of `element` allow."""
    slots: dict[str, Slot] = {}
    for child in element.children:
        for name, slot in slots_of_element(child).items():
            slots.setdefault(name, slot)
            if slot.primitive and (not child.bare or child.name == "url"):  # that of an extension may have an id
                slots.setdefault(f"_{name}", slot._replace(sibling=True))
    return slots


def slots_of_element(element: CompiledElement) -> dict[str, Slot]:
    """JSON property name -> Slot for the names that `element` itself can have; siblings are left out."""
    found = (Slot(element, type_) for type_ in element.types or (None,))
    return {slot.json_name: slot for slot in found}


class Explains(Protocol):
    """What reports faults within values (see Explainer)."""

    def value(self, value: Any, slot: Slot, linked: Any, place: str, findings: Findings) -> None: ...

    def object(self, node: Any, shape: "Shape", linked: Any, expression: str, findings: Findings) -> None: ...


class NodeCheck(Protocol):
    """A check of an object that looks at more than one value: slices, or parts of a primitive."""

    def holds(self, node: Any) -> bool: ...

    def explain(self, node: Any, expression: str, findings: Findings, explainer: Explains) -> None: ...


class Shape:
    """One type of object of one profile.

    element: the element whose children are its properties. resource_type: name that resourceType
    must have, empty for what is no resource. profile: canonical of the profile it comes from. checks: those of
    slices and of parts of primitives. partial: the element says only a part of what the object may hold, which
    another Shape says; nor need the object be there. stopped: where the gate said no, lately. required: the children
    that must be there. bounded: id() of those that can be given too often or too seldom. choices: those with ``[x]``.
    counted: id() of all of these. order: id() of each child -> its number.
    """

    __slots__ = (
        "bounded", "checks", "choices", "counted", "element", "gate", "order", "partial", "profile", "required",
        "resource_type", "slots", "stopped",
    )  # fmt: skip

    def __init__(
        self,
        element: CompiledElement,
        resource_type: str,
        profile: str,
        item_gate: Callable[[Slot], Gate],
        sibling_gate: Callable[[], Gate],
        stopped: Stopped,
        checks: Sequence[NodeCheck] = (),
        partial: bool = False,
    ) -> None:
        self.element = element
        self.profile = profile
        self.resource_type = resource_type
        self.checks = tuple(checks)
        self.partial = partial
        self.stopped = stopped
        self.required = tuple(each for each in element.children if each.minimum)
        self.bounded = frozenset(id(each) for each in element.children if _is_bounded(each))
        self.choices = tuple(each for each in element.children if each.choice)
        self.counted = self.bounded | {id(each) for each in (*self.required, *self.choices)}
        self.order = {id(each): number for number, each in enumerate(element.children)}
        self.slots = slots_of(element)
        self.gate = self._checked(self._gate(item_gate, sibling_gate))

    def _checked(self, plain: Gate) -> Gate:
        """`plain` and the checks that look at more than one value."""
        if not self.checks:
            return plain
        return self.stopped.behind(plain, all_of([check.holds for check in self.checks]))

    @property
    def type_name(self) -> str:
        """The type in words: the element's type, or the path for a backbone element."""
        return self.resource_type or (self.element.types[0].code if self.element.types else self.element.id)

    def choice_names(self, element: CompiledElement) -> dict[str, str]:
        """JSON name (also with underscore) -> JSON name without it, for the choice `element`."""
        return {name: slot.json_name for name, slot in self.slots.items() if slot.element is element}

    def _gate(self, item_gate: Callable[[Slot], Gate], sibling_gate: Callable[[], Gate]) -> Gate:
        slots = self.slots

        def build(name: str) -> Gate | None:
            if name == "resourceType" and self.resource_type:
                return frozenset((self.resource_type,)).__contains__
            slot = slots.get(name)
            if slot is None and self.partial:
                return ALWAYS
            if slot is None or slot.element.maximum == 0:
                return None
            if slot.sibling and _is_asked_beside(slot.element):
                return NOTHING  # see `_together`, `_beside`
            item = sibling_gate() if slot.sibling else item_gate(slot)
            element = slot.element
            if not element.repeats:
                return item
            gate = list_of(item, element.minimum, element.maximum)
            return without_null(gate) if slot.primitive and not slot.sibling else gate

        together = {}
        for name, slot in slots.items():
            if slot.element.repeats and slot.primitive and slot.element.maximum != 0:
                together[name] = self._together(slot, item_gate, sibling_gate)
            elif slot.sibling and _is_asked_beside(slot.element):
                together[name] = _beside(slot.element, name, sibling_gate)
        required = frozenset(each.name for each in self.element.children if each.minimum and not each.choice)
        return object_gate(Members(build), required, tuple(self._choices()), together, self.partial, self.stopped)

    def _together(
        self, slot: Slot, item_gate: Callable[[Slot], Gate], sibling_gate: Callable[[], Gate]
    ) -> Callable[[dict[str, Any]], bool]:
        """Check of a repeating primitive with its sibling, linked when first needed."""
        made: list[Callable[[dict[str, Any]], bool]] = []
        low, high = slot.element.minimum, slot.element.maximum
        name, alone = slot.json_name, fixed_value.NAME in slot.element.facets

        def check(node: dict[str, Any]) -> bool:
            if not made:
                made.append(aligned_values(item_gate(Slot(slot.element, slot.type)), sibling_gate(), name))
            if not made[0](node) or (alone and fixed_value.extended(node.get(name), node.get(f"_{name}"))):
                return False
            length = len(node.get(name) or node.get(f"_{name}") or ())
            return length >= low and (high is None or length <= high)

        return check

    def _choices(self) -> Iterator[tuple[int, frozenset[str], Callable[[dict[str, Any]], bool]]]:
        for child in self.choices:
            names = self.choice_names(child)
            yield child.minimum, frozenset(names), _exactly(names, child.minimum)


def _is_bounded(element: CompiledElement) -> bool:
    """Whether an element that is given can be given too often or too seldom."""
    if element.repeats or element.maximum == 0 or element.minimum > 1:
        return element.maximum is not None or element.minimum > 1
    return False


def _is_asked_beside(element: CompiledElement) -> bool:
    """Whether what stands beside the values of a primitive is asked more than by its own type."""
    if fixed_value.NAME in element.facets:
        return True
    return element.facets.get(Binding.name) is not None and not element.repeats


def _beside(element: CompiledElement, name: str, sibling_gate: Callable[[], Gate]) -> Callable[[dict[str, Any]], bool]:
    """Check of the ``_name`` of one primitive: of a code that must be one of a value set, since without the code it
    stands for none; and of a fixed value, which has no extensions."""
    is_bound = element.facets.get(Binding.name) is not None
    is_fixed = fixed_value.NAME in element.facets

    def check(node: dict[str, Any]) -> bool:
        sibling = node[name]
        if is_bound and name[1:] not in node and not says_why(sibling):
            return False
        if is_fixed and fixed_value.extended(node.get(name[1:]), sibling):
            return False
        return sibling_gate()(sibling)

    return check


def _exactly(names: dict[str, str], minimum: int) -> Callable[[dict[str, Any]], bool]:
    def check(node: dict[str, Any]) -> bool:
        return minimum <= len({names[name] for name in names.keys() & node.keys()}) <= 1

    return check
