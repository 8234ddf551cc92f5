"""CompiledProfile -> Shapes with gates, once in each process, lazily: only what the data touches is linked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fhircheck.assertions import VALUE_ASSERTIONS, invariant
from fhircheck.assertions.assertion import Surroundings, Terminology
from fhircheck.assertions.primitive_format import GATES
from fhircheck.compile import compiled_profile
from fhircheck.compile.answers import Answers
from fhircheck.compile.compile_cache import CompileCache
from fhircheck.compile.compiled_profile import CompiledElement, TypeRef
from fhircheck.compile.gates import NEVER, all_of, any_of, passes
from fhircheck.compile.linked import ELEMENT, EXTENSION, Item, Linked, facets_of, is_entry_resource, resource_types
from fhircheck.compile.part_check import PartCheck, has_parts
from fhircheck.compile.primitive_invariants import PrimitiveInvariants, asked_here
from fhircheck.compile.profile_compiler import ProfileCompiler
from fhircheck.compile.shape import PRIMITIVES, NodeCheck, Shape, Slot, slots_of_element
from fhircheck.compile.slice_check import SliceCheck
from fhircheck.definitions.type_table import TypeTable
from fhircheck.model.protocols import Conformance, Gate
from fhircheck.model.scope import Node, Scope
from fhircheck.model.settings import DEFAULT_SETTINGS, CheckSettings

BASE = "http://hl7.org/fhir/StructureDefinition/"
ABSTRACT_RESOURCES = frozenset({"Resource", "DomainResource"})
UNKNOWN_KEPT = 20_000
"""Past so many canonicals those that are not found are looked up each time, not remembered."""
BACKBONE = frozenset({"BackboneElement", "Element"})


class Linker:
    """Finds, compiles and links the profiles of one set of definitions.

    undecided: called with (reason, detail) whenever a check of an instance cannot be told.
    now: the moment that bounds relative to the present are judged at (default: the present).
    settings: how strictly is judged what is left to whoever judges.
    """

    def __init__(
        self,
        definitions: Conformance,
        terminology: Terminology,
        cache: CompileCache,
        undecided: Callable[[str, str], None],
        now: datetime | None = None,
        settings: CheckSettings = DEFAULT_SETTINGS,
    ) -> None:
        self._cache = cache
        self._key = definitions.fingerprint()
        self._linked: dict[str, Linked | None] = {}
        self._resource_types: dict[str, bool] = {}
        self._faulty: Callable[[Any, Linked], bool] | None = None
        self._enter: Callable[[Node], Scope] | None = None
        self._sibling: Shape | None = None
        self._resource_gate: Gate | None = None
        self._resource_conforms: Callable[[Any, str], bool] | None = None
        self._counting = True
        self.answers = Answers()
        self.count_undecided = undecided
        self.around = Surroundings(
            terminology, self._undecided, now or datetime.now(UTC), definitions, TypeTable(definitions)
        )
        self._compiler = ProfileCompiler(definitions, self.around.types)
        self.around.settings = settings

    def _undecided(self, reason: str, detail: str) -> None:
        if self._counting:
            self.count_undecided(reason, detail)

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """While findings are explained, gates are asked again: nothing is counted a second time."""
        before, self._counting = self._counting, False
        try:
            yield
        finally:
            self._counting = before

    def use_resource_gate(
        self, gate: Gate, conforms: Callable[[Any, str], bool], enter: Callable[[Node], Scope]
    ) -> None:
        """Set how a resource inside another one is judged: by its claims, by a profile asked of it; its scope."""
        self._enter = enter
        self._resource_gate = gate
        self._resource_conforms = conforms

    def use_explainer(self, faulty: Callable[[Any, Linked], bool]) -> None:
        """Set what tells errors from warnings where a gate says no."""
        self._faulty = faulty

    def profile(self, canonical: str) -> Linked | None:
        """The profile, resource type or datatype with this canonical; None where it is not loaded."""
        if canonical not in self._linked:
            linked = self._load(canonical)
            if linked is None and len(self._linked) > UNKNOWN_KEPT:
                return None
            self._linked[canonical] = linked
        return self._linked[canonical]

    def type(self, code: str) -> Linked | None:
        """The definition of the FHIR type `code`."""
        return self.profile(BASE + code)

    def is_resource(self, code: object) -> bool:
        """Whether `code` is a resource type that instances can have."""
        if not isinstance(code, str) or not code.isalnum():
            return False
        linked = self.type(code)
        compiled = linked.compiled if linked else None
        return compiled is not None and compiled.kind == "resource" and not compiled.abstract

    def _within(self, canonical: str) -> Linked | None:
        """One element of a profile, as a profile by itself: ``url#element-id``."""
        url, _, element_id = canonical.partition("#")
        whole = self.profile(url)
        if whole is None or whole.compiled is None:
            return whole
        element = self.referenced(element_id, whole)
        if element is None:
            return None
        code = element.types[0].code if element.types else ""
        linked = Linked(replace(whole.compiled, type=code, kind="complex-type", root=element))
        linked.shape = self._shape(element, linked)
        return linked

    def _load(self, canonical: str) -> Linked | None:
        if "#" in canonical:
            return self._within(canonical)
        try:
            data = self._cache.get(
                f"profile {self._key} {compiled_profile.FORM} {canonical}", lambda: self._compiler.compile(canonical)
            )
            if data is None:
                return None
            if "fault" in data:
                return Linked(None, data["fault"])
            compiled = compiled_profile.from_json(data)
        except RecursionError:
            return Linked(None, f"profile {canonical}: its elements are nested too deeply")
        if compiled is None:
            return None
        linked = Linked(compiled)
        linked.shape = self._shape(compiled.root, linked, compiled.type if compiled.kind == "resource" else "")
        return linked

    def _shape(self, element: CompiledElement, linked: Linked, resource_type: str = "") -> Shape:
        """The Shape of the object that `element` of this profile describes by its children."""
        shape = linked.shapes.get(id(element))
        if shape is None:
            shape = self._new_shape(element, linked, resource_type, element.children, False)
            linked.shapes[id(element)] = shape
            if element is (linked.compiled.root if linked.compiled else None):
                invariants = self._invariants(element, "", True)
                if invariants is not None:
                    shape.gate = shape.stopped.behind(shape.gate, invariants)
            if (shape.checks and not resource_type) or shape.type_name == EXTENSION:
                shape.gate = self.answers.remembering(shape.gate)
        return shape

    def _new_shape(
        self,
        element: CompiledElement,
        linked: Linked,
        resource_type: str,
        children: tuple[CompiledElement, ...],
        part: bool,
    ) -> Shape:
        profile = linked.compiled.canonical if linked.compiled else ""
        checks: list[NodeCheck] = [SliceCheck(each, linked, self) for each in children if each.slices]
        checks += [PartCheck(each, linked, self) for each in children if self.has_parts(each)]
        checks += [PrimitiveInvariants(each, self) for each in children if _has_primitive_invariants(each)]

        def gate(slot: Slot) -> Gate:
            return self.item_gate(slot, linked)

        return Shape(element, resource_type, profile, gate, self.sibling_gate, self.answers.stopped(), checks, part)

    def part_shape(self, element: CompiledElement, linked: Linked) -> Shape:
        """The Shape of what `element` says of the parts of a value whose type has a Shape of its own."""
        return self._new_shape(element, linked, "", element.children, True)

    def _invariants(self, element: CompiledElement, code: str, filled: bool) -> Gate | None:
        """The gate of the invariants of `element`, whose value is of type `code`; None where there are none.

        filled: an object without members was refused already.
        """
        facet = element.facets.get(invariant.NAME)
        return None if facet is None else invariant.gate(facet, code, self.around, filled)

    def shape_of(self, slot: Slot, linked: Linked) -> Shape | None:
        """The Shape of the object in `slot`, None for primitives, resources and unknown types."""
        element = slot.element
        if element.children and not self.has_parts(element):
            return self._shape(element, linked)
        if element.reference:
            home = self.home_of(element, linked)
            target = self.referenced(element.reference, home)
            return self._shape(target, home) if target is not None else None
        code = slot.type.code if slot.type else ""
        if code in PRIMITIVES or self.holds_resource(slot):
            return None
        found = self.type(code)
        return found.shape if found else None

    def owner_of(self, slot: Slot, linked: Linked) -> Linked:
        """The profile whose elements the Shape of `slot` comes from."""
        whole = slot.element.children and not self.has_parts(slot.element)
        if not whole and slot.element.reference:
            return self.home_of(slot.element, linked)
        if whole or slot.type is None:
            return linked
        return self.type(slot.type.code) or linked

    def home_of(self, element: CompiledElement, linked: Linked) -> Linked:
        """The definition that a contentReference leads to: the one whose URL it has, or the profile itself."""
        url = element.reference.rpartition("#")[0]
        return (self.profile(url) if url else None) or linked

    def referenced(self, reference: str, linked: Linked) -> CompiledElement | None:
        """The element of `linked` that a contentReference (or an id) names."""
        element_id = reference.rpartition("#")[2]
        if not linked.elements and linked.compiled:
            waiting = [linked.compiled.root]
            while waiting:
                element = waiting.pop()
                linked.elements.setdefault(element.id, element)
                waiting.extend((*element.children, *element.slices))
        return linked.elements.get(element_id)

    def holds_resource(self, slot: Slot) -> bool:
        """Whether the value is a resource (contained, in a Bundle entry, in a parameter)."""
        code = slot.type.code if slot.type else ""
        return self.is_resource_type(code)

    def is_resource_type(self, code: str) -> bool:
        """Whether `code` is a resource type, Resource and DomainResource included."""
        answer = self._resource_types.get(code)
        if answer is None:
            found = self.around.types.type(code) if code and code not in PRIMITIVES else None
            answer = self._resource_types[code] = found is not None and found.kind == "resource"
        return answer

    def has_parts(self, element: CompiledElement) -> bool:
        """Whether the children of `element` are checked apart from the type of its value (see PartCheck)."""
        return has_parts(element, self.is_resource_type)

    @contextmanager
    def inside(self, value: Node) -> Iterator[None]:
        """While a value is checked that may be a resource within the one being checked."""
        if "resourceType" not in value or self._enter is None:
            yield
            return
        before = self.around.scope
        self.around.scope = self._enter(value)
        try:
            yield
        finally:
            self.around.scope = before

    def allowed_resources(self, slot: Slot) -> frozenset[str]:
        """Resource types that the element allows; empty for any."""
        codes = frozenset(each.code for each in slot.element.types)
        return frozenset() if codes & ABSTRACT_RESOURCES else codes

    def sibling_shape(self) -> Shape | None:
        """The Shape of a primitive's ``_name`` object: an Element, which may have an id alone since its value stands
        elsewhere."""
        if self._sibling is None:
            found = self.type(ELEMENT)
            if found is not None and found.compiled is not None:
                root = replace(found.compiled.root)
                self._sibling = self._new_shape(root, found, "", root.children, False)
        return self._sibling

    def sibling_gate(self) -> Gate:
        """The gate of a primitive's ``_name`` object."""
        shape = self.sibling_shape()
        return NEVER if shape is None else shape.gate

    def item_gate(self, slot: Slot, linked: Linked) -> Gate:
        """The gate of one value in `slot`: its type, the profiles on the type, its facets."""
        return self.item(slot, linked).gate

    def item(self, slot: Slot, linked: Linked) -> "Item":
        """What one value in `slot` is held to."""
        key = id(slot.element), slot.type
        kept = linked.items.get(key)
        if kept is None:
            kept = linked.items[key] = Item(slot.element, self._item_gate(slot, linked), self.shape_of(slot, linked))
        return kept

    def _item_gate(self, slot: Slot, linked: Linked) -> Gate:
        gates = [self._type_gate(slot, linked)]
        if self.holds_resource(slot):
            gates += self._resource_profiles(slot)
        elif slot.type and slot.type.profiles and not slot.primitive:
            gates.append(self.profiles_gate(slot.type))
        for name, facet in facets_of(slot):
            gates.append(VALUE_ASSERTIONS[name].gate(facet, self.around))
        gates += self._invariant_gates(slot, linked)
        if len(gates) == 2 and "binding" in slot.element.facets and getattr(gates[1], "__name__", "") == "__contains__":
            return gates[1]  # all members of a closed value set are well-formed codes
        return all_of(gates)

    def _resource_profiles(self, slot: Slot) -> list[Gate]:
        """The gate of the profiles that a resource in `slot` is to conform to: those of the types it may be of."""
        if not any(each.profiles for each in slot.element.types):
            return []
        types = self.around.types

        def gate(value: Any) -> bool:
            profiled = resource_types(slot, value, types)
            return not profiled or any(passes(self.profiles_gate(each), value) for each in profiled)

        return [gate]

    def _invariant_gates(self, slot: Slot, linked: Linked) -> list[Gate]:
        """Invariants of the element, and of its type where the element's own Shape stands for that of the type."""
        if asked_here(slot):
            return []
        filled = self.shape_of(slot, linked) is not None
        found = [self._invariants(slot.element, slot.type.code if slot.type else "", filled)]
        root = self.overlaid_root(slot)
        if root is not None:
            found.append(self._invariants(root, "", filled))
        return [each for each in found if each is not None]

    def overlaid_root(self, slot: Slot) -> CompiledElement | None:
        """The root of the type's own definition, where a Shape of the element is checked in its place."""
        if not slot.element.children or self.has_parts(slot.element) or slot.type is None or slot.type.code in BACKBONE:
            return None
        found = self.type(slot.type.code)
        return found.compiled.root if found and found.compiled else None

    def conforms(self, value: Any, url: str) -> bool | None:
        """Whether a value conforms to a profile; None where that is not known or not usable."""
        linked = self.profile(url)
        if linked is None or linked.compiled is None or linked.shape is None:
            return None
        if linked.compiled.kind == "resource" and self._resource_conforms is not None:
            return value.__class__ is dict and self._resource_conforms(value, url)
        return passes(linked.shape.gate, value) or (self._faulty is not None and not self._faulty(value, linked))

    def _type_gate(self, slot: Slot, linked: Linked) -> Gate:
        code = slot.type.code if slot.type else ""
        if code in GATES:
            return GATES[code]
        if self.holds_resource(slot):
            return self._resource_slot_gate(slot)
        shape = self.shape_of(slot, linked)
        if shape is not None:
            return shape.gate
        return self._open_gate("type-missing", code or slot.element.id)

    def _open_gate(self, reason: str, detail: str) -> Gate:
        undecided = self.around.undecided

        def gate(value: Any) -> bool:
            undecided(reason, detail)
            return True

        return gate

    def _conformance_gate(self, url: str) -> Gate:
        return lambda value: self.conforms(value, url) is not False

    def profiles_gate(self, type_: TypeRef) -> Gate:
        """The gate of the profiles on a type: one of them holds. One that is not known is a finding, but for
        extensions, which are looked at by themselves."""
        gates: list[Gate] = []
        for url in type_.profiles:
            linked = self.profile(url)
            if linked is None and type_.code != EXTENSION and len(type_.profiles) == 1:
                return NEVER
            if linked is None or linked.shape is None or linked.compiled is None:
                return self._open_gate("profile-missing", url)
            if linked.compiled.kind == "resource":
                gates.append(self._conformance_gate(url))
            else:
                gates.append(linked.shape.gate)
        return any_of(gates)

    def _resource_slot_gate(self, slot: Slot) -> Gate:
        allowed = self.allowed_resources(slot)
        inner = self._resource_gate
        if is_entry_resource(slot.element) or inner is None:
            return lambda value: value.__class__ is dict and (not allowed or value.get("resourceType") in allowed)
        if not allowed:
            return inner
        return lambda value: value.__class__ is dict and value.get("resourceType") in allowed and inner(value)


def _has_primitive_invariants(element: CompiledElement) -> bool:
    return invariant.NAME in element.facets and any(asked_here(each) for each in slots_of_element(element).values())
