"""Syntax tree -> closures over collections of items: whatever the data and the types, always right.

fhircheck.fhirpath.fast has quicker forms for what it understands, held equal to these by a law.
"""

from collections.abc import Callable
from typing import Any

from fhircheck.fhirpath import ast
from fhircheck.fhirpath.environment import Frame
from fhircheck.fhirpath.errors import FhirPathError
from fhircheck.fhirpath.functions import FUNCTIONS
from fhircheck.fhirpath.functions.filtering import sorted_items
from fhircheck.fhirpath.functions.function import one
from fhircheck.fhirpath.item import Item, boolean
from fhircheck.fhirpath.navigation import Navigator
from fhircheck.fhirpath.operators import OPERATORS
from fhircheck.fhirpath.operators.arithmetic import negative
from fhircheck.fhirpath.operators.collections import Seen
from fhircheck.fhirpath.operators.logic import LOGIC
from fhircheck.fhirpath.operators.types import as_test, check_known, is_test
from fhircheck.model.plural import filled

Compiled = Callable[[Frame], list[Item]]


class Compiler:
    """Compiles trees against one model of types."""

    def __init__(self, navigator: Navigator) -> None:
        self._navigator = navigator
        self._types = navigator.types

    def compile(self, tree: ast.Ast) -> Compiled:
        """The closure of `tree`. Raises FhirPathError for unknown functions, types and numbers of arguments."""
        found: Compiled = getattr(self, "_" + type(tree).__name__.lower())(tree)
        return kept(found) if isinstance(tree, ast.Call | ast.Binary) and is_fixed(tree) else found

    def _literal(self, tree: ast.Literal) -> Compiled:
        item = Item(tree.value, tree.type)
        return lambda frame: [item]

    def _empty(self, tree: ast.Empty) -> Compiled:
        return lambda frame: []

    def _variable(self, tree: ast.Variable) -> Compiled:
        if tree.name == "$index":
            return lambda frame: [Item(frame.index, "System.Integer")]
        if tree.name == "$total":
            return lambda frame: frame.total
        return lambda frame: frame.this

    def _external(self, tree: ast.External) -> Compiled:
        name = tree.name
        return lambda frame: frame.external(name)

    def _target(self, tree: ast.Ast | None) -> Compiled:
        return (lambda frame: frame.this) if tree is None else self.compile(tree)

    def _member(self, tree: ast.Member) -> Compiled:
        name, member = tree.name, self._navigator.member
        if tree.target is None:
            if name[:1].isupper():
                return self._root(name)
            return lambda frame: member(frame.this, name)
        target = self.compile(tree.target)
        return lambda frame: member(target(frame), name)

    def _root(self, name: str) -> Compiled:
        """A path may begin with the name of the type it begins at (http://hl7.org/fhirpath/N1/#path-selection)."""
        is_a, member = self._types.is_a, self._navigator.member

        def run(frame: Frame) -> list[Item]:
            this = frame.this
            if this and all(item.type == name or is_a(item.type, name) for item in this):
                return this
            return member(this, name)

        return run

    def _call(self, tree: ast.Call) -> Compiled:
        if tree.name in ("is", "as", "ofType"):
            return self._type_call(tree)
        if tree.name == "sort":
            return self._sort(tree)
        function = FUNCTIONS.get(tree.name)
        if function is None:
            raise FhirPathError(f"no function is called {tree.name[:60]}()", tree.at)
        if not function.minimum <= len(tree.arguments) <= function.maximum:
            count = filled("{count} {count:argument|arguments}", {"count": len(tree.arguments)})
            raise FhirPathError(f"{tree.name}() does not take {count}", tree.at)
        target = self._target(tree.target)
        arguments = tuple(map(self.compile, tree.arguments))
        run = function.run
        return lambda frame: run(frame, target(frame), arguments)

    def _sort(self, tree: ast.Call) -> Compiled:
        target = self._target(tree.target)
        keys = []
        for key in tree.arguments:
            descending = isinstance(key, ast.Sign) and key.sign == "-"
            keys.append((self.compile(key.operand if descending and isinstance(key, ast.Sign) else key), descending))
        ordered = tuple(keys)
        return lambda frame: sorted_items(frame, target(frame), ordered)

    def _type_call(self, tree: ast.Call) -> Compiled:
        if len(tree.arguments) != 1:
            raise FhirPathError(f"{tree.name}() takes one type", tree.at)
        specifier = type_specifier(tree.arguments[0])
        target = self._target(tree.target)
        check_known(specifier, self._types, tree.at)
        if tree.name == "is":
            return self._is(target, is_test(specifier, self._types, lenient=False))
        return self._as(target, as_test(specifier, self._types), single=tree.name == "as")

    def _typetest(self, tree: ast.TypeTest) -> Compiled:
        check_known(tree.type, self._types, tree.at)
        operand = self.compile(tree.operand)
        if tree.operator == "is":
            return self._is(operand, is_test(tree.type, self._types, lenient=True))
        return self._as(operand, as_test(tree.type, self._types), single=True)

    def _is(self, target: Compiled, holds: Callable[[Item], bool]) -> Compiled:
        def run(frame: Frame) -> list[Item]:
            items = target(frame)
            if len(items) > 1:
                raise FhirPathError("'is' takes one item")
            return boolean(holds(items[0])) if items else []

        return run

    def _as(self, target: Compiled, holds: Callable[[Item], bool], *, single: bool) -> Compiled:
        def run(frame: Frame) -> list[Item]:
            items = target(frame)
            if single and len(items) > 1 and frame.env.one_for_as:
                raise FhirPathError("'as' takes one item")
            return [item for item in items if holds(item)]

        return run

    def _index(self, tree: ast.Index) -> Compiled:
        target, index = self.compile(tree.target), self.compile(tree.index)

        def run(frame: Frame) -> list[Item]:
            items, number = target(frame), one(index(frame), "an index")
            if number is None:
                return []
            if number.__class__ is not int:
                raise FhirPathError("an index is an integer")
            return items[number : number + 1] if number >= 0 else []

        return run

    def _sign(self, tree: ast.Sign) -> Compiled:
        operand = self.compile(tree.operand)
        if tree.sign == "-":
            return lambda frame: negative(operand(frame))

        def plus(frame: Frame) -> list[Item]:
            items = operand(frame)
            negative(items)
            return items

        return plus

    def _binary(self, tree: ast.Binary) -> Compiled:
        left, right = self.compile(tree.left), self.compile(tree.right)
        logic = LOGIC.get(tree.operator)
        if logic is not None:
            return logic(left, right)
        if tree.operator == "in" and is_fixed(tree.right):
            return self._in_fixed(left, right)
        operator = OPERATORS[tree.operator]
        return lambda frame: operator(left(frame), right(frame))

    def _in_fixed(self, left: Compiled, right: Compiled) -> Compiled:
        seen = kept(lambda frame: Seen(right(frame)))

        def run(frame: Frame) -> list[Item]:
            items = left(frame)
            if len(items) > 1:
                raise FhirPathError("'in' takes one item on its left side")
            return boolean(items[0] in seen(frame)) if items else []

        return run


