"""A value to search by, taken from the server's own data: the one that tells most about the search.

Values are of patients: they go into requests and nowhere else.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from fhircheck.fhirpath import Item
from fhircheck.probe.search_kinds import SEARCH_KINDS
from fhircheck.probe.search_kinds.search import (
    NO_SUCH,
    Search,
    SearchKind,
    Told,
    any_of,
    nothing_holds,
    opposite,
)
from fhircheck.probe.search_parameter import SearchParameter, SearchParameters

CANDIDATES = 60
GROUPS = 12
Node = dict[str, Any]
Asked = Callable[[Item], list[Search]]


@dataclass(frozen=True, slots=True)
class Indexed:
    """A sample and what it holds for a parameter; None where that cannot be told."""

    node: Node
    items: list[Item] | None

    def holds(self, search: Search) -> Told:
        """Whether `search` is to find it."""
        return None if self.items is None else search.holds(self.items)


class SearchValues:
    """Searches by one parameter of a type, from samples of the type.

    reason: why there are none, as the name of a text: ``no-definition``, ``special-parameter``, ``no-sample``,
    ``no-value``; empty where there are some.
    """

    def __init__(self, parameter: SearchParameter | None, samples: Iterable[Node], known: SearchParameters) -> None:
        self._parameters = known
        self.parameter = parameter
        self.kind = None if parameter is None else _kind(parameter)
        nodes = list(samples)
        self.samples = [Indexed(node, self.items(node)) for node in nodes]
        self.reason = self._reason()

    def _reason(self) -> str:
        if self.parameter is None:
            return "no-definition"
        if self.kind is None and self.parameter.kind != "composite":
            return "special-parameter"
        if not self.parameter.expression:
            return "no-expression"
        if not self.samples:
            return "no-sample"
        return "" if self.plain() else "no-value"

    def items(self, node: Node) -> list[Item] | None:
        """What a resource holds for the parameter; None where it cannot be told."""
        return None if self.parameter is None else self._parameters.items(self.parameter, node)

    def plain(self) -> Search | None:
        """A search by a value that as few samples as possible hold."""
        if self.parameter is not None and self.parameter.kind == "composite":
            return self._rarest(self._composites())
        return None if self.kind is None else self._rarest(self._candidates(self.kind.plain))

    def impossible(self) -> Search | None:
        """A search that finds nothing on a server that filters."""
        if self.parameter is not None and self.parameter.kind == "composite":
            kinds = [_kind(each.parameter) for each in self.parameter.components]
            texts = [each.impossible.text if each else NO_SUCH for each in kinds]
            return Search("$".join(texts), nothing_holds, finds=False)
        return None if self.kind is None else self.kind.impossible

    def modified(self) -> list[Search]:
        """One search for each modifier that fits the samples, ``:exact`` twice: to find and not to find.

        ``:missing=true`` where a sample lacks a value, else ``:missing=false``: a server that does not know the
        modifier then finds nothing.
        """
        if self.kind is None:
            return []
        by_label: dict[tuple[str, bool], list[Search]] = {}
        for each in self._candidates(self.kind.further):
            by_label.setdefault((each.modifier, each.finds), []).append(each)
        found = [self._rarest(group) if finds else group[0] for (_, finds), group in by_label.items()]
        return [*(each for each in found if each is not None), self._missing()]

    def _missing(self) -> Search:
        missing = Search("true", self._lacks, "missing")
        if any(each.holds(missing) for each in self.samples):
            return missing
        return Search("false", lambda items: opposite(self._lacks(items)), "missing")

    def _lacks(self, items: list[Item]) -> Told:
        """True without any item; None where what is there holds no value to search by (a text alone, an extension)."""
        if not items:
            return True
        return False if self.kind and any(self.kind.plain(each) for each in items) else None

    def prefixed(self) -> list[Search]:
        """One search for each prefix, by a value from the middle, so that there is something on both sides."""
        if self.kind is None:
            return []
        groups = [found for item in self._items() if (found := self.kind.prefixed(item))]
        if not groups:
            return []
        return max(groups[:GROUPS], key=self._balance)

    def _balance(self, group: list[Search]) -> int:
        """How many prefixes divide the samples."""
        told = [{each.holds(search) for each in self.samples} for search in group]
        return sum({True, False} <= each for each in told)

    def _items(self) -> Iterator[Item]:
        for each in self.samples:
            yield from each.items or ()

    def _candidates(self, asked: Asked) -> list[Search]:
        found: list[Search] = []
        for item in self._items():
            found += asked(item)
            if len(found) > CANDIDATES:
                break
        return found

    def _rarest(self, searches: Iterable[Search]) -> Search | None:
        """The search that surely holds for fewest samples, and for one at least; the first of equals."""
        best: tuple[int, int] = (0, 0)
        chosen = None
        for search in searches:
            told = [each.holds(search) for each in self.samples]
            rank = (-told.count(True), told.count(False))
            if rank[0] and (chosen is None or rank > best):
                best, chosen = rank, search
        return chosen

    def _composites(self) -> Iterator[Search]:
        """Pairs of values that stand together (http://hl7.org/fhir/R4/search.html#composite)."""
        for item in list(self._items())[:CANDIDATES]:
            parts = self._parts(item)
            if parts and all(parts):
                yield from (self._composite(each) for each in list(product(*parts))[:2])

    def _parts(self, item: Item) -> list[list[Search]]:
        """For each component the searches that the item gives."""
        assert self.parameter is not None
        found = []
        for each in self.parameter.components:
            kind = _kind(each.parameter)
            inner = self._inner(item, each.expression)
            found.append([search for one in inner or () for search in kind.plain(one)] if kind else [])
        return found

    def _inner(self, item: Item, expression: str) -> list[Item] | None:
        return self._parameters.evaluated(expression, item.value, item.type, {})

    def _composite(self, searches: tuple[Search, ...]) -> Search:
        assert self.parameter is not None
        expressions = [each.expression for each in self.parameter.components]

        def both(item: Item) -> Told:
            told = []
            for search, expression in zip(searches, expressions, strict=True):
                inner = self._inner(item, expression)
                told.append(None if inner is None else search.holds(inner))
            return False if False in told else None if None in told else True

        return Search("$".join(each.text for each in searches), lambda items: any_of(map(both, items)))


def _kind(parameter: SearchParameter) -> SearchKind | None:
    return SEARCH_KINDS.get(parameter.kind)
