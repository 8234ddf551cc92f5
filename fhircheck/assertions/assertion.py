"""What an assertion is: it reads one facet of an ElementDefinition and checks values by it, twice.

The *gate* answers yes or no and builds nothing; the *explainer* says what is wrong and where. A law
holds them together: the gate is true exactly when the explainer finds nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from fhircheck.model.issue import Issue, IssueKind, Place, params
from fhircheck.model.path import child, item
from fhircheck.model.protocols import Gate
from fhircheck.terminology.membership import Membership


@dataclass(slots=True)
class Findings:
    """Issues of one resource against one profile while they are collected.

    resource: ``Type/id`` of the innermost resource. profile: canonical being checked.
    """

    profile: str = ""
    resource: str = ""
    issues: list[Issue] = field(default_factory=list)

    def add(
        self,
        kind: IssueKind,
        expression: str,
        definition: str,
        *,
        value: str | None = None,
        **shown: str | int,
    ) -> None:
        """Report one finding at `expression`; `shown` are the params of its text."""
        place = Place(resource=self.resource, expression=expression)
        self.issues.append(Issue(kind.name, kind.severity, place, params(**shown), value, definition, self.profile))


class Spot(NamedTuple):
    """Where an explainer stands: expression of the place, id of the element it is checked by."""

    expression: str
    definition: str
    findings: Findings

    def child(self, name: str) -> "Spot":
        """The spot of the member `name`."""
        return self._replace(expression=child(self.expression, name))

    def item(self, index: int) -> "Spot":
        """The spot of one item of the list here."""
        return self._replace(expression=item(self.expression, index))

    def add(self, kind: IssueKind, *, value: str | None = None, **shown: str | int) -> None:
        """Report one finding here."""
        self.findings.add(kind, self.expression, self.definition, value=value, **shown)


class Terminology(Protocol):
    """Is this code in this value set? See fhircheck.terminology."""

    def membership(self, value_set: str) -> Membership:
        """What is known of the value set with this canonical."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What gates and explainers may ask of other stages.

    undecided: called with (reason, detail) each time something cannot be told. now: the moment that
    bounds relative to the present are judged at.
    """

    terminology: Terminology
    undecided: Callable[[str, str], None]
    now: datetime


class ValueAssertion(Protocol):
    """An assertion about a single value of an element.

    `compile` gives the facet as plain JSON data, or None where the definition does not ask for it.
    """

    @property
    def name(self) -> str: ...

    @property
    def summary(self) -> str: ...

    @property
    def clause(self) -> str: ...

    @property
    def kinds(self) -> tuple[IssueKind, ...]: ...

    def compile(self, definition: dict[str, Any], types: list[str]) -> Any | None: ...

    def gate(self, facet: Any, around: Surroundings) -> Gate: ...

    def explain(self, facet: Any, value: Any, spot: Spot, around: Surroundings) -> None: ...
