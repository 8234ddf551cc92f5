"""The counts of portability alone, for whoever reads resources without checking them (two stores that are compared)."""

from functools import cache
from typing import Any

from fhircheck.measures.coded_elements import CODED
from fhircheck.measures.coded_look import PUBLIC, VALID, elements_of
from fhircheck.measures.coding_verdicts import codings, systems_of, whose
from fhircheck.measures.conformance.public_extension import items_of
from fhircheck.measures.outcome import Outcome
from fhircheck.measures.owners import owners_of
from fhircheck.measures.portability import EXTENSIONS, Portability, portability
from fhircheck.measures.tables import Tables
from fhircheck.model.bounded_counts import BoundedCounts
from fhircheck.model.contribution import Contribution
from fhircheck.model.facts import Tally
from fhircheck.model.protocols import Conformance
from fhircheck.model.record import Node
from fhircheck.resolve.known_places import Extensions
from fhircheck.resolve.reference_walk import extensions_of

REMEMBERED = 20_000
NOTHING = Contribution()


class PortabilityCounts:
    """Counts of some resources; `settle` them before they go to another process. They merge in any order.

    tables: folder with a table ``public_owners.csv`` of one's own (Tables). What is counted is what `fhircheck check`
    counts; places are not kept.
    """

    _remembered: dict[Any, Contribution]

    def __init__(self, tables: Tables | None = None) -> None:
        self.codes, self.extensions = Tally(), Tally()
        self._public = owners_of(tables or _ours()).public
        self._remembered = {}

    def add(self, node: Node, extensions: Extensions | None = None) -> None:
        """Count one resource, an entry of a Bundle too; the entries of a Bundle are not entered. Never raises.

        extensions: those of the resource, where `collect_links` gave them already.
        """
        kind = node.get("resourceType")
        if kind.__class__ is not str:
            return
        if kind in CODED:
            coded = tuple(
                (path, systems)
                for path, _, values in elements_of(node, kind)
                for _, value in values
                if (systems := systems_of(codings(value) or []))
            )
            if coded:
                self.codes.repeat(self._remembered.get(coded) or self._codes(coded))
        found = extensions_of(node) if extensions is None else extensions
        if found:
            outcome = Outcome(*items_of(found, self._public))
            if outcome.whole is not None:
                self.extensions.repeat(outcome.whole)

    def _codes(self, coded: tuple[tuple[str, tuple[str, ...]], ...]) -> Contribution:
        own: dict[tuple[str, ...], int] = {}
        items = []
        for path, systems in coded:
            passed, names = whose(systems, self._public)
            items.append((path, path, passed))
            for name in names:
                own[name] = own.get(name, 0) + 1
        if len(self._remembered) >= REMEMBERED:
            self._remembered.clear()
        found = Outcome(items, tuple(sorted(own.items()))).whole or NOTHING
        self._remembered[coded] = found
        return found

    def settle(self) -> None:
        """Bring what was added into the counts."""
        self.codes.settle()
        self.extensions.settle()

    def taken(self) -> "PortabilityCounts":
        """What was added so far, as counts of their own; counting begins anew."""
        self.settle()
        found = PortabilityCounts()
        found.codes, found.extensions = self.codes, self.extensions
        self.codes, self.extensions = Tally(), Tally()
        return found

    def merge(self, other: "PortabilityCounts") -> None:
        """Add what `other` counted."""
        self.codes.merge(other.codes)
        self.extensions.merge(other.extensions)

    def result(self, smallest_cell: int = 10, definitions: Conformance | None = None) -> Portability:
        """What the counts come to (see `portability`)."""
        self.settle()
        whole = Tally(parts={PUBLIC: self.codes})
        return portability({VALID: whole, EXTENSIONS: self.extensions}, smallest_cell, definitions)

    def form(self) -> dict[str, Any]:
        """What `result` needs, as JSON has it; `of` reads it again."""
        self.settle()
        return {name: _form(tally) for name, tally in (("codes", self.codes), ("extensions", self.extensions))}

    @classmethod
    def of(cls, form: dict[str, Any]) -> "PortabilityCounts":
        """The counts that `form` gave."""
        found = cls()
        found.codes, found.extensions = _tally(form["codes"]), _tally(form["extensions"])
        return found

    def __getstate__(self) -> tuple[Tally, Tally]:
        self.settle()
        return self.codes, self.extensions

    def __setstate__(self, state: tuple[Tally, Tally]) -> None:
        self.__init__()  # type: ignore[misc]
        self.codes, self.extensions = state


def _form(tally: Tally) -> dict[str, Any]:
    return {
        "public": tally.numerator,
        "judged": tally.denominator,
        "cannot_tell": tally.cannot_tell,
        "own": [[list(name), count] for name, count in tally.counts],
    }


def _tally(form: dict[str, Any]) -> Tally:
    own = BoundedCounts((tuple(name), count) for name, count in form["own"])
    return Tally(form["public"], form["judged"], form["cannot_tell"], counts=own)


@cache
def _ours() -> Tables:
    """Our tables, read once in a process."""
    return Tables()
