"""Signatures of Bundles, made here with fresh keys: valid ones pass, and every change of the Bundle is found."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fhircheck.definitions.type_table import TypeTable
from fhircheck.validate.rules.signature import Signature
from fhircheck.validate.signatures.canonical_form import canonical_json, canonical_xml, signed_part
from fhircheck.validate.signatures.proof import encoded
from tests.unit.validate.rule_bench import Bench, core

Node = dict[str, Any]
WHEN = "2024-01-01T00:00:00Z"
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">he</div>'
D = "http://www.w3.org/2000/09/xmldsig#"
X = "http://uri.etsi.org/01903/v1.3.2#"


def _bundle(**more: Any) -> Node:
    patient = {
        "resourceType": "Patient",
        "text": {"status": "generated", "div": DIV},
        "name": [
            {"given": ["Ä", None], "_given": [None, {"extension": [{"url": "http://a.org", "valueBoolean": True}]}]}
        ],
        "birthDate": "2000-01-01",
    }
    return {"resourceType": "Bundle", "id": "b", "type": "collection", "entry": [{"resource": patient}], **more}


@pytest.fixture(scope="module", params=["RS256", "ES256"])
def signer(request: pytest.FixtureRequest) -> tuple[str, Any, bytes]:
    """(algorithm, private key, certificate in DER)."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    key: Any = (
        rsa.generate_private_key(65537, 2048) if request.param == "RS256" else ec.generate_private_key(ec.SECP256R1())
    )
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    start = datetime(2024, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(days=9))
    return request.param, key, builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _proof(signer: tuple[str, Any, bytes], data: bytes) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    algorithm, key, _ = signer
    if algorithm == "RS256":
        return bytes(key.sign(data, padding.PKCS1v15(), hashes.SHA256()))
    first, second = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return first.to_bytes(32, "big") + second.to_bytes(32, "big")


def _jose(signer: tuple[str, Any, bytes], bundle: Node, payload: bool = False, **header: Any) -> Node:
    certificate = base64.b64encode(signer[2]).decode()
    said = {"alg": signer[0], "sigT": WHEN, "x5c": [certificate], **header}
    head = encoded(json.dumps({name: value for name, value in said.items() if value is not None}).encode())
    content = encoded(canonical_json(signed_part(bundle, str(said.get("canon", "")))))
    proof = encoded(_proof(signer, f"{head}.{content}".encode()))
    data = f"{head}.{content if payload else ''}.{proof}"
    return _with(bundle, "application/jose", data.encode())


def _with(bundle: Node, form: str, data: bytes) -> Node:
    return {**bundle, "signature": {"when": WHEN, "sigFormat": form, "data": base64.b64encode(data).decode()}}


def _xml(signer: tuple[str, Any, bytes], bundle: Node) -> Node:
    from lxml import etree

    form = "http://hl7.org/fhir/canonicalization/xml#document"
    content = canonical_xml(signed_part(bundle, form), TypeTable(core()))
    properties = (
        f'<x:SignedProperties xmlns:x="{X}" Id="SignedProperties"><x:SignedSignatureProperties>'
        f"<x:SigningTime>{WHEN}</x:SigningTime></x:SignedSignatureProperties></x:SignedProperties>"
    )
    name = "rsa" if signer[0] == "RS256" else "ecdsa"
    digests = [base64.b64encode(hashlib.sha256(each).digest()).decode() for each in (content, properties.encode())]
    method = '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
    info = (
        f'<SignedInfo xmlns="{D}"><CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>'
        f'<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#{name}-sha256"/>'
        f'<Reference URI="#"><Transforms><Transform Algorithm="{form}"/></Transforms>{method}'
        f"<DigestValue>{digests[0]}</DigestValue></Reference>"
        f'<Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#SignedProperties">{method}'
        f"<DigestValue>{digests[1]}</DigestValue></Reference></SignedInfo>"
    )
    proof = _proof(signer, etree.tostring(etree.fromstring(info), method="c14n"))
    document = (
        f'<Signature xmlns="{D}">{info}<SignatureValue>{base64.b64encode(proof).decode()}</SignatureValue>'
        f"<KeyInfo><X509Data><X509Certificate>{base64.b64encode(signer[2]).decode()}</X509Certificate></X509Data>"
        f"</KeyInfo><Object>{properties}</Object></Signature>"
    )
    return _with(bundle, "application/pkcs7-signature", document.encode())


