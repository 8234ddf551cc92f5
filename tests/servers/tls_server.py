"""TLS for the server in memory: a test authority, certificates of any faults, and old versions on request."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers.fhir_server import FhirServer


class Authority(NamedTuple):
    """A certificate authority of the test. file: its PEM."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    file: Path


def authority(folder: Path) -> Authority:
    """A new authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    made = (
        _builder(name, name, key, -1, 400)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "authority.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return Authority(made, key, file)


def certificate(
    by: Authority, folder: Path, *, host: str = "127.0.0.1", begins: int = -1, ends: int = 90, name: str = "server"
) -> Path:
    """PEM with certificate and key, valid from `begins` to `ends`, in days from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        alternative = x509.DNSName(host)
    public = by.key.public_key()
    made = (
        _builder(subject, by.certificate.subject, key, begins, ends)
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        .sign(by.key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, begins: int, ends: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(begins))
        .not_valid_after(now + timedelta(ends))
    )


def secured(
    server: FhirServer,
    pem: Path,
    oldest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2,
    newest: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED,
    clients: Path | None = None,
) -> FhirServer:
    """`server`, spoken to by TLS from now on. clients: authority that clients must have a certificate of."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version, context.maximum_version = oldest, newest
    if oldest < ssl.TLSVersion.TLSv1_2:
        context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(pem)
    if clients is not None:
        context.load_verify_locations(clients)
        context.verify_mode = ssl.CERT_REQUIRED
    http = server._server
    plain_accept = http.get_request

    def accept():
        connection, address = plain_accept()
        connection.settimeout(5)
        try:
            return context.wrap_socket(connection, server_side=True), address
        except OSError:
            connection.close()
            raise

    http.get_request = accept
    server.base = server.searching.base = server.base.replace("http:", "https:")
    return server
