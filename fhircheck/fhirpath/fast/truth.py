"""An expression as an invariant over a node of a known type, in its quick form."""

from typing import Any

from fhircheck.fhirpath import ast
from fhircheck.fhirpath.compiler import Compiler
from fhircheck.fhirpath.environment import CONSTANTS, Frame
from fhircheck.fhirpath.errors import CannotTell, FhirPathError
from fhircheck.fhirpath.fast.functions import QUICK
from fhircheck.fhirpath.fast.logic import LOGIC, boolean_of, criterion_of, negated, same
from fhircheck.fhirpath.fast.operators import compared, is_member, joined, summed, typed
from fhircheck.fhirpath.fast.primitive import quick_pattern
from fhircheck.fhirpath.fast.steps import member, this_value
from fhircheck.fhirpath.fast.value import Closure, NotQuick, Surprise, Value, constant
from fhircheck.fhirpath.item import Item
from fhircheck.fhirpath.navigation import Navigator

GIVE_UP = (Surprise, AttributeError, TypeError, CannotTell, FhirPathError)
"""What makes the general form decide: data of another shape, and what it alone may report."""
STATEFUL = frozenset({"$index", "$total", "%context", "aggregate", "defineVariable"})


def quick_truth(tree: ast.Ast, type_name: str, model: Navigator) -> Closure | None:
    """A closure that gives whether the expression holds, or raises one of GIVE_UP; None where there is none."""
    facts = model.types.type(type_name)
    if facts is not None and facts.kind == "primitive-type":
        return quick_pattern(tree, type_name)
    if facts is None or _is_stateful(tree):
        return None
    try:
        return criterion_of(QuickCompiler(model, type_name).value(tree, type_name))
    except NotQuick:
        return None


def _is_stateful(tree: Any) -> bool:
    """Whether the expression uses what only a Frame of the general form keeps."""
    if isinstance(tree, ast.Variable | ast.Call) and tree.name in STATEFUL:
        return True
    if isinstance(tree, ast.External) and "%" + tree.name in STATEFUL:
        return True
    return any(_is_stateful(each) for each in parts(tree))


def parts(tree: Any) -> list[ast.Ast]:
    """The nodes directly below `tree`."""
    if isinstance(tree, ast.Binary):
        return [tree.left, tree.right]
    if isinstance(tree, ast.Sign | ast.TypeTest):
        return [tree.operand]
    if isinstance(tree, ast.Index):
        return [tree.target, tree.index]
    if isinstance(tree, ast.Call):
        return [*([tree.target] if tree.target is not None else []), *tree.arguments]
    return [tree.target] if isinstance(tree, ast.Member) and tree.target is not None else []


