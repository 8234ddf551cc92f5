"""Explainers: what is wrong with an object and where. They walk only where a gate said no."""

from collections.abc import Callable
from typing import Any

from fhircheck.assertions import (
    VALUE_ASSERTIONS,
    cardinality,
    choice_type,
    fixed_value,
    invariant,
    json_form,
    null_alignment,
    primitive_format,
    profile_choice,
    unknown_element,
)
from fhircheck.assertions.assertion import Findings, Spot
from fhircheck.assertions.binding import Binding, code_missing
from fhircheck.assertions.resource_type import NOT_ALLOWED
from fhircheck.assertions.slicing import CLOSED
from fhircheck.compile import only_type
from fhircheck.compile.compiled_profile import CompiledElement
from fhircheck.compile.linked import ELEMENT, EXTENSION, Linked, facets_of, is_entry_resource, resource_types
from fhircheck.compile.linker import Linker
from fhircheck.compile.primitive_invariants import asked_here
from fhircheck.compile.shape import Shape, Slot
from fhircheck.model.issue import Issue, has_error
from fhircheck.model.path import child, item, shown_name, shown_term

Node = dict[str, Any]
ExplainResource = Callable[[Any, str, Findings], None]
ExplainConformance = Callable[[Any, str, str, Findings], None]
"""(resource, profile, expression, findings)"""
KEPT = 20_000
OF_EACH_PROFILE = frozenset(
    {
        "cardinality-min",
        "cardinality-max",
        "slice-min",
        "slice-max",
        "fixed-value",
        "fixed-value-extended",
        "pattern-value",
        "profile-choice",
    }
)
"""Kinds that are a finding against each profile that states the rule."""


