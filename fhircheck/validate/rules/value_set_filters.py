"""ValueSet.compose.include.filter: properties, operators and values that go together.

http://hl7.org/fhir/R4/valueset.html#filter, http://hl7.org/fhir/R4/codesystem.html#filters
"""

import re
from typing import Any, NamedTuple

from fhircheck.assertions.binding import shown_code
from fhircheck.model.issue import IssueKind
from fhircheck.terminology.code_verdict import CodeStatus
from fhircheck.validate.rules.rule import Subject
from fhircheck.validate.terminology_resources.parts import objects, text

CLAUSE = "http://hl7.org/fhir/R4/valueset.html#filter"
SNOMED = "http://snomed.info/sct"
EXPRESSION = "http://hl7.org/fhir/StructureDefinition/cqf-expression"
GENERAL = {
    "concept": "code",
    "code": "code",
    "status": "",
    "inactive": "boolean",
    "effectiveDate": "dateTime",
    "deprecationDate": "dateTime",
    "retirementDate": "dateTime",
    "notSelectable": "boolean",
    "synonym": "",
    "comment": "",
    "itemWeight": "decimal",
}
HIERARCHY = ("parent", "child", "partOf")
CONCEPT_OPERATORS = frozenset({"=", "in", "is-a", "descendent-of", "is-not-a", "generalizes", "not-in"})
CODE_OPERATORS = CONCEPT_OPERATORS | {"regex"}
EXAMPLE = (
    '{{"resourceType": "ValueSet", "status": "draft", "compose": {{"include": [{{"system":'
    ' "http://hl7.org/fhir/administrative-gender", "filter": [{}]}}]}}}}'
).format
GOOD = EXAMPLE('{"property": "concept", "op": "is-a", "value": "male"}')

PROPERTY = IssueKind(
    name="value-set-filter-property",
    severity="warning",
    code="business-rule",
    summary="A filter is about a property that the code system does not define.",
    why="Terminology servers refuse the value set, or take it for empty.",
    clause=CLAUSE,
    fix="Name a property or filter that the code system defines.",
    english="The code system {system} does not define the property {property}",
    german="Das CodeSystem {system} definiert die Eigenschaft {property} nicht",
    failing=EXAMPLE('{"property": "colour", "op": "=", "value": "red"}'),
    passing=GOOD,
)
OPERATOR = IssueKind(
    name="value-set-filter-operator",
    severity="error",
    code="business-rule",
    summary="A filter uses an operator that its property does not have.",
    why="Terminology servers refuse the value set.",
    clause=CLAUSE,
    fix="Use one of the operators that are defined for the property.",
    english="The operator {operator} is not allowed for {property}; allowed: {allowed}",
    german="Der Operator {operator} ist für {property} nicht erlaubt; erlaubt: {allowed}",
    failing=EXAMPLE('{"property": "concept", "op": "exists", "value": "true"}'),
    passing=GOOD,
)
VALUE = IssueKind(
    name="value-set-filter-value",
    severity="error",
    code="business-rule",
    summary="The value of a filter is none that its property can have.",
    why="The filter finds nothing.",
    clause=CLAUSE,
    fix="Write the value as the property's type asks.",
    english="The value of a filter on {property} must be {expected}",
    german="Der Wert eines Filters auf {property} muss {expected} sein",
    failing=EXAMPLE('{"property": "notSelectable", "op": "=", "value": "1"}'),
    passing=GOOD,
)
CODE = IssueKind(
    name="value-set-filter-code",
    severity="error",
    code="code-invalid",
    summary="A filter names a code that its code system does not have.",
    why="The filter finds nothing.",
    clause=CLAUSE,
    fix="Correct the code.",
    english="The code system {system} has no code {code}",
    german="Das CodeSystem {system} hat keinen Code {code}",
    failing=EXAMPLE('{"property": "concept", "op": "is-a", "value": "m"}'),
    passing=GOOD,
)
LEGACY = IssueKind(
    name="value-set-filter-coding",
    severity="warning",
    code="business-rule",
    summary="A filter writes a coding as a search would (system|code).",
    why="Terminology servers expect system#code.",
    clause=CLAUSE,
    fix="Write system#code, with a version system|version#code.",
    english="The coding should be written system#code",
    german="Das Coding sollte als system#code geschrieben werden",
    failing=EXAMPLE('{"property": "concept", "op": "=", "value": "http://loinc.org|1-8"}'),
    passing=GOOD,
)
_PREFIX = re.compile("^(?:eq|ne|gt|lt|ge|le|sa|eb|ap)")
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?)?)?)?").fullmatch
_DECIMAL = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?").fullmatch
_INTEGER = re.compile(r"[+-]?\d+").fullmatch
_CODING = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*:[^\s|#]+)(?:\|([^\s#]*))?#(\S.*)").fullmatch
_SEARCH = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*:[^\s|]+)\|(\S+)").fullmatch


class Rules(NamedTuple):
    """What a property's filter may be: its type (empty: anything), its operators (empty: not restricted)."""

    type: str
    operators: frozenset[str] = frozenset()


