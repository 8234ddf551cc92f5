"""Identifier.system and what follows for the value: http://hl7.org/fhir/R4/datatypes.html#Identifier."""

import re
from typing import Any

from fhircheck.assertions.assertion import Findings, Surroundings
from fhircheck.model.issue import IssueKind

CLAUSE = "http://hl7.org/fhir/R4/datatypes.html#Identifier"
RFC_3986 = "urn:ietf:rfc:3986"
RFC_4122 = "https://tools.ietf.org/html/rfc4122"
SCHEMES = ("http:", "https:", "urn:", "ldap:")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9]*:").match
_UUID = re.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}").fullmatch

SYSTEM = IssueKind(
    name="identifier-system",
    severity="error",
    code="code-invalid",
    summary="The system of an identifier is no absolute URI.",
    why="Without the namespace the value is unique nowhere.",
    clause=CLAUSE,
    fix="Give the URI of the namespace: a URL, or urn:oid: and its OID.",
    english="Identifier.system must be an absolute URI (http:, https:, urn: or ldap:)",
    german="Identifier.system muss eine absolute URI sein (http:, https:, urn: oder ldap:)",
    failing='{"system": "patients", "value": "4711"}',
    passing='{"system": "https://example.org/patients", "value": "4711"}',
)
VALUE = IssueKind(
    name="identifier-value-no-uri",
    severity="error",
    code="code-invalid",
    summary="The system says that the identifier's value is a URI, but it is none.",
    why="An OID or UUID without its prefix is not found where it is looked for as a URI.",
    clause=CLAUSE,
    fix="Prefix the value (urn:oid:, urn:uuid:), or name the namespace it is really from.",
    english="With the system urn:ietf:rfc:3986 the value must be a full URI",
    german="Beim System urn:ietf:rfc:3986 muss der Wert eine vollständige URI sein",
    failing='{"system": "urn:ietf:rfc:3986", "value": "1.2.276.0.76.4.8"}',
    passing='{"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.276.0.76.4.8"}',
)
UUID_SYSTEM = IssueKind(
    name="identifier-uuid-system",
    severity="warning",
    code="code-invalid",
    summary="A UUID is given with the address of its standard as the system.",
    why="The same UUID is not recognised beside one written as FHIR asks.",
    clause=CLAUSE,
    fix="Use the system urn:ietf:rfc:3986 and a value that begins with urn:uuid:.",
    english="Use the system urn:ietf:rfc:3986 and urn:uuid: for a UUID",
    german="Für eine UUID das System urn:ietf:rfc:3986 und urn:uuid: verwenden",
    failing='{"system": "https://tools.ietf.org/html/rfc4122", "value": "1b73cdae-f6da-450a-9dd8-edd3f8ff5c16"}',
    passing='{"system": "urn:ietf:rfc:3986", "value": "urn:uuid:1b73cdae-f6da-450a-9dd8-edd3f8ff5c16"}',
)
NO_UUID = IssueKind(
    name="identifier-no-uuid",
    severity="error",
    code="code-invalid",
    summary="The system says that the identifier's value is a UUID, but it is none.",
    why="The value is unique in no namespace.",
    clause=CLAUSE,
    fix="Name the namespace that the value is really from.",
    english="The value is no UUID, as its system says",
    german="Der Wert ist keine UUID, wie sein System sagt",
    failing='{"system": "https://tools.ietf.org/html/rfc4122", "value": "4711"}',
    passing='{"system": "urn:ietf:rfc:3986", "value": "urn:uuid:1b73cdae-f6da-450a-9dd8-edd3f8ff5c16"}',
)
KINDS = (SYSTEM, VALUE, UUID_SYSTEM, NO_UUID)
WATCHED = frozenset({RFC_3986, RFC_4122})


def holds(value: dict[str, Any], around: Surroundings) -> bool:
    """Whether system and value of an Identifier go together."""
    system = value.get("system")
    if system.__class__ is not str:
        return True
    if system in WATCHED:
        return _fault(value, system) is None
    return str(system).startswith(SCHEMES)


def explain(value: dict[str, Any], expression: str, findings: Findings, around: Surroundings) -> None:
    """Report what `holds` stumbles over."""
    system = value.get("system")
    if system.__class__ is str:
        kind = _fault(value, str(system))
        if kind is not None:
            findings.add(kind, expression, "Identifier")


def _fault(node: dict[str, Any], system: str) -> IssueKind | None:
    if not system.startswith(SCHEMES):
        return SYSTEM
    value = node.get("value")
    if system not in WATCHED or value.__class__ is not str:
        return None
    if system == RFC_3986:
        return None if _ABSOLUTE(str(value)) else VALUE
    return UUID_SYSTEM if str(value).startswith("urn:uuid:") or _UUID(str(value)) else NO_UUID
