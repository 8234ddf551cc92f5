"""Splitting and joining in any way: what all laws about merging need."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st


@st.composite
def groupings(draw: Any, things: st.SearchStrategy[Any]) -> tuple[list[Any], list[list[Any]]]:
    """Some things, and the same things in another order cut into groups (empty ones too)."""
    items = draw(st.lists(things, max_size=12))
    shuffled = draw(st.permutations(items))
    cuts = sorted(draw(st.lists(st.integers(0, len(items)), max_size=4)))
    edges = [0, *cuts, len(items)]
    return items, [shuffled[start:end] for start, end in pairwise(edges)]


def merged(parts: Sequence[Any], neutral: Callable[[], Any]) -> Any:
    """All parts merged from the left into a neutral element."""
    whole = neutral()
    for part in parts:
        whole.merge(part)
    return whole


def as_tree(parts: Sequence[Any], neutral: Callable[[], Any]) -> Any:
    """All parts merged as a balanced tree: another grouping of the same."""
    if len(parts) <= 1:
        return merged(parts, neutral)
    left = as_tree(parts[: len(parts) // 2], neutral)
    left.merge(as_tree(parts[len(parts) // 2 :], neutral))
    return left
