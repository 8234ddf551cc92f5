"""Tokens -> syntax tree, by operator precedence (http://hl7.org/fhirpath/N1/#operator-precedence)."""

from decimal import Decimal

from fhircheck.fhirpath.ast import (
    Ast,
    Binary,
    Call,
    Empty,
    External,
    Index,
    Literal,
    Member,
    Sign,
    TypeTest,
    Variable,
)
from fhircheck.fhirpath.errors import FhirPathError
from fhircheck.fhirpath.lexer import Token, tokens
from fhircheck.fhirpath.quantity import CALENDAR, Quantity
from fhircheck.fhirpath.temporal import parse_literal

PRECEDENCE = {
    "*": 10, "/": 10, "div": 10, "mod": 10,
    "+": 9, "-": 9, "&": 9,
    "is": 8, "as": 8,
    "|": 7,
    "<": 6, "<=": 6, ">": 6, ">=": 6,
    "=": 5, "!=": 5, "~": 5, "!~": 5,
    "in": 4, "contains": 4,
    "and": 3,
    "or": 2, "xor": 2,
    "implies": 1,
}  # fmt: skip
MAX_DEPTH = 60
"""Nesting of parentheses and arguments; deeper is no expression a person wrote."""
MAX_CHAIN = 400
"""Steps of one path, and operators at one level."""


def parse(text: str) -> Ast:
    """The syntax tree of an expression. Raises FhirPathError with the place of the fault."""
    return Parser(text).whole()


class Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._next = 0
        self._depth = 0

    def whole(self) -> Ast:
        """The whole text as one expression."""
        tree = self._expression(0)
        if self._peek().kind != "end":
            raise self._unexpected()
        return tree

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._tokens[self._next]
        if token.kind != "end":
            self._next += 1
        return token

    def _at(self, symbol: str) -> bool:
        token = self._tokens[self._next]
        return token.kind == "symbol" and token.text == symbol

    def _expect(self, symbol: str) -> None:
        if not self._at(symbol):
            raise self._unexpected(f"{symbol!r} expected")
        self._next += 1

    def _unexpected(self, wanted: str = "") -> FhirPathError:
        token = self._peek()
        what = "the expression ends too early" if token.kind == "end" else "unexpected " + repr(token.text[:40])
        return FhirPathError(f"{what}, {wanted}" if wanted else what, token.at)

    def _expression(self, weakest: int) -> Ast:
        left = self._signed()
        chain = 0
        while True:
            token = self._peek()
            rank = PRECEDENCE.get(token.text, 0) if token.kind in ("symbol", "name") else 0
            if rank <= weakest:
                return left
            chain += 1
            if chain > MAX_CHAIN:
                raise FhirPathError(f"more than {MAX_CHAIN} operators at one level", token.at)
            self._next += 1
            if rank == PRECEDENCE["is"]:
                left = TypeTest(token.text, left, self._type_name(), at=token.at)
            else:
                left = Binary(token.text, left, self._expression(rank), at=token.at)

    def _signed(self) -> Ast:
        signs: list[Token] = []
        while self._at("-") or self._at("+"):
            signs.append(self._take())
        if len(signs) > MAX_DEPTH:
            raise FhirPathError("too many signs", signs[0].at)
        tree = self._path()
        for token in reversed(signs):
            tree = Sign(token.text, tree, at=token.at)
        return tree

    def _path(self) -> Ast:
        tree = self._term()
        for _ in range(MAX_CHAIN):
            at = self._peek().at
            if self._at("."):
                self._next += 1
                tree = self._invocation(tree)
            elif self._at("["):
                self._next += 1
                tree = Index(tree, self._inner(), at=at)
                self._expect("]")
            else:
                return tree
        raise FhirPathError(f"a path of more than {MAX_CHAIN} steps", self._peek().at)

    def _inner(self) -> Ast:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FhirPathError(f"nested deeper than {MAX_DEPTH} levels", self._peek().at)
        tree = self._expression(0)
        self._depth -= 1
        return tree

    def _invocation(self, target: Ast | None) -> Ast:
        token = self._take()
        if token.kind == "variable" and target is not None:
            return Variable(token.text, at=token.at)
        if token.kind not in ("name", "quoted"):
            self._next -= token.kind != "end"
            raise self._unexpected("a name expected")
        if token.kind == "name" and self._at("("):
            return Call(target, token.text, self._arguments(), at=token.at)
        return Member(target, token.text, at=token.at)

    def _arguments(self) -> tuple[Ast, ...]:
        self._expect("(")
        found: list[Ast] = []
        if not self._at(")"):
            found.append(self._inner())
            while self._at(","):
                self._next += 1
                found.append(self._inner())
        self._expect(")")
        return tuple(found)

    def _type_name(self) -> str:
        parts: list[str] = []
        while True:
            token = self._take()
            if token.kind not in ("name", "quoted"):
                self._next -= token.kind != "end"
                raise self._unexpected("the name of a type expected")
            parts.append(token.text)
            if len(parts) == 2 or not self._at("."):
                return ".".join(parts)
            self._next += 1

    def _term(self) -> Ast:
        token = self._peek()
        if token.kind in ("name", "quoted"):
            if token.kind == "name" and token.text in ("true", "false"):
                self._next += 1
                return Literal(token.text == "true", "System.Boolean", at=token.at)
            return self._invocation(None)
        self._next += token.kind != "end"
        if token.kind == "number":
            return self._number(token)
        if token.kind == "string":
            return Literal(token.text, "System.String", at=token.at)
        if token.kind in ("datetime", "time"):
            moment = parse_literal(token.text, token.at)
            return Literal(moment, moment.type, at=token.at)
        if token.kind == "variable":
            return Variable(token.text, at=token.at)
        if token.kind == "external":
            return External(token.text, at=token.at)
        if token.kind == "symbol" and token.text == "(":
            tree = self._inner()
            self._expect(")")
            return tree
        if token.kind == "symbol" and token.text == "{":
            self._expect("}")
            return Empty(at=token.at)
        self._next -= token.kind != "end"
        raise self._unexpected()

    def _number(self, token: Token) -> Ast:
        unit = self._peek()
        if unit.kind == "string" or (unit.kind == "name" and unit.text in CALENDAR):
            self._next += 1
            quantity = Quantity(Decimal(token.text), unit.text, unit.kind == "name")
            return Literal(quantity, "System.Quantity", at=token.at)
        if "." in token.text:
            return Literal(Decimal(token.text), "System.Decimal", at=token.at)
        if len(token.text) > 18:
            raise FhirPathError("an integer of more than 18 digits", token.at)
        return Literal(int(token.text), "System.Integer", at=token.at)
