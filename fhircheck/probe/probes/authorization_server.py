"""IHE IUA: the Authorization Server's metadata (ITI-103, RFC 8414)."""

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

from fhircheck.probe.asking import Asked, ask
from fhircheck.probe.declared import Declared
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.probes.smart_configuration import Configuration, contains, fetched, secure_url
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.verdict import Verdict

_NAME = "authorization-server"
ABOUT = "oauth-metadata"
_WELL_KNOWN = "/.well-known/oauth-authorization-server"
_CONTAINS = (
    ("response_types_supported", ("code",)),
    ("grant_types_supported", ("client_credentials", "authorization_code")),
    ("token_endpoint_auth_methods_supported", ("client_secret_basic",)),
)


def _metadata(probing: Probing) -> Iterator[ProbeResult]:
    verdict = Verdict(_NAME, ABOUT)
    asked = [ask(probing.anonymous, url, headers={"Accept": "application/json"}) for url in places(probing)]
    found = next((each for each in asked if each.ok and isinstance(each.json(), dict)), None)
    if found is not None:
        yield verdict.met(found)
        yield from _judged(found.json(), found)
    elif not asked:
        yield verdict.not_tested("on-another-host")
    elif all(not each.status for each in asked):
        yield verdict.no_answer(asked[0])
    else:
        yield verdict.unmet("oauth-metadata-missing", *asked)


def places(probing: Probing) -> list[str]:
    """Where the metadata may be: of the issuer that SMART names, else of the server; on the server's host only."""
    smart = fetched(probing)
    node = smart.json() if smart.ok else None
    issuer = node.get("issuer") if isinstance(node, dict) else None
    here = urlsplit(probing.base).hostname
    starts = [issuer] if isinstance(issuer, str) and secure_url(issuer) else []
    starts += [probing.base, _root(probing.base)]
    urls = [place for each in starts if urlsplit(each).hostname == here for place in _forms(each)]
    return list(dict.fromkeys(urls))


def _forms(issuer: str) -> list[str]:
    """RFC 8414 3: the well-known part stands between host and path; many servers put it at the end."""
    parts = urlsplit(issuer.rstrip("/"))
    between = urlunsplit((parts.scheme, parts.netloc, _WELL_KNOWN + parts.path, "", ""))
    return [between, issuer.rstrip("/") + _WELL_KNOWN]


def _root(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, "", "", ""))


def _judged(node: Configuration, asked: Asked) -> Iterator[ProbeResult]:
    for name in ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "introspection_endpoint"):
        verdict = Verdict(_NAME, f"{ABOUT}.{name}")
        value = node.get(name)
        if value is None:
            yield verdict.unmet("member-missing", asked, member=name)
        else:
            yield verdict.met(asked) if secure_url(value) else verdict.unmet("member-no-https-url", asked, member=name)
    yield _same_issuer(node, asked)
    for name, values in _CONTAINS:
        for value in values:
            yield contains(Verdict(_NAME, f"{ABOUT}.{name}:{value}"), node, name, value, asked)


def _same_issuer(node: Configuration, asked: Asked) -> ProbeResult:
    """RFC 8414 3.3: the issuer is the one whose metadata was asked for; anything else is to be thrown away."""
    verdict = Verdict(_NAME, f"{ABOUT}.same-issuer")
    issuer = node.get("issuer")
    if not isinstance(issuer, str):
        return verdict.not_tested("no-issuer", asked)
    same = secure_url(issuer) and asked.url in _forms(issuer)
    return verdict.met(asked) if same else verdict.unmet("issuer-differs", asked)


def _service(probing: Probing) -> Iterator[ProbeResult]:
    verdict = Verdict("iua-resource-server", "security.service:IUA")
    if "IUA" not in Declared(probing.capability).services:
        yield verdict.not_tested("iua-not-declared")
        return
    kinds = [
        kind for kind, level in Declared(probing.capability).resources.items() if "search-type" in level.interactions
    ]
    if not kinds:
        yield verdict.not_tested("no-type-to-search")
        return
    asked = ask(probing.anonymous, f"{probing.base}/{kinds[0]}?_count=1")
    if asked.status == 401:
        yield verdict.met(asked)
    elif asked.status:
        yield verdict.unmet("no-401-without-token", asked, status=asked.status)
    else:
        yield verdict.no_answer(asked)


AUTHORIZATION_SERVER = Probe(
    _NAME,
    "The authorization server's metadata has what IUA asks for (ITI-103).",
    "https://profiles.ihe.net/ITI/IUA/index.html#3103-get-authorization-server-metadata-iti-103",
    _metadata,
    of_actors=True,
)
IUA_RESOURCE_SERVER = Probe(
    "iua-resource-server",
    "A server that declares IUA answers 401 without a token (ITI-72).",
    "https://profiles.ihe.net/ITI/IUA/index.html#372-incorporate-access-token-iti-72",
    _service,
    of_actors=True,
)
