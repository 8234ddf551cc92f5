"""CodeSystem.concept.property: values as the code system defines them.

http://hl7.org/fhir/R4/codesystem.html#properties
"""

from typing import Any, NamedTuple

from fhircheck.assertions.binding import shown_code
from fhircheck.model.issue import IssueKind
from fhircheck.model.path import shown_name, shown_term
from fhircheck.terminology.code_verdict import CodeStatus
from fhircheck.validate.elements.extension_use import shown
from fhircheck.validate.rules.code_system_properties import CLAUSE, DEFINED, EXAMPLE, KNOWN
from fhircheck.validate.rules.rule import Subject
from fhircheck.validate.terminology_resources.parts import concepts, objects, text

TYPES = frozenset({"code", "Coding", "string", "integer", "boolean", "dateTime", "decimal"})
WITHIN = frozenset({"parent", "child", "partOf", "synonym"})
VALUE_SETS = frozenset(
    {
        "http://hl7.org/fhir/StructureDefinition/codesystem-property-valueset",
        "http://hl7.org/fhir/6.0/StructureDefinition/extension-CodeSystem.property.valueSet",
    }
)
ELEMENT = "CodeSystem.concept.property.value[x]"

UNDEFINED = IssueKind(
    name="code-system-property-undefined",
    severity="warning",
    code="business-rule",
    summary="A concept has a property that the code system does not define.",
    why="Software does not know what to do with it.",
    clause=CLAUSE,
    fix="Define the property in CodeSystem.property.",
    english="The property {code} is not defined",
    german="Die Eigenschaft {code} ist nicht definiert",
    failing='{"resourceType": "CodeSystem", "status": "draft", "content": "complete", "concept":'
    ' [{"code": "a", "property": [{"code": "b", "valueString": "c"}]}]}',
    passing='{"resourceType": "CodeSystem", "status": "draft", "content": "complete", "property":'
    ' [{"code": "b", "type": "string"}], "concept": [{"code": "a", "property": [{"code": "b", "valueString": "c"}]}]}',
)
VALUE_TYPE = IssueKind(
    name="code-system-property-value",
    severity="error",
    code="business-rule",
    summary="The value of a concept's property has another type than the property.",
    why="Filters and look-ups do not find it.",
    clause=CLAUSE,
    fix="Write the value with the type that CodeSystem.property says.",
    english="The property {code} has the type {expected}, the value {found}",
    german="Die Eigenschaft {code} hat den Typ {expected}, der Wert {found}",
    failing='{"resourceType": "CodeSystem", "status": "draft", "content": "complete", "property":'
    ' [{"code": "b", "type": "code"}], "concept": [{"code": "a", "property": [{"code": "b", "valueString": "c"}]}]}',
    passing='{"resourceType": "CodeSystem", "status": "draft", "content": "complete", "property":'
    ' [{"code": "b", "type": "string"}], "concept": [{"code": "a", "property": [{"code": "b", "valueString": "c"}]}]}',
)
NO_SUCH_CODE = IssueKind(
    name="code-system-property-reference",
    severity="error",
    code="code-invalid",
    summary="A concept names a code above or below it that the code system does not have.",
    why="The hierarchy leads nowhere.",
    clause=CLAUSE,
    fix="Correct the code.",
    english="The code system has no code {code}",
    german="Das CodeSystem hat keinen Code {code}",
    failing='{"resourceType": "CodeSystem", "status": "draft", "content": "complete", "property": [{"code": "parent",'
    ' "uri": "http://hl7.org/fhir/concept-properties#parent", "type": "code"}], "concept": [{"code": "a",'
    ' "property": [{"code": "parent", "valueCode": "z"}]}]}',
    passing=EXAMPLE('{"code": "parent", "uri": "http://hl7.org/fhir/concept-properties#parent", "type": "code"}'),
)
SYNONYM = IssueKind(
    name="code-system-synonym",
    severity="warning",
    code="code-invalid",
    summary="A concept names a synonym that is no code of the code system.",
    why="The property says that two codes mean the same; for other words there are designations.",
    clause=CLAUSE,
    fix="Name a code, or use a designation.",
    english="The synonym {code} is no code of the code system",
    german="Das Synonym {code} ist kein Code des CodeSystems",
    failing='{"resourceType": "CodeSystem", "status": "draft", "content": "complete", "property": [{"code": "synonym",'
    ' "type": "code"}], "concept": [{"code": "a", "property": [{"code": "synonym", "valueCode": "z"}]}]}',
    passing=EXAMPLE('{"code": "synonym", "uri": "http://hl7.org/fhir/concept-properties#synonym", "type": "code"}'),
)
NO_VALUE = IssueKind(
    name="code-system-property-without-value",
    severity="error",
    code="business-rule",
    summary="A concept has a property without a value.",
    why="What is meant cannot be told.",
    clause=CLAUSE,
    fix="Give the value, or leave the property out.",
    english="The property {code} has no value",
    german="Die Eigenschaft {code} hat keinen Wert",
    failing='{"resourceType": "CodeSystem", "status": "draft", "content": "complete", "property":'
    ' [{"code": "b", "type": "string"}], "concept": [{"code": "a", "property": [{"code": "b"}]}]}',
    passing='{"resourceType": "CodeSystem", "status": "draft", "content": "complete", "property":'
    ' [{"code": "b", "type": "string"}], "concept": [{"code": "a", "property": [{"code": "b", "valueString": "c"}]}]}',
)
NOT_IN_VALUE_SET = IssueKind(
    name="code-system-property-value-set",
    severity="error",
    code="code-invalid",
    summary="The value of a property is not in the value set that the property is bound to.",
    why="Software that filters by the property does not find the concept.",
    clause="http://hl7.org/fhir/StructureDefinition/codesystem-property-valueset",
    fix="Use a code of the value set.",
    english="The code {code} is not in the value set {valueset}",
    german="Der Code {code} ist nicht im ValueSet {valueset}",
    failing='{"code": "a", "property": [{"code": "sex", "valueCode": "m"}]}',
    passing='{"code": "a", "property": [{"code": "sex", "valueCode": "male"}]}',
)


