"""Which registries are asked, and with which token: settings that never come through argv.

FHIRCHECK_REGISTRIES: addresses separated by blanks or commas, asked before the default ones.
FHIRCHECK_REGISTRY_TOKEN: the token of the one registry that was named beside the default ones.
FHIRCHECK_REGISTRY_TOKEN_FILE: a file with a line ``ADDRESS TOKEN`` for each private registry.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from fhircheck.model.errors import UsageError
from fhircheck.transport.bounded_file import read_bounded

DEFAULT_REGISTRIES = ("https://packages.fhir.org", "https://packages2.fhir.org/packages")
REGISTRIES = "FHIRCHECK_REGISTRIES"
TOKEN = "FHIRCHECK_REGISTRY_TOKEN"
TOKEN_FILE = "FHIRCHECK_REGISTRY_TOKEN_FILE"
LARGEST = 1 << 20
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class RegistryAddress:
    """A registry: its address without a slash at the end, and its token, which is never shown."""

    url: str
    token: str = field(default="", repr=False)


def registry_addresses(asked: Iterable[str] = ()) -> tuple[RegistryAddress, ...]:
    """The registries to ask, in this order: asked for, from the environment, the default ones.

    Raises UsageError for an address that is none or carries a password, and where it is not
    clear which registry a token is for.
    """
    named = [*asked, *re.split(r"[\s,]+", os.environ.get(REGISTRIES, ""))]
    own = list(dict.fromkeys(_address(url) for url in named if url))
    tokens = _tokens(own)
    default = [url for url in DEFAULT_REGISTRIES if url not in own]
    return tuple(_with_token(url, tokens) for url in [*own, *default])


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise UsageError("the address of a registry is no URL") from None
    if parts.username or parts.password:
        raise UsageError(
            f"the address of the registry at {parts.hostname} carries a name or password: name it without, and put"
            f" its token into {TOKEN} or {TOKEN_FILE}"
        )
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_fine or parts.query:
        raise UsageError(f"the address of a registry must begin with https://: {url.partition('?')[0]}")
    return url.rstrip("/")


def _tokens(own: list[str]) -> dict[str, str]:
    tokens = _from_file(os.environ.get(TOKEN_FILE, ""))
    token = os.environ.get(TOKEN, "").strip()
    if not token:
        return tokens
    if len(own) != 1:
        raise UsageError(
            f"{TOKEN} is for the one registry that is named beside the default ones, but {len(own)} are named;"
            f" put a line ADDRESS TOKEN for each into a file and name it in {TOKEN_FILE}"
        )
    return {**tokens, own[0]: token}


def _from_file(name: str) -> dict[str, str]:
    if not name:
        return {}
    try:
        lines = read_bounded(name, LARGEST, f"{TOKEN_FILE}: the file").decode().splitlines()
    except UnicodeDecodeError:
        raise UsageError(f"{TOKEN_FILE}: the file is no text") from None
    tokens = {}
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.lstrip().startswith("#"):
            parts = line.split()
            if len(parts) != 2:
                raise UsageError(f"{TOKEN_FILE}: line {number} is not ADDRESS TOKEN")
            tokens[_address(parts[0])] = parts[1]
    return tokens


def _with_token(url: str, tokens: dict[str, str]) -> RegistryAddress:
    token = tokens.get(url, "")
    parts = urlsplit(url)
    if token and parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise UsageError(f"the token for {parts.hostname} is not sent over http: use its https address")
    return RegistryAddress(url, token)
