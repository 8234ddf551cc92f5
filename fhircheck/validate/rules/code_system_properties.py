"""CodeSystem.property: names, URIs and types: http://hl7.org/fhir/R4/codesystem.html#properties."""

from typing import Any

from fhircheck.assertions.binding import shown_code
from fhircheck.model.issue import IssueKind
from fhircheck.validate.elements.extension_use import is_absolute, shown
from fhircheck.validate.rules.rule import Subject
from fhircheck.validate.terminology_resources.parts import objects, text

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


class CodeSystemProperties:
    """The properties that a code system defines."""

    name = "code-system-properties"
    summary = "Properties of code systems are defined once, and as FHIR defines them."
    clause = CLAUSE
    types: frozenset[str] | None = frozenset({"CodeSystem"})
    kinds: tuple[IssueKind, ...] = (URI, CODE, TYPE, CODE_ALONE)

    def check(self, subject: Subject) -> None:
        """Report definitions of properties that clash with others or with FHIR's."""
        defined: dict[str, tuple[str, str]] = {}
        uris: set[str] = set()
        for each, where in objects(subject.node, "property", subject.expression):
            _definition(subject, each, where, defined, uris)


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
