"""Digital signatures of Bundles: they say when and how was signed, and the Bundle is still what was signed."""

from typing import Any

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child
from fhircheck.validate.bundle_index import text
from fhircheck.validate.rules.rule import Node, Subject

CLAUSE = "http://hl7.org/fhir/R4/signatures.html"
_GOOD = '{"sigFormat": "application/jose", "data": "...", "when": "2024-01-01T00:00:00Z"}'


def _kind(name: str, summary: str, why: str, fix: str, texts: tuple[str, str], severity: Any = "error") -> IssueKind:
    english, german = texts
    return IssueKind(
        name=name,
        severity=severity,
        code="invalid",
        summary=summary,
        why=why,
        clause=CLAUSE,
        fix=fix,
        english=english,
        german=german,
        failing='{"sigFormat": "application/jose", "data": "###"}',
        passing=_GOOD,
    )


UNREADABLE = _kind(
    "signature-unreadable",
    "The data of a digital signature cannot be read.",
    "Whether the content is what was signed can then not be shown by anyone.",
    "Put the whole signature, base64 encoded, into Signature.data.",
    ("The signature cannot be read: {fault}", "Die Signatur ist nicht lesbar: {fault}"),
)
TIME = _kind(
    "signature-time-differs",
    "Signature.when is not the time that was signed.",
    "The time outside of the signature can be changed by anyone.",
    "Take the time out of the signature, as it is written there.",
    ("Signature.when is not the time inside the signature", "Signature.when ist nicht die Zeit in der Signatur"),
)
NOT_VERIFIED = _kind(
    "signature-not-verified",
    "A digital signature is not that of the content, or not by the certificate that comes with it.",
    "The content was changed after it was signed, or somebody else signed it.",
    "Sign the content again, by the canonical form that is named.",
    ("The signature does not fit content and certificate", "Die Signatur passt nicht zu Inhalt und Zertifikat"),
)
CONTENT = _kind(
    "signature-content-differs",
    "The content that comes inside of a signature is not that of the Bundle.",
    "What was signed is not what is sent.",
    "Send what was signed, or sign what is sent; leave the content out of the signature.",
    (
        "The content inside of the signature is not that of the Bundle",
        "Der Inhalt in der Signatur ist nicht der des Bundles",
    ),
)
ATTACHED = _kind(
    "signature-with-content",
    "A signature carries its content along, though it should be detached.",
    "The content is there twice, and only one of them is read.",
    "Leave the payload empty (RFC 7515, appendix F).",
    ("The signature carries its content along", "Die Signatur enthält ihren Inhalt"),
    "warning",
)
TIME_FORM = _kind(
    "signature-time-form",
    "The time inside of a signature is missing, or no date and time as text.",
    "Receivers cannot tell when was signed.",
    "Write sigT as 2024-01-31T12:00:00Z.",
    ("The signature does not tell its time as it should", "Die Signatur nennt ihre Zeit nicht, wie sie sollte"),
    "warning",
)
NO_KEY = _kind(
    "signature-without-certificate",
    "A signature comes without the certificate that it can be checked by.",
    "Whether it is valid cannot be told from the data.",
    "Add the certificate: x5c in JOSE, X509Certificate in XML.",
    ("The signature has no certificate: not checked", "Die Signatur hat kein Zertifikat: nicht geprüft"),
    "warning",
)
NO_DIGITAL = ("image/", "application/pdf")


class Signature:
    """The signature of a Bundle holds."""

    name = "signature"
    summary = "The digital signature of a Bundle can be read, and is that of its content."
    clause = CLAUSE
    types = frozenset({"Bundle"})
    kinds = (UNREADABLE, TIME, NOT_VERIFIED, CONTENT, ATTACHED, TIME_FORM, NO_KEY)

    def check(self, subject: Subject) -> None:
        """Look at Bundle.signature."""
        signature = subject.node.get("signature")
        data = text(signature, "data")
        if signature.__class__ is not dict or not data:
            return
        form = text(signature, "sigFormat")
        if subject.scope.split:
            subject.around.undecided("signature", "bundle-split")
        elif form == "application/jose" or (not form and _looks_like_jose(data)):
            _jose(subject, signature, data)
        elif form == "application/pkcs7-signature":
            _xml(subject, signature, data)
        elif form and not form.startswith(NO_DIGITAL):
            subject.around.undecided("signature", "format")


