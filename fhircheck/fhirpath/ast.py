"""The syntax tree of an expression: plain immutable nodes, each with its place in the text."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Ast:
    """Base of all nodes; at: zero-based position of the node's first own character."""

    at: int = field(compare=False, kw_only=True, default=0)


@dataclass(frozen=True, slots=True)
class Literal(Ast):
    """A constant: bool, int, Decimal, str, Temporal or Quantity. type: ``System.Integer`` and so on."""

    value: Any
    type: str


@dataclass(frozen=True, slots=True)
class Empty(Ast):
    """``{}``"""


@dataclass(frozen=True, slots=True)
class Variable(Ast):
    """``$this``, ``$index``, ``$total``"""

    name: str


@dataclass(frozen=True, slots=True)
class External(Ast):
    """``%resource``"""

    name: str


@dataclass(frozen=True, slots=True)
class Member(Ast):
    """An element by name. target: None where the path begins here."""

    target: "Ast | None"
    name: str


@dataclass(frozen=True, slots=True)
class Call(Ast):
    """A function. target: None where the path begins here."""

    target: "Ast | None"
    name: str
    arguments: tuple[Ast, ...]


@dataclass(frozen=True, slots=True)
class Index(Ast):
    """``target[index]``"""

    target: Ast
    index: Ast


@dataclass(frozen=True, slots=True)
class Sign(Ast):
    """``+x`` or ``-x``"""

    sign: str
    operand: Ast


@dataclass(frozen=True, slots=True)
class Binary(Ast):
    """Two operands and an operator by its symbol or word."""

    operator: str
    left: Ast
    right: Ast


@dataclass(frozen=True, slots=True)
class TypeTest(Ast):
    """``x is T`` or ``x as T``. type: ``Quantity``, ``System.Quantity`` or ``FHIR.Quantity`` as written."""

    operator: str
    operand: Ast
    type: str
