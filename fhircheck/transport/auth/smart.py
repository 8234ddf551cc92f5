"""SMART Backend Services: a client proves itself by a signed assertion (RFC 7523; SMART App Launch 2.2).

https://hl7.org/fhir/smart-app-launch/backend-services.html,
https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html
"""

import time
import uuid

from fhircheck.model.connection import Connection
from fhircheck.transport.auth.private_key import SigningKey, signing_key
from fhircheck.transport.auth.secret import read_secret
from fhircheck.transport.auth.sign_in import ClientFor, SignIn, SignInType
from fhircheck.transport.auth.token_endpoint import Metadata, TokenSignIn
from fhircheck.transport.server_fault import ServerFault

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFE = 240
"""Seconds an assertion holds: five minutes are allowed, one is left for clocks that differ."""


def _make(connection: Connection, base: str, client_for: ClientFor) -> SignIn:
    def authenticate(url: str, metadata: Metadata) -> tuple[dict[str, str], dict[str, str]]:
        phrase = read_secret(connection.passphrase) if connection.passphrase else ""
        key = signing_key(read_secret(connection.secret), connection.secret, connection.key_id, phrase)
        taken = metadata.get("token_endpoint_auth_signing_alg_values_supported")
        if isinstance(taken, list) and key.algorithm not in taken:
            raise ServerFault("sign-in-failed", 0, f"the server takes no signature by {key.algorithm}")
        return {"client_assertion_type": ASSERTION, "client_assertion": assertion(key, connection.client_id, url)}, {}

    return TokenSignIn(connection, base, client_for, authenticate, own_host=False)


def assertion(key: SigningKey, client_id: str, token_url: str) -> str:
    """A JSON Web Token that is good once, for a few minutes, at `token_url` alone."""
    import jwt

    claims = {"iss": client_id, "sub": client_id, "aud": token_url, "exp": int(time.time()) + LIFE,
              "jti": str(uuid.uuid4())}  # fmt: skip
    return jwt.encode(claims, key.key, algorithm=key.algorithm, headers={"kid": key.id})


SMART = SignInType(
    "smart",
    "SMART Backend Services: client credentials with a private key (RS384 or ES384).",
    ("client_id", "secret", "scopes"),
    ("token_url", "key_id", "passphrase"),
    _make,
)
