"""The extensions of an element, each against its own definition: http://hl7.org/fhir/R4/extensibility.html."""

from typing import TYPE_CHECKING, Any, Protocol

from fhircheck.assertions import choice_type
from fhircheck.assertions.assertion import Findings, Surroundings
from fhircheck.assertions.invariant_evaluation import environment_of
from fhircheck.assertions.primitive_format import GATES
from fhircheck.compile.gates import passes
from fhircheck.model.path import child, item, shown_name
from fhircheck.model.protocols import Gate
from fhircheck.validate.elements import extension_kinds as kinds
from fhircheck.validate.elements.extension_use import Fault, Use, context_fault, judge
from fhircheck.validate.elements.place import Place

if TYPE_CHECKING:
    from fhircheck.fhirpath import Environment, Expression

Node = dict[str, Any]
NAMES = ("extension", "modifierExtension")
UNUSABLE = "extension-context"
CHOICE = choice_type.KIND.name


class Definitions(Protocol):
    """How the content of an extension is checked against its definition (see ResourceCheck)."""

    def element_gate(self, canonical: str) -> Gate | None:
        """The gate of a profile on a datatype; None where it is not known or not usable."""

    def explain_element(self, node: Any, canonical: str, expression: str, findings: Findings) -> None:
        """Report what is wrong with a value by a profile on its datatype, beside what is wrong by the type itself."""


