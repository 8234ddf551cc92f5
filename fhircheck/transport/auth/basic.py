"""User and password with every request (RFC 7617)."""

from base64 import b64encode

from fhircheck.model.connection import Connection
from fhircheck.model.errors import UsageError
from fhircheck.transport.auth.secret import read_secret
from fhircheck.transport.auth.sign_in import ClientFor, Fixed, SignIn, SignInType


def basic_credentials(user: str, password: str) -> str:
    """Value of the header Authorization. Raises UsageError for a user that has a colon (RFC 7617, 2)."""
    if ":" in user:
        raise UsageError("--user: the name of a user has no colon; the password is named by --secret")
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def _make(connection: Connection, base: str, client_for: ClientFor) -> SignIn:
    return Fixed(lambda: basic_credentials(connection.user, read_secret(connection.secret)))


BASIC = SignInType("basic", "User and password (RFC 7617).", ("user", "secret"), (), _make)
