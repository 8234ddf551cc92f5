"""ValueSet.compose.include.filter: properties, operators and values that go together.

http://hl7.org/fhir/R4/valueset.html#filter, http://hl7.org/fhir/R4/codesystem.html#filters
"""

import re
from typing import Any, NamedTuple

from fhircheck.assertions.binding import shown_code
from fhircheck.model.issue import IssueKind, Severity
from fhircheck.terminology.code_verdict import CodeStatus
from fhircheck.terminology.expression_constraint import is_expression_constraint
from fhircheck.validate.rules.rule import Subject
from fhircheck.validate.terminology_resources.filter_rules import Rules, rules_for
from fhircheck.validate.terminology_resources.parts import objects, text

CLAUSE = "http://hl7.org/fhir/R4/valueset.html#filter"
EXPRESSION = "http://hl7.org/fhir/StructureDefinition/cqf-expression"
CONSTRAINT = "http://hl7.org/fhir/R4/snomedct.html#implicit"
DEFINITION = "ValueSet.compose.include.filter"
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
REGEX = IssueKind(
    name="value-set-filter-regex",
    severity="error",
    code="business-rule",
    summary="A filter holds concepts against a regular expression.",
    why="A regular expression describes codes; which concepts are meant is not defined.",
    clause=CLAUSE,
    fix="Use the property code.",
    english="A regular expression needs the property code, not concept",
    german="Ein regulärer Ausdruck braucht die Eigenschaft code, nicht concept",
    failing=EXAMPLE('{"property": "concept", "op": "regex", "value": "m.*"}'),
    passing=EXAMPLE('{"property": "code", "op": "regex", "value": "m.*"}'),
)
ECL = IssueKind(
    name="value-set-filter-constraint",
    severity="error",
    code="business-rule",
    summary="The constraint of a filter on SNOMED CT is no expression constraint (ECL).",
    why="Terminology servers refuse the value set.",
    clause=CONSTRAINT,
    fix="Correct the expression: operators stand before concepts, AND, OR or MINUS between them.",
    english="The constraint is no valid ECL",
    german="Der Constraint ist kein gültiges ECL",
    failing='{"property": "constraint", "op": "=", "value": "73211009 << 404684003"}',
    passing='{"property": "constraint", "op": "=", "value": "<< 73211009"}',
)
NO_VALUE = IssueKind(
    name="value-set-filter-without-value",
    severity="error",
    code="invalid",
    summary="A filter has neither a value nor an expression that gives one.",
    why="What it selects cannot be told.",
    clause=CLAUSE,
    fix="Give the value.",
    english="The filter on {property} has no value",
    german="Der Filter auf {property} hat keinen Wert",
    failing=EXAMPLE('{"property": "concept", "op": "is-a"}'),
    passing=GOOD,
)
_PREFIX = re.compile("^(?:eq|ne|gt|lt|ge|le|sa|eb|ap)")
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?)?)?)?").fullmatch
_DECIMAL = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?").fullmatch
_INTEGER = re.compile(r"[+-]?\d+").fullmatch
_CODING = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*:[^\s|#]+)(?:\|([^\s#]*))?#(\S.*)").fullmatch
_SEARCH = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*:[^\s|]+)\|(\S+)").fullmatch


class ValueSetFilters:
    """The filters of a value set."""

    name = "value-set-filters"
    summary = "Filters of value sets use properties, operators and values that the code system knows."
    clause = CLAUSE
    types: frozenset[str] | None = frozenset({"ValueSet"})
    kinds: tuple[IssueKind, ...] = (PROPERTY, OPERATOR, VALUE, CODE, LEGACY, REGEX, ECL, NO_VALUE)

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
    rules = rules_for(subject.around.definitions.find(system, "CodeSystem"), system, name)
    if rules is None:
        subject.findings.add(PROPERTY, where, DEFINITION, system=system, property=shown_code(name))
        return
    place = _Place(subject, where, system, name, rules)
    if rules.operators and operator not in rules.operators:
        place.add(OPERATOR, operator=shown_code(operator), property=shown_code(name), allowed=_listed(rules.operators))
    value = text(filter_, "value")
    if not value:
        if rules.strict and not _has_expression(filter_):
            subject.findings.add(NO_VALUE, where, DEFINITION, property=shown_code(name))
    elif "_value" not in filter_:
        place.value(operator, value)


def _listed(operators: frozenset[str]) -> str:
    return ", ".join(sorted(operators))


def _has_expression(filter_: dict[str, Any]) -> bool:
    return any(each.get("url") == EXPRESSION for each, _ in objects(filter_.get("_value"), "extension", ""))


class _Place(NamedTuple):
    """Where a filter stands, and what holds of it."""

    subject: Subject
    where: str
    system: str
    name: str
    rules: Rules

    def add(self, kind: IssueKind, severity: Severity | None = None, **shown: str) -> None:
        """Report something; what is only unusual is a warning."""
        severity = severity or (kind.severity if self.rules.strict else "warning")
        self.subject.findings.add(kind, self.where, DEFINITION, severity=severity, **shown)

    def value(self, operator: str, value: str) -> None:
        """The value by the operator and the type of the property."""
        if self.rules.type == "constraint":
            if is_expression_constraint(value) is False:
                self.add(ECL)
        elif operator == "exists":
            self._is(value, "boolean")
        elif operator == "regex":
            self._regex(value)
        else:
            for each in value.split(",") if operator in ("in", "not-in") else (value,):
                self._is(each, self.rules.type)

    def _regex(self, value: str) -> None:
        try:
            re.compile(value)
        except (re.error, RecursionError, OverflowError):
            self.add(VALUE, property=shown_code(self.name), expected="a regular expression")
        if self.name == "concept":
            self.add(REGEX)

    def _is(self, value: str, type_: str) -> None:
        problem = self._coding(value) if type_ == "Coding" else _problem(value, type_)
        if problem:
            self.add(VALUE, property=shown_code(self.name), expected=problem)
        elif type_ == "code" and self.rules.codes:
            self._known(self.system, value, "", "warning" if self.rules.codes == "warning" else None)

    def _coding(self, value: str) -> str:
        """A coding as a filter's value; what it must be, where it is none."""
        match = _CODING(value)
        if match is not None:
            self._known(match[1], match[3], match[2] or "")
            return ""
        search = _SEARCH(value)
        if search is None:
            return "system#code or system|version#code"
        self.subject.findings.add(LEGACY, self.where, DEFINITION)
        self._known(search[1], search[2], "")
        return ""

    def _known(self, system: str, code: str, version: str, severity: Severity | None = None) -> None:
        verdict = self.subject.around.terminology.check_code(system, code, version)
        if verdict.status is CodeStatus.UNKNOWN:
            self.add(CODE, severity, system=system, code=shown_code(code))
        elif verdict.status is CodeStatus.CANNOT_TELL and verdict.reason:
            self.subject.around.undecided(verdict.reason, verdict.detail)


def _problem(value: str, type_: str) -> str:
    """What `value` must be, where it is not of the type; empty where it is."""
    bare = _PREFIX.sub("", value)
    if type_ == "boolean" and value not in ("true", "false"):
        return "true or false"
    if type_ == "dateTime" and not _DATE(bare):
        return "a date"
    if type_ == "decimal" and not _DECIMAL(bare):
        return "a decimal number"
    if type_ == "integer" and not _INTEGER(bare):
        return "a whole number"
    return "a code" if type_ == "code" and value != value.strip() else ""
