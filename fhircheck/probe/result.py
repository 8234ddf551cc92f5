"""What judging a server gives, as plain data: a requirement has two lanes, declared and probed, which never mix."""

from dataclasses import dataclass, field
from typing import Literal

Expectation = Literal["SHALL", "SHOULD", "MAY"]
Outcome = Literal["met", "unmet", "not-tested"]
Lane = Literal["declared", "probed"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One request and what came of it, fit to be shown: values of search parameters are left out.

    request: method and redacted URL. status: HTTP status, 0 without an answer. note: what was seen, in words
    without data of the server (counts, types, header names).
    """

    request: str
    status: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What one live probe found out about one thing.

    probe: name of its entry in PROBES. about: what it is about in the words of a CapabilityStatement, so that a
    requirement finds it: ``rest``, ``Patient``, ``Patient.read``, ``Patient.search-type``,
    ``Patient.searchParam:family``, ``Patient.searchParam:family:exact``, ``Patient._include:Patient:organization``,
    ``Patient.operation:$match``, ``system.transaction``, ``security``, ``smart-configuration``.
    outcome: ``not-tested`` where nothing could be told; why: then the reason, and what was wrong for ``unmet``,
    as the name of a text (see probe/texts.py) with params.
    """

    probe: str
    about: str
    outcome: Outcome
    expectation: Expectation = "SHALL"
    why: str = ""
    params: tuple[tuple[str, str | int], ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class RequirementResult:
    """One demand of an actor on the server: what its CapabilityStatement says, and what probes saw.

    id: stable over runs: ``Patient.searchParam:family``. declared: from the CapabilityStatement alone. probed: from
    live probes alone. lanes: those in which it can be told at all: a CapabilityStatement has no place for a modifier,
    and no probe can try who is named as the software. why: name of a text for what is unmet or not tested.
    """

    actor: str
    id: str
    expectation: Expectation
    declared: Outcome
    probed: Outcome
    why: str = ""
    params: tuple[tuple[str, str | int], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    lanes: tuple[Lane, ...] = ("declared", "probed")

    def outcome(self, lane: Lane) -> Outcome:
        """What is known in one lane."""
        return self.declared if lane == "declared" else self.probed

    @property
    def unmet(self) -> bool:
        """Whether it is unmet in any lane."""
        return "unmet" in (self.declared, self.probed)

    @property
    def told(self) -> bool:
        """Whether every lane in which it can be told has told."""
        return all(self.outcome(lane) != "not-tested" for lane in self.lanes)


@dataclass(frozen=True, slots=True)
class ActorResult:
    """The conformance table of one actor. requirements: canonical of the requirement CapabilityStatement.

    german: its title in German, where there is one.
    verified: how well its demands are verified: ``V`` in the source itself, ``2`` second-hand, ``U`` not.
    """

    actor: str
    title: str
    requirements: str
    version: str
    results: tuple[RequirementResult, ...]
    verified: str = ""
    german: str = ""


@dataclass(frozen=True, slots=True)
class ServerReport:
    """All that is known of a server at one moment; `at` and `seconds` are left out of comparisons.

    capability: the CapabilityStatement as it came (parsed JSON). issues: kinds of findings of its validation with
    their numbers. probes: what live probes found. actors: the tables.
    """

    base: str
    at: str
    seconds: float
    fhir_version: str
    software: str
    capability: dict[str, object] = field(repr=False)
    issues: tuple[tuple[str, str, int], ...] = ()
    probes: tuple[ProbeResult, ...] = ()
    actors: tuple[ActorResult, ...] = ()
    broken: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