class ValueSetFilters:
    """The filters of a value set."""

    name = "value-set-filters"
    summary = "Filters of value sets use properties, operators and values that the code system knows."
    clause = CLAUSE
    types: frozenset[str] | None = frozenset({"ValueSet"})
    kinds: tuple[IssueKind, ...] = (PROPERTY, OPERATOR, VALUE, CODE, LEGACY)

    def check(self, subject: Subject) -> None:
        """Report each filter that cannot be applied."""
        compose = subject.node.get("compose")
        for name in ("include", "exclude"):
            for include, where in objects(compose, name, f"{subject.expression}.compose"):
                system = text(include, "system").partition("|")[0]
                if system:
                    for each, place in objects(include, "filter", where):
                        _filter(subject, each, place, system)


def _filter(subject: Subject, filter_: dict[str, Any], where: str, system: str) -> None:
    name, operator = text(filter_, "property"), text(filter_, "op")
    if not name or not operator:
        return
    rules = _rules(subject, system, name)
    if rules is None:
        subject.findings.add(
            PROPERTY, where, "ValueSet.compose.include.filter", system=system, property=shown_code(name)
        )
        return
    if rules.operators and operator not in rules.operators:
        allowed = ", ".join(sorted(rules.operators))
        shown = {"operator": shown_code(operator), "property": shown_code(name), "allowed": allowed}
        subject.findings.add(OPERATOR, where, "ValueSet.compose.include.filter", value=None, severity=None, **shown)
    value = text(filter_, "value")
    if not value or "_value" in filter_:
        return
    if operator == "exists":
        _value(subject, value, where, (name, "boolean", system))
    elif operator == "regex":
        _regex(subject, value, where, name)
    else:
        for each in value.split(",") if operator in ("in", "not-in") else (value,):
            _value(subject, each, where, (name, rules.type, system))


def _rules(subject: Subject, system: str, name: str) -> Rules | None:
    """What is known of the property; None where the code system is known and has no such property."""
    if system == SNOMED:
        return _snomed(name)
    resource = subject.around.definitions.find(system, "CodeSystem")
    operators: set[str] = set()
    defined = ""
    if resource is not None:
        for each, _ in objects(resource, "filter", ""):
            if each.get("code") == name and each.get("operator").__class__ is list:
                operators.update(op for op in each["operator"] if op.__class__ is str)
                defined = "filter"
        for each, _ in objects(resource, "property", ""):
            if each.get("code") == name:
                return Rules(text(each, "type"), frozenset(operators))
    if name in ("concept", "code"):
        return Rules("code", CONCEPT_OPERATORS if name == "concept" else CODE_OPERATORS)
    if name in GENERAL:
        return Rules(GENERAL[name], frozenset(operators))
    complete = resource is not None and resource.get("content") == "complete"
    if defined or not complete or (name in HIERARCHY and resource is not None and "hierarchyMeaning" in resource):
        return Rules("", frozenset(operators))
    return None


def _snomed(name: str) -> Rules:
    """Filters of SNOMED CT: http://hl7.org/fhir/R4/snomedct.html#implicit."""
    if name == "concept":
        return Rules("code", frozenset({"is-a", "is-not-a", "in", "not-in", "=", "descendent-of", "generalizes"}))
    if name in ("constraint", "expression", "expressions"):
        return Rules("", frozenset({"="}))
    if name == "inactive":
        return Rules("boolean", frozenset({"=", "in"}))
    return Rules("", frozenset({"=", "in"}) if name.isdecimal() else frozenset())


def _regex(subject: Subject, value: str, where: str, name: str) -> None:
    try:
        re.compile(value)
    except (re.error, RecursionError, OverflowError):
        shown = {"property": shown_code(name), "expected": "a regular expression"}
        subject.findings.add(VALUE, where, "ValueSet.compose.include.filter", value=None, severity=None, **shown)


def _value(subject: Subject, value: str, where: str, about: tuple[str, str, str]) -> None:
    name, type_, system = about
    bare = _PREFIX.sub("", value)
    problem = ""
    if type_ == "boolean" and value not in ("true", "false"):
        problem = "true or false"
    elif type_ == "dateTime" and not _DATE(bare):
        problem = "a date"
    elif type_ == "decimal" and not _DECIMAL(bare):
        problem = "a decimal number"
    elif type_ == "integer" and not _INTEGER(bare):
        problem = "a whole number"
    elif type_ == "code" and value != value.strip():
        problem = "a code"
    elif type_ == "Coding":
        problem = _coding(subject, value, where)
    if problem:
        shown = {"property": shown_code(name), "expected": problem}
        subject.findings.add(VALUE, where, "ValueSet.compose.include.filter", value=None, severity=None, **shown)
    elif type_ == "code" and name in ("concept", "code"):
        _known(subject, system, value, "", where)


def _coding(subject: Subject, value: str, where: str) -> str:
    """A coding as a filter's value; what it must be, where it is none."""
    match = _CODING(value)
    if match is not None:
        _known(subject, match[1], match[3], match[2] or "", where)
        return ""
    search = _SEARCH(value)
    if search is None:
        return "system#code or system|version#code"
    subject.findings.add(LEGACY, where, "ValueSet.compose.include.filter")
    _known(subject, search[1], search[2], "", where)
    return ""


def _known(subject: Subject, system: str, code: str, version: str, where: str) -> None:
    verdict = subject.around.terminology.check_code(system, code, version)
    if verdict.status is CodeStatus.UNKNOWN:
        subject.findings.add(CODE, where, "ValueSet.compose.include.filter", system=system, code=shown_code(code))
    elif verdict.status is CodeStatus.CANNOT_TELL and verdict.reason:
        subject.around.undecided(verdict.reason, verdict.detail)
