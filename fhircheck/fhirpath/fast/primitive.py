"""Patterns over primitives, ``matches('...')`` and ``toString().matches('...')``: the usual invariant of a profile."""

from typing import Any

from fhircheck.fhirpath import ast
from fhircheck.fhirpath.fast.value import Closure, Surprise
from fhircheck.fhirpath.functions.conversion import to_string
from fhircheck.fhirpath.item import plain_value
from fhircheck.fhirpath.patterns import searched
from fhircheck.fhirpath.types import PLAIN


def quick_pattern(tree: ast.Ast, type_name: str) -> Closure | None:
    """The closure of a pattern that the value of a primitive type is to match; None for any other expression."""
    if not isinstance(tree, ast.Call) or tree.name != "matches" or len(tree.arguments) != 1:
        return None
    pattern = tree.arguments[0]
    if not isinstance(pattern, ast.Literal) or pattern.value.__class__ is not str:
        return None
    wanted = str(pattern.value)
    if _is_this(tree.target) and type_name not in PLAIN and type_name != "boolean":
        return lambda node, env: searched(wanted, _text(node))
    if isinstance(tree.target, ast.Call) and tree.target.name == "toString" and _is_this(tree.target.target):
        return lambda node, env: searched(wanted, _text(to_string(plain_value(node, type_name))))
    return None


def _is_this(tree: ast.Ast | None) -> bool:
    return tree is None or (isinstance(tree, ast.Variable) and tree.name == "$this")


def _text(value: Any) -> str:
    if value.__class__ is not str:
        raise Surprise
    return str(value)