class _Definition(NamedTuple):
    """type, uri and value set of a property, each empty where it is not stated."""

    type: str
    uri: str
    value_set: str

    @property
    def known(self) -> str:
        """Which of the properties that FHIR defines it is, empty for none."""
        name = self.uri.removeprefix(DEFINED) if self.uri.startswith(DEFINED) else ""
        return name if name in KNOWN else ""


class CodeSystemPropertyValues:
    """The values that concepts have for the properties of their code system."""

    name = "code-system-property-values"
    summary = "Concepts have values for defined properties only, of the right type, and codes that exist."
    clause = CLAUSE
    types: frozenset[str] | None = frozenset({"CodeSystem"})
    kinds: tuple[IssueKind, ...] = (UNDEFINED, VALUE_TYPE, NO_VALUE, NO_SUCH_CODE, SYNONYM, NOT_IN_VALUE_SET)

    def check(self, subject: Subject) -> None:
        """Report each value that does not fit; a code that does not exist once."""
        found = list(concepts(subject.node, subject.expression))
        if any("property" in concept for concept, _ in found):
            values = _Values(subject, {text(concept, "code") for concept, _ in found})
            for concept, place in found:
                for each, where in objects(concept, "property", place):
                    values.check(each, where)


class _Values:
    def __init__(self, subject: Subject, codes: set[str]) -> None:
        self._subject = subject
        self._defined = _definitions(subject)
        self._codes = codes
        self._complete = text(subject.node, "content") == "complete"
        self._base = text(subject.node, "supplements")
        self._said: set[tuple[str, str]] = set()

    def check(self, node: dict[str, Any], where: str) -> None:
        """Check one property of a concept."""
        add = self._subject.findings.add
        code = text(node, "code")
        if not code:
            return
        name = next((key.lstrip("_") for key in node if key.lstrip("_").startswith("value")), "")
        defined = self._defined.get(code)
        if defined is None:
            add(UNDEFINED, where, "CodeSystem.concept.property.code", code=shown_code(code))
        if not name:
            add(NO_VALUE, where, ELEMENT, code=shown_code(code))
            return
        found = name[5:6].lower() + name[6:] if name != "valueCoding" else "Coding"
        value = node.get(name)
        if defined is not None and defined.type and found != defined.type:
            expected = defined.type if defined.type in TYPES else shown_code(defined.type)
            add(VALUE_TYPE, where, ELEMENT, code=shown_code(code), expected=expected, found=shown_name(found))
        elif defined is not None and found == "code" and value.__class__ is str:
            self._code(value, defined, where)
        if code == "synonym" and self._complete and str(value) not in self._codes:
            add(SYNONYM, where, ELEMENT, code=shown_code(value))

    def _code(self, value: str, defined: _Definition, where: str) -> None:
        """A code that is to be one of this code system, or one of a value set."""
        bound = "" if defined.known else defined.value_set
        if defined.known not in WITHIN and (defined.known or not (bound or defined.type)):
            return
        if (bound, value) in self._said:
            return
        self._said.add((bound, value))
        if bound:
            self._bound(value, bound, where)
        elif self._exists(value) is False:
            certain = bool(defined.known or self._base)
            severity = NO_SUCH_CODE.severity if certain else "warning"
            self._subject.findings.add(NO_SUCH_CODE, where, ELEMENT, severity=severity, code=shown_code(value))

    def _exists(self, value: str) -> bool | None:
        """Whether this code system, or the one it supplements, has the code."""
        if not self._base:
            return value in self._codes or (False if self._complete else None)
        system, _, version = self._base.partition("|")
        verdict = self._subject.around.terminology.check_code(system, value, version)
        return {CodeStatus.KNOWN: True, CodeStatus.UNKNOWN: False}.get(verdict.status)

    def _bound(self, value: str, bound: str, where: str) -> None:
        around = self._subject.around
        if around.definitions.find(bound, "ValueSet") is None:
            around.undecided("value-set-missing", shown_term(bound))
        elif around.terminology.member(value, bound) is False:
            shown_set = shown(bound)
            self._subject.findings.add(NOT_IN_VALUE_SET, where, ELEMENT, code=shown_code(value), valueset=shown_set)


def _definitions(subject: Subject) -> dict[str, _Definition]:
    """The properties that the code system defines, by code; of several the first."""
    found: dict[str, _Definition] = {}
    for each, where in objects(subject.node, "property", subject.expression):
        bound = next((ext for ext, _ in objects(each, "extension", where) if text(ext, "url") in VALUE_SETS), None)
        value_set = text(bound, "valueCanonical") or text(bound, "valueUri")
        if text(each, "code"):
            found.setdefault(text(each, "code"), _Definition(text(each, "type"), text(each, "uri"), value_set))
    return found
