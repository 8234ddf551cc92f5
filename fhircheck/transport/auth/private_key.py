"""The private key that signs assertions: PEM, JWK or JWKS; its algorithm follows from its type."""

import json
from dataclasses import dataclass, field
from typing import Any

from fhircheck.model.errors import UsageError

_ALGORITHMS = {"RSA": "RS384", "EC": "ES384"}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """key: of the library cryptography, never shown. id: ``kid``. algorithm: RS384 or ES384."""

    id: str
    algorithm: str
    key: Any = field(repr=False)


def signing_key(text: str, place: str, key_id: str = "", phrase: str = "") -> SigningKey:
    """The key in `text`, of several the one called `key_id`; phrase: opens an encrypted PEM.

    Raises UsageError naming `place`; nothing of the text is shown.
    """
    if text.lstrip().startswith("{"):
        found = _jwk(text, place, key_id)
        key = _from_jwk(found, place)
        name = key_id or str(found.get("kid") or "")
    else:
        key, name = _pem(text, place, phrase), key_id
    if not name:
        raise UsageError(f"{place}: the key has no name (kid): give the one it is registered under with --key-id")
    return SigningKey(name, _algorithm(key, place), key)


def _jwk(text: str, place: str, key_id: str) -> dict[str, Any]:
    """The one key of a JWK or JWKS that can sign."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(f"{place}: neither a PEM nor a JSON Web Key") from None
    listed = value.get("keys", [value])
    keys = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    signing = [each for each in keys if "d" in each and each.get("kty") in _ALGORITHMS and each.get("use") != "enc"]
    if not signing:
        raise UsageError(f"{place}: holds no private key for signing (RSA or EC)")
    named = [each for each in signing if each.get("kid") == key_id] if key_id else signing
    if not named and len(signing) == 1 and not signing[0].get("kid"):
        return signing[0]
    if not named:
        raise UsageError(f"{place}: holds no key that --key-id names")
    if len(named) > 1:
        raise UsageError(f"{place}: holds several private keys: name one with --key-id")
    return named[0]


def _from_jwk(found: dict[str, Any], place: str) -> Any:
    from jwt.algorithms import ECAlgorithm, RSAAlgorithm
    from jwt.exceptions import PyJWTError

    algorithm = RSAAlgorithm if found["kty"] == "RSA" else ECAlgorithm
    try:
        return algorithm.from_jwk(found)
    except (PyJWTError, ValueError, TypeError, KeyError, AttributeError):
        raise UsageError(f"{place}: the private key is damaged") from None


def _pem(text: str, place: str, phrase: str) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(text.encode(), phrase.encode() if phrase else None)
    except TypeError:  # encrypted without a phrase, or a phrase for what is not encrypted
        needed = "is encrypted: name its passphrase with" if not phrase else "is not encrypted: leave out"
        raise UsageError(f"{place}: the private key {needed} --passphrase") from None
    except (ValueError, UnsupportedAlgorithm):
        reason = "cannot be opened: damaged, or another passphrase" if phrase else "is neither a PEM nor a JSON Web Key"
        raise UsageError(f"{place}: the private key {reason}") from None


def _algorithm(key: Any, place: str) -> str:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    if isinstance(key, RSAPrivateKey) and key.key_size >= 2048:
        return "RS384"
    if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP384R1):
        return "ES384"
    raise UsageError(f"{place}: SMART asks for a private RSA key of at least 2048 bits or an EC key on curve P-384")