def kept(compiled: Callable[[Frame], Any]) -> Callable[[Frame], Any]:
    """`compiled`, evaluated once in an evaluation."""

    def run(frame: Frame) -> Any:
        try:
            return frame.kept[number]
        except KeyError:
            found = frame.kept[number] = compiled(frame)
            return found

    number = id(run)
    return run


FIXED_CALLS = frozenset({"descendants", "children", "as", "ofType", "resolve", "first", "last", "tail", "distinct"})


def is_fixed(tree: ast.Ast) -> bool:
    """Whether `tree` is the same throughout an evaluation: a path from %resource, or a union of such and literals."""
    if isinstance(tree, ast.Literal):
        return True
    if isinstance(tree, ast.External):
        return tree.name in ("resource", "rootResource", "context")
    if isinstance(tree, ast.Member):
        return tree.target is not None and is_fixed(tree.target)
    if isinstance(tree, ast.Call):
        return tree.target is not None and tree.name in FIXED_CALLS and is_fixed(tree.target)
    return isinstance(tree, ast.Binary) and tree.operator == "|" and is_fixed(tree.left) and is_fixed(tree.right)


def type_specifier(tree: ast.Ast) -> str:
    """The name of a type where an argument is one: ``Quantity``, ``System.Quantity``. Raises FhirPathError."""
    if isinstance(tree, ast.Member):
        if tree.target is None:
            return tree.name
        if isinstance(tree.target, ast.Member) and tree.target.target is None:
            return f"{tree.target.name}.{tree.name}"
    if isinstance(tree, ast.Literal) and isinstance(tree.value, str):
        return tree.value
    raise FhirPathError("the name of a type expected", tree.at)
