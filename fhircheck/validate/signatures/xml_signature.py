"""XML signatures of Bundles (XML-DSig with or without XAdES): digests, proof (xmldsig-core1)."""

import base64
import hashlib
from typing import Any, NamedTuple

from fhircheck.definitions.type_table import TypeTable
from fhircheck.validate.signatures.canonical_form import CannotWrite, canonical_json, canonical_xml, signed_part
from fhircheck.validate.signatures.jose import Answer
from fhircheck.validate.signatures.proof import XML_ALGORITHMS, decoded, public_key, verifies

Node = dict[str, Any]
D = "{http://www.w3.org/2000/09/xmldsig#}"
X = "{http://uri.etsi.org/01903/v1.3.2#}"
SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
LARGEST = 10_000_000


class XmlSignature(NamedTuple):
    """An XML signature, read: its root element, the canonical form of its content, when it was signed."""

    root: Any
    form: str
    time: str


def read_xml_signature(data: bytes) -> XmlSignature | None:
    """The signature, None where the XML cannot be read (no DTD, no entities, bounded)."""
    from lxml import etree

    if len(data) > LARGEST or b"<!DOCTYPE" in data:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    transform = root.find(f"{D}SignedInfo/{D}Reference/{D}Transforms/{D}Transform")
    time = root.find(f".//{X}SigningTime")
    if time is None:
        time = root.find(f".//{D}SigningTime")
    form = "" if transform is None else str(transform.get("Algorithm", ""))
    return XmlSignature(root, form, "" if time is None else (time.text or "").strip())


def references_fault(signature: XmlSignature) -> str:
    """What is wrong with the parts that were signed: the content ``#`` and perhaps XAdES properties, in this order."""
    found = signature.root.findall(f"{D}SignedInfo/{D}Reference")
    if not found or len(found) > 2:
        return "number"
    if found[0].get("URI") != "#":
        return "content"
    return "properties" if len(found) == 2 and found[1].get("Type") != SIGNED_PROPERTIES else ""


def key_of_signature(signature: XmlSignature) -> tuple[Any | None, str]:
    """(public key, fault): ``none`` where no certificate is there, ``broken`` where it cannot be read."""
    found = signature.root.find(f"{D}KeyInfo/{D}X509Data/{D}X509Certificate")
    if found is None:
        return None, "none"
    data = decoded(found.text or "")
    key = public_key(data) if data else None
    return key, "" if key is not None else "broken"


def prove_xml(signature: XmlSignature, key: Any, bundle: Node, form: str, types: TypeTable) -> Answer:
    """Whether the signature is that of the Bundle as it is now."""
    from lxml import etree

    part = signed_part(bundle, form)
    try:
        content = canonical_xml(part, types) if "xml" in form else canonical_json(part)
    except CannotWrite as fault:
        return Answer(None, str(fault))
    info = signature.root.find(f"{D}SignedInfo")
    method = signature.root.find(f"{D}SignedInfo/{D}SignatureMethod")
    value = signature.root.find(f"{D}SignatureValue")
    algorithm = XML_ALGORITHMS.get("" if method is None else str(method.get("Algorithm")))
    if algorithm is None:
        return Answer(None, "algorithm")
    canonical = info.find(f"{D}CanonicalizationMethod")
    exclusive = canonical is not None and canonical.get("Algorithm") == EXCLUSIVE
    alone = etree.ElementTree(etree.fromstring(etree.tostring(info, with_tail=False)))
    signed = etree.tostring(alone, method="c14n", exclusive=exclusive)  # of a subtree lxml writes needless xmlns=""
    proof = decoded((value.text or "") if value is not None else "") or b""
    valid = _digests(signature, content) and bool(verifies(key, algorithm, signed, proof))
    with_it = signature.root.find(f"{D}SignedBytes")
    differs = with_it is not None and not valid and _canonical(decoded(with_it.text or "") or b"") != content
    return Answer(valid, "", differs)


def _digests(signature: XmlSignature, content: bytes) -> bool:
    """Whether content and properties have the digests that were signed."""
    from lxml import etree

    found = signature.root.findall(f"{D}SignedInfo/{D}Reference")
    parts = [content]
    properties = signature.root.find(f".//{X}SignedProperties")
    if len(found) == 2 and properties is not None:
        parts.append(etree.tostring(properties, method="c14n", exclusive=True, with_tail=False))
    return len(parts) == len(found) and all(
        _digest(part, reference) == (reference.findtext(f"{D}DigestValue") or "").strip()
        for part, reference in zip(parts, found, strict=True)
    )


def _canonical(data: bytes) -> bytes:
    """`data` in canonical form where it is XML."""
    from lxml import etree

    try:
        return bytes(etree.tostring(etree.fromstring(data, etree.XMLParser(resolve_entities=False)), method="c14n"))
    except (etree.XMLSyntaxError, ValueError):
        return data


def _digest(data: bytes, reference: Any) -> str:
    method = reference.find(f"{D}DigestMethod")
    name = "" if method is None else str(method.get("Algorithm")).rpartition("#")[2]
    return base64.b64encode(hashlib.new(name, data).digest()).decode() if name in ("sha256", "sha384", "sha512") else ""
