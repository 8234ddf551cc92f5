"""ValueSet.compose: systems, codes and filters that can be: http://hl7.org/fhir/R4/valueset.html#compositions."""

from typing import Any

from fhircheck.assertions.binding import shown_code
from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child
from fhircheck.terminology.code_verdict import CodeStatus
from fhircheck.validate.elements.extension_use import is_absolute, shown
from fhircheck.validate.elements.primitive_uri import FRAGMENT, leads
from fhircheck.validate.rules.rule import Subject
from fhircheck.validate.terminology_resources.parts import objects, text

CLAUSE = "http://hl7.org/fhir/R4/valueset.html#compositions"
LIMIT = 10_000
EXAMPLE = '{{"resourceType": "ValueSet", "status": "draft", "compose": {{"include": [{}]}}}}'.format
GENDER = "http://hl7.org/fhir/administrative-gender"
GOOD = EXAMPLE(f'{{"system": "{GENDER}"}}')

SYSTEM = IssueKind(
    name="value-set-system-relative",
    severity="error",
    code="business-rule",
    summary="A value set names a code system by something that is no absolute URI.",
    why="The code system is not found, and the value set is empty.",
    clause=CLAUSE,
    fix="Give the URL of the code system; for a contained one too.",
    english="The system of a value set must be an absolute URI",
    german="Das system in einem ValueSet muss eine absolute URI sein",
    failing=EXAMPLE('{"system": "#mine"}'),
    passing=GOOD,
)
CONTAINED = IssueKind(
    name="value-set-system-contained",
    severity="error",
    code="not-found",
    summary="A value set names a contained code system that is not there, or is none.",
    why="The value set is empty.",
    clause=CLAUSE,
    fix="Contain the code system, and give its URL as the system.",
    english="No contained code system has the id that the system names",
    german="Kein enthaltenes CodeSystem hat die Id, die system nennt",
    failing=EXAMPLE('{"system": "#mine"}'),
    passing=GOOD,
)
NO_CODE_SYSTEM = IssueKind(
    name="value-set-system-contained-type",
    severity="error",
    code="not-found",
    summary="The contained resource that a value set names as its code system is none.",
    why="The value set is empty.",
    clause=CLAUSE,
    fix="Contain the code system, and give its URL as the system.",
    english="The contained resource is no CodeSystem",
    german="Die enthaltene Ressource ist kein CodeSystem",
    failing='{"contained": [{"resourceType": "ValueSet", "id": "a"}], "compose": {"include": [{"system": "#a"}]}}',
    passing='{"contained": [{"resourceType": "CodeSystem", "id": "a", "url": "http://example.org/a"}],'
    ' "compose": {"include": [{"system": "http://example.org/a"}]}}',
)
VERSION = IssueKind(
    name="value-set-system-version",
    severity="error",
    code="business-rule",
    summary="A version stands behind the URL of a code system, where it does not belong.",
    why="Software takes URL and version for the URL and finds no code system.",
    clause=CLAUSE,
    fix="Move the version to the element version.",
    english="The version {version} belongs to the element version, not behind the system",
    german="Die Version {version} gehört in das Element version, nicht hinter das system",
    failing=EXAMPLE(f'{{"system": "{GENDER}|4.0.1"}}'),
    passing=GOOD,
)
IS_VALUE_SET = IssueKind(
    name="value-set-system-value-set",
    severity="error",
    code="business-rule",
    summary="The system that a value set includes is a value set.",
    why="A value set has no codes of its own; nothing is included.",
    clause=CLAUSE,
    fix="Name the code system, or include the value set under valueSet.",
    english="The system {system} is a value set",
    german="Das system {system} ist ein ValueSet",
    failing=EXAMPLE('{"system": "http://hl7.org/fhir/ValueSet/administrative-gender"}'),
    passing=GOOD,
)
IS_SUPPLEMENT = IssueKind(
    name="value-set-system-supplement",
    severity="error",
    code="business-rule",
    summary="The system that a value set includes is a supplement.",
    why="A supplement has no codes of its own.",
    clause=CLAUSE,
    fix="Name the code system that is supplemented, and the supplement by the extension valueset-supplement.",
    english="The system {system} is a supplement",
    german="Das system {system} ist ein Supplement",
    failing=EXAMPLE('{"system": "http://example.org/CodeSystem/supplement"}'),
    passing=GOOD,
)
CODE = IssueKind(
    name="value-set-code",
    severity="error",
    code="code-invalid",
    summary="A value set names a code that its code system does not have.",
    why="The code can never be used rightly; the one that was meant is missing.",
    clause=CLAUSE,
    fix="Correct the code, or the version of the code system.",
    english="The code system {system} has no code {code}",
    german="Das CodeSystem {system} hat keinen Code {code}",
    failing=EXAMPLE(f'{{"system": "{GENDER}", "concept": [{{"code": "m"}}]}}'),
    passing=EXAMPLE(f'{{"system": "{GENDER}", "concept": [{{"code": "male"}}]}}'),
)
IMPORT = IssueKind(
    name="value-set-import-unknown",
    severity="warning",
    code="not-found",
    summary="A value set imports one that no loaded package has.",
    why="What the value set holds cannot be told.",
    clause=CLAUSE,
    fix="Load the package that has the value set (--package), or correct the URL.",
    english="The imported value set {valueset} is not known",
    german="Das importierte ValueSet {valueset} ist nicht bekannt",
    failing=EXAMPLE('{"valueSet": ["http://example.org/ValueSet/none"]}'),
    passing=EXAMPLE('{"valueSet": ["http://hl7.org/fhir/ValueSet/administrative-gender"]}'),
)
KINDS = (SYSTEM, CONTAINED, NO_CODE_SYSTEM, VERSION, IS_VALUE_SET, IS_SUPPLEMENT, CODE, IMPORT)


