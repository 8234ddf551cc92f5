"""Signing in to servers, one way a file; secrets are read from where they are kept and shown nowhere."""

from fhircheck.model.connection import Connection
from fhircheck.registry import Registry
from fhircheck.transport.auth.basic import BASIC
from fhircheck.transport.auth.bearer import BEARER
from fhircheck.transport.auth.none import NONE
from fhircheck.transport.auth.oauth2 import OAUTH2
from fhircheck.transport.auth.sign_in import ClientFor, SignIn, SignInType
from fhircheck.transport.auth.smart import SMART

__all__ = ["SIGN_INS", "ClientFor", "SignIn", "SignInType", "sign_in"]

SIGN_INS: Registry[SignInType] = Registry("sign-ins", NONE, BASIC, BEARER, OAUTH2, SMART)


def sign_in(connection: Connection, base: str, client_for: ClientFor) -> SignIn:
    """The credentials that `connection` has for the server at `base`."""
    return SIGN_INS[connection.sign_in].make(connection, base, client_for)
