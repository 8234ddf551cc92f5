"""A part function of a join in steps, so that the rows of one key need not be held at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from fhircheck.model.protocols import State

S = TypeVar("S", bound="State")
Known = TypeVar("Known")
Numbers = Sequence[int]
"""Rows of one table, number after number; an array of type Q."""
Columns = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Join(Generic[Known, S]):
    """A part function in two or three steps, which pickles where its functions do.

    know(known or None, *arrays) takes more rows into what has to be known of their keys, and gives it; see(known,
    *arrays) counts rows, each by itself; tell(known) counts what is known of the keys, where that is asked for too.
    In whatever pieces the rows of a key come, all three find the same as for the whole: that is what lets a table cut
    the rows of one key. together: by table, columns by which rows of a key belong together: those with equal numbers
    there come to `see` in one piece (empty: each row by itself). Called with all rows of some keys it is a part
    function as any other; whole(*arrays) does that where there is a faster way.
    """

    know: Callable[..., Known]
    see: Callable[..., S]
    tell: Callable[[Known], S] | None = None
    together: tuple[Columns, ...] = ()
    whole: Callable[..., S] | None = None

    def __call__(self, *arrays: Numbers) -> S:
        if self.whole is not None:
            return self.whole(*arrays)
        known = self.know(None, *arrays)
        state = self.see(known, *arrays)
        if self.tell is not None:
            state.merge(self.tell(known))
        return state
