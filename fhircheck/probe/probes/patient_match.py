"""IHE PDQm: Patient Demographics Match (ITI-119), the operation ``$match``."""

import json
import uuid
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from fhircheck.probe.asking import JSON, Asked, ask, entries, search_of
from fhircheck.probe.declared import Declared
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.requirement import dicts
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.verdict import Verdict

_NAME = "patient-match"
_ABOUT = "Patient.operation:$match"
_GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade"
_GRADES = {"certain", "probable", "possible", "certainly-not"}
_DEMOGRAPHIC = ("name", "birthDate", "gender", "identifier", "address")
Node = dict[str, Any]


def _match(probing: Probing) -> Iterator[ProbeResult]:
    verdict = Verdict(_NAME, _ABOUT)
    if not Declared(probing.capability).offers("Patient", "match"):
        yield verdict.not_tested("operation-not-declared", operation="$match")
        return
    asked = _posted(probing, _nobody())
    if not asked.status:
        yield verdict.no_answer(asked)
        return
    yield _answered(verdict, asked)
    yield from _known(probing)


def _answered(verdict: Verdict, asked: Asked) -> ProbeResult:
    """An invented patient: 200 and a searchset, whether or not anybody resembles them."""
    bundle = asked.resource("Bundle")
    if asked.status != 200 or bundle is None:
        return verdict.unmet("match-refused", asked, status=asked.status)
    return verdict.met(asked) if bundle.get("type") == "searchset" else verdict.unmet("no-searchset", asked)


def _known(probing: Probing) -> Iterator[ProbeResult]:
    """The demographics of a patient of the server: it is found, graded and scored."""
    sample = next(
        (each for each in probing.samples.get("Patient", []) if each.get("name") and each.get("birthDate")), None
    )
    names = ("found", "score", "grade", "order", "count", "certain")
    verdicts = {name: Verdict(_NAME, f"{_ABOUT}:{name}") for name in names}
    if sample is None:
        yield from (each.not_tested("no-sample", type="Patient") for each in verdicts.values())
        return
    patient = {"resourceType": "Patient", **{name: sample[name] for name in _DEMOGRAPHIC if name in sample}}
    asked = _posted(probing, patient)
    hits = hits_of(asked)
    if not asked.ok or not hits:
        yield verdicts["found"].unmet("known-patient-not-matched", asked, status=asked.status)
        yield from (verdicts[name].not_tested("no-match", asked) for name in names[1:])
        return
    found = any(each["resource"].get("id") == sample.get("id") for each in hits)
    yield (
        verdicts["found"].met(asked)
        if found
        else verdicts["found"].unmet("known-patient-not-matched", asked, status=200)
    )
    yield from _scored(verdicts, hits, asked)
    yield _counted(verdicts["count"], probing, patient, hits)
    yield _certain(verdicts["certain"], _posted(probing, patient, {"name": "onlyCertainMatches", "valueBoolean": True}))


def _scored(verdicts: dict[str, Verdict], hits: list[Node], asked: Asked) -> Iterator[ProbeResult]:
    scores = [search_of(each).get("score") for each in hits]
    numbers = [each for each in scores if isinstance(each, int | float) and not isinstance(each, bool)]
    sound = len(numbers) == len(scores) and all(0 <= each <= 1 for each in numbers)
    yield verdicts["score"].met(asked) if sound else verdicts["score"].unmet("score-missing-or-out-of-range", asked)
    graded = all(_grade(each) in _GRADES for each in hits)
    yield verdicts["grade"].met(asked) if graded else verdicts["grade"].unmet("no-match-grade", asked)
    if len(numbers) < 2:
        yield verdicts["order"].not_tested("too-few-matches", asked)
    else:
        falling = all(one >= other for one, other in pairwise(numbers))
        yield verdicts["order"].met(asked) if falling else verdicts["order"].unmet("matches-not-in-order", asked)


def _counted(verdict: Verdict, probing: Probing, patient: Node, hits: list[Node]) -> ProbeResult:
    if len(hits) < 2:
        return verdict.not_tested("too-few-matches")
    asked = _posted(probing, patient, {"name": "count", "valueInteger": 1})
    if not asked.ok:
        return verdict.unmet("match-refused", asked, status=asked.status)
    return verdict.met(asked) if len(hits_of(asked)) <= 1 else verdict.unmet("match-count-ignored", asked)


def _certain(verdict: Verdict, asked: Asked) -> ProbeResult:
    if not asked.ok:
        return verdict.unmet("match-refused", asked, status=asked.status)
    if not hits_of(asked):
        return verdict.not_tested("no-match", asked)
    only = all(_grade(each) == "certain" for each in hits_of(asked))
    return verdict.met(asked) if only else verdict.unmet("uncertain-match-as-certain", asked)


def hits_of(asked: Asked) -> list[Node]:
    """Entries with a Patient; outcomes are left out."""
    found = (each for each in entries(asked.resource("Bundle")) if isinstance(each.get("resource"), dict))
    return [each for each in found if each["resource"].get("resourceType") == "Patient"]


def _grade(entry: Node) -> str:
    found = (each.get("valueCode") for each in dicts(search_of(entry), "extension") if each.get("url") == _GRADE)
    return next((each for each in found if isinstance(each, str)), "")


def _posted(probing: Probing, patient: Node, *more: Node) -> Asked:
    parameters = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": patient}, *more]}
    headers = {**JSON, "Content-Type": "application/fhir+json"}
    body = json.dumps(parameters, default=float).encode()  # numbers of samples are kept as they were written
    return ask(probing.client, f"{probing.base}/Patient/$match", method="POST", headers=headers, body=body)


def _nobody() -> Node:
    """Nobody: an invented patient whose names exist nowhere."""
    name = {"family": f"Zz{uuid.uuid4().hex[:12]}", "given": ["Probe"]}
    return {"resourceType": "Patient", "name": [name], "gender": "other", "birthDate": "1900-01-01"}


PATIENT_MATCH = Probe(
    _NAME,
    "Patient/$match grades and scores what it finds (ITI-119).",
    "https://profiles.ihe.net/ITI/PDQm/ITI-119.html",
    _match,
    of_actors=True,
)
