"""CodeSystem.property: names, URIs and types, and the values concepts give: http://hl7.org/fhir/R4/codesystem.html#properties."""

from typing import Any

from fhircheck.assertions.binding import shown_code
from fhircheck.model.issue import IssueKind
from fhircheck.validate.elements.extension_use import is_absolute, shown
from fhircheck.validate.rules.rule import Subject
from fhircheck.validate.terminology_resources.parts import concepts, objects, text

CLAUSE = "http://hl7.org/fhir/R4/codesystem.html#properties"
DEFINED = "http://hl7.org/fhir/concept-properties#"
KNOWN = {
    "status": "code",
    "inactive": "boolean",
    "effectiveDate": "dateTime",
    "deprecationDate": "dateTime",
    "retirementDate": "dateTime",
    "notSelectable": "boolean",
    "parent": "code",
    "child": "code",
    "partOf": "code",
    "synonym": "code",
    "comment": "string",
    "itemWeight": "decimal",
}
WITHIN = frozenset({"parent", "child", "partOf"})
EXAMPLE = '{{"resourceType": "CodeSystem", "status": "draft", "content": "complete", "property": [{}]}}'.format

URI = IssueKind(
    name="code-system-property-uri",
    severity="error",
    code="business-rule",
    summary="The URI of a property is relative, given twice, or made up in HL7's namespace.",
    why="The URI says what the property means, across code systems.",
    clause=CLAUSE,
    fix="Give each property its own absolute URI, one from FHIR's list or from a namespace of your own.",
    english="The URI of a property {problem}",
    german="Die URI einer Eigenschaft ist falsch: {problem}",
    failing=EXAMPLE('{"code": "a", "uri": "a", "type": "string"}'),
    passing=EXAMPLE('{"code": "a", "uri": "http://example.org/a", "type": "string"}'),
)
CODE = IssueKind(
    name="code-system-property-code",
    severity="error",
    code="business-rule",
    summary="Two properties have the same code, or one has the code that FHIR gives to another.",
    why="Filters of value sets name properties by code and get the wrong one.",
    clause=CLAUSE,
    fix="Use FHIR's code with FHIR's URI, and each code once.",
    english="The property code {code} {problem}",
    german="Der Code {code} einer Eigenschaft ist falsch: {problem}",
    failing=EXAMPLE('{"code": "a", "type": "string"}, {"code": "a", "type": "string"}'),
    passing=EXAMPLE('{"code": "a", "type": "string"}, {"code": "b", "type": "string"}'),
)
TYPE = IssueKind(
    name="code-system-property-type",
    severity="error",
    code="business-rule",
    summary="A property that FHIR defines has another type than FHIR gives it.",
    why="Software reads the value as the type it knows.",
    clause=CLAUSE,
    fix="Use the type that FHIR gives the property.",
    english="The property is a {expected}, not a {found}",
    german="Die Eigenschaft hat den Typ {expected}, nicht {found}",
    failing=EXAMPLE('{"code": "inactive", "uri": "http://hl7.org/fhir/concept-properties#inactive", "type": "code"}'),
    passing=EXAMPLE(
        '{"code": "inactive", "uri": "http://hl7.org/fhir/concept-properties#inactive", "type": "boolean"}'
    ),
)
CODE_ALONE = IssueKind(
    name="code-system-property-code-alone",
    severity="warning",
    code="business-rule",
    summary="A property has one of FHIR's codes, but not the URI that goes with it.",
    why="Whether the same is meant can only be guessed.",
    clause=CLAUSE,
    fix="Add the URI.",
    english="The property {code} lacks the URI {uri}",
    german="Der Eigenschaft {code} fehlt die URI {uri}",
    failing=EXAMPLE('{"code": "inactive", "type": "boolean"}'),
    passing=EXAMPLE(
        '{"code": "inactive", "uri": "http://hl7.org/fhir/concept-properties#inactive", "type": "boolean"}'
    ),
)
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


