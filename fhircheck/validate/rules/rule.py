"""What a rule about whole resources is: what no single ElementDefinition says."""

from typing import Any, NamedTuple, Protocol

from fhircheck.assertions.assertion import Findings, Surroundings
from fhircheck.model.issue import IssueKind
from fhircheck.model.protocols import Gate
from fhircheck.model.scope import Scope

Node = dict[str, Any]


class Profiles(Protocol):
    """How a rule has something checked against a profile.

    kept: what rules keep from one resource to the next, by a name of their own.
    """

    kept: dict[str, object]

    def holds(self, node: Node, canonical: str, scope: Scope) -> bool | None:
        """Whether `node` conforms to the profile; None where the profile is not known or not usable."""

    def element_gate(self, canonical: str) -> Gate | None:
        """The gate of a profile on a datatype (an extension); None where it is not known or not usable."""

    def explain_element(self, node: Any, canonical: str, expression: str, findings: Findings) -> None:
        """Report what is wrong with a value by a profile on its datatype, beside what is wrong by the type itself."""


class Subject(NamedTuple):
    """A resource as a rule sees it. The node may be malformed in any way: a rule never raises.

    expression: of the resource, from the record's root on. around: definitions, terminology, resolve, undecided.
    """

    node: Node
    expression: str
    scope: Scope
    around: Surroundings
    profiles: Profiles
    findings: Findings


class ResourceRule(Protocol):
    """A rule about resources of `types` (None: of all). It is asked once for each such resource, also for entries
    of Bundles and contained ones, after the checks by its definitions; it adds findings to subject.findings.
    """

    @property
    def name(self) -> str: ...

    @property
    def summary(self) -> str: ...

    @property
    def clause(self) -> str: ...

    @property
    def types(self) -> frozenset[str] | None: ...

    @property
    def kinds(self) -> tuple[IssueKind, ...]: ...

    def check(self, subject: Subject) -> None: ...
