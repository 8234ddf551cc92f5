"""Functions over quick closures, by name."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fhircheck.fhirpath import ast
from fhircheck.fhirpath.compiler import type_specifier
from fhircheck.fhirpath.fast.logic import boolean_of, negated
from fhircheck.fhirpath.fast.operators import typed
from fhircheck.fhirpath.fast.value import Closure, NotQuick, Value
from fhircheck.fhirpath.patterns import searched

if TYPE_CHECKING:
    from fhircheck.fhirpath.fast.truth import QuickCompiler

Arguments = tuple[ast.Ast, ...]
QuickFunction = Callable[["QuickCompiler", Value, Arguments, str], Value]


def _none(arguments: Arguments) -> None:
    if arguments:
        raise NotQuick("arguments")


def _is_there(value: Value) -> Closure:
    inner = value.closure
    if value.many:
        return lambda node, env: bool(inner(node, env))
    return lambda node, env: inner(node, env) is not None


def exists(compiler: "QuickCompiler", target: Value, arguments: Arguments, this: str) -> Value:
    """exists([criteria])"""
    return Value(_is_there(where(compiler, target, arguments, this) if arguments else target), "boolean")


def empty(compiler: "QuickCompiler", target: Value, arguments: Arguments, this: str) -> Value:
    """empty()"""
    _none(arguments)
    inner = target.closure
    if target.many:
        return Value(lambda node, env: not inner(node, env), "boolean")
    return Value(lambda node, env: inner(node, env) is None, "boolean")


def count(compiler: "QuickCompiler", target: Value, arguments: Arguments, this: str) -> Value:
    """count()"""
    _none(arguments)
    inner = target.closure
    if target.many:
        return Value(lambda node, env: len(inner(node, env)), "number")
    return Value(lambda node, env: int(inner(node, env) is not None), "number")


def not_(compiler: "QuickCompiler", target: Value, arguments: Arguments, this: str) -> Value:
    """not()"""
    _none(arguments)
    return Value(negated(boolean_of(target)), "boolean")


def has_value(compiler: "QuickCompiler", target: Value, arguments: Arguments, this: str) -> Value:
    """hasValue() of one primitive"""
    _none(arguments)
    if target.many or target.kind not in ("text", "boolean", "number", "moment"):
        raise NotQuick("hasValue() of other kinds")
    return Value(_is_there(target), "boolean")


def where(compiler: "QuickCompiler", target: Value, arguments: Arguments, this: str) -> Value:
    """where(criteria)"""
    inner, criterion = target.closure, compiler.criterion(arguments[0], target)
    if target.many:
        return Value(
            lambda node, env: [each for each in inner(node, env) if criterion(each, env)],
            target.kind,
            target.type,
            many=True,
        )

    def one(node: Any, env: Any) -> Any:
        value = inner(node, env)
        return value if value is not None and criterion(value, env) else None

    return Value(one, target.kind, target.type)


def all_(compiler: "QuickCompiler", target: Value, arguments: Arguments, this: str) -> Value:
    """all(criteria)"""
    inner, criterion = target.closure, compiler.criterion(arguments[0], target)
    if not target.many:
        raise NotQuick("all() of one")

    def run(node: Any, env: Any) -> Any:
        for each in inner(node, env):  # noqa: SIM110 - a generator costs a frame for each item
            if not criterion(each, env):
                return False
        return True

    return Value(run, "boolean")


def select(compiler: "QuickCompiler", target: Value, arguments: Arguments, this: str) -> Value:
    """select(projection) of many objects"""
    if target.kind != "object" or not target.many:
        raise NotQuick("select() of other kinds")
    projection = compiler.quick(arguments[0], target.type)
    inner, step = target.closure, projection.closure
    if projection.kind not in ("text", "boolean", "number", "object"):
        raise NotQuick("select() to other kinds")
    if projection.many:
        return Value(
            lambda node, env: [found for each in inner(node, env) for found in step(each, env)],
            projection.kind,
            projection.type,
            many=True,
        )

    def run(node: Any, env: Any) -> Any:
        found = [step(each, env) for each in inner(node, env)]
        return [each for each in found if each is not None] if None in found else found

    return Value(run, projection.kind, projection.type, many=True)


def is_distinct(compiler: "QuickCompiler", target: Value, arguments: Arguments, this: str) -> Value:
    """isDistinct() of texts"""
    _none(arguments)
    if target.kind != "text" or not target.many:
        raise NotQuick("isDistinct() of other kinds")
    inner = target.closure

    def run(node: Any, env: Any) -> Any:
        found = inner(node, env)
        return len(found) < 2 or len(set(found)) == len(found)

    return Value(run, "boolean")


def first(compiler: "QuickCompiler", target: Value, arguments: Arguments, this: str) -> Value:
    """first()"""
    _none(arguments)
    if not target.many:
        return target
    inner = target.closure

    def run(node: Any, env: Any) -> Any:
        found = inner(node, env)
        return found[0] if found else None

    return Value(run, target.kind, target.type)


def tail(compiler: "QuickCompiler", target: Value, arguments: Arguments, this: str) -> Value:
    """tail()"""
    _none(arguments)
    if not target.many:
        raise NotQuick("tail() of one")
    inner = target.closure
    return Value(lambda node, env: inner(node, env)[1:], target.kind, target.type, many=True)


def trace(compiler: "QuickCompiler", target: Value, arguments: Arguments, this: str) -> Value:
    """trace(): where nobody listens, see Expression.truth"""
    return target


def _on_text(test: Callable[[str, str], bool]) -> QuickFunction:
    def function(compiler: "QuickCompiler", target: Value, arguments: Arguments, this: str) -> Value:
        part = compiler.quick(arguments[0], this)
        if target.kind != "text" or target.many or not part.is_constant or part.kind != "text":
            raise NotQuick("a text function of other kinds")
        inner, wanted = target.closure, part.constant

        def run(node: Any, env: Any) -> Any:
            value = inner(node, env)
            return None if value is None else test(value, wanted)

        return Value(run, "boolean")

    return function


def length(compiler: "QuickCompiler", target: Value, arguments: Arguments, this: str) -> Value:
    """length()"""
    _none(arguments)
    if target.kind != "text" or target.many:
        raise NotQuick("length() of other kinds")
    inner = target.closure

    def run(node: Any, env: Any) -> Any:
        value = inner(node, env)
        return None if value is None else len(value)

    return Value(run, "number")


def substring(compiler: "QuickCompiler", target: Value, arguments: Arguments, this: str) -> Value:
    """substring(start) with a constant"""
    start = compiler.quick(arguments[0], this).constant
    if target.kind != "text" or target.many or len(arguments) != 1 or start.__class__ is not int or start < 0:
        raise NotQuick("substring() of other kinds")
    inner = target.closure

    def run(node: Any, env: Any) -> Any:
        value = inner(node, env)
        return None if value is None else value[start:] or None

    return Value(run, "text")


def is_(compiler: "QuickCompiler", target: Value, arguments: Arguments, this: str) -> Value:
    """is(type)"""
    return typed(target, type_specifier(arguments[0]), compiler.model, lenient=False)


QUICK: dict[str, QuickFunction] = {
    "exists": exists,
    "empty": empty,
    "count": count,
    "not": not_,
    "hasValue": has_value,
    "where": where,
    "all": all_,
    "select": select,
    "isDistinct": is_distinct,
    "first": first,
    "tail": tail,
    "trace": trace,
    "startsWith": _on_text(str.startswith),
    "endsWith": _on_text(str.endswith),
    "contains": _on_text(str.__contains__),
    "matches": _on_text(lambda text, pattern: searched(pattern, text)),
    "length": length,
    "substring": substring,
    "is": is_,
}
