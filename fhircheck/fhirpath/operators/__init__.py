"""Operators (http://hl7.org/fhirpath/N1/#operations): one file a chapter, found through the table OPERATORS."""

from collections.abc import Callable

from fhircheck.fhirpath.item import Item
from fhircheck.fhirpath.operators.arithmetic import (
    add,
    concatenate,
    divide,
    divide_whole,
    multiply,
    remainder,
    subtract,
)
from fhircheck.fhirpath.operators.collections import contains, is_in, union
from fhircheck.fhirpath.operators.comparison import greater, greater_or_equal, less, less_or_equal
from fhircheck.fhirpath.operators.equality import equal, equivalent, not_equal, not_equivalent

Operator = Callable[[list[Item], list[Item]], list[Item]]

OPERATORS: dict[str, Operator] = {
    "=": equal,
    "!=": not_equal,
    "~": equivalent,
    "!~": not_equivalent,
    "<": less,
    "<=": less_or_equal,
    ">": greater,
    ">=": greater_or_equal,
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "div": divide_whole,
    "mod": remainder,
    "&": concatenate,
    "|": union,
    "in": is_in,
    "contains": contains,
}
"""All but the boolean ones, which do not always look at both operands: see fhircheck.fhirpath.operators.logic."""
