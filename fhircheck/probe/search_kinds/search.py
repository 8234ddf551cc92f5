"""One search by one parameter, and whether a resource holds what it asks for: true, false, or not to be told."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fhircheck.fhirpath import Item

Told = bool | None
Holds = Callable[[list[Item]], Told]
LONGEST = 200
NO_SUCH = "fhircheckNoSuchValue"


@dataclass(frozen=True, slots=True)
class Search:
    """``name:modifier=prefix+text``, where `text` is taken from the server's data and never shown.

    holds: what the items that a parameter's expression gives for a resource say of it; None where servers may
    rightly differ. finds: whether what holds must be found (false for one that is there to find nothing).
    """

    text: str
    holds: Holds
    modifier: str = ""
    prefix: str = ""
    finds: bool = True

    @property
    def label(self) -> str:
        """Modifier or prefix, as it is told in results; empty for a plain search."""
        return self.modifier or self.prefix


@dataclass(frozen=True, slots=True)
class SearchKind:
    """How one type of search parameters is searched (http://hl7.org/fhir/R4/search.html#ptypes).

    plain: searches that an item is to be found by. further: the same with each modifier that fits the item.
    prefixed: with each prefix. impossible: a search that nothing holds.
    """

    name: str
    summary: str
    plain: Callable[[Item], list[Search]]
    impossible: Search
    further: Callable[[Item], list[Search]] = lambda item: []
    prefixed: Callable[[Item], list[Search]] = lambda item: []


def any_of(told: Iterable[Told]) -> Told:
    """True where one is, None where none is and one cannot be told, else false."""
    unsure = False
    for each in told:
        if each:
            return True
        unsure = unsure or each is None
    return None if unsure else False


def opposite(told: Told) -> Told:
    """Not `told`; what cannot be told stays so."""
    return None if told is None else not told


def escaped(text: str) -> str:
    r"""`text` with ``\``, ``,``, ``$`` and ``|`` escaped (http://hl7.org/fhir/R4/search.html#escaping)."""
    for sign in "\\,$|":
        text = text.replace(sign, "\\" + sign)
    return text


def escaped_url(text: str) -> str:
    """A URL with what divides values escaped; ``|`` stays, since it divides a canonical from its version."""
    return "|".join(map(escaped, text.split("|")))


def nothing_holds(items: list[Item]) -> Told:
    """False: for values that cannot exist."""
    return False
