"""Faults of an expression that are there before any data: elements that a type does not have, operands that never fit.

Where the type of something cannot be known, nothing is said about it.
"""

from typing import NamedTuple

from fhircheck.fhirpath import ast
from fhircheck.fhirpath.compiler import type_specifier
from fhircheck.fhirpath.errors import FhirPathError
from fhircheck.fhirpath.navigation import RESOURCES, Navigator
from fhircheck.fhirpath.types import QUANTITIES, SYSTEM


class Kind(NamedTuple):
    """What is known of a collection. types: those its items may have, None for any. many: it may have several items.
    ordered: the order of its items means something."""

    types: frozenset[str] | None = None
    many: bool = True
    ordered: bool = True


ANY = Kind()
SAME = frozenset(
    {"where", "single", "first", "last", "tail", "skip", "take", "trace", "distinct", "exclude", "intersect", "sort"}
)
"""Functions whose result has items of what they are called on."""
ONE = frozenset({"single", "first", "last"})
NEEDS_ORDER = frozenset({"skip", "first", "last", "tail", "take"})
TEXT = frozenset({"startsWith", "endsWith", "contains", "matches", "matchesFull", "indexOf", "substring", "length"})
LAMBDAS = frozenset({"where", "select", "all", "exists", "repeat", "aggregate", "sort", "trace"})
RESULTS = {
    "System.Boolean": "exists empty all allTrue anyTrue allFalse anyFalse subsetOf supersetOf isDistinct not hasValue "
    "startsWith endsWith contains matches matchesFull memberOf conformsTo htmlChecks toBoolean subsumes subsumedBy is",
    "System.Integer": "count length indexOf toInteger",
    "System.String": "substring upper lower replace replaceMatches toString join trim",
}
RESULT_OF = {name: Kind(frozenset({kind}), many=False) for kind, names in RESULTS.items() for name in names.split()}
NUMERIC = frozenset({"System.Integer", "System.Decimal"})
MOMENTS = frozenset({"System.Date", "System.DateTime", "System.Time"})


def check(tree: ast.Ast, type_name: str, model: Navigator) -> None:
    """Check an expression that is evaluated on a node of the FHIR type `type_name`. Raises FhirPathError."""
    Checker(model).kind(tree, Kind(frozenset({type_name}), many=False))


class Checker:
    """Infers kinds from the leaves up; `this` is the kind of $this."""

    def __init__(self, model: Navigator) -> None:
        self._model = model

    def kind(self, tree: ast.Ast, this: Kind) -> Kind:
        """The kind of what `tree` gives. Raises FhirPathError for a fault in it."""
        if isinstance(tree, ast.Literal):
            return Kind(frozenset({tree.type}), many=False)
        if isinstance(tree, ast.Variable):
            return this if tree.name == "$this" else ANY
        if isinstance(tree, ast.Member):
            return self._member(tree, this)
        if isinstance(tree, ast.Call):
            return self._call(tree, this)
        if isinstance(tree, ast.Index):
            self.kind(tree.index, this)
            return self.kind(tree.target, this)._replace(many=False)
        if isinstance(tree, ast.Sign):
            return self.kind(tree.operand, this)
        if isinstance(tree, ast.TypeTest):
            return self._type_test(tree, this)
        if isinstance(tree, ast.Binary):
            return self._binary(tree, this)
        return ANY

    def _member(self, tree: ast.Member, this: Kind) -> Kind:
        if tree.target is None and tree.name[:1].isupper() and this.types is not None:
            return self._root(tree, this)
        target = this if tree.target is None else self.kind(tree.target, this)
        if target.types is None:
            return ANY
        found: set[str] = set()
        many, unknown = target.many, False
        for name in target.types:
            facts = self._model.types.type(name)
            if facts is None or name in RESOURCES or name[:7] == "System.":
                unknown = True
                continue
            element = facts.properties.get(tree.name)
            if element is not None:
                found.update(element.types)
                many = many or element.repeats
        if not found and not unknown:
            shown = " or ".join(sorted(target.types)[:3])
            raise FhirPathError(f"{shown} has no element {tree.name[:60]}", tree.at)
        return Kind(None if unknown else frozenset(found), many, target.ordered)

    def _root(self, tree: ast.Member, this: Kind) -> Kind:
        if any(name == tree.name or self._model.types.is_a(name, tree.name) for name in this.types or ()):
            return this
        if any(name in RESOURCES or name[:7] == "System." for name in this.types or ()):
            return ANY
        raise FhirPathError(
            f"a path from {tree.name[:60]} where {' or '.join(sorted(this.types or ()))} stands", tree.at
        )

    def _call(self, tree: ast.Call, this: Kind) -> Kind:
        target = this if tree.target is None else self.kind(tree.target, this)
        name = tree.name
        if name in ("is", "as", "ofType"):
            return self._as_type(type_specifier(tree.arguments[0]), target) if name != "is" else RESULT_OF["is"]
        if name in NEEDS_ORDER and not target.ordered:
            raise FhirPathError(f"{name}() of items without an order", tree.at)
        if name in TEXT and target.types and all(map(self._is_complex, target.types)):
            raise FhirPathError(f"{name}() takes a string, not {' or '.join(sorted(target.types)[:3])}", tree.at)
        inner = target._replace(many=False) if name in LAMBDAS else target if name == "iif" else this
        arguments = [self.kind(each, inner) for each in tree.arguments] if name != "aggregate" else []
        if name == "iif":
            self._criterion(arguments[:1], tree.at)
            return ANY
        if name == "select":
            return arguments[0]._replace(many=True) if arguments else ANY
        if name in ("children", "descendants"):
            return Kind(ordered=False)
        if name in SAME:
            return target._replace(many=target.many and name not in ONE)
        return RESULT_OF.get(name, ANY)

    def _is_complex(self, name: str) -> bool:
        facts = self._model.types.type(name) if name[:7] != "System." else None
        return facts is not None and facts.kind != "primitive-type"

    def _criterion(self, arguments: list[Kind], at: int) -> None:
        for kind in arguments:
            if kind.types and not kind.types & {"System.Boolean", "boolean"}:
                raise FhirPathError("the criterion of iif() is a boolean", at)

    def _as_type(self, specifier: str, target: Kind) -> Kind:
        space, _, name = specifier.rpartition(".")
        system = space == "System" or (not space and name in SYSTEM and name not in QUANTITIES)
        return Kind(None if system else frozenset({name}), target.many, target.ordered)

    def _type_test(self, tree: ast.TypeTest, this: Kind) -> Kind:
        operand = self.kind(tree.operand, this)
        return RESULT_OF["is"] if tree.operator == "is" else self._as_type(tree.type, operand)

    def _binary(self, tree: ast.Binary, this: Kind) -> Kind:
        left, right = self.kind(tree.left, this), self.kind(tree.right, this)
        if tree.operator in ("+", "-") and left.types and right.types:
            if left.types <= MOMENTS and right.types <= NUMERIC:
                raise FhirPathError("a date is moved by a quantity such as 7 days, not by a number", tree.at)
            return left if left.types == right.types else ANY
        if tree.operator == "|":
            both = left.types | right.types if left.types and right.types else None
            return Kind(both)
        if tree.operator in ("*", "/", "div", "mod", "&", "+", "-"):
            return ANY
        return RESULT_OF["is"]
