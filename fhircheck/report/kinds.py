"""All types of finding, whichever stage they come from: one table for texts, explanations and tests."""

from collections.abc import Iterator
from functools import cached_property
from importlib import import_module

from fhircheck.model.issue import IssueKind
from fhircheck.registry import Registry

STAGES = ("sources", "assertions", "validate")


def kinds_of(stage: str) -> tuple[IssueKind, ...]:
    """The kinds that the package of `stage` declares as ``KINDS``."""
    return tuple(import_module(f"fhircheck.{stage}").KINDS)


class IssueKinds:
    """The kinds by name. A kind that this process raised itself is found without importing all that could be."""

    def __init__(self) -> None:
        self._near: dict[str, IssueKind] = {}

    @cached_property
    def every(self) -> Registry[IssueKind]:
        """All of them."""
        return Registry("issue kinds", *(kind for stage in STAGES for kind in kinds_of(stage)))

    def get(self, name: str) -> IssueKind | None:
        """The kind called `name`, or None."""
        found = self._near.get(name)
        if found is None:
            from fhircheck.validate import kinds_in_use

            near = (*(kind for stage in STAGES[:-1] for kind in kinds_of(stage)), *kinds_in_use())
            self._near = {kind.name: kind for kind in near}
            found = self._near.get(name) or self.every.get(name)
            if found is not None:
                self._near[name] = found
        return found

    def __iter__(self) -> Iterator[IssueKind]:
        return iter(self.every)

    def __len__(self) -> int:
        return len(self.every)

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    @property
    def names(self) -> tuple[str, ...]:
        """All names in the table's order."""
        return self.every.names


ISSUE_KINDS = IssueKinds()