class Explainer:
    """Explains values by the linker's shapes; `explain_resource` is asked about resources within."""

    def __init__(
        self, linker: Linker, explain_resource: ExplainResource, explain_conformance: ExplainConformance
    ) -> None:
        self._linker = linker
        linker.use_explainer(self.faulty)
        self._explain_conformance = explain_conformance
        self._explain_resource = explain_resource
        self.passes = linker.answers.ask
        self._extensions: dict[tuple[int, int, str, str, str], tuple[Any, list[Issue]]] = {}
        self._attempts: dict[tuple[int, str, str, str, str, str], tuple[Any, list[Issue]]] = {}

    def forget(self) -> None:
        """Let go of what was said of extensions and by profiles of types: the next record comes."""
        self._extensions.clear()
        self._attempts.clear()

    def root(self, node: Any, linked: Linked, expression: str, findings: Findings) -> None:
        """Report what is wrong with `node` as an instance of the profile `linked`."""
        if linked.shape is None or linked.compiled is None:
            return
        before, findings.profile = findings.profile, linked.compiled.canonical
        self.object(node, linked.shape, linked, expression, findings)
        findings.profile = before

    def faulty(self, value: Any, linked: Linked) -> bool:
        """Whether an error, not only a warning, is to be said of a datatype's value by the profile `linked`."""
        found = Findings()
        with self._linker.quiet():
            self.root(value, linked, "", found)
        return has_error(found.issues)

    def object(self, node: Any, shape: Shape, linked: Linked, expression: str, findings: Findings) -> None:
        """Report what is wrong with the object `node` by `shape`, a Shape of the profile `linked`."""
        spot = Spot(expression, shape.element.id, findings)
        if not (shape.partial or json_form.explain_object(node, shape.type_name, spot)):
            if node == {}:  # what it must have is missing all the same
                self._whole(node, shape, linked, set(), {}, spot)
            return
        found: dict[str, Slot] = {}
        refused: set[int] = set()
        for name in node:
            slot = shape.slots.get(name)
            if slot is not None:
                found.setdefault(slot.json_name, slot)
            elif shape.partial:
                continue
            elif name != "resourceType" or not shape.resource_type:
                refused |= self._not_defined(node, name, shape, spot)
            elif node[name] != shape.resource_type:
                spot.add(NOT_ALLOWED, type=type_shown(node[name]), allowed=shape.resource_type)
        passed = shape.stopped.passed(node)
        for name, slot in _first_of_choices(found):
            if name not in passed or (f"_{name}" in node and f"_{name}" not in passed):
                self._property(node, name, slot, linked, expression, findings)
        self._whole(node, shape, linked, refused, found, spot)

    def _whole(
        self, node: Node, shape: Shape, linked: Linked, refused: set[int], found: dict[str, Slot], spot: Spot
    ) -> None:
        """What is asked of the object as a whole: what it must have, slices, and the invariants of its type."""
        self._counts(node, shape, refused, found, spot)
        for check in shape.checks:
            if not check.holds(node):
                check.explain(node, spot.expression, spot.findings, self)
        if linked.compiled is not None and shape.element is linked.compiled.root:
            self._invariants(shape.element, "", _without_empty(node), spot)

    def _invariants(self, element: CompiledElement, code: str, value: Any, spot: Spot) -> None:
        facet = element.facets.get(invariant.NAME)
        if facet is not None:
            invariant.explain(facet, code, value, spot, self._linker.around)

    def _not_defined(self, node: Node, name: str, shape: Shape, spot: Spot) -> set[int]:
        """A property without a slot: unknown, or a choice with a type that is not allowed here.

        Such a choice is given all the same: its id(), so that it is not said to be missing too.
        """
        bare = name.removeprefix("_")
        for element in shape.choices:
            rest = bare.removeprefix(element.name)
            found = self._linker.around.types.of_choice(rest) if bare != rest else ""
            names = self._values_of(node, element.name) if found else []
            if len(names) > 1 and names[0].removeprefix("_") != bare:  # the first one is the choice's value
                choice_type.explain_many(names, f"{element.name}[x]", spot._replace(definition=element.id))
                return set()
            if found:
                one = len(element.types) == 1
                place = spot.child(f"{element.name}.ofType({found})") if one else spot
                place = place._replace(definition=element.id)
                choice_type.explain_type(shown_name(name), f"{element.name}[x]", place)
                if one and element.slicing is not None and element.slicing.rules == "closed":
                    place.add(CLOSED, element=element.id.partition(".")[2])
                if one and bare == name:
                    only_type.explain_in_place(element, found, node[name], place, self._linker)
                return {id(element)}
        unknown_element.explain(name, [each for each in shape.slots if not each.startswith("_")], spot)
        return set()

    def _values_of(self, node: Node, choice: str) -> list[str]:
        """The JSON names of values of the choice in `node`; a primitive's ``_name`` only where it is alone."""
        given = [each for each in node if each.removeprefix("_").startswith(choice)]
        return [
            each
            for each in given
            if not (each[:1] == "_" and each[1:] in node)
            and self._linker.around.types.of_choice(each.removeprefix("_").removeprefix(choice))
        ]

    def _counts(self, node: Node, shape: Shape, refused: set[int], found: dict[str, Slot], spot: Spot) -> None:
        """Cardinality of every element, and choices with more than one type."""
        given: dict[int, list[str]] = {}
        asked = {id(each): each for each in shape.required}
        for name, slot in found.items():
            identity = id(slot.element)
            if identity in given:
                given[identity].append(name)
                asked[identity] = slot.element
            elif identity in shape.counted:
                given[identity] = [name]
                if identity in shape.bounded:
                    asked[identity] = slot.element
        for identity in sorted(asked.keys() - refused, key=shape.order.__getitem__):
            element, names = asked[identity], given.get(identity, [])
            if len(names) > 1:
                choice_type.explain_many(names, f"{element.name}[x]", spot._replace(definition=element.id))
                continue
            count = _count(node, names[0], found[names[0]]) if names else 0
            if count < element.minimum or (element.maximum is not None and count > element.maximum):
                label = shown_term(f"{spot.definition}.{element.name}{'[x]' if element.choice else ''}")
                place = spot._replace(definition=element.id)
                cardinality.explain((element.minimum, element.maximum), count, label, place)

    def _property(self, node: Node, name: str, slot: Slot, linked: Linked, expression: str, findings: Findings) -> None:
        """The value of one element: `name` and, for a primitive, its ``_name``."""
        element, place = slot.element, child(expression, slot.step)
        sibling_name = f"_{name}" if slot.primitive and f"_{name}" in node else ""
        for each in (name, sibling_name):
            if each and each in node:
                is_sibling = each == sibling_name
                slots = Slot(element, slot.type, is_sibling)
                if json_form.explain_container(node[each], element.repeats, each, Spot(place, element.id, findings)):
                    self._values(node[each], slots, linked, place, findings)
                elif element.repeats and not slot.primitive and node[each] != []:
                    self.value(node[each], slots, linked, item(place, 0), findings)  # one item without its array
        if sibling_name and name not in node and not element.repeats:
            code_missing(element.facets.get(Binding.name), node[sibling_name], Spot(place, element.id, findings))
        if sibling_name and fixed_value.NAME in element.facets:
            fixed_value.explain_extended(node.get(name), node[sibling_name], Spot(place, element.id, findings))
        if element.repeats and slot.primitive:
            null_alignment.explain(node.get(name), node.get(f"_{name}"), name, Spot(place, element.id, findings))

    def _values(self, value: Any, slot: Slot, linked: Linked, place: str, findings: Findings) -> None:
        if not slot.element.repeats:
            self.value(value, slot, linked, place, findings)
            return
        for index, each in enumerate(value):
            if each is None and slot.primitive:
                continue  # null alignment looks at it
            self.value(each, slot, linked, item(place, index), findings)

    def value(self, value: Any, slot: Slot, linked: Linked, place: str, findings: Findings) -> None:
        """Report what is wrong with one value of the element in `slot`."""
        if slot.sibling:
            self._sibling(value, slot.element, place, findings)
            return
        held_to = self._linker.item(slot, linked)
        refused = held_to.shape is not None and held_to.shape.stopped.noted(value)
        if not refused and self.passes(held_to.gate, value):
            return
        before = len(findings.issues)
        self._by_type(value, slot, linked, place, findings)
        if isinstance(value, dict):
            own = len(findings.issues)
            self._all_profiles(value, slot, place, findings)
            if before < own < len(findings.issues) and not self._linker.holds_resource(slot):
                said = {_said(issue) for issue in findings.issues[before:own]}
                findings.issues[own:] = [issue for issue in findings.issues[own:] if _said(issue) not in said]
        spot = Spot(place, slot.element.id, findings)
        if len(findings.issues) > before and not isinstance(value, str if slot.primitive else dict):
            return  # of the wrong JSON type: nothing more can be said
        for name, facet in facets_of(slot):
            if name != fixed_value.NAME or value != "":  # an empty text is no value, which is said already
                VALUE_ASSERTIONS[name].explain(facet, value, spot, self._linker.around)
        if held_to.shape is not None and isinstance(value, dict):
            value = _without_empty(value)
        if not asked_here(slot):
            self._invariants(slot.element, slot.type.code if slot.type else "", value, spot)
        root = self._linker.overlaid_root(slot)
        if root is not None:
            self._invariants(root, "", value, spot)

    def _sibling(self, value: Any, element: CompiledElement, place: str, findings: Findings) -> None:
        """The id and extensions of a primitive."""
        base, shape = self._linker.type(ELEMENT), self._linker.sibling_shape()
        if base is not None and shape is not None and not self.passes(shape.gate, value):
            self.object(value, shape, base, place, findings)

    def _by_type(self, value: Any, slot: Slot, linked: Linked, place: str, findings: Findings) -> None:
        if slot.primitive and slot.type:
            primitive_format.explain(slot.type.code, value, Spot(place, slot.element.id, findings))
        elif self._linker.holds_resource(slot):
            self._resource(value, slot, place, findings)
        else:
            shape = self._linker.item(slot, linked).shape
            if shape is not None and (shape.stopped.noted(value) or not self.passes(shape.gate, value)):
                explain = self._extension if shape.type_name == EXTENSION else self.object
                explain(value, shape, self._linker.owner_of(slot, linked), place, findings)

    def _extension(self, value: Any, shape: Shape, linked: Linked, place: str, findings: Findings) -> None:
        """As `object`, once for each extension: those around it ask for it too, by their types and definitions."""
        key = id(value), id(shape), place, findings.profile, findings.resource
        known = self._extensions.get(key)
        if known is None:
            first = len(findings.issues)
            self.object(value, shape, linked, place, findings)
            if len(self._extensions) >= KEPT:
                self._extensions.clear()
            self._extensions[key] = value, findings.issues[first:]
        else:
            findings.issues += known[1]

    def _all_profiles(self, value: Node, slot: Slot, place: str, findings: Findings) -> None:
        if self._linker.holds_resource(slot):
            types = resource_types(slot, value, self._linker.around.types)
        else:
            types = [slot.type] if slot.type and slot.type.profiles else []
        if types and not any(self.passes(self._linker.profiles_gate(each), value) for each in types):
            urls = [url for each in types for url in each.profiles]
            self._profiles(value, urls, Spot(place, slot.element.id, findings))

    def _profiles(self, value: Node, urls: list[str], spot: Spot) -> None:
        """Report why `value` fits none of the profiles on its type; the warnings of one that it fits."""
        named = dict.fromkeys(urls)
        attempts = [self._attempted(value, url, spot) for url in named]
        fitting = [each for each in attempts if not has_error(each)]
        if fitting:
            spot.findings.issues.extend(sorted(fitting, key=len)[0])
            return
        if len(named) > 1:
            spot.add(profile_choice.KIND, profiles=", ".join(named))
        spot.findings.issues.extend(dict.fromkeys(issue for each in attempts for issue in each))  # each once

    def _attempted(self, value: Node, url: str, spot: Spot) -> list[Issue]:
        """As `_attempt`, made once: a profile of a nested type leads to itself, from each profile around it."""
        key = id(value), url, spot.expression, spot.definition, spot.findings.profile, spot.findings.resource
        known = self._attempts.get(key)
        if known is None:
            if len(self._attempts) >= KEPT:
                self._attempts.clear()
            known = self._attempts[key] = value, self._attempt(value, url, spot)
        return known[1]

    def _attempt(self, value: Node, url: str, spot: Spot) -> list[Issue]:
        """What is wrong with `value` by the profile `url`."""
        attempt = Findings(spot.findings.profile, spot.findings.resource)
        linked = self._linker.profile(url)
        if linked is None:
            spot._replace(findings=attempt).add(profile_choice.UNKNOWN, profile=url)
        elif linked.compiled is not None and linked.compiled.kind == "resource":
            self._explain_conformance(value, url, spot.expression, attempt)
        else:
            self.root(value, linked, spot.expression, attempt)
        return attempt.issues

    def _resource(self, value: Any, slot: Slot, place: str, findings: Findings) -> None:
        if not json_form.explain_object(value, "Resource", Spot(place, slot.element.id, findings)):
            return
        allowed = self._linker.allowed_resources(slot)
        name = value.get("resourceType")
        if allowed and not (isinstance(name, str) and name in allowed):
            spot = Spot(place, slot.element.id, findings)
            spot.add(NOT_ALLOWED, type=type_shown(name), allowed=", ".join(sorted(allowed)))
        elif not is_entry_resource(slot.element):
            self._explain_resource(value, place, findings)