def _kinds(bundle: Node) -> list[str]:
    return [kind for kind, _ in Bench().kinds(Signature(), bundle)]


@pytest.mark.parametrize("kind", ["collection", "document"])
def test_a_valid_signature_passes(signer: tuple[str, Any, bytes], kind: str) -> None:
    canon = "http://hl7.org/fhir/canonicalization/json" + ("#document" if kind == "document" else "")
    assert _kinds(_jose(signer, _bundle(type=kind), canon=canon)) == []
    assert _kinds(_xml(signer, _bundle(type=kind))) == []


@pytest.mark.parametrize("change", [{"type": "searchset"}, {"timestamp": WHEN}, {"entry": []}])
def test_every_change_is_found(signer: tuple[str, Any, bytes], change: Node) -> None:
    assert _kinds({**_jose(signer, _bundle()), **change}) == ["signature-not-verified"]
    assert _kinds({**_xml(signer, _bundle()), **change}) == ["signature-not-verified"]


def test_a_document_s_id_is_not_signed(signer: tuple[str, Any, bytes]) -> None:
    document = "http://hl7.org/fhir/canonicalization/json#document"
    assert _kinds({**_jose(signer, _bundle(), canon=document), "id": "c"}) == []
    assert _kinds({**_jose(signer, _bundle()), "id": "c"}) == ["signature-not-verified"]


def test_content_that_comes_along(signer: tuple[str, Any, bytes]) -> None:
    signed = _jose(signer, _bundle(), payload=True)
    assert _kinds(signed) == ["signature-with-content"]
    found = _kinds({**signed, "type": "document"})
    assert found == ["signature-with-content", "signature-not-verified", "signature-content-differs"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"sigT": None}, ["signature-time-form"]),
        ({"sigT": 1704067200}, ["signature-time-form"]),
        ({"sigT": None, "iat": 1704067200}, []),
        ({"sigT": "2023-01-01T00:00:00Z"}, ["signature-time-differs"]),
        ({"x5c": None}, ["signature-without-certificate"]),
        ({"x5c": ["AAAA"]}, ["signature-unreadable"]),
        ({"x5c": 1}, ["signature-unreadable"]),
        ({"alg": "none"}, []),
    ],
)
def test_headers(signer: tuple[str, Any, bytes], header: Node, expected: list[str]) -> None:
    assert _kinds(_jose(signer, _bundle(), **header)) == expected


@pytest.mark.parametrize(
    ("form", "data", "expected"),
    [
        ("application/jose", b"\xff", ["signature-unreadable"]),
        ("application/jose", b"a.b.c", ["signature-unreadable"]),
        ("application/pkcs7-signature", b"<x", ["signature-unreadable"]),
        ("application/pkcs7-signature", b"<!DOCTYPE x><x/>", ["signature-unreadable"]),
        ("application/pkcs7-signature", b"0\x82\x01", []),
        ("image/png", b"x", []),
        ("application/other", b"x", []),
    ],
)
def test_what_cannot_be_read(form: str, data: bytes, expected: list[str]) -> None:
    found = _kinds(_with(_bundle(), form, data))
    assert [each for each in found if each != "signature-time-form"] == expected


@pytest.mark.parametrize("broken", [None, 1, [], {}, {"data": 1}, {"data": "ä", "sigFormat": "application/jose"}])
def test_malformed_signatures(broken: Any) -> None:
    assert set(_kinds({**_bundle(), "signature": broken})) <= {"signature-unreadable"}


def test_without_a_format_jose_is_recognised(signer: tuple[str, Any, bytes]) -> None:
    signed = _jose(signer, _bundle())
    del signed["signature"]["sigFormat"]
    assert _kinds({**signed, "type": "document"}) == ["signature-not-verified"]
