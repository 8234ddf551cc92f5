"""A compiled expression: what the rest of the project uses."""

from typing import Any

from fhircheck.fhirpath.ast import Ast
from fhircheck.fhirpath.compiler import Compiler
from fhircheck.fhirpath.environment import Environment, Frame
from fhircheck.fhirpath.errors import FhirPathError
from fhircheck.fhirpath.fast.absence import holds_without
from fhircheck.fhirpath.fast.truth import GIVE_UP, quick_truth
from fhircheck.fhirpath.item import Item
from fhircheck.fhirpath.navigation import Navigator, navigator
from fhircheck.fhirpath.operators.logic import criterion
from fhircheck.fhirpath.parser import parse
from fhircheck.fhirpath.types import TypeModel

TOO_DEEP = "the expression or the data is nested too deeply"


class Expression:
    """One expression, compiled once, to be evaluated often; holds no state between evaluations.

    without: the JSON names, each with that of its sibling, without any of which an object holds the expression.
    """

    __slots__ = ("_navigator", "_quick", "_run", "text", "tree", "type_name", "without")

    def __init__(self, text: str, tree: Ast, type_name: str, model: Navigator) -> None:
        self.text = text
        self.tree = tree
        self.type_name = type_name
        self._navigator = model
        self._run = Compiler(model).compile(tree)
        self._quick = quick_truth(tree, type_name, model)
        self.without = holds_without(tree, type_name, model.types)

    def evaluate(self, node: Any, type_name: str, environment: Environment, *, sibling: Any = None) -> list[Item]:
        """The items that the expression gives for `node`, a plain JSON value of the type `type_name`.

        sibling: the ``_name`` object of a primitive. Raises FhirPathError for what the expression may not do with
        this data, CannotTell where a service could not answer.
        """
        kind = node.get("resourceType") if node.__class__ is dict else None
        item = Item(
            node,
            kind if kind.__class__ is str and type_name in ("", "Resource", "DomainResource") else type_name,
            sibling,
        )
        before = environment.context
        if before is None:
            environment.context = item
        try:
            return self._run(Frame(environment, self._navigator.types, [item]))
        except RecursionError:
            raise FhirPathError(TOO_DEEP) from None
        finally:
            environment.context = before

    def lacks(self, node: dict[str, Any]) -> bool:
        """Whether an object of the expression's type lacks an element without which the expression holds."""
        for name, sibling in self.without:  # noqa: SIM110 - a generator costs a frame for each object
            if name not in node and sibling not in node:
                return True
        return False

    def truth(self, node: Any, type_name: str, environment: Environment, *, sibling: Any = None) -> bool:
        """Whether the expression holds as an invariant: a single boolean as it is, empty false, anything else true."""
        if self.without and node.__class__ is dict and type_name == self.type_name and self.lacks(node):
            return True
        quick = self._quick
        if (
            quick is not None
            and sibling is None
            and type_name == self.type_name
            and environment.resource is not None
            and environment.trace is None
        ):
            try:
                return quick(node, environment) is True
            except GIVE_UP:
                pass
        return criterion(self.evaluate(node, type_name, environment, sibling=sibling))


def compile_expression(
    text: str, type_name: str = "", types: TypeModel | None = None, *, strict: bool = False
) -> Expression:
    """Parse and compile `text` for nodes of the FHIR type `type_name`.

    strict: also check statically that elements, types and operands fit the type, as an author of an expression wants
    it; without, an unknown element is empty, as the reference evaluates invariants. Raises FhirPathError.
    """
    model = navigator(types)
    try:
        found = Expression(text, parse(text), type_name, model)
        if strict and type_name:
            from fhircheck.fhirpath.static_check import check

            check(found.tree, type_name, model)
        return found
    except RecursionError:
        raise FhirPathError(TOO_DEEP) from None
