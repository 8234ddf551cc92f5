"""What can be read without signing in, and how a server asks for it."""

from collections.abc import Iterator

from fhircheck.probe.asking import JSON, Asked, ask, matches
from fhircheck.probe.declared import Declared
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.verdict import Verdict

OPEN_TYPES = 6
_PERSONAL = (
    "Patient", "Encounter", "Condition", "Observation", "DocumentReference", "MedicationRequest", "AuditEvent",
    "Procedure", "DiagnosticReport", "Practitioner",
)  # fmt: skip
_NO_TOKEN = "fhircheck-no-such-token"


def _metadata(probing: Probing) -> Iterator[ProbeResult]:
    verdict = Verdict("anonymous-metadata", "security.anonymous-metadata", "SHOULD")
    asked = ask(probing.anonymous, f"{probing.base}/metadata", headers=JSON)
    if asked.resource("CapabilityStatement"):
        yield verdict.met(asked)
    elif asked.status in (401, 403):
        yield verdict.unmet("metadata-needs-sign-in", asked)
    else:
        yield verdict.no_answer(asked)


def _read(probing: Probing) -> Iterator[ProbeResult]:
    verdict = Verdict("anonymous-read", "security.token-required")
    if not signed_in(probing):
        yield verdict.not_tested("no-credentials-given")
        return
    types = personal_types(probing)
    asked = [ask(probing.anonymous, f"{probing.base}/{kind}?_count=1", headers=JSON) for kind in types]
    if not asked:
        yield verdict.not_tested("no-type-to-search")
    elif opened := [kind for kind, each in zip(types, asked, strict=True) if _shows(each)]:
        shown = [each for each in asked if _shows(each)]
        yield verdict.unmet("readable-without-sign-in", *shown, types=", ".join(opened))
    elif all(each.status in (401, 403) for each in asked):
        yield verdict.met(*asked)
    else:
        yield verdict.not_tested("refused-for-another-reason", *asked)


def _shows(asked: Asked) -> bool:
    """Whether an answer holds resources; an empty Bundle or a page to sign in shows none."""
    return asked.ok and any(True for _ in matches(asked.resource("Bundle")))


def _challenge(probing: Probing) -> Iterator[ProbeResult]:
    verdict = Verdict("sign-in-challenge", "security.sign-in-challenge")
    if not signed_in(probing):
        yield verdict.not_tested("no-credentials-given")
        return
    types = personal_types(probing)
    if not types:
        yield verdict.not_tested("no-type-to-search")
        return
    yield _judged_challenge(verdict, ask(probing.anonymous, f"{probing.base}/{types[0]}?_count=1", headers=JSON))


def _judged_challenge(verdict: Verdict, asked: Asked) -> ProbeResult:
    """RFC 9110 15.5.2: 401 comes with WWW-Authenticate; 403 means that signing in would not help."""
    if asked.status == 401 and asked.headers.get("www-authenticate"):
        return verdict.met(asked)
    if asked.status == 401:
        return verdict.unmet("no-challenge", asked)
    if asked.status == 403:
        return verdict.unmet("forbidden-not-unauthorized", asked)
    if asked.ok and asked.resource("Bundle"):
        return verdict.unmet("no-sign-in-asked", asked)
    return verdict.no_answer(asked)


def _invalid_token(probing: Probing) -> Iterator[ProbeResult]:
    verdict = Verdict("invalid-token", "security.invalid-token")
    types = personal_types(probing)
    if not signed_in(probing) or not types:
        yield verdict.not_tested("no-type-to-search" if signed_in(probing) else "no-credentials-given")
        return
    headers = {**JSON, "Authorization": f"Bearer {_NO_TOKEN}"}
    asked = ask(probing.anonymous, f"{probing.base}/{types[0]}?_count=1", headers=headers)
    if asked.ok and asked.resource("Bundle"):
        yield verdict.unmet("any-token-accepted", asked)
    elif asked.status == 401:
        yield verdict.met(asked)
    elif asked.status in (400, 403):
        yield verdict.unmet("invalid-token-status", asked, status=asked.status)
    else:
        yield verdict.no_answer(asked)


def signed_in(probing: Probing) -> bool:
    """Whether this run has credentials: without them nothing can be said about what they protect."""
    connection = probing.client.connection
    return connection.sign_in != "none" or bool(connection.certificate)


def personal_types(probing: Probing) -> list[str]:
    """Declared types that tell about persons and can be searched, the most telling first."""
    declared = Declared(probing.capability)
    return [kind for kind in _PERSONAL if declared.can(kind, "search-type")][:OPEN_TYPES]


_RFC = "https://www.rfc-editor.org/rfc/rfc9110.html#name-401-unauthorized"
_SECURITY = "http://hl7.org/fhir/R4/security.html#authentication"
ANONYMOUS_METADATA = Probe(
    "anonymous-metadata",
    "The CapabilityStatement can be read without signing in.",
    "http://hl7.org/fhir/R4/http.html#capabilities",
    _metadata,
)
ANONYMOUS_READ = Probe("anonymous-read", "Nothing about persons can be read without signing in.", _SECURITY, _read)
SIGN_IN_CHALLENGE = Probe("sign-in-challenge", "Without sign-in: 401 with WWW-Authenticate.", _RFC, _challenge)
INVALID_TOKEN = Probe(
    "invalid-token",
    "A token that was never issued is refused with 401.",
    "https://www.rfc-editor.org/rfc/rfc6750.html#section-3.1",
    _invalid_token,
)
