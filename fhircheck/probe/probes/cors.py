"""Cross-origin requests of browsers (https://fetch.spec.whatwg.org/#http-cors-protocol)."""

from collections.abc import Iterator
from typing import Any

from fhircheck.probe.asking import JSON, Asked, ask
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.requirement import dicts
from fhircheck.probe.result import Expectation, ProbeResult
from fhircheck.probe.verdict import Verdict

ORIGIN = "https://cors-probe.invalid"


def _support(probing: Probing) -> Iterator[ProbeResult]:
    """Demanded only where the server says that it supports CORS; else its absence is no more than a remark."""
    expectation: Expectation = "SHALL" if _claimed(probing.capability) else "MAY"
    simple, preflight = _simple(probing), _preflight(probing)
    verdict = Verdict("cors", "security.cors:simple", expectation)
    if simple.fault:
        yield verdict.no_answer(simple)
    else:
        yield verdict.met(simple) if _allows(simple) else verdict.unmet("cors-missing", simple)
    verdict = Verdict("cors", "security.cors:preflight", expectation)
    if preflight.fault:
        yield verdict.no_answer(preflight)
    elif not preflight.ok or not _allows(preflight):
        yield verdict.unmet("cors-preflight-refused", preflight)
    elif not _listed(preflight, "access-control-allow-headers", "authorization"):
        yield verdict.unmet("cors-authorization-not-allowed", preflight)
    else:
        yield verdict.met(preflight)


def _claimed(capability: dict[str, Any]) -> bool:
    security = [each.get("security") for each in dicts(capability, "rest")]
    return any(isinstance(each, dict) and each.get("cors") is True for each in security)


def _credentials(probing: Probing) -> Iterator[ProbeResult]:
    """Any origin together with credentials lets every web page read with the rights of who looks at it."""
    verdict = Verdict("cors-credentials", "security.cors-credentials")
    asked = [each for each in (_simple(probing), _preflight(probing)) if not each.fault]
    if not asked:
        yield verdict.not_tested("no-answer", reason="no connection")
    elif bad := [each for each in asked if _reflected(each)]:
        yield verdict.unmet("cors-any-origin-with-credentials", *bad)
    else:
        yield verdict.met(*asked)


def _simple(probing: Probing) -> Asked:
    return ask(probing.anonymous, f"{probing.base}/metadata", headers={**JSON, "Origin": ORIGIN})


def _preflight(probing: Probing) -> Asked:
    headers = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    return ask(probing.anonymous, f"{probing.base}/metadata", method="OPTIONS", headers=headers, follow=False)


def _allows(asked: Asked) -> bool:
    return asked.headers.get("access-control-allow-origin", "").strip() in ("*", ORIGIN)


def _reflected(asked: Asked) -> bool:
    allowed = asked.headers.get("access-control-allow-origin", "").strip()
    credentials = asked.headers.get("access-control-allow-credentials", "").strip().lower() == "true"
    return credentials and allowed in (ORIGIN, "*", "null")


def _listed(asked: Asked, header: str, name: str) -> bool:
    return name in [each.strip().lower() for each in asked.headers.get(header, "").split(",")]


CORS = Probe(
    "cors", "Web pages of other origins may ask, as declared.", "http://hl7.org/fhir/R4/security.html#cors", _support
)
CORS_CREDENTIALS = Probe(
    "cors-credentials",
    "Not every origin may ask with the user's credentials.",
    "https://fetch.spec.whatwg.org/#cors-protocol-and-credentials",
    _credentials,
)
