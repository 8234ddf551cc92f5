"""From entry to entry of a document or message: here a relative reference counts by fullUrl alone.

(bundle.html#references; documents.html#content: what a document needs is in its Bundle.)
"""

from typing import Any, NamedTuple

from fhircheck.definitions.type_table import TypeTable
from fhircheck.model.protocols import Conformance
from fhircheck.model.reference_text import is_absolute, rest_url
from fhircheck.validate.bundle_index import BundleIndex, text

DEFINITIONS = frozenset({"url", "status", "publisher"})


class Joint(NamedTuple):
    """Where a reference leads: number of an entry, or -1 with the reason.

    fault: ``missing``, ``ambiguous``, ``off-base`` (type and id are there, on another base), or empty where
    nothing is to be said (a definition that is published elsewhere). fitting: entries that fit.
    """

    entry: int
    fault: str = ""
    fitting: int = 0


NOWHERE = Joint(-1)


class Linking:
    """Finds the entries of one Bundle that references lead to."""

    def __init__(self, index: BundleIndex, types: TypeTable, definitions: Conformance) -> None:
        self.index = index
        self._types = types
        self._definitions = definitions

    def follow(self, reference: str, number: int) -> Joint:
        """Where `reference`, without its fragment, leads from the resource of entry `number`."""
        if is_absolute(reference):
            return self._absolute(reference)
        found = self.index.by_url.get(self._completed(reference, number), [])
        if found:
            return Joint(found[0]) if len(found) == 1 else Joint(-1, "ambiguous", len(found))
        parts = reference.split("/", 3)
        if len(parts) < 2 or not self._types.is_resource(parts[0]):
            return NOWHERE
        near = self.index.by_identity.get(f"{parts[0]}/{parts[1]}", [])
        return Joint(-1, "off-base" if near else "missing", len(near))

    def _absolute(self, reference: str) -> Joint:
        found = self.index.by_url.get(reference, [])
        if found:
            return Joint(found[0]) if len(found) == 1 else Joint(-1, "ambiguous", len(found))
        return NOWHERE if self._published(reference) else Joint(-1, "missing")

    def _published(self, reference: str) -> bool:
        """Whether it is a conformance resource, which need not come along."""
        if self._definitions.find(reference) is not None:
            return True
        rest = rest_url(reference)
        info = self._types.type(rest.type) if rest and self._types.is_resource(rest.type) else None
        return info is not None and (info.name == "NamingSystem" or info.properties.keys() >= DEFINITIONS)

    def _completed(self, reference: str, number: int) -> str | None:
        """The fullUrl that a relative reference means; None where the referring entry's fullUrl is no RESTful URL."""
        full_url = self.index.full_url(number)
        resource = self.index.resource(number) or {}
        own = f"{text(resource, 'resourceType')}/{text(resource, 'id')}"
        rest = rest_url(full_url)
        if rest is None or not full_url.endswith(own) or own.endswith("/"):
            return None
        return full_url[: -len(own)] + reference if self._types.is_resource(rest.type) else None

    def fragments(self, number: int, fragment: str) -> int:
        """How many elements of an entry carry the id `fragment`, in the data or in narratives."""
        return _count(self.index.entries[number], fragment)


def _count(node: Any, fragment: str) -> int:
    found = 0
    waiting: list[Any] = [node]
    marks = (f'id="{fragment}"', f"id='{fragment}'")
    while waiting:
        each = waiting.pop()
        if each.__class__ is list:
            waiting.extend(each)
        elif each.__class__ is dict:
            found += each.get("id") == fragment
            div = each.get("div")
            if div.__class__ is str:
                found += sum(div.count(mark) for mark in marks)
            waiting.extend(each.values())
    return found
