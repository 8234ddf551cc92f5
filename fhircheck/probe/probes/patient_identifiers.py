"""IHE PIXm: Patient Identifier Cross-reference Query (ITI-83), the operation ``$ihe-pix``."""

import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from fhircheck.probe.asking import JSON, Asked, Query, ask
from fhircheck.probe.declared import Declared
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.requirement import dicts
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.search_check import identifiers
from fhircheck.probe.verdict import Verdict

_NAME = "patient-identifiers"
_ABOUT = "Patient.operation:$ihe-pix"
_TARGETS = {"targetIdentifier", "targetId"}
Node = dict[str, Any]


def _pix(probing: Probing) -> Iterator[ProbeResult]:
    verdict = Verdict(_NAME, _ABOUT)
    if not Declared(probing.capability).offers("Patient", "ihe-pix"):
        yield verdict.not_tested("operation-not-declared", operation="$ihe-pix")
        return
    sample = next((each for each in probing.samples.get("Patient", []) if identifiers(each)), None)
    if sample is None:
        yield verdict.not_tested("no-sample", type="Patient")
    else:
        yield from _known(probing, identifiers(sample)[0])
    system = f"urn:oid:2.25.{uuid.uuid4().int}"
    unknown = _asked(probing, [("sourceIdentifier", f"{system}|1")])
    yield _refused(Verdict(_NAME, f"{_ABOUT}:unknown-domain"), unknown, {400: "code-invalid"})
    missing = _asked(probing, [])
    yield _refused(Verdict(_NAME, f"{_ABOUT}:no-source"), missing, {400: ""})


def _known(probing: Probing, source: tuple[str, str]) -> Iterator[ProbeResult]:
    """An identifier of the server's own data: 200 and Parameters, without the identifier that was given."""
    verdict, asked = Verdict(_NAME, _ABOUT), _asked(probing, [("sourceIdentifier", "|".join(source))])
    parameters = asked.resource("Parameters")
    if not asked.status:
        yield verdict.no_answer(asked)
        return
    if asked.status != 200 or parameters is None:
        yield verdict.unmet("known-identifier-refused", asked, status=asked.status)
    else:
        yield _form(verdict, parameters, source, asked)
        yield _filtered(probing, parameters, source)
    stranger = _asked(probing, [("sourceIdentifier", f"{source[0]}|zz-{uuid.uuid4().hex}")])
    yield _refused(Verdict(_NAME, f"{_ABOUT}:unknown-identifier"), stranger, {404: "not-found"})
    domain = f"urn:oid:2.25.{uuid.uuid4().int}"
    foreign = _asked(probing, [("sourceIdentifier", "|".join(source)), ("targetSystem", domain)])
    yield _refused(Verdict(_NAME, f"{_ABOUT}:unknown-target"), foreign, {403: "code-invalid"})


def _form(verdict: Verdict, parameters: Node, source: tuple[str, str], asked: Asked) -> ProbeResult:
    found = dicts(parameters, "parameter")
    if not all(each.get("name") in _TARGETS for each in found):
        return verdict.unmet("other-parameters", asked)
    targets = _targets(parameters)
    if any(not isinstance(each.get("system"), str) or not each.get("value") for each in targets):
        return verdict.unmet("target-without-domain", asked)
    given = any((each.get("system"), each.get("value")) == source for each in targets)
    return verdict.unmet("source-in-answer", asked) if given else verdict.met(asked)


def _filtered(probing: Probing, parameters: Node, source: tuple[str, str]) -> ProbeResult:
    """targetSystem leaves only identifiers of that domain."""
    verdict = Verdict(_NAME, f"{_ABOUT}:targetSystem")
    systems = [each["system"] for each in _targets(parameters) if isinstance(each.get("system"), str)]
    if not systems:
        return verdict.not_tested("no-other-identifier")
    asked = _asked(probing, [("sourceIdentifier", "|".join(source)), ("targetSystem", systems[0])])
    filtered = asked.resource("Parameters")
    if asked.status != 200 or filtered is None:
        return verdict.unmet("known-identifier-refused", asked, status=asked.status)
    there = [each.get("system") for each in _targets(filtered)]
    sound = bool(there) and all(each == systems[0] for each in there)
    return verdict.met(asked) if sound else verdict.unmet("target-system-ignored", asked)


def _refused(verdict: Verdict, asked: Asked, expected: dict[int, str]) -> ProbeResult:
    """An error of the status that is asked for, with an OperationOutcome of the code that is asked for."""
    if not asked.status:
        return verdict.no_answer(asked)
    if asked.status not in expected:
        return verdict.unmet("other-status", asked, status=asked.status, expected=" / ".join(map(str, expected)))
    outcome = asked.resource("OperationOutcome")
    if outcome is None:
        return verdict.unmet("no-outcome", asked)
    code = expected[asked.status]
    codes = [each.get("code") for each in dicts(outcome, "issue")]
    return verdict.met(asked) if not code or code in codes else verdict.unmet("other-issue-code", asked, expected=code)


def _targets(parameters: Node) -> list[Node]:
    found = (each.get("valueIdentifier") for each in dicts(parameters, "parameter"))
    return [each for each in found if isinstance(each, dict)]


def _asked(probing: Probing, query: Query) -> Asked:
    return ask(
        probing.client, f"{probing.base}/Patient/$ihe-pix" + (f"?{urlencode(query)}" if query else ""), headers=JSON
    )


PATIENT_IDENTIFIERS = Probe(
    _NAME,
    "Patient/$ihe-pix cross-references identifiers, and refuses unknown ones as PIXm says (ITI-83).",
    "https://profiles.ihe.net/ITI/PIXm/ITI-83.html",
    _pix,
    of_actors=True,
)
