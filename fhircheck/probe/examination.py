"""The probes of REST and search share this: a bounded number of requests, samples, definitions, answers seen before.

Requests are sent one after the other and never write. Where their number is used up, or the server has stopped to
answer, what is left is "not tested" for that reason.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from jiter import from_json

from fhircheck.probe.asking import FORM, JSON, Asked, Query, ask
from fhircheck.probe.declared import Declared, Level
from fhircheck.probe.probe import Probing
from fhircheck.probe.result import Expectation, ProbeResult
from fhircheck.probe.verdict import Verdict
from fhircheck.transport.http import redacted

if TYPE_CHECKING:
    from fhircheck.probe.search_parameter import SearchParameters

TRIED = 3
"""Resource types that are tried where a rule is the same for all."""
SILENT = 3
"""Requests in a row without an answer after which no more are sent."""
PAGE = 50
FIRST = (
    "Patient", "Encounter", "Condition", "Procedure", "Observation", "DiagnosticReport", "DocumentReference",
    "AllergyIntolerance", "MedicationRequest", "MedicationStatement", "MedicationAdministration", "Medication", "List",
    "Immunization", "Practitioner", "PractitionerRole", "Organization", "Location", "Appointment", "Slot", "Schedule",
    "HealthcareService", "Coverage", "Account", "Composition", "ImagingStudy", "AuditEvent", "Provenance", "Endpoint",
)  # fmt: skip
"""Types in the order they are probed, before all others."""
NO_SUCH = "fhircheck-no-such"
Node = dict[str, Any]
Run = Callable[[Probing], Iterable[ProbeResult]]


CONTROLS = ("_count", "_sort", "_summary", "_elements", "_total", "_include", "_revinclude", "_format")
"""Parameters that filter nothing."""


class OutOfRequests(Exception):
    """No further request is sent; reason: name of a text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoAnswer(Exception):
    """A request that was answered by nothing, or by what says nothing about what was asked (429, 503)."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked.fault)
        self.asked = asked


class Examination:
    """What the probes of one run over one server share; see `examination`.

    unlike: parameters (``Patient.searchParam:family``) that do not work by themselves. needed: type -> parameters
    without which the server does not search it.
    """

    def __init__(self, probing: Probing) -> None:
        self.probing = probing
        self.base = probing.base
        self.declared = Declared(probing.capability)
        self.unlike: set[str] = set()
        self.needed: dict[str, Query] = {}
        self._sent = 0
        self._limit = probing.max_requests
        self._silent = 0
        self._seen: dict[str, Asked] = {}

    @cached_property
    def parameters(self) -> "SearchParameters":
        """Definitions of search parameters: of R4, and of the packages of this run."""
        from fhircheck.definitions.definition_set import load_definitions
        from fhircheck.probe.search_parameter import SearchParameters

        return SearchParameters(self.probing.definitions or load_definitions(offline=True))

    def send(
        self,
        path: str,
        query: Query | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        method: str = "GET",
        body: bytes | None = None,
        shown: str = "",
    ) -> Asked:
        """Ask for ``base/path?query``. shown: the path without ids, as evidence may show it.

        Raises OutOfRequests, and NoAnswer.
        """
        tail = f"?{urlencode(query)}" if query else ""
        label = redacted(f"{self.base}/{shown or path}{tail}")
        return self._sent_once(f"{self.base}/{path}{tail}", headers, method, body, label)

    def follow(self, url: str) -> Asked:
        """Ask for a next link as it was given; it is not shown, since it may hold anything."""
        return self._sent_once(url, JSON, "GET", None, f"{redacted(self.base)} (next link)")

    def search(self, kind: str, query: Query, headers: Mapping[str, str] | None = None) -> Asked:
        """Search for resources of type `kind` by GET."""
        return self.send(kind, self._narrowed(kind, query), headers={**JSON, **(headers or {})})

    def post_search(self, kind: str, query: Query, content_type: str = FORM) -> Asked:
        """Search for resources of type `kind` by POST."""
        query = self._narrowed(kind, query)
        body = urlencode(query).encode()
        names = "&".join(dict.fromkeys(name for name, _ in query))
        headers = {**JSON, "Content-Type": content_type}
        return self.send(
            f"{kind}/_search", headers=headers, method="POST", body=body, shown=f"{kind}/_search ({names})"
        )

    def _narrowed(self, kind: str, query: Query) -> Query:
        """`query`, and where the server searches the type only by a parameter and there is none, the one that works."""
        filters = [name for name, value in query if value and not name.startswith((NO_SUCH, *CONTROLS))]
        return query if filters else [*self.needed.get(kind, ()), *query]

    def read(self, node: Node, headers: Mapping[str, str] | None = None) -> Asked:
        """Read a sample; the same question is sent once only."""
        kind, key = node["resourceType"], f"{node['resourceType']}/{node.get('id')} {sorted((headers or {}).items())}"
        if key not in self._seen:
            path = f"{kind}/{node.get('id')}"
            self._seen[key] = self.send(path, headers={**JSON, **(headers or {})}, shown=f"{kind}/(id)")
        return self._seen[key]

    def once(self, key: str, asking: Callable[[], Asked]) -> Asked:
        """What `asking` gives, asked once for all who need it."""
        if key not in self._seen:
            self._seen[key] = asking()
        return self._seen[key]

    def _sent_once(
        self, url: str, headers: Mapping[str, str] | None, method: str, body: bytes | None, label: str
    ) -> Asked:
        if self._sent >= self._limit:
            raise OutOfRequests("request-limit")
        if self._silent >= SILENT:
            raise OutOfRequests("server-silent")
        self._sent += 1
        asked = ask(self.probing.client, url, headers=headers, method=method, body=body, shown=label)
        silent = not asked.status or asked.fault or asked.status in (429, 502, 503, 504)
        self._silent = self._silent + 1 if silent else 0
        if silent:
            raise NoAnswer(asked)
        return asked

    @contextmanager
    def share(self, part: Fraction) -> Iterator[None]:
        """Within, no more than this part of the requests that are left is sent: the rest is for later probes."""
        left = max(self.probing.max_requests - self._sent, 0)
        self._limit = self._sent + math.ceil(left * part)
        try:
            yield
        finally:
            self._limit = self.probing.max_requests

    @property
    def types(self) -> list[str]:
        """All declared resource types, those first that ISiK and IHE ask for: requests may not suffice for all."""
        declared = list(self.declared.resources)
        return sorted(declared, key=lambda each: FIRST.index(each) if each in FIRST else len(FIRST))

    def level(self, kind: str) -> Level:
        """What is declared for a type."""
        return self.declared.resources[kind]

    def can(self, kind: str, interaction: str) -> bool:
        """Whether an interaction of a type is declared."""
        return self.declared.can(kind, interaction)

    def samples(self, kind: str) -> list[Node]:
        """Samples of a type that have an id."""
        return [each for each in self.probing.samples.get(kind, ()) if isinstance(each.get("id"), str)]

    def tried(self, interaction: str = "search-type", least: int = 1) -> list[str]:
        """A few declared types with at least `least` samples, those with most first: for rules that all types share."""
        found = [each for each in self.types if self.can(each, interaction) and len(self.samples(each)) >= least]
        return sorted(found, key=lambda each: (-len(self.samples(each)), each))[:TRIED]


def examination(probing: Probing) -> Examination:
    """The one examination of a run; samples are read where that was not done."""
    found = probing.shared.get("examination")
    if not isinstance(found, Examination):
        from fhircheck.probe.samples import read_samples

        found = probing.shared["examination"] = Examination(probing)
        read_samples(probing)
    return found


def judged(verdict: Verdict, judge: Callable[[], ProbeResult]) -> ProbeResult:
    """What `judge` says; not tested where no request could be sent or none was answered."""
    try:
        return judge()
    except OutOfRequests as spent:
        return verdict.not_tested(spent.reason)
    except NoAnswer as silence:
        return verdict.no_answer(silence.asked)


def with_share(run: Run, part: Fraction) -> Run:
    """The probe's `run` with a part of the requests that are left."""

    def shared(probing: Probing) -> Iterator[ProbeResult]:
        with examination(probing).share(part):
            yield from run(probing)

    return shared


def for_each(
    name: str,
    about: str,
    subjects: Iterable[str],
    judge: Callable[[Verdict, str], ProbeResult],
    expectation: Expectation = "SHALL",
) -> Iterator[ProbeResult]:
    """One result for each subject; "nothing to try" where there is no subject. about: ``{}`` stands for the subject."""
    some = False
    for subject in subjects:
        some = True
        verdict = Verdict(name, about.replace("{}", subject), expectation)
        yield judged(verdict, partial(judge, verdict, subject))
    if not some:
        yield Verdict(name, about.replace("{}", "rest"), expectation).not_tested("nothing-to-try")


def exact(body: bytes) -> Node | None:
    """The resource in a JSON body with numbers as they were written; None where there is none."""
    try:
        node = from_json(body, allow_inf_nan=False, float_mode="lossless-float")
    except ValueError:
        return None
    return node if isinstance(node, dict) and isinstance(node.get("resourceType"), str) else None