def _without_empty(node: Node) -> Node:
    """The object `node` as invariants see it: empty objects are nothing to them."""
    read = {name: _filled(value) for name, value in node.items()}
    return {name: value for name, value in read.items() if value not in ({}, [])}


def _filled(value: Any) -> Any:
    return [each for each in value if each != {}] if value.__class__ is list else value


def _first_of_choices(found: dict[str, Slot]) -> list[tuple[str, Slot]]:
    """Each element once: of a choice with several values the first one; that there are more is said of them all."""
    by_element: dict[int, tuple[str, Slot]] = {}
    for name, slot in found.items():
        by_element.setdefault(id(slot.element), (name, slot))
    return list(by_element.values())


def _said(issue: Issue) -> tuple[str, str, str, object]:
    """What an issue says; a profile on a datatype says again what its type says, unless the rule is its own."""
    profile = issue.profile if issue.kind in OF_EACH_PROFILE else ""
    return issue.kind, issue.place.expression, profile, issue.params


def _count(node: Node, name: str, slot: Slot) -> int:
    """How often the element occurs."""
    value = node.get(name)
    if not slot.element.repeats:
        return 1
    if slot.primitive and value is None:
        value = node.get(f"_{name}")
    return len(value) if value.__class__ is list else 1


def type_shown(name: object) -> str:
    """A resourceType out of the data as it may be shown."""
    return f"'{shown_name(name)}'" if isinstance(name, str) and name else "(none)"