class Extensions:
    """Checks extensions of one set of definitions; expressions of contexts are compiled once."""

    def __init__(self, around: Surroundings, definitions: Definitions) -> None:
        self._around = around
        self._definitions = definitions
        self._compiled: dict[tuple[str, str], Expression | None] = {}

    def hold(self, element: Node, place: Place, holder: Any) -> bool:
        """Whether all is well with the extensions of `element`. holder: see `faults`."""
        for name in NAMES:
            found = element.get(name)
            if found.__class__ is not list or name not in place.info.by_json:
                continue
            for each in found or ():
                if each.__class__ is dict and not self._holds(each, name, element, place, holder):
                    return False
        return True

    def _holds(self, extension: Node, name: str, element: Node, place: Place, holder: Any) -> bool:
        use = self._use(extension, name, element, place)
        if use.faults or (use.values is not None and not _value_fits(extension, use)):
            return False
        if use.open is not None:
            self._around.undecided(*use.open)
        if use.gate is not None and not passes(use.gate, extension):
            return False
        if use.definition is None or (use.decided and not use.definition.invariants):
            return True
        return not self._dynamic(use, element, place, holder)

    def explain(self, element: Node, place: Place, holder: Any, expression: str, findings: Findings) -> None:
        """Report what `hold` stumbles over. expression: of the element."""
        for name in NAMES:
            found = element.get(name)
            if found.__class__ is not list or name not in place.info.by_json:
                continue
            for index, each in enumerate(found or ()):
                if each.__class__ is dict:
                    self._explain(each, name, element, place, holder, (expression, index), findings)

    def _explain(
        self,
        extension: Node,
        name: str,
        element: Node,
        place: Place,
        holder: Any,
        where: tuple[str, int],
        findings: Findings,
    ) -> None:
        use = self._use(extension, name, element, place)
        on_element, index = where
        own = item(child(on_element, name), index)
        faults = list(use.faults)
        if use.definition is not None:
            faults += self._dynamic(use, element, place, holder)
        wrong_type = False
        if _value_prohibited(extension, use) or (use.values is not None and not _value_fits(extension, use)):
            faults.append(_value_fault(extension, use))
            wrong_type = faults[-1].kind is kinds.VALUE_TYPE
        definition = use.definition.canonical if use.definition else ""
        for kind, shown, on_holder in faults:
            findings.add(kind, on_element if on_holder else own, definition, value=None, severity=None, **shown)
        if use.gate is not None and use.definition is not None:
            first = len(findings.issues)
            self._definitions.explain_element(extension, use.definition.url, own, findings)
            if wrong_type:  # said above
                inner = f"{own}.value"
                findings.issues[first:] = [
                    each
                    for each in findings.issues[first:]
                    if each.kind != CHOICE or not each.place.expression.startswith(inner)
                ]

    def _use(self, extension: Node, name: str, element: Node, place: Place) -> Use:
        url = extension.get("url")
        if url.__class__ is not str:
            return judge(None, False, place, None, self._around, self._definitions.element_gate)
        outer = element.get("url") if place.is_extension and ":" not in url else None
        key = (url, name, outer if outer.__class__ is str else None)
        use: Use | None = place.uses.get(key)
        if use is None:
            modifier = name == "modifierExtension"
            use = judge(url, modifier, place, outer, self._around, self._definitions.element_gate)
            place.remember(key, use)
        return use

    def _dynamic(self, use: Use, element: Node, place: Place, holder: Any) -> list[Fault]:
        """Faults that depend on the data around: contexts by extension and FHIRPath, invariants of the context."""
        definition = use.definition
        if definition is None:
            return []
        if not use.decided:
            own = element.get("url") if place.is_extension else holder
            found = own.__class__ is str and own in use.holders
            if not found and not any(self._selects(each, element) is not False for each in use.expressions):
                return [context_fault(definition, place)]
        if any(each.kind in kinds.OUT_OF_PLACE for each in use.faults):
            return []  # conditions of a context are asked where the context fits
        return [
            Fault(kinds.CONTEXT_INVARIANT, {"extension": definition.canonical, "condition": each}, True)
            for each in definition.invariants
            if self._holds_here(each, element, place) is False
        ]

    def _selects(self, expression: str, element: Node) -> bool | None:
        """Whether the FHIRPath, asked of the resource, gives this element; None where that cannot be told."""
        resource = self._around.scope.resource
        asked = self._expression(expression, str(resource.get("resourceType", "")))

        def select(environment: "Environment") -> bool:
            assert asked is not None
            items = asked.evaluate(resource, asked.type_name, environment)
            return any(each.value is element or each.sibling is element for each in items)

        return self._told(expression, select) if asked is not None else None

    def _holds_here(self, expression: str, element: Node, place: Place) -> bool | None:
        asked = self._expression(expression, place.type)
        primitive = place.info.name == "Element"

        def holds(environment: "Environment") -> bool:
            assert asked is not None
            if primitive:
                return asked.truth(None, place.type, environment, sibling=element)
            return asked.truth(element, place.type, environment)

        return self._told(expression, holds) if asked is not None else None

    def _told(self, expression: str, ask: Any) -> bool | None:
        from fhircheck.fhirpath import CannotTell, FhirPathError

        try:
            return bool(ask(environment_of(self._around)))
        except (CannotTell, FhirPathError):
            self._around.undecided(UNUSABLE, expression)
            return None

    def _expression(self, text: str, type_name: str) -> "Expression | None":
        key = (text, type_name)
        if key not in self._compiled:
            from fhircheck.fhirpath import FhirPathError, compile_expression

            try:
                self._compiled[key] = compile_expression(text, type_name, self._around.types)
            except FhirPathError:
                self._around.undecided(UNUSABLE, text)
                self._compiled[key] = None
        return self._compiled[key]


def _values(extension: Node) -> list[str]:
    """The names of its values."""
    return [name.removeprefix("_") for name in extension if name.removeprefix("_").startswith("value")]


def _value_fits(extension: Node, use: Use) -> bool:
    """Whether there is a value of an allowed type, or parts where none must be."""
    assert use.values is not None
    for name in extension:
        if name in use.values:
            return True
    found = _values(extension)
    if found:
        return found[0] in use.values
    minimum = use.definition.value_minimum if use.definition else 0
    return "extension" in extension and not minimum


def _value_prohibited(extension: Node, use: Use) -> bool:
    """Whether an extension that consists of parts has a value; its definition, as a profile, says so too."""
    return use.definition is not None and use.definition.types == frozenset() and bool(_values(extension))


def _value_fault(extension: Node, use: Use) -> Fault:
    assert use.definition is not None
    types = sorted(use.definition.types or ())
    allowed = ", ".join(types) if len(types) < 10 else f"{len(types)} types"
    shown = {"extension": use.definition.canonical, "allowed": allowed}
    found = _values(extension)
    if not found:
        return Fault(kinds.VALUE_MISSING, shown)
    name = found[0][5:]
    code = name[:1].lower() + name[1:]
    return Fault(kinds.VALUE_TYPE, shown | {"found": code if code in GATES else shown_name(name)})
