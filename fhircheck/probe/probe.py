"""What an entry of the table PROBES is, and what it is handed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fhircheck.probe.result import ProbeResult

if TYPE_CHECKING:
    from fhircheck.definitions.definition_set import DefinitionSet
    from fhircheck.transport.http import HttpClient


@dataclass
class Probing:
    """What a probe works with.

    client: speaks to the server with its credentials; anonymous: the same without any. base: FHIR base URL without a
    slash at its end. capability: the CapabilityStatement. allow_writes: whether transactions that write may be tried.
    samples: resource type -> some resources of the server (parsed JSON), read once and shared by all probes.
    other_hosts: whether addresses on other hosts that the server names may be asked, without credentials.
    errors_against: number of errors of a resource against the profile of that canonical, None where it is not loaded.
    definitions: of the packages of this run, for search parameters; R4's own where None. max_requests: that the probes
    of REST and search send, samples included. shared: what probes of one run leave for each other.
    """

    client: "HttpClient"
    anonymous: "HttpClient"
    base: str
    capability: dict[str, Any]
    allow_writes: bool = False
    samples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    other_hosts: bool = False
    errors_against: Callable[[dict[str, Any], str], int | None] | None = None
    definitions: "DefinitionSet | None" = None
    max_requests: int = 1000
    shared: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Probe:
    """One live probe. writes: it changes data on the server, and is run only where that is allowed.

    of_actors: what it finds is asked of certain actors only (PDQm, SMART ...), not of every FHIR server.
    clause: URL of what it rests on. run: gives its results; raises nothing but what is wrong use (a fault of the
    server is a result).
    """

    name: str
    summary: str
    clause: str
    run: Callable[[Probing], Iterable[ProbeResult]]
    writes: bool = False
    of_actors: bool = False
