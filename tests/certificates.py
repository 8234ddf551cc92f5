"""Authorities, certificates and keys for tests, made when they are needed and good for a day."""

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


@dataclass(frozen=True)
class Made:
    """PEM files of a certificate and its private key."""

    certificate: Path
    key: Path


class Authority:
    """Signs certificates; its own is in the file `certificate`."""

    def __init__(self, folder: Path, name: str = "Test Authority") -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        built = self._builder(self._name, self._key).add_extension(x509.BasicConstraints(True, None), True)
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        signed = built.add_extension(usage, True).sign(self._key, hashes.SHA256())
        self.certificate = folder / f"{name.replace(' ', '-')}.pem"
        self.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str, *, passphrase: str = "", expired: bool = False, hosts: tuple[str, ...] = ()) -> Made:
        """A certificate for a server (`hosts`) or a client, its key encrypted where there is a passphrase."""
        key = ec.generate_private_key(ec.SECP256R1())
        built = self._builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key, expired)
        if hosts:
            built = built.add_extension(x509.SubjectAlternativeName([_host(each) for each in hosts]), False)
        use = ExtendedKeyUsageOID.SERVER_AUTH if hosts else ExtendedKeyUsageOID.CLIENT_AUTH
        signed = built.add_extension(x509.ExtendedKeyUsage([use]), False).sign(self._key, hashes.SHA256())
        made = Made(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        made.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        made.key.write_bytes(private_pem(key, passphrase))
        return made

    def server_context(self, made: Made, clients: bool = False) -> ssl.SSLContext:
        """TLS of a server with that certificate; clients: whether they must show one of ours."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made.certificate, made.key)
        if clients:
            context.load_verify_locations(self.certificate)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def _builder(self, subject: x509.Name, key: Any, expired: bool = False) -> x509.CertificateBuilder:
        now = datetime.now(UTC) - timedelta(days=3 if expired else 0)
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        above = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        built = x509.CertificateBuilder(self._name, subject, key.public_key(), x509.random_serial_number())
        built = built.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
        return built.add_extension(own, False).add_extension(above, False)


def private_pem(key: Any, passphrase: str = "") -> bytes:
    """A private key as PEM (PKCS #8)."""
    kind: Any = serialization.NoEncryption()
    if passphrase:
        kind = serialization.BestAvailableEncryption(passphrase.encode())
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, kind)


def _host(text: str) -> Any:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)