def _looks_like_jose(data: str) -> bool:
    from fhircheck.validate.signatures.jose import read_jose
    from fhircheck.validate.signatures.proof import decoded

    inner = decoded(data) or b""
    header = read_jose(inner.decode("utf-8", "replace")).header if inner.count(b".") == 2 else None
    return header is not None and "alg" in header


def _jose(subject: Subject, signature: Node, data: str) -> None:
    from fhircheck.validate.signatures import jose
    from fhircheck.validate.signatures.proof import decoded

    inner = decoded(data) if "." not in data else None
    if inner is None:
        _add(subject, UNREADABLE, fault="base64")
        if data.count(".") != 2:
            return
    read = jose.read_jose(data if inner is None else inner.decode("utf-8", "replace"))
    if read.header is None:
        _add(subject, UNREADABLE, fault="header")
        return
    time, as_text = jose.signing_time(read.header)
    if not time or not as_text:
        _add(subject, TIME_FORM)
    _time(subject, signature, time)
    xml, parameter = _target_format(signature)
    form = jose.canonicalization(read.header, parameter, xml, text(subject.node, "type") == "document")
    if read.parts[1]:
        _add(subject, ATTACHED)
    key, fault = jose.certificate(read.header)
    if _has_key(subject, key, fault):
        _report(subject, jose.prove(read, key, subject.node, form, subject.around.types))


def _xml(subject: Subject, signature: Node, data: str) -> None:
    from fhircheck.validate.signatures import jose, xml_signature
    from fhircheck.validate.signatures.proof import decoded

    inner = decoded(data)
    if inner is None:
        return
    read = xml_signature.read_xml_signature(inner)
    if read is None:
        if inner[:1] == b"0":  # DER: a PKCS #7 signature as it should be, which is not read yet
            subject.around.undecided("signature", "pkcs7")
        else:
            _add(subject, UNREADABLE, fault="XML")
        return
    if not read.time:
        _add(subject, TIME_FORM)
    _time(subject, signature, read.time)
    fault = xml_signature.references_fault(read)
    if fault:
        _add(subject, UNREADABLE, fault=f"reference ({fault})")
        return
    xml, parameter = _target_format(signature)
    form = jose.canonicalization({"canon": read.form}, parameter, xml, text(subject.node, "type") == "document")
    key, fault = xml_signature.key_of_signature(read)
    if _has_key(subject, key, fault):
        _report(subject, xml_signature.prove_xml(read, key, subject.node, form, subject.around.types))


def _add(subject: Subject, kind: IssueKind, **shown: Any) -> None:
    subject.findings.add(kind, child(subject.expression, "signature"), "Bundle.signature", **shown)


def _time(subject: Subject, signature: Node, time: str) -> None:
    if time and "when" in signature and signature["when"] != time:
        _add(subject, TIME)


def _target_format(signature: Node) -> tuple[bool, str]:
    """(whether XML was signed, the canonical form) by Signature.targetFormat."""
    base, *parameters = text(signature, "targetFormat").split(";")
    found = [each.strip().partition("=") for each in parameters]
    return "xml" in base, next((value for name, _, value in found if name == "canonicalization"), "")


def _has_key(subject: Subject, key: Any, fault: str) -> bool:
    if fault == "broken":
        _add(subject, UNREADABLE, fault="certificate")
    elif fault:
        _add(subject, NO_KEY)
        subject.around.undecided("signature", "certificate")
    return key is not None


def _report(subject: Subject, answer: Any) -> None:
    if answer.verified is None:
        subject.around.undecided("signature", answer.reason)
    elif not answer.verified:
        _add(subject, NOT_VERIFIED)
        if answer.payload_differs:
            _add(subject, CONTENT)
