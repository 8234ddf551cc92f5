"""Comparison, membership, sums and joins over quick closures."""

import operator
from collections.abc import Callable
from typing import Any

from fhircheck.fhirpath.fast.value import Closure, NotQuick, Surprise, Value
from fhircheck.fhirpath.item import Item
from fhircheck.fhirpath.navigation import Navigator
from fhircheck.fhirpath.operators.types import is_test
from fhircheck.fhirpath.temporal import compare, ordered_as_text, parse_temporal

ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compared(symbol: str, left: Value, right: Value) -> Closure:
    """``left < right`` of numbers, texts and moments. Raises NotQuick."""
    if left.many or right.many or left.kind != right.kind or left.kind not in ("number", "text", "moment"):
        raise NotQuick("comparison of other kinds")
    order, one, two = ORDER[symbol], left.closure, right.closure
    if left.kind == "moment":
        return _moments(order, one, two)

    def run(node: Any, env: Any) -> Any:
        mine, others = one(node, env), two(node, env)
        return None if mine is None or others is None else order(mine, others)

    return run


def _moments(order: Callable[[Any, Any], bool], one: Closure, two: Closure) -> Closure:
    def run(node: Any, env: Any) -> Any:
        mine, others = one(node, env), two(node, env)
        if mine is None or others is None:
            return None
        if ordered_as_text(mine, others):
            return order(mine, others)
        first, second = parse_temporal(mine), parse_temporal(others)
        if first is None or second is None or first.is_time or second.is_time:
            raise Surprise
        found = compare(first, second)
        return None if found is None else order(found, 0)

    return run


def is_member(left: Value, right: Value) -> Closure:
    """``left in right`` of texts. Raises NotQuick."""
    if left.kind != "text" or right.kind != "text":
        raise NotQuick("membership of other kinds")
    one, options = left.closure, _options(right)
    many = left.many

    def run(node: Any, env: Any) -> Any:
        value = one(node, env)
        if many:
            if len(value) > 1:
                raise Surprise
            value = value[0] if value else None
        return None if value is None else value in options(node, env)

    return run


def _options(right: Value) -> Closure:
    if right.many or isinstance(right.constant, frozenset):
        return right.closure
    one = right.closure

    def single(node: Any, env: Any) -> Any:
        value = one(node, env)
        return () if value is None else (value,)

    return single


def summed(left: Value, right: Value) -> Value:
    """``left + right`` of numbers. Raises NotQuick."""
    if left.kind != "number" or right.kind != "number" or left.many or right.many:
        raise NotQuick("a sum of other kinds")
    one, two = left.closure, right.closure

    def run(node: Any, env: Any) -> Any:
        mine, others = one(node, env), two(node, env)
        if mine.__class__ is not int or others.__class__ is not int:
            raise Surprise
        return mine + others

    return Value(run, "number")


def joined(left: Value, right: Value) -> Value:
    """``left & right`` of texts. Raises NotQuick."""
    if left.kind != "text" or right.kind != "text" or left.many or right.many:
        raise NotQuick("a join of other kinds")
    one, two = left.closure, right.closure
    return Value(lambda node, env: (one(node, env) or "") + (two(node, env) or ""), "text")


def typed(operand: Value, specifier: str, model: Navigator, *, lenient: bool = True) -> Value:
    """``operand is specifier`` of a choice or of any resource. Raises NotQuick."""
    holds = is_test(specifier, model.types, lenient=lenient)
    inner = operand.closure
    if operand.kind == "choice":
        answers = {name: holds(Item(None, type_name)) for name, type_name in operand.names}

        def of_choice(node: Any, env: Any) -> Any:
            name = inner(node, env)
            return None if name is None else answers[name]

        return Value(of_choice, "boolean")
    if operand.kind == "resource" and not operand.many:

        def of_resource(node: Any, env: Any) -> Any:
            value = inner(node, env)
            if value is None:
                return None
            name = value.get("resourceType")
            if name.__class__ is not str:
                raise Surprise
            return holds(Item(None, name))

        return Value(of_resource, "boolean")
    raise NotQuick("the type of another kind")
