"""TLS of a connection: whom we trust, and the certificate we show (mutual TLS). Never less than TLS 1.2."""

import os
import ssl

from fhircheck.model.connection import Connection
from fhircheck.model.errors import UsageError
from fhircheck.transport.auth.secret import read_secret

_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
# OpenSSL's X509_V_ERR codes, in words that hold nothing of the certificate.
_REFUSED = {
    9: "not yet valid", 10: "expired", 18: "self-signed", 19: "self-signed authority", 20: "unknown authority",
    21: "incomplete chain", 23: "revoked", 26: "not for servers", 62: "for another host", 64: "for another host",
}  # fmt: skip
_OURS_REFUSED = ("CERTIFICATE_REQUIRED", "ALERT_BAD_CERTIFICATE", "ALERT_UNKNOWN_CA", "ALERT_CERTIFICATE_UNKNOWN",
                 "ALERT_CERTIFICATE_EXPIRED", "ALERT_CERTIFICATE_REVOKED", "ALERT_ACCESS_DENIED")  # fmt: skip


def trusted_file(connection: Connection) -> str | bool:
    """The PEM file of trusted authorities that was named, in the connection or the environment; True for none."""
    return connection.ca_file or next((os.environ[name] for name in _BUNDLES if os.environ.get(name)), True)


def tls_context(connection: Connection, shown: bool) -> ssl.SSLContext:
    """What TLS is done with. shown: whether our certificate is shown, which only the server it is for may see.

    Raises UsageError where a file is not what it should be.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    trusted = trusted_file(connection)
    try:
        if isinstance(trusted, str):
            context.load_verify_locations(*((None, trusted) if os.path.isdir(trusted) else (trusted, None)))
        else:
            context.load_default_certs()
    except (OSError, ssl.SSLError):
        raise UsageError(f"{trusted}: holds no certificates of authorities in PEM form") from None
    if shown and connection.certificate:
        _show(context, connection)
    return context


def _show(context: ssl.SSLContext, connection: Connection) -> None:
    def phrase() -> str:
        if not connection.passphrase:
            raise UsageError("--cert: its private key is encrypted: name its passphrase with --passphrase")
        return read_secret(connection.passphrase)

    try:
        context.load_cert_chain(connection.certificate, connection.certificate_key or None, phrase)
    except ssl.SSLError as fault:
        odd = "the private key is not the certificate's" if "MISMATCH" in (fault.reason or "") else ""
        reason = odd or "no certificate and private key in PEM form that can be opened"
        raise UsageError(f"--cert {connection.certificate}: {reason}") from None
    except OSError as fault:
        raise UsageError(f"--cert {connection.certificate}: {(fault.strerror or 'cannot be read').lower()}") from None


def tls_fault(fault: BaseException) -> tuple[str, str]:
    """Reason and detail of a failed handshake: whose certificate was not accepted, and why."""
    cause = _ssl_error(fault)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return "certificate-not-accepted", _REFUSED.get(cause.verify_code, "")
    if isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):  # hung up on; a busy server does that too
        return "connection-broken", "while TLS was agreed"
    reason = (cause.reason or "") if cause is not None else ""
    if any(each in reason for each in _OURS_REFUSED):
        return "client-certificate-refused", ""
    return "tls-failed", reason.lower().replace("_", " ")[:60]


def _ssl_error(fault: BaseException | None) -> ssl.SSLError | None:
    """The library's own error inside of what requests and urllib3 make of it."""
    seen = 0
    while fault is not None and seen < 10:
        if isinstance(fault, ssl.SSLError):
            return fault
        inner = getattr(fault, "reason", None) or next(
            (each for each in fault.args if isinstance(each, Exception)), None
        )
        fault, seen = inner if isinstance(inner, BaseException) else None, seen + 1
    return None
