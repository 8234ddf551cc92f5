"""JSON Web Signatures of Bundles: header, detached payload, proof (RFC 7515; JAdES, ETSI TS 119 182-1)."""

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

from fhircheck.definitions.type_table import TypeTable
from fhircheck.validate.signatures.canonical_form import CannotWrite, canonical_json, canonical_xml, signed_part
from fhircheck.validate.signatures.proof import decoded, encoded, public_key, verifies

Node = dict[str, Any]
CANONICALIZATION = "http://hl7.org/fhir/canonicalization/"


class Jose(NamedTuple):
    """A signature's three parts; header None where it cannot be read."""

    header: Node | None
    parts: tuple[str, str, str]


class Answer(NamedTuple):
    """What the proof gave. verified None: cannot be told, for `reason`. payload_differs: the content that came
    along with the signature is not what the Bundle says now."""

    verified: bool | None
    reason: str = ""
    payload_differs: bool = False


def read_jose(text: str) -> Jose:
    """Take a compact signature apart."""
    parts = text.strip().split(".")
    parts += [""] * (3 - len(parts))
    data = decoded(parts[0])
    try:
        header = json.loads(data) if data else None
    except (ValueError, RecursionError):
        header = None
    return Jose(header if header.__class__ is dict else None, (parts[0], parts[1], parts[2]))


def signing_time(header: Node) -> tuple[str, bool]:
    """(when it was signed, whether that is written as it should be); empty where the header does not say."""
    said, as_text = header.get("sigT"), True
    if said is None and header.get("iat").__class__ is int:
        return _moment(header["iat"]), True
    if said.__class__ is int or (said.__class__ is str and said.isdigit()):
        said, as_text = _moment(int(said)), False
    return (said, as_text) if said.__class__ is str else ("", True)


def _moment(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return "?"


def canonicalization(header: Node, parameter: str, xml: bool, document: bool) -> str:
    """The canonical form that was signed: by the header, by Signature.targetFormat, or the default."""
    said = header.get("canon")
    default = CANONICALIZATION + ("xml" if xml else "json") + ("#document" if document else "")
    return said if said.__class__ is str and said else parameter or default


def certificate(header: Node) -> tuple[Any | None, str]:
    """(public key, fault): ``none`` where no certificate is there, ``broken`` where it cannot be read."""
    chain = header.get("x5c")
    if chain is None:
        return None, "none"
    first = chain[0] if chain.__class__ is list and chain else None
    data = decoded(first) if first.__class__ is str else None
    key = public_key(data) if data else None
    return key, "" if key is not None else "broken"


def prove(jose: Jose, key: Any, bundle: Node, form: str, types: TypeTable) -> Answer:
    """Whether the signature is that of the Bundle as it is now."""
    part = signed_part(bundle, form)
    try:
        content = canonical_xml(part, types) if "xml" in form else canonical_json(part)
    except CannotWrite as fault:
        return Answer(None, str(fault))
    header, payload, signature = jose.parts
    proof = decoded(signature)
    algorithm = (jose.header or {}).get("alg")
    answer = verifies(key, str(algorithm), f"{header}.{encoded(content)}".encode(), proof or b"")
    if answer is None:
        return Answer(None, "algorithm")
    return Answer(answer, "", bool(payload) and not answer and decoded(payload) != content)
