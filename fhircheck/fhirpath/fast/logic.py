"""Three-valued logic over quick closures."""

from typing import Any

from fhircheck.fhirpath.fast.value import Closure, NotQuick, Surprise, Value


def boolean_of(value: Value) -> Closure:
    """The closure of a Value where a boolean is asked for: a single item that is no boolean means true."""
    inner = value.closure
    if value.many:

        def of_many(node: Any, env: Any) -> Any:
            found = inner(node, env)
            if len(found) > 1:
                raise Surprise
            return (found[0] if found[0].__class__ is bool else True) if found else None

        return of_many
    if value.kind == "boolean":
        return inner
    if value.kind == "choice":
        raise NotQuick("a choice may be a boolean")
    return lambda node, env: None if inner(node, env) is None else True


def criterion_of(value: Value) -> Closure:
    """The closure of a Value as a criterion: truthy or not."""
    inner = value.closure
    if value.many:

        def of_many(node: Any, env: Any) -> Any:
            found = inner(node, env)
            return found[0] is not False if len(found) == 1 else bool(found)

        return of_many
    if value.kind == "boolean":
        return inner
    if value.kind == "choice":
        raise NotQuick("a choice may be a boolean")
    return lambda node, env: inner(node, env) is not None


def both(left: Closure, right: Closure) -> Closure:
    """``left and right``"""

    def run(node: Any, env: Any) -> Any:
        one = left(node, env)
        if one is False:
            return False
        two = right(node, env)
        return two if one is True or two is False else None

    return run


def either(left: Closure, right: Closure) -> Closure:
    """``left or right``"""

    def run(node: Any, env: Any) -> Any:
        one = left(node, env)
        if one is True:
            return True
        two = right(node, env)
        return two if one is False or two is True else None

    return run


def implied(left: Closure, right: Closure) -> Closure:
    """``left implies right``"""

    def run(node: Any, env: Any) -> Any:
        one = left(node, env)
        if one is False:
            return True
        two = right(node, env)
        return two if one is True or two is True else None

    return run


def exclusive(left: Closure, right: Closure) -> Closure:
    """``left xor right``"""

    def run(node: Any, env: Any) -> Any:
        one, two = left(node, env), right(node, env)
        return None if one is None or two is None else one is not two

    return run


def negated(inner: Closure) -> Closure:
    """``inner.not()``, and ``!=``"""

    def run(node: Any, env: Any) -> Any:
        value = inner(node, env)
        return None if value is None else not value

    return run


LOGIC = {"and": both, "or": either, "xor": exclusive, "implies": implied}


def same(left: Value, right: Value) -> Closure:
    """``left = right`` of texts, booleans and numbers. Raises NotQuick for anything else."""
    if left.kind != right.kind or left.kind not in ("text", "boolean", "number"):
        raise NotQuick("equality of other kinds")
    if right.many or (left.is_constant and not right.is_constant):
        left, right = right, left
    if right.many:
        raise NotQuick("equality of many")
    one, two = left.closure, right.closure
    if left.many:
        return _single_of_many(one, two)
    if right.is_constant:
        wanted = right.constant

        def to_constant(node: Any, env: Any) -> Any:
            value = one(node, env)
            return None if value is None else value == wanted

        return to_constant

    def run(node: Any, env: Any) -> Any:
        mine, others = one(node, env), two(node, env)
        return None if mine is None or others is None else mine == others

    return run


def _single_of_many(many: Closure, two: Closure) -> Closure:
    def run(node: Any, env: Any) -> Any:
        found, other = many(node, env), two(node, env)
        if not found or other is None:
            return None
        return bool(len(found) == 1 and found[0] == other)

    return run
