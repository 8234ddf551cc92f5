"""IHE PDQm: Patient Demographics Query (ITI-78), with a patient of the server's own data."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

from fhircheck.probe.asking import Query, ask
from fhircheck.probe.declared import Declared
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.requirement import dicts
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.search_check import identifiers, judged_nothing, judged_search, token
from fhircheck.probe.search_kinds.search import escaped
from fhircheck.probe.string_match import begins_with
from fhircheck.probe.verdict import Verdict

_NAME = "patient-demographics"
_MAIDEN_NAME = "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName"
Node = dict[str, Any]
Condition = tuple[str, str, Callable[[Node], bool]]


def _query(probing: Probing) -> Iterator[ProbeResult]:
    if not Declared(probing.capability).can("Patient", "search-type"):
        yield Verdict(_NAME, "Patient.search-type").not_tested("search-not-declared", type="Patient")
        return
    yield from _combinations(probing)
    yield from _exact(probing)
    yield from _identifier(probing)
    yield _maiden_name(probing)
    nobody = [("family", f"Zz{uuid.uuid4().hex}")]
    yield judged_nothing(probing, Verdict(_NAME, "Patient.search-type:no-hits"), "Patient", nobody, total=True)
    yield _unknown_domain(probing)
    yield _unsupported_format(probing)


def _combinations(probing: Probing) -> Iterator[ProbeResult]:
    """The two combinations that PDQm names, by GET and by POST."""
    for first, second in (("family", "gender"), ("birthdate", "family")):
        sample = _sample(probing, first, second)
        for post in (False, True):
            verdict = Verdict(_NAME, f"Patient.search-type:{first}+{second}")
            if sample is None:
                yield verdict.not_tested("no-sample", type="Patient")
                continue
            conditions = [_condition(sample, name) for name in (first, second)]
            query: Query = [(name, value) for name, value, _ in conditions]
            yield judged_search(probing, verdict, "Patient", query, _all(conditions), sample["id"], post=post)


def _all(conditions: list[Condition]) -> Callable[[Node], bool]:
    return lambda node: all(holds(node) for _, _, holds in conditions)


def _exact(probing: Probing) -> Iterator[ProbeResult]:
    """:exact finds the name as it is written, and not with its case turned round."""
    for name, held in (("family", families), ("given", givens)):
        verdict = Verdict(_NAME, f"Patient.searchParam:{name}:exact")
        sample = next((each for each in _patients(probing) if _turnable(held(each))), None)
        if sample is None:
            yield verdict.not_tested("no-sample", type="Patient")
            continue
        value = _turnable(held(sample))

        def holds(node: Node, value: str = value, held: Callable[[Node], list[str]] = held) -> bool:
            return value in held(node)

        found = judged_search(probing, verdict, "Patient", [(f"{name}:exact", escaped(value))], holds, sample["id"])
        if found.outcome == "met":
            other = [(f"{name}:exact", escaped(value.swapcase())), ("_id", sample["id"])]
            found = judged_nothing(probing, verdict, "Patient", other)
        yield found


def _turnable(names: list[str]) -> str:
    return next((each for each in names if each.swapcase() != each), "")


def _identifier(probing: Probing) -> Iterator[ProbeResult]:
    verdict = Verdict(_NAME, "Patient.searchParam:identifier")
    sample = next((each for each in _patients(probing) if identifiers(each)), None)
    if sample is None:
        yield verdict.not_tested("no-sample", type="Patient")
        return
    pair = identifiers(sample)[0]
    query = [("identifier", token(*pair))]
    yield judged_search(probing, verdict, "Patient", query, lambda node: pair in identifiers(node), sample["id"])


def _maiden_name(probing: Probing) -> ProbeResult:
    verdict = Verdict(_NAME, "Patient.searchParam:mothersMaidenName")
    sample = next((each for each in _patients(probing) if _maiden_names(each)), None)
    if sample is None:
        return verdict.not_tested("no-sample", type="Patient")
    value = _maiden_names(sample)[0]
    query = [("mothersMaidenName", escaped(value))]

    def holds(node: Node) -> bool:
        return any(begins_with(each, value) for each in _maiden_names(node))

    return judged_search(probing, verdict, "Patient", query, holds, sample["id"])


def _unknown_domain(probing: Probing) -> ProbeResult:
    """A domain that nobody has: 404 is preferred, 200 without such a patient allowed."""
    verdict = Verdict(_NAME, "Patient.search-type:unknown-domain")
    system = f"urn:oid:2.25.{uuid.uuid4().int}"
    asked = ask(
        probing.client, f"{probing.base}/Patient?identifier={system}%7C1", headers={"Accept": "application/fhir+json"}
    )
    if asked.status == 404:
        return verdict.met(asked) if asked.resource("OperationOutcome") else verdict.unmet("no-outcome", asked)
    return judged_nothing(probing, verdict, "Patient", [("identifier", f"{system}|1")])


def _unsupported_format(probing: Probing) -> ProbeResult:
    verdict = Verdict(_NAME, "Patient.search-type:unsupported-format")
    asked = ask(probing.client, f"{probing.base}/Patient?_count=1&_format=application%2Fx-no-such-format")
    if not asked.status:
        return verdict.no_answer(asked)
    return verdict.met(asked) if asked.status == 406 else verdict.unmet("no-406", asked, status=asked.status)


def _patients(probing: Probing) -> list[Node]:
    return [each for each in probing.samples.get("Patient", []) if isinstance(each.get("id"), str)]


def _sample(probing: Probing, *names: str) -> Node | None:
    """A patient that has all that is to be asked for."""
    return next((each for each in _patients(probing) if all(_value(each, name) for name in names)), None)


def _value(patient: Node, name: str) -> str:
    if name == "family":
        return next(iter(families(patient)), "")
    found = patient.get({"birthdate": "birthDate"}.get(name, name))
    return found if isinstance(found, str) else ""


def _condition(patient: Node, name: str) -> Condition:
    """Name, value as it is sent, and what each hit has to satisfy."""
    value = _value(patient, name)
    if name == "family":
        return name, escaped(value), lambda node: any(begins_with(each, value) for each in families(node))
    return name, value, lambda node: _value(node, name).startswith(value)


def families(patient: Node) -> list[str]:
    """Family names of a patient."""
    return [each["family"] for each in dicts(patient, "name") if isinstance(each.get("family"), str) and each["family"]]


def givens(patient: Node) -> list[str]:
    """Given names of a patient."""
    return [
        given
        for each in dicts(patient, "name")
        for given in (each["given"] if isinstance(each.get("given"), list) else [])
        if isinstance(given, str) and given
    ]


def _maiden_names(patient: Node) -> list[str]:
    found = (each.get("valueString") for each in dicts(patient, "extension") if each.get("url") == _MAIDEN_NAME)
    return [each for each in found if isinstance(each, str)]


PATIENT_DEMOGRAPHICS = Probe(
    _NAME,
    "Patients are found as PDQm asks (ITI-78): combinations, :exact, no hits, unknown domain, unsupported format.",
    "https://profiles.ihe.net/ITI/PDQm/ITI-78.html",
    _query,
    of_actors=True,
)
