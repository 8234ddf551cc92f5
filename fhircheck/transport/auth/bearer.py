"""A token as it is, with every request (RFC 6750)."""

import re

from fhircheck.model.connection import Connection
from fhircheck.model.errors import UsageError
from fhircheck.transport.auth.secret import read_secret
from fhircheck.transport.auth.sign_in import ClientFor, Fixed, SignIn, SignInType

TOKEN = re.compile(r"[\x21-\x7e]+")
"""What a header can carry; RFC 6750 allows less, servers use more."""


def _make(connection: Connection, base: str, client_for: ClientFor) -> SignIn:
    return Fixed(lambda: bearer_credentials(read_secret(connection.secret), connection.secret))


def bearer_credentials(token: str, place: str) -> str:
    """Value of the header Authorization. Raises UsageError for a token with blanks, line ends or the like."""
    text = token.strip()
    if not TOKEN.fullmatch(text):
        raise UsageError(f"{place}: holds no token: blanks, line ends or letters that a header cannot carry")
    return f"Bearer {text}"


BEARER = SignInType("bearer", "A token as it is (RFC 6750).", ("secret",), (), _make)
