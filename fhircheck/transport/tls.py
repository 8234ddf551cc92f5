"""One TLS handshake, to see what a server agrees to: version, certificate, name. No request is sent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import ssl

TlsVersion = Literal["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
# X509_V_ERR_* of OpenSSL (openssl/x509_vfy.h): the faults of a certificate that have a name of their own here.
_FAULTS = {9: "not-yet-valid", 10: "expired", 18: "self-signed", 19: "unknown-authority", 20: "unknown-authority",
           21: "unknown-authority", 23: "revoked", 62: "other-host", 64: "other-host"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Handshake:
    """What came of it. version: as agreed, empty without agreement. not_after: of the certificate.

    fault: empty where a connection stands; ``refused`` (the server broke the handshake off), ``no-connection``,
    ``not-available-here`` (this machine's TLS library cannot offer that version), or what is wrong with the
    certificate: ``expired``, ``not-yet-valid``, ``other-host``, ``self-signed``, ``unknown-authority``, ``revoked``,
    ``not-accepted``.
    """

    version: str = ""
    not_after: datetime | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class TlsAsk:
    """Where and how: versions to offer (None: all this machine trusts), whether the certificate is judged.

    ca_file: PEM of the authorities trusted instead of the system's. certificate, certificate_key: for mutual TLS;
    passphrase: where that of an encrypted key is.
    timeout: seconds.
    """

    host: str
    port: int
    only: TlsVersion | None = None
    verify: bool = True
    ca_file: str = ""
    certificate: str = ""
    certificate_key: str = ""
    passphrase: str = ""
    timeout: float = 10.0


def handshake(asked: TlsAsk) -> Handshake:
    """Agree on TLS with a server and hang up (RFC 8446 4; RFC 5246 7). Raises nothing: a fault is in the answer."""
    import socket
    import ssl

    try:
        context = _context(asked)
    except (ssl.SSLError, ValueError, OSError):
        return Handshake(fault="not-available-here")
    try:
        plain = socket.create_connection((asked.host, asked.port), asked.timeout)
    except OSError:
        return Handshake(fault="no-connection")
    with plain:
        return _agreed(context, plain, asked.host)


def _agreed(context: "ssl.SSLContext", plain: object, host: str) -> Handshake:
    import ssl

    wrap: Callable[..., ssl.SSLSocket] = context.wrap_socket
    try:
        with wrap(plain, server_hostname=host) as secured:
            return Handshake(secured.version() or "", _last_day(secured.getpeercert(binary_form=True)))
    except ssl.SSLCertVerificationError as fault:
        return Handshake(fault=_FAULTS.get(fault.verify_code, "not-accepted"))
    except ssl.SSLError as fault:
        here = {"NO_PROTOCOLS_AVAILABLE", "NO_CIPHERS_AVAILABLE"}
        return Handshake(fault="not-available-here" if fault.reason in here else "refused")
    except OSError:
        return Handshake(fault="refused")


def _context(asked: TlsAsk) -> "ssl.SSLContext":
    """Raises ssl.SSLError, ValueError or OSError where this machine cannot offer what is asked."""
    import ssl
    import warnings

    context = ssl.create_default_context(cafile=asked.ca_file or None)
    if not asked.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if asked.only is not None:
        version = ssl.TLSVersion[asked.only.replace(".", "_")]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # old versions are asked for to see them refused
            context.minimum_version = version
            context.maximum_version = version
        if version < ssl.TLSVersion.TLSv1_2:
            context.set_ciphers("ALL:@SECLEVEL=0")
    if asked.certificate:
        context.load_cert_chain(asked.certificate, asked.certificate_key or None, lambda: _phrase(asked))
    return context


def _phrase(asked: TlsAsk) -> str:
    """The key's passphrase; without one OpenSSL would ask for it on the terminal."""
    from fhircheck.transport.auth.secret import read_secret

    return read_secret(asked.passphrase) if asked.passphrase else ""


def _last_day(certificate: bytes | None) -> datetime | None:
    """Until when a certificate (DER) is valid."""
    from cryptography import x509

    if not certificate:
        return None
    try:
        return x509.load_der_x509_certificate(certificate).not_valid_after_utc
    except ValueError:
        return None