class CodeSystemProperties:
    """The properties of a code system, and the values that its concepts have for them."""

    name = "code-system-properties"
    summary = "Properties of code systems are defined once, as FHIR defines them, and their values fit."
    clause = CLAUSE
    types: frozenset[str] | None = frozenset({"CodeSystem"})
    kinds: tuple[IssueKind, ...] = (URI, CODE, TYPE, CODE_ALONE, UNDEFINED, VALUE_TYPE, NO_SUCH_CODE, SYNONYM)

    def check(self, subject: Subject) -> None:
        """Report definitions of properties, then the values of concepts."""
        defined: dict[str, tuple[str, str]] = {}
        uris: set[str] = set()
        for each, where in objects(subject.node, "property", subject.expression):
            _definition(subject, each, where, defined, uris)
        found = list(concepts(subject.node, subject.expression))
        codes = {text(concept, "code") for concept, _ in found}
        complete = text(subject.node, "content") == "complete"
        for concept, place in found:
            for each, where in objects(concept, "property", place):
                _value(subject, each, where, defined, codes if complete else None)


def _definition(
    subject: Subject, each: dict[str, Any], where: str, defined: dict[str, tuple[str, str]], uris: set[str]
) -> None:
    add = subject.findings.add
    code, uri, type_ = text(each, "code"), text(each, "uri"), text(each, "type")
    if uri:
        problem = _uri_problem(subject, uri, uris)
        if problem:
            add(URI, where, "CodeSystem.property.uri", problem=problem)
        uris.add(uri)
    if code in defined:
        add(CODE, where, "CodeSystem.property.code", code=shown_code(code), problem="is already defined")
    elif code:
        defined[code] = (type_, uri)
    meant = uri.removeprefix(DEFINED) if uri.startswith(DEFINED) else ""
    if meant in KNOWN:
        if code in KNOWN and code != meant:
            add(
                CODE,
                where,
                "CodeSystem.property.code",
                code=shown_code(code),
                problem=f"belongs to another URI than {uri}",
            )
        if type_ and type_ != KNOWN[meant]:
            add(TYPE, where, "CodeSystem.property.type", expected=KNOWN[meant], found=shown_code(type_))
    elif not uri and code in KNOWN:
        add(CODE_ALONE, where, "CodeSystem.property.uri", code=code, uri=DEFINED + code)


def _uri_problem(subject: Subject, uri: str, uris: set[str]) -> str:
    if not is_absolute(uri):
        return "is not absolute"
    if uri in uris:
        return f"is already defined: {shown(uri)}"
    own = text(subject.node, "url")
    base = own.startswith("http://hl7.org/fhir/") and own.count("/") <= 4
    if "://hl7.org/fhir" in uri and uri.removeprefix(DEFINED) not in KNOWN and not base:
        return "" if own and uri.startswith(own) else f"is none of FHIR's: {shown(uri)}"
    return ""


def _value(
    subject: Subject, each: dict[str, Any], where: str, defined: dict[str, tuple[str, str]], codes: set[str] | None
) -> None:
    add = subject.findings.add
    code = text(each, "code")
    name = next((key for key in each if key.startswith("value")), "")
    if not code or not name:
        return
    if code not in defined:
        add(UNDEFINED, where, "CodeSystem.concept.property.code", code=shown_code(code))
        return
    type_, uri = defined[code]
    found = name[5:6].lower() + name[6:] if name != "valueCoding" else "Coding"
    if type_ and found != type_:
        add(
            VALUE_TYPE,
            where,
            "CodeSystem.concept.property.value[x]",
            code=shown_code(code),
            expected=type_,
            found=found,
        )
    value = each[name]
    known = codes is None or value.__class__ is not str or value in codes
    if code == "synonym" and codes is not None and str(value) not in codes:
        add(SYNONYM, where, "CodeSystem.concept.property.value[x]", code=shown_code(value))
    elif not known and found == "code" and uri.removeprefix(DEFINED) in WITHIN and uri.startswith(DEFINED):
        add(NO_SUCH_CODE, where, "CodeSystem.concept.property.value[x]", code=shown_code(value))
