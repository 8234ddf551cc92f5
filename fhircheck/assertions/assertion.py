"""What an assertion is: it reads one facet of an ElementDefinition and checks values by it, twice.

The *gate* answers yes or no and builds nothing; the *explainer* says what is wrong and where. A law
holds them together: the gate is true exactly when the explainer finds nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from fhircheck.definitions.type_table import TypeTable
from fhircheck.model.issue import Issue, IssueKind, Place, params
from fhircheck.model.path import child, item
from fhircheck.model.protocols import Conformance, Gate
from fhircheck.model.scope import Resolved, Scope
from fhircheck.model.settings import DEFAULT_SETTINGS, CheckSettings
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


def _resolve_nothing(reference: str, scope: Scope) -> Resolved | None:
    return None


@dataclass(slots=True)
class Surroundings:
    """What gates, explainers and rules may ask of other stages.

    undecided: called with (reason, detail) each time something cannot be told. now: the moment that
    bounds relative to the present are judged at. definitions: the conformance resources loaded.
    scope: where the resource stands that is being checked; set anew for each. resolve: (reference,
    scope it stands in) -> what it leads to within the data at hand, or None. types: FHIR's types.
    settings: how strictly is judged what is left to whoever judges.
    """

    terminology: Terminology
    undecided: Callable[[str, str], None]
    now: datetime
    definitions: Conformance
    types: TypeTable
    scope: Scope = field(default_factory=lambda: Scope({}, {}, ""))
    resolve: Callable[[str, Scope], Resolved | None] = _resolve_nothing
    settings: CheckSettings = DEFAULT_SETTINGS


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
