"""What an assertion is: it reads one facet of an ElementDefinition and checks values by it, twice.

The *gate* answers yes or no and builds nothing; the *explainer* says what is wrong and where. A law
holds them together: the gate is true exactly when the explainer finds nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from fhircheck.definitions.type_table import TypeTable
from fhircheck.model.issue import Issue, IssueKind, Place, Severity, params
from fhircheck.model.path import child, item
from fhircheck.model.protocols import Conformance, Gate
from fhircheck.model.scope import Lookup, Node, Resolved, Scope
from fhircheck.model.settings import DEFAULT_SETTINGS, CheckSettings
from fhircheck.terminology.code_verdict import CodeVerdict
from fhircheck.terminology.codings import Coded
from fhircheck.terminology.membership import Answer, Membership

MOST = 100_000
"""Findings of one resource: each takes about 1.5 kB, and all of a resource are held at once."""

LEAST_STEPS = 50_000
STEPS_A_BYTE = 10
"""What one evaluation of an invariant may take, by the record's size, so that no profile can make a check endless.
Measured on German and official data: the dearest takes 600 steps in 15 kB, 0.04 a byte."""


class TooManyFindings(Exception):
    """A resource has more than MOST findings."""


@dataclass(slots=True)
class Findings:
    """Issues of one resource against one profile while they are collected; `add` raises TooManyFindings beyond MOST.

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
        severity: Severity | None = None,
        **shown: str | int,
    ) -> None:
        """Report one finding at `expression`; `shown` are its params; severity: instead of the usual one."""
        if len(self.issues) >= MOST:
            raise TooManyFindings
        place = Place(resource=self.resource, expression=expression)
        self.issues.append(
            Issue(kind.name, severity or kind.severity, place, params(**shown), value, definition, self.profile)
        )


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

    def add(
        self, kind: IssueKind, *, value: str | None = None, severity: Severity | None = None, **shown: str | int
    ) -> None:
        """Report one finding here."""
        self.findings.add(kind, self.expression, self.definition, value=value, severity=severity, **shown)


class Terminology(Protocol):
    """Is this code in this value set, does this code exist? See fhircheck.terminology.

    Nodes are JSON as it came: a code (string), Coding, CodeableConcept or Quantity; malformed ones are no members.
    """

    def membership(self, value_set: str) -> Membership:
        """What is known of the value set with this canonical."""

    def prepare(self, node: Any) -> None:
        """Look up at once what a terminology server is to be asked about the codes below `node`."""

    def member(self, node: Any, value_set: str) -> bool | None:
        """Whether the code, or any coding of the concept, is in the value set; None where that cannot be told."""

    def check_code(
        self, system: Any, code: Any, version: Any = "", display: Any = "", language: Any = ""
    ) -> CodeVerdict:
        """What is known of `code` in its own code system. language: of the resource, where it states one."""

    def answer(self, codings: Sequence[Coded], members: Membership) -> Answer:
        """Whether any of `codings` is a member."""

    def subsumes(self, node: Any, other: Any) -> bool | None:
        """Whether a code of `node` is the same as, or above, a code of `other`; None where that cannot be told."""


def _resolve_nothing(reference: str, scope: Scope) -> Resolved | None:
    return None


def _look_nowhere(reference: str, scope: Scope) -> Lookup:
    return Lookup(None, "unknown")


def _know_no_profile(node: Node, canonical: str, scope: Scope) -> bool | None:
    return None


@dataclass(slots=True)
class Surroundings:
    """What gates, explainers and rules may ask of other stages.

    undecided: called with (reason, detail) each time something cannot be told. now: the moment that
    bounds relative to the present are judged at. definitions: the conformance resources loaded.
    scope: where the resource stands that is being checked; set anew for each. resolve: (reference,
    scope it stands in) -> what it leads to within the data at hand, or None. types: FHIR's types.
    settings: how strictly is judged what is left to whoever judges. look_up: as resolve, but it also says
    where was searched and what is wrong with the reference. conforms: (resource, profile, its scope) ->
    whether a reference's target holds a profile, None where that cannot be told. environment: that of FHIRPath
    evaluations, made when the first is asked for. invariants: (key, expression, type) -> gate, each made once.
    invariant_checks: (id() of a facet, type) -> the facet and its invariants, each with its gate. expressions: FHIRPath
    compiled so far, by text and type. steps: what one evaluation may take, by the size of the record.
    """

    terminology: Terminology
    undecided: Callable[[str, str], None]
    now: datetime
    definitions: Conformance
    types: TypeTable
    scope: Scope = field(default_factory=lambda: Scope({}, {}, ""))
    resolve: Callable[[str, Scope], Resolved | None] = _resolve_nothing
    settings: CheckSettings = DEFAULT_SETTINGS
    look_up: Callable[[str, Scope], Lookup] = _look_nowhere
    conforms: Callable[[Node, str, Scope], bool | None] = _know_no_profile
    environment: Any = None
    invariants: dict[tuple[str, str, str], Gate] = field(default_factory=dict)
    invariant_checks: dict[tuple[int, str], tuple[Any, list[tuple[list[Any], Gate]]]] = field(default_factory=dict)
    expressions: dict[tuple[str, str], Any] = field(default_factory=dict)
    steps: int = LEAST_STEPS


class ValueAssertion(Protocol):
    """An assertion about a single value of an element.

    applies: the types of values it is about, None for all. It matters on a choice, whose facet is asked of each type.
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

    @property
    def applies(self) -> frozenset[str] | None: ...

    def compile(self, definition: dict[str, Any], types: list[str]) -> Any | None: ...

    def gate(self, facet: Any, around: Surroundings) -> Gate: ...

    def explain(self, facet: Any, value: Any, spot: Spot, around: Surroundings) -> None: ...
