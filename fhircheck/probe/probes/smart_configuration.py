"""``.well-known/smart-configuration``: what SMART App Launch asks of it, and with it ISiK, EHDS and Bulk Data."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from fhircheck.probe.asking import Asked, ask
from fhircheck.probe.probe import Probe, Probing
from fhircheck.probe.result import ProbeResult
from fhircheck.probe.verdict import Verdict
from fhircheck.transport.http_url import is_loopback

ABOUT = "smart-configuration"
_NAME = "smart-configuration"
_LAUNCHES = {"launch-ehr", "launch-standalone"}
_LISTS = (
    "capabilities", "grant_types_supported", "code_challenge_methods_supported", "scopes_supported",
    "response_types_supported",
)  # fmt: skip
_URLS = (
    "token_endpoint", "authorization_endpoint", "issuer", "jwks_uri", "management_endpoint", "introspection_endpoint",
    "revocation_endpoint",
)  # fmt: skip
_CONTAINED = (
    ("grant_types_supported", "authorization_code"),
    ("grant_types_supported", "client_credentials"),
    ("grant_types_supported", "refresh_token"),
    ("capabilities", "permission-v2"),
    ("code_challenge_methods_supported", "S256"),
)
_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "k"}
Configuration = dict[str, Any]


def fetched(probing: Probing) -> Asked:
    """The configuration, asked for without credentials as clients must be able to."""
    url = f"{probing.base}/.well-known/smart-configuration"
    return ask(probing.anonymous, url, headers={"Accept": "application/json"})


def _smart(probing: Probing) -> Iterator[ProbeResult]:
    asked = fetched(probing)
    yield _answered(Verdict(_NAME, ABOUT), asked)
    node = asked.json() if asked.ok else None
    if isinstance(node, dict):
        yield from _members(node, asked)
        for name, value in _CONTAINED:
            yield contains(Verdict(_NAME, f"{ABOUT}.{name}:{value}"), node, name, value, asked)
        yield _plain(node, asked)
        yield _absolute(node, asked)
        yield from _backend(node, asked)
        yield _keys(probing, node)


def _answered(verdict: Verdict, asked: Asked) -> ProbeResult:
    if not asked.status:
        return verdict.no_answer(asked)
    if asked.status in (401, 403):
        return verdict.unmet("smart-configuration-protected", asked, status=asked.status)
    if not asked.ok:
        return verdict.unmet("smart-configuration-missing", asked, status=asked.status)
    if not isinstance(asked.json(), dict):
        return verdict.unmet("smart-configuration-not-json", asked)
    if not asked.content_type.lower().startswith("application/json"):
        return verdict.unmet("smart-configuration-content-type", asked)
    return verdict.met(asked)


def _members(node: Configuration, asked: Asked) -> Iterator[ProbeResult]:
    """Each member by itself; what is demanded only of some servers is not tested on the others."""
    conditions = _conditions(node)
    for name in (*_LISTS, *_URLS):
        verdict = Verdict(_NAME, f"{ABOUT}.{name}")
        if name not in node and not conditions.get(name, True):
            yield verdict.not_tested("member-not-needed", asked, member=name)
        else:
            yield member(verdict, node, name, asked)


def _conditions(node: Configuration) -> dict[str, bool]:
    capabilities = set(_texts(node, "capabilities"))
    connects, launches = "sso-openid-connect" in capabilities, bool(capabilities & _LAUNCHES)
    return {"issuer": connects, "jwks_uri": connects, "authorization_endpoint": launches}


def member(verdict: Verdict, node: Configuration, name: str, asked: Asked) -> ProbeResult:
    """Whether a member is there and of the right form: a list of texts, or an absolute URL by https."""
    value = node.get(name)
    if value is None:
        return verdict.unmet("member-missing", asked, member=name)
    if name in _LISTS:
        sound = isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in value)
        return verdict.met(asked) if sound else verdict.unmet("member-no-list", asked, member=name)
    return verdict.met(asked) if secure_url(value) else verdict.unmet("member-no-https-url", asked, member=name)


def contains(verdict: Verdict, node: Configuration, name: str, value: str, asked: Asked) -> ProbeResult:
    """Whether the list `name` holds `value`."""
    if value in _texts(node, name):
        return verdict.met(asked)
    return verdict.unmet("value-missing", asked, member=name, value=value)


def _plain(node: Configuration, asked: Asked) -> ProbeResult:
    """PKCE without a hash must not be offered."""
    verdict = Verdict(_NAME, f"{ABOUT}.code_challenge_methods_supported:plain")
    methods = _texts(node, "code_challenge_methods_supported")
    if not methods:
        return verdict.not_tested("member-missing", asked, member="code_challenge_methods_supported")
    return verdict.unmet("plain-challenge", asked) if "plain" in methods else verdict.met(asked)


def _absolute(node: Configuration, asked: Asked) -> ProbeResult:
    verdict = Verdict(_NAME, f"{ABOUT}.absolute-urls")
    wrong = [name for name in _URLS if name in node and not secure_url(node[name])]
    return verdict.unmet("member-no-https-url", asked, member=", ".join(wrong)) if wrong else verdict.met(asked)


def secure_url(value: object) -> bool:
    """Whether `value` is an absolute URL by https; plain http counts on this machine only."""
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def _backend(node: Configuration, asked: Asked) -> Iterator[ProbeResult]:
    """Backend services: what says that it takes asymmetric clients names the method and an algorithm of SMART."""
    if "client-confidential-asymmetric" not in _texts(node, "capabilities"):
        return
    yield contains(
        Verdict(_NAME, f"{ABOUT}.token_endpoint_auth_methods_supported:private_key_jwt", "SHOULD"),
        node, "token_endpoint_auth_methods_supported", "private_key_jwt", asked,
    )  # fmt: skip
    name = "token_endpoint_auth_signing_alg_values_supported"
    verdict, known = Verdict(_NAME, f"{ABOUT}.{name}", "SHOULD"), {"RS384", "ES384"} & set(_texts(node, name))
    yield verdict.met(asked) if known else verdict.unmet("no-smart-algorithm", asked)


def _keys(probing: Probing, node: Configuration) -> ProbeResult:
    """The key set can be had, and shows public halves only; asked for on the server's own host alone."""
    verdict = Verdict(_NAME, f"{ABOUT}.jwks")
    url = node.get("jwks_uri")
    if not isinstance(url, str) or not secure_url(url):
        return verdict.not_tested("no-jwks")
    if urlsplit(url).hostname != urlsplit(probing.base).hostname:
        return verdict.not_tested("on-another-host")
    asked = ask(probing.anonymous, url, headers={"Accept": "application/jwk-set+json, application/json"})
    found = asked.json() if asked.ok else None
    keys = found.get("keys") if isinstance(found, dict) else None
    if not asked.status:
        return verdict.no_answer(asked)
    if not isinstance(keys, list) or not all(isinstance(each, dict) and each.get("kty") for each in keys):
        return verdict.unmet("jwks-unreadable", asked)
    private = any(_PRIVATE & set(each) for each in keys)
    return verdict.unmet("jwks-private", asked) if private else verdict.met(asked)


def _texts(node: Configuration, name: str) -> list[str]:
    value = node.get(name)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


SMART_CONFIGURATION = Probe(
    _NAME,
    "How to sign in stands in .well-known/smart-configuration, as SMART asks.",
    "https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html#using-well-known",
    _smart,
    of_actors=True,
)
