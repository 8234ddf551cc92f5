"""No sign-in."""

from fhircheck.transport.auth.sign_in import Fixed, SignInType

NONE = SignInType("none", "No sign-in.", (), (), lambda connection, base, client_for: Fixed(str))
