"""OAuth 2 client credentials: a client with a secret of its own (RFC 6749, 4.4 and 2.3.1)."""

from urllib.parse import quote_plus

from fhircheck.model.connection import Connection
from fhircheck.transport.auth.basic import basic_credentials
from fhircheck.transport.auth.secret import read_secret
from fhircheck.transport.auth.sign_in import ClientFor, SignIn, SignInType
from fhircheck.transport.auth.token_endpoint import Metadata, TokenSignIn


def _make(connection: Connection, base: str, client_for: ClientFor) -> SignIn:
    def authenticate(url: str, metadata: Metadata) -> tuple[dict[str, str], dict[str, str]]:
        secret = read_secret(connection.secret)
        if connection.client_auth == "post" or (not connection.client_auth and _post_only(metadata)):
            return {"client_id": connection.client_id, "client_secret": secret}, {}
        return {}, {"Authorization": basic_credentials(quote_plus(connection.client_id), quote_plus(secret))}

    return TokenSignIn(connection, base, client_for, authenticate, own_host=True)


def _post_only(metadata: Metadata) -> bool:
    """Whether the server says that it takes a secret in the body and not in the header (RFC 8414, 2)."""
    methods = metadata.get("token_endpoint_auth_methods_supported")
    return isinstance(methods, list) and "client_secret_post" in methods and "client_secret_basic" not in methods


OAUTH2 = SignInType(
    "oauth2",
    "OAuth 2 client credentials with a client secret (RFC 6749, 4.4).",
    ("client_id", "secret"),
    ("token_url", "scopes", "client_auth"),
    _make,
)
