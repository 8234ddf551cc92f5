"""Evaluates invariants as FHIRPath, with the scope the value stands in as %resource and %rootResource."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fhircheck.assertions.assertion import Surroundings
from fhircheck.assertions.invariant_errata import mended
from fhircheck.fhirpath.errors import CannotTell, FhirPathError, TooMuch
from fhircheck.model.protocols import Gate
from fhircheck.model.scope import Resolved, Scope

if TYPE_CHECKING:
    from fhircheck.fhirpath import Environment, Expression

CANNOT_TELL = "invariant"
ABSTRACT = frozenset({"Resource", "DomainResource"})


Holds = Callable[..., bool]
"""(value, the ``_name`` object beside a primitive or None) -> whether the invariant holds"""


def evaluation(key: str, expression: str, type_name: str, around: Surroundings) -> Gate:
    """The gate of one invariant on values of type `type_name`; a resource is taken as what it says it is."""
    if type_name not in ABSTRACT:
        return of_values(key, expression, type_name, around)
    by_type: dict[str, Gate] = {}

    def gate(value: Any) -> bool:
        name = value.get("resourceType") if value.__class__ is dict else None
        kind = name if name.__class__ is str and around.types.is_a(name, "Resource") else type_name
        found = by_type.get(kind)
        if found is None:
            found = by_type[kind] = of_values(key, expression, kind, around)
        return found(value)

    return gate


def of_values(key: str, expression: str, type_name: str, around: Surroundings) -> Holds:
    """Whether one invariant holds for values of type `type_name`; the expression is compiled when it is first asked.

    What cannot be told (the members of a value set that is not loaded, more steps than the record's size allows) is
    counted and holds; an expression that is no FHIRPath, or cannot be evaluated on the value, does not hold, as the
    reference takes it.
    """
    made: list[Expression | None] = []

    def compiled() -> "Expression | None":
        made.append(_compiled(expression, type_name, around))
        return made[0]

    def gate(value: Any, sibling: Any = None) -> bool:
        asked = made[0] if made else compiled()
        if asked is not None and asked.without and value.__class__ is dict and asked.lacks(value):
            return True  # measured: the environment and a frame or two are saved for most objects
        try:
            return asked is not None and asked.truth(value, type_name, environment_of(around), sibling=sibling)
        except (CannotTell, TooMuch):
            around.undecided(CANNOT_TELL, key)
            return True
        except FhirPathError:
            return False

    return gate


def _compiled(expression: str, type_name: str, around: Surroundings) -> "Expression | None":
    """The expression for values of a type, compiled once for all who ask for it; None where it is no FHIRPath."""
    from fhircheck.fhirpath import compile_expression

    key = (expression, type_name)
    if key not in around.expressions:
        try:
            around.expressions[key] = compile_expression(mended(expression), type_name, around.types)
        except FhirPathError:
            around.expressions[key] = None
    found: Expression | None = around.expressions[key]
    return found


def environment_of(around: Surroundings) -> "Environment":
    """The environment of an evaluation in the present scope; one object, its %resource set anew."""
    found: Environment | None = around.environment
    if found is None:
        found = around.environment = _environment(around)
    scope = around.scope
    found.resource, found.root_resource, found.steps = scope.resource, scope.root, around.steps
    return found


def _environment(around: Surroundings) -> "Environment":
    from fhircheck.fhirpath import Environment

    def resolve(reference: str) -> tuple[Any, str] | None:
        target = around.resolve(reference, around.scope) or _from_entry(reference, around)
        return None if target is None else (target.node, str(target.node.get("resourceType", "")))

    def conforms_to(node: Any, canonical: str) -> bool | None:
        return around.conforms(node, canonical, around.scope) if node.__class__ is dict else None

    return Environment(
        resolve=resolve,
        member_of=around.terminology.member,
        subsumes=around.terminology.subsumes,
        conforms_to=conforms_to,
        html_checks=html_checks,
        now=around.now,
    )


def _from_entry(reference: str, around: Surroundings) -> Resolved | None:
    """What a reference leads to that stands in an entry, while the rule about it stands at the Bundle."""
    bundle = around.scope.resource
    entries = bundle.get("entry") if bundle.get("resourceType") == "Bundle" else None
    if entries.__class__ is not list:
        return None
    for number, entry in enumerate(entries if reference.startswith("#") else entries[:1]):
        node = entry.get("resource") if entry.__class__ is dict else None
        if node.__class__ is dict:
            full_url = entry.get("fullUrl")
            scope = Scope(node, node, "", bundle, number, full_url if full_url.__class__ is str else "", around.scope)
            found = around.resolve(reference, scope)
            if found is not None:
                return found
    return None


def html_checks(text: str) -> bool | None:
    """FHIRPath's htmlChecks(): whether a narrative holds only what is allowed."""
    from fhircheck.assertions import narrative

    return narrative.html_checks(text)
