"""Mathematics of signatures, by the library `cryptography`: loaded when the first signature is met."""

import base64
import binascii
import warnings
from typing import Any

HASHES = {"256": "SHA256", "384": "SHA384", "512": "SHA512"}
XML_ALGORITHMS = {
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": "RS256",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": "RS384",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": "RS512",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256": "ES256",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384": "ES384",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512": "ES512",
}


def decoded(text: str) -> bytes | None:
    """The bytes of base64 or base64url, with or without padding; None where it is neither."""
    plain = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def encoded(data: bytes) -> str:
    """base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def public_key(certificate: bytes) -> Any | None:
    """The public key of an X.509 certificate in DER, None where it cannot be read."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # certificates that are in use break RFC 5280 in small things
            return x509.load_der_x509_certificate(certificate).public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def verifies(key: Any, algorithm: str, signed: bytes, signature: bytes) -> bool | None:
    """Whether `signature` is that of `signed` by the holder of `key`; None where the algorithm is none of ours.

    algorithm: as in RFC 7518 (RS256, PS384, ES512 ...); that of the signature must fit the key.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    name = HASHES.get(algorithm[2:])
    if name is None or algorithm[:2] not in ("RS", "PS", "ES"):
        return None
    digest = getattr(hashes, name)()
    try:
        if algorithm.startswith("ES") and isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(_der(signature), signed, ec.ECDSA(digest))
        elif algorithm.startswith("RS") and isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), digest)
        elif algorithm.startswith("PS") and isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True


def _der(signature: bytes) -> bytes:
    """The two numbers of an ECDSA signature, which stand side by side in JOSE and XML, in DER."""
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    half = len(signature) // 2
    return encode_dss_signature(int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))