class QuickCompiler:
    """Compiles trees to Values; `this` is always an object of a known type."""

    def __init__(self, model: Navigator, root: str) -> None:
        self.model = model
        self._root = root.partition(".")[0]
        self._general = Compiler(model)

    def value(self, tree: ast.Ast, this: str) -> Value:
        """The Value of `tree`; what has no quick form is evaluated by the general closures, as an unknown kind."""
        try:
            return self.quick(tree, this)
        except NotQuick:
            return self._embedded(tree, this)

    def _embedded(self, tree: ast.Ast, this: str) -> Value:
        run, types = self._general.compile(tree), self.model.types

        def closure(node: Any, env: Any) -> Any:
            if node.__class__ is not dict:
                raise Surprise
            return [item.plain for item in run(Frame(env, types, [Item(node, this)]))]

        return Value(closure, "unknown", many=True)

    def quick(self, tree: ast.Ast, this: str) -> Value:
        """The quick form of `tree`. Raises NotQuick."""
        if isinstance(tree, ast.Literal):
            return constant(tree.value)
        if isinstance(tree, ast.Variable):
            return this_value(this)
        if isinstance(tree, ast.External):
            return self._external(tree.name)
        if isinstance(tree, ast.Member):
            return self._member(tree, this)
        if isinstance(tree, ast.Call):
            return self._call(tree, this)
        if isinstance(tree, ast.Binary):
            return self._binary(tree, this)
        if isinstance(tree, ast.TypeTest) and tree.operator == "is":
            return typed(self.quick(tree.operand, this), tree.type, self.model)
        raise NotQuick(type(tree).__name__)

    def _external(self, name: str) -> Value:
        if name in CONSTANTS:
            return constant(CONSTANTS[name])
        if name == "rootResource":
            return Value(_root_resource, "resource")
        facts = self.model.types.type(self._root)
        if name != "resource" or facts is None or facts.kind != "resource":
            raise NotQuick(name)
        wanted = self._root

        def resource(node: Any, env: Any) -> Any:
            found = env.resource
            if found.__class__ is not dict or found.get("resourceType") != wanted:
                raise Surprise
            return found

        return Value(resource, "object", wanted)

    def _member(self, tree: ast.Member, this: str) -> Value:
        if tree.target is None:
            if tree.name[:1].isupper():
                if tree.name == this or self.model.types.is_a(this, tree.name):
                    return this_value(this)
                raise NotQuick("another type")
            return member(this_value(this), tree.name, self.model, at_this=True)
        at_this = isinstance(tree.target, ast.Variable)
        return member(self.quick(tree.target, this), tree.name, self.model, at_this=at_this)

    def _call(self, tree: ast.Call, this: str) -> Value:
        function = QUICK.get(tree.name)
        if function is None:
            raise NotQuick(tree.name)
        target = this_value(this) if tree.target is None else self.quick(tree.target, this)
        return function(self, target, tree.arguments, this)

    def criterion(self, tree: ast.Ast, this: Value) -> Closure:
        """The closure of a criterion that is asked of objects such as `this`."""
        if this.kind == "resource":
            return _give_up
        if this.kind != "object":
            raise NotQuick("a criterion on other kinds")
        return criterion_of(self.value(tree, this.type))

    def boolean(self, tree: ast.Ast, this: str) -> Closure:
        """The closure of an operand that is a boolean."""
        return boolean_of(self.value(tree, this))

    def _binary(self, tree: ast.Binary, this: str) -> Value:
        operator = tree.operator
        if operator in LOGIC:
            return Value(LOGIC[operator](self.boolean(tree.left, this), self.boolean(tree.right, this)), "boolean")
        left = self.quick(tree.left, this)
        if operator == "in":
            return Value(is_member(left, self._options(tree.right, this)), "boolean")
        right = self.quick(tree.right, this)
        if operator in ("=", "!="):
            equal = same(left, right)
            return Value(equal if operator == "=" else negated(equal), "boolean")
        if operator in ("<", "<=", ">", ">="):
            return Value(compared(operator, left, right), "boolean")
        if operator == "+":
            return summed(left, right)
        if operator == "&":
            return joined(left, right)
        raise NotQuick(operator)

    def _options(self, tree: ast.Ast, this: str) -> Value:
        """The right side of ``in``: a union of constants as one constant set, or a path."""
        if isinstance(tree, ast.Binary) and tree.operator == "|":
            sides = self._options(tree.left, this), self._options(tree.right, this)
            if not all(side.is_constant and side.kind == "text" for side in sides):
                raise NotQuick("a union of paths")
            found = frozenset().union(*(_as_set(side.constant) for side in sides))
            return Value(lambda node, env: found, "text", constant=found)
        return self.quick(tree, this)


def _root_resource(node: Any, env: Any) -> Any:
    found = env.root_resource
    if found.__class__ is not dict or found.get("resourceType").__class__ is not str:
        raise Surprise
    return found


def _give_up(node: Any, env: Any) -> bool:
    """The criterion on a resource of any type: the general form asks it, and keeps what it found for the next one."""
    raise Surprise


def _as_set(value: Any) -> frozenset[Any]:
    return value if isinstance(value, frozenset) else frozenset({value})