class ValueSetRule:
    """The systems, codes and imports that a value set is made of."""

    name = "value-set"
    summary = "What a value set includes exists and is named rightly."
    clause = CLAUSE
    types: frozenset[str] | None = frozenset({"ValueSet"})
    kinds: tuple[IssueKind, ...] = KINDS

    def check(self, subject: Subject) -> None:
        """Report each include and exclude that cannot be what is meant."""
        compose = subject.node.get("compose")
        for name in ("include", "exclude"):
            for each, where in objects(compose, name, f"{subject.expression}.compose"):
                _include(subject, each, where)


def _include(subject: Subject, include: dict[str, Any], where: str) -> None:
    for canonical in include["valueSet"] if include.get("valueSet").__class__ is list else ():
        known = canonical.__class__ is not str or canonical.startswith("#")
        if not (known or subject.around.definitions.find(canonical, "ValueSet")):
            subject.findings.add(IMPORT, where, "ValueSet.compose.include.valueSet", valueset=shown(canonical))
    system, version = _system(subject, include, where)
    if not system:
        return
    if not is_absolute(system):
        subject.findings.add(SYSTEM, where, "ValueSet.compose.include.system")
        if system.startswith("#"):
            _contained(subject, system[1:], version, where)
        return
    _of_system(subject, system, version, where)
    _codes(subject, include, system, version, where)


def _system(subject: Subject, include: dict[str, Any], where: str) -> tuple[str, str]:
    """System and version, as meant; a version that stands behind the system is reported."""
    system, version = text(include, "system"), text(include, "version")
    if "|" not in system:
        return system, version
    system, _, behind = system.partition("|")
    if behind:
        subject.findings.add(VERSION, where, "ValueSet.compose.include.system", version=shown_code(behind))
    return system, version or behind


def _contained(subject: Subject, identity: str, version: str, where: str) -> None:
    found = [each for each, _ in objects(subject.node, "contained", "") if each.get("id") == identity]
    systems = [each for each in found if each.get("resourceType") == "CodeSystem"]
    for _ in range(len(found) - len(systems)):
        subject.findings.add(NO_CODE_SYSTEM, where, "ValueSet.compose.include.system")
    if not leads(f"#{identity}", subject.around):
        subject.findings.add(FRAGMENT, child(where, "system"), "ValueSet.compose.include.system")
    if sum(not version or text(each, "version") == version for each in systems) != 1:
        subject.findings.add(CONTAINED, where, "ValueSet.compose.include.system")


def _of_system(subject: Subject, system: str, version: str, where: str) -> None:
    """Whether the system is a code system at all."""
    verdict = subject.around.terminology.check_code(system, "-", version)
    if verdict.status is CodeStatus.VALUE_SET:
        subject.findings.add(IS_VALUE_SET, where, "ValueSet.compose.include.system", system=shown(system))
    elif verdict.status is CodeStatus.SUPPLEMENT:
        subject.findings.add(IS_SUPPLEMENT, where, "ValueSet.compose.include.system", system=shown(system))


def _codes(subject: Subject, include: dict[str, Any], system: str, version: str, where: str) -> None:
    for number, (concept, place) in enumerate(objects(include, "concept", where)):
        if number > LIMIT:
            return
        verdict = subject.around.terminology.check_code(system, concept.get("code"), version)
        if verdict.status is CodeStatus.UNKNOWN:
            code = shown_code(concept.get("code"))
            subject.findings.add(CODE, place, "ValueSet.compose.include.concept", system=shown(system), code=code)
        elif verdict.status is CodeStatus.CANNOT_TELL and verdict.reason:
            subject.around.undecided(verdict.reason, verdict.detail)
