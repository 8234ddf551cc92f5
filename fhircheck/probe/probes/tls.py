"""How a server is reached: TLS version, certificate, and what happens without TLS."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from fhircheck.probe.asking import Asked, ask
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.result import Evidence, ProbeResult
from fhircheck.probe.verdict import Verdict
from fhircheck.transport.http_url import is_loopback
from fhircheck.transport.tls import Handshake, TlsAsk, TlsVersion, handshake
from fhircheck.transport.tls_trust import trusted_file

SOON_DAYS = 30
_OLD: tuple[TlsVersion, ...] = ("TLSv1", "TLSv1.1")
_NEW = {"TLSv1.2", "TLSv1.3"}


def _version(probing: Probing) -> Iterator[ProbeResult]:
    verdict = Verdict("tls-version", "security.tls")
    if reason := _untestable(probing):
        yield verdict.not_tested(reason)
        return
    found = handshake(replace(_ask(probing), verify=False))
    evidence = _evidence(probing, "TLS handshake", found.version or found.fault)
    if found.fault == "refused":  # perhaps because nothing new enough is spoken there
        old = [version for version in _OLD if _agrees(probing, version)]
        yield verdict.unmet("tls-too-old", evidence, version=old[-1]) if old else verdict.not_tested("no-tls", evidence)
    elif found.fault:
        yield verdict.not_tested("no-tls", evidence)
    elif found.version in _NEW:
        yield verdict.met(evidence)
    else:
        yield verdict.unmet("tls-too-old", evidence, version=found.version)


def _agrees(probing: Probing, version: TlsVersion) -> bool:
    return bool(handshake(replace(_ask(probing), verify=False, only=version)).version)


def _old(probing: Probing) -> Iterator[ProbeResult]:
    for version in _OLD:
        verdict = Verdict("old-tls-refused", f"security.tls-refused:{version}")
        if reason := _untestable(probing):
            yield verdict.not_tested(reason)
            continue
        found = handshake(replace(_ask(probing), verify=False, only=version))
        evidence = _evidence(probing, f"TLS handshake with {version} only", found.fault or "agreed")
        if found.version:
            yield verdict.unmet("old-tls-accepted", evidence, version=version)
        elif found.fault == "refused":
            yield verdict.met(evidence)
        elif found.fault == "not-available-here":
            yield verdict.not_tested("tls-not-available-here", evidence, version=version)
        else:
            yield verdict.not_tested("no-tls", evidence)


def _certificate(probing: Probing) -> Iterator[ProbeResult]:
    verdict, ending = (
        Verdict("certificate", "security.certificate"),
        Verdict("certificate", "security.certificate-end", "SHOULD"),
    )
    if reason := _untestable(probing):
        yield verdict.not_tested(reason)
        return
    found = handshake(_ask(probing))
    evidence = _evidence(probing, "TLS handshake, certificate checked", found.fault or "accepted")
    if found.fault in ("no-connection", "refused", "not-available-here"):
        yield verdict.not_tested("no-tls", evidence)
        return
    yield verdict.unmet(f"certificate-{found.fault}", evidence) if found.fault else verdict.met(evidence)
    yield _ending(ending, probing, found if not found.fault else handshake(replace(_ask(probing), verify=False)))


def _ending(verdict: Verdict, probing: Probing, found: Handshake) -> ProbeResult:
    if found.not_after is None:
        return verdict.not_tested("no-certificate-dates", _evidence(probing, "TLS handshake", found.fault))
    days = (found.not_after - datetime.now(UTC)).days
    evidence = _evidence(probing, "TLS handshake", f"certificate valid until {found.not_after:%Y-%m-%d}")
    return verdict.met(evidence) if days >= SOON_DAYS else verdict.unmet("certificate-ends-soon", evidence, days=days)


def _plain(probing: Probing) -> Iterator[ProbeResult]:
    verdict = Verdict("plain-http", "security.plain-http")
    parts = urlsplit(probing.base)
    if parts.scheme == "http":
        loopback = is_loopback(parts.hostname or "")
        yield verdict.not_tested("loopback") if loopback else verdict.unmet("base-is-plain-http")
        return
    asked = ask(probing.anonymous, plain_url(probing.base), follow=False)
    yield _judged_plain(verdict, asked)


def plain_url(base: str) -> str:
    """Where the same server would be without TLS: on port 80, or on the very port where that is none of https's own."""
    parts = urlsplit(base)
    port = 80 if (parts.port or 443) == 443 else parts.port
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"http://{host}:{port}{parts.path}/metadata"


def _judged_plain(verdict: Verdict, asked: Asked) -> ProbeResult:
    """Refused, an error, or a redirect to https are all sound; an answer with content is not."""
    if not asked.status:
        return verdict.met(asked)
    if 300 <= asked.status < 400:
        secure = asked.headers.get("location", "").lower().startswith("https://")
        return verdict.met(asked) if secure else verdict.unmet("plain-http-redirects-elsewhere", asked)
    return verdict.unmet("plain-http-answers", asked) if asked.ok else verdict.met(asked)


def _untestable(probing: Probing) -> str:
    """Why a handshake with the server itself tells nothing; empty where it does."""
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(probing.base)
    if parts.scheme != "https":
        return "no-tls-on-loopback" if is_loopback(parts.hostname or "") else "base-is-plain-http"
    environment = "https" in getproxies() and not proxy_bypass(parts.hostname or "")
    return "behind-a-proxy" if probing.client.connection.proxy or environment else ""


def _ask(probing: Probing) -> TlsAsk:
    parts, connection = urlsplit(probing.base), probing.client.connection
    trusted = trusted_file(connection)
    return TlsAsk(
        parts.hostname or "",
        parts.port or 443,
        ca_file=trusted if isinstance(trusted, str) else "",
        certificate=connection.certificate,
        certificate_key=connection.certificate_key,
        passphrase=connection.passphrase,
        timeout=connection.connect_timeout,
    )


def _evidence(probing: Probing, request: str, note: str) -> Evidence:
    parts = urlsplit(probing.base)
    return Evidence(f"{request} {parts.hostname}:{parts.port or 443}", 0, note)


_BCP = "https://www.rfc-editor.org/rfc/rfc9325.html#section-3.1.1"
_NAMES = "https://www.rfc-editor.org/rfc/rfc9525.html"
TLS_VERSION = Probe("tls-version", "TLS 1.2 or newer is agreed on.", _BCP, _version)
OLD_TLS_REFUSED = Probe("old-tls-refused", "TLS 1.0 and 1.1 are refused.", _BCP, _old)
CERTIFICATE = Probe(
    "certificate", "The certificate is valid, trusted, of that host, and not about to end.", _NAMES, _certificate
)
PLAIN_HTTP = Probe(
    "plain-http",
    "Without TLS there is a redirect to https, or nothing.",
    "http://hl7.org/fhir/R4/security.html#http",
    _plain,
)
