"""From demands, declarations and probes to the rows of an actor's table."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from fhircheck.probe.comparison import Said, compare
from fhircheck.probe.declared import Declared
from fhircheck.probe.probes import PROBES
from fhircheck.probe.requirement import STRENGTH, Requirement, requirements_of, weaker
from fhircheck.probe.requirement_sets import RequirementSet
from fhircheck.probe.result import ActorResult, Evidence, Expectation, Lane, Outcome, ProbeResult, RequirementResult

GENERAL = "fhir-rest"
DECLARED = "own-declaration"
_WRITING = frozenset({
    "create", "update", "patch", "delete", "transaction", "batch", "updateCreate", "conditionalCreate",
    "conditionalUpdate", "conditionalDelete",
})  # fmt: skip
_OF_ALL = "rest."
"""Demands on the whole interface: how strongly FHIR itself asks for it does not matter to who demands it."""
_NEVER_PROBED = frozenset({"claim", "software"})
_DECLARED_ONLY = frozenset({"resource", "profile", "patchFormat", "security-service", *_NEVER_PROBED})


class Probed:
    """What the probes found, by what it is about."""

    def __init__(self, results: Iterable[ProbeResult]) -> None:
        self._about: dict[str, list[ProbeResult]] = defaultdict(list)
        for each in results:
            self._about[each.about].append(each)

    @property
    def about(self) -> tuple[str, ...]:
        """All that the results are about, in the order they came."""
        return tuple(self._about)

    def results(self, about: str) -> list[ProbeResult]:
        """All results about one thing."""
        return list(self._about.get(about, ()))


def lane(results: list[ProbeResult], needed: Expectation) -> tuple[Said, tuple[Evidence, ...]]:
    """What probes say of a demand, and the evidence that decided it.

    Unmet where any demand of at least that strength was seen broken, met where one was seen kept, else not tested.
    What a probe only calls SHOULD breaks no SHALL.
    """
    strength = STRENGTH[needed]
    broken = [each for each in results if each.outcome == "unmet" and STRENGTH[each.expectation] >= strength]
    kept = [each for each in results if each.outcome == "met"]
    if broken or kept:
        deciding = (broken or kept)[0]
        outcome: Outcome = "unmet" if broken else "met"
        return Said(outcome, deciding.why if broken else "", deciding.params if broken else ()), deciding.evidence
    untested = [each for each in results if each.outcome == "not-tested"]
    if untested:
        return Said("not-tested", untested[0].why, untested[0].params), untested[0].evidence
    return Said("not-tested", "not-probed"), ()


def actor_table(one: RequirementSet, declared: Declared, probed: Probed, base: str) -> ActorResult:
    """The table of one set of demands.

    What is asked of a resource type is asked only as strongly as the type itself where the server does not have it.
    """
    types = {each.resource: each.expectation for each in one.requirements if each.what == "resource"}
    rows = [_row(one.name, _as_asked(each, types, declared), declared, probed, base) for each in one.requirements]
    return ActorResult(one.name, one.title, one.url, one.version, tuple(rows), one.verified, one.german)


def _as_asked(each: Requirement, types: dict[str, Expectation], declared: Declared) -> Requirement:
    if not each.resource or each.resource in declared.resources:
        return each
    return replace(each, expectation=weaker(each.expectation, types.get(each.resource, each.expectation)))


def _row(actor: str, each: Requirement, declared: Declared, probed: Probed, base: str) -> RequirementResult:
    said = compare(each, declared, base)
    results = [] if each.what in _NEVER_PROBED else probed.results(each.id)
    seen, evidence = _seen(each, results, each.expectation)
    why, params = (said.why, said.params) if said.outcome == "unmet" else (seen.why, seen.params)
    lanes: list[Lane] = [] if said.outcome == "not-tested" else ["declared"]
    if results or each.what not in _DECLARED_ONLY:
        lanes.append("probed")
    if lanes == ["declared"] and said.outcome != "unmet":
        why, params = "", ()
    return RequirementResult(
        actor, each.id, each.expectation, said.outcome, seen.outcome, why, params, evidence, tuple(lanes)
    )


def _seen(each: Requirement, results: list[ProbeResult], needed: Expectation) -> tuple[Said, tuple[Evidence, ...]]:
    """What probes say of a demand; where none tried it since that would write, this is the reason."""
    if not results and each.what in ("interaction", "flag") and each.value in _WRITING:
        return Said("not-tested", "needs-writing"), ()
    return lane(results, "MAY" if each.id.startswith(_OF_ALL) else needed)


def own_declaration(capability: dict[str, Any], probed: Probed, base: str) -> ActorResult:
    """What the server itself declares, as demands on its behaviour: a declaration must be true.

    Only what a probe could be about; that it is declared is no merit, so that this lane is left out.
    """
    rows = []
    for each in requirements_of(capability):
        if each.what not in _DECLARED_ONLY and each.what != "flag":
            seen, evidence = _seen(each, probed.results(each.id), "SHALL")
            rows.append(
                RequirementResult(
                    DECLARED, each.id, "SHALL", "met", seen.outcome, seen.why, seen.params, evidence, ("probed",)
                )
            )
    german = "Was der Server von sich erklärt"
    return ActorResult(DECLARED, "What the server declares of itself", base, "", tuple(rows), "", german)


def general(
    capability: dict[str, Any], issues: tuple[tuple[str, str, int], ...], probed: Probed, covered: set[str]
) -> ActorResult:
    """Rules for every FHIR server, and what probes found that no other table asks about. covered: ids of those.

    What a probe of certain actors found is only MAY for a server that is compared with none of them.
    """
    rows = [
        _rule("capability.valid", not any(severity in ("fatal", "error") for severity, _, _ in issues), "not-valid"),
        _rule("capability.kind:instance", capability.get("kind") == "instance", "other-kind"),
        _rule("capability.fhirVersion:4.0", _version(capability).startswith("4.0"), "other-fhir-version"),
    ]
    for about in probed.about:
        if about not in covered:
            rows += _by_probe(about, probed.results(about))
    return ActorResult(
        GENERAL, "FHIR R4 server", "http://hl7.org/fhir/R4/http.html", "4.0.1", tuple(rows), "V", "FHIR-R4-Server"
    )


def _by_probe(about: str, results: list[ProbeResult]) -> list[RequirementResult]:
    """A row for each probe: what it found about something that is nobody's demand by name."""
    by_probe: dict[str, list[ProbeResult]] = defaultdict(list)
    for each in results:
        by_probe[each.probe].append(each)
    rows = []
    for probe, found in by_probe.items():
        needed = max((each.expectation for each in found), key=STRENGTH.__getitem__)
        if probe in PROBES and PROBES[probe].of_actors:
            needed = "MAY"  # nobody that this server is compared with asks for it
        seen, evidence = lane(found, needed)
        name = about if about.endswith(probe) else f"{about} ({probe})"
        rows.append(
            RequirementResult(
                GENERAL, name, needed, "not-tested", seen.outcome, seen.why, seen.params, evidence, ("probed",)
            )
        )
    return rows


def _rule(name: str, met: bool, why: str) -> RequirementResult:
    outcome: Outcome = "met" if met else "unmet"
    return RequirementResult(GENERAL, name, "SHALL", outcome, "not-tested", "" if met else why, lanes=("declared",))


def _version(capability: dict[str, Any]) -> str:
    value = capability.get("fhirVersion")
    return value if isinstance(value, str) else ""
