"""What the profiles that resources are checked against ask for, as measures need it; found once a process."""

from dataclasses import dataclass
from typing import Any

from fhircheck.compile.linker import BASE, Linker
from fhircheck.compile.mandatory_elements import MandatoryElements, mandatory_elements
from fhircheck.definitions.snapshot import SnapshotGenerator
from fhircheck.measures.must_support_tree import Branch, branches
from fhircheck.model.errors import DefinitionUnusable

REMEMBERED = 5_000


@dataclass(frozen=True, slots=True)
class Demands:
    """What one profile demands. canonical: as findings name it, with its version."""

    canonical: str
    mandatory: MandatoryElements


class KnownProfiles:
    """Profiles of one set of definitions."""

    def __init__(self, linker: Linker) -> None:
        self._linker = linker
        self._snapshots = SnapshotGenerator(linker.around.definitions)
        self._demands: dict[str, Demands | None] = {}
        self._supported: dict[str, tuple[Branch, ...]] = {}

    def demands(self, url: str) -> Demands | None:
        """What the profile (a canonical, or the name of a type) demands; None where it is not known or not usable."""
        found = self._demands.get(url)
        if found is None and url not in self._demands:
            _bound(self._demands)
            linked = self._linker.profile(url if ":" in url else BASE + url)
            compiled = linked.compiled if linked is not None else None
            found = Demands(compiled.canonical, mandatory_elements(compiled)) if compiled is not None else None
            self._demands[url] = found
        return found

    def must_support(self, url: str) -> tuple[Branch, ...]:
        """The elements that the profile marks as must-support, as a tree; none where it is not known or not usable."""
        found = self._supported.get(url)
        if found is None:
            _bound(self._supported)
            found = self._supported[url] = self._branches(url)
        return found

    def _branches(self, url: str) -> tuple[Branch, ...]:
        linked = self._linker.profile(url)
        structure = self._linker.around.definitions.find(url, "StructureDefinition")
        if structure is None or linked is None or linked.compiled is None:
            return ()
        try:
            return branches(self._snapshots.complete(structure))
        except (DefinitionUnusable, TypeError, AttributeError, ValueError, KeyError):
            return ()


def _bound(table: dict[str, Any]) -> None:
    """Canonicals come out of the data, without bound."""
    if len(table) >= REMEMBERED:
        table.clear()
