"""Canonicals, OIDs, UUIDs and names for examples: http://hl7.org/fhir/R4/datatypes.html#uri."""

import re
from typing import Any

from fhircheck.assertions.assertion import Findings, Surroundings
from fhircheck.assertions.primitive_format import GATES
from fhircheck.compile.gates import passes
from fhircheck.model.issue import IssueKind
from fhircheck.validate.elements.extension_use import is_absolute, shown
from fhircheck.validate.elements.primitive_text import explain_code, holds_code

CLAUSE = "http://hl7.org/fhir/R4/datatypes.html#uri"
_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch
_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*))+").fullmatch
_EXAMPLE = re.compile(r"example\.(?:org|com)|acme\.com").search

CANONICAL = IssueKind(
    name="canonical-not-absolute",
    severity="error",
    code="invalid",
    summary="A canonical is neither absolute nor a fragment of this resource.",
    why="A canonical is the name of a definition all over the world, not its place on a server.",
    clause="http://hl7.org/fhir/R4/references.html#canonical",
    fix="Give the definition's own url.",
    english="The canonical must be an absolute URL, or a '#' and the id of a contained resource",
    german="Die Canonical muss eine absolute URL sein, oder '#' und die Id einer enthaltenen Ressource",
    failing='{"resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": "Questionnaire/1"}',
    passing='{"resourceType": "QuestionnaireResponse", "status": "completed",'
    ' "questionnaire": "http://example.org/Questionnaire/1"}',
)
FRAGMENT = IssueKind(
    name="canonical-fragment-missing",
    severity="error",
    code="invalid",
    summary="A canonical points at a contained resource that is not there.",
    why="The definition that is meant cannot be found.",
    clause="http://hl7.org/fhir/R4/references.html#contained",
    fix="Contain the resource, or correct its id.",
    english="Nothing in the resource has the id that is pointed at",
    german="Nichts in der Ressource hat die Id, auf die verwiesen wird",
    failing='{"resourceType": "Questionnaire", "status": "draft", "item": [{"linkId": "1", "type": "choice",'
    ' "answerValueSet": "#none"}]}',
    passing='{"resourceType": "Questionnaire", "status": "draft", "item": [{"linkId": "1", "type": "choice",'
    ' "answerValueSet": "http://hl7.org/fhir/ValueSet/administrative-gender"}]}',
)
UUID = IssueKind(
    name="uuid-format",
    severity="error",
    code="invalid",
    summary="What begins with urn:uuid: is no UUID in lower case.",
    why="URIs are compared as they stand: the same UUID in another spelling is another name.",
    clause=CLAUSE,
    fix="Write 32 hexadecimal digits in lower case in groups of 8-4-4-4-12.",
    english="A UUID must be valid and in lower case",
    german="Eine UUID muss gültig und kleingeschrieben sein",
    failing='{"system": "urn:uuid:68D043B5-9ECF-4559-A57A-396E0D452311"}',
    passing='{"system": "urn:uuid:68d043b5-9ecf-4559-a57a-396e0d452311"}',
)
OID = IssueKind(
    name="oid-format",
    severity="error",
    code="invalid",
    summary="What begins with urn:oid: is no OID.",
    why="A name of an unknown namespace identifies nothing.",
    clause=CLAUSE,
    fix="Write numbers separated by dots, without leading zeros, the first 0, 1 or 2.",
    english="An OID must be valid (numbers separated by dots)",
    german="Eine OID muss gültig sein (Zahlen, durch Punkte getrennt)",
    failing='{"system": "urn:oid:1.2.x"}',
    passing='{"system": "urn:oid:1.2.276.0.76.4.8"}',
)
EXAMPLE = IssueKind(
    name="example-url",
    severity="error",
    code="business-rule",
    summary="A URL is one for examples, and the settings forbid that.",
    why="Nothing will ever be found there.",
    clause=CLAUSE,
    fix="Give the real URL.",
    english="URLs for examples are not allowed: {url}",
    german="URLs für Beispiele sind nicht erlaubt: {url}",
    failing='{"system": "http://example.org/patients"}',
    passing='{"system": "https://fhir.kbv.de/NamingSystem/KBV_NS_Base_BSNR"}',
)
KINDS = (CANONICAL, FRAGMENT, UUID, OID, EXAMPLE)


def holds(value: str, around: Surroundings) -> bool:
    """Whether a uri or url is well-formed where it is a UUID or OID."""
    if value.startswith("urn:"):
        return _urn(value, False) is None
    return holds_code(value, around) and not (around.settings.forbid_example_urls and _EXAMPLE(value))


def explain(value: str, expression: str, findings: Findings, around: Surroundings) -> None:
    """Report what `holds` stumbles over."""
    _explain(value, False, expression, findings, around)


def explain_oid(value: str, expression: str, findings: Findings, around: Surroundings) -> None:
    """Report what `holds` stumbles over in an oid; that it is none is said of it already."""
    _explain_urn("oid", value, expression, findings, around)


def explain_uuid(value: str, expression: str, findings: Findings, around: Surroundings) -> None:
    """Report what `holds` stumbles over in a uuid; that it is none is said of it already."""
    _explain_urn("uuid", value, expression, findings, around)


def _explain_urn(type_code: str, value: str, expression: str, findings: Findings, around: Surroundings) -> None:
    own = value.startswith(f"urn:{type_code}:")
    if value.startswith("urn:") and (not own or passes(GATES[type_code], value)):
        explain(value, expression, findings, around)


def holds_canonical(value: str, around: Surroundings) -> bool:
    """Whether a canonical is absolute, or leads to something in the resource."""
    if value.startswith("#"):
        return leads(value, around)
    if not is_absolute(value) or (value.startswith("urn:") and _urn(value, True) is not None):
        return False
    return holds_code(value, around) and not (around.settings.forbid_example_urls and _EXAMPLE(value))


def explain_canonical(value: str, expression: str, findings: Findings, around: Surroundings) -> None:
    """Report what `holds_canonical` stumbles over."""
    if value.startswith("#"):
        if not leads(value, around):
            findings.add(FRAGMENT, expression, "canonical")
        return
    if value and not is_absolute(value):
        findings.add(CANONICAL, expression, "canonical")
    _explain(value, True, expression, findings, around)


def _explain(value: str, canonical: bool, expression: str, findings: Findings, around: Surroundings) -> None:
    kind = _urn(value, canonical)
    if kind is not None:
        findings.add(kind, expression, "uri")
    if around.settings.forbid_example_urls and _EXAMPLE(value):
        findings.add(EXAMPLE, expression, "uri", url=shown(value))
    explain_code(value, expression, findings, around)


def _urn(value: str, canonical: bool) -> IssueKind | None:
    """What is wrong with a ``urn:uuid:`` or ``urn:oid:``."""
    content = value[value.find(":", 4) + 1 :]
    if canonical:
        content = content.partition("|")[0]
    if value.startswith("urn:uuid:"):
        return None if _UUID(content.partition("#")[0]) else UUID
    if value.startswith("urn:oid:"):
        arcs = content.rfind(".")
        return None if _OID(content) and (arcs >= 4 or content.startswith("1.3")) else OID
    return None


def leads(value: str, around: Surroundings) -> bool:
    """Whether anything in the containing resource has the id that the fragment names."""
    wanted = value[1:]
    waiting: list[Any] = [around.scope.root]
    while waiting:
        node = waiting.pop()
        if node.__class__ is dict:
            if node.get("id") == wanted:
                return True
            waiting.extend(node.values())
        elif node.__class__ is list:
            waiting.extend(node)
    return False
