"""Parameters of a value set, and filter expressions that use them (extensions valueset-parameter, cqf-expression)."""

import re
from collections.abc import Iterator
from typing import Any

from fhircheck.model.issue import IssueKind
from fhircheck.validate.rules.rule import Subject
from fhircheck.validate.terminology_resources.parts import objects, text

CLAUSE = "http://hl7.org/fhir/R4/valueset.html#filter"
PARAMETER = "http://hl7.org/fhir/tools/StructureDefinition/valueset-parameter"
EXPRESSION = "http://hl7.org/fhir/StructureDefinition/cqf-expression"
LANGUAGE = "text/fhirpath"
_STRINGS = re.compile(r"'(?:[^'\\]|\\.)*'|//[^\n]*|/\*.*?\*/", re.DOTALL)
_VARIABLE = re.compile(r"%(?:`([^`]*)`|'([^']*)'|([A-Za-z0-9_-]+))").finditer
STANDARD = frozenset({"sct", "loinc", "ucum", "resource", "rootResource", "context", "us-zip"})
_NAMED = re.compile(r"[A-Za-z0-9_-]{1,64}").fullmatch
EXAMPLE = (
    '{{"resourceType": "ValueSet", "status": "draft", "compose": {{"include": [{{"system": "http://loinc.org",'
    ' "filter": [{{"property": "inactive", "op": "=", "_value": {{"extension": [{{"url":'
    ' "http://hl7.org/fhir/StructureDefinition/cqf-expression", "valueExpression": {}}}]}}}}]}}]}}}}'
).format
GOOD = EXAMPLE('{"language": "text/fhirpath", "expression": "true"}')

WRONG_LANGUAGE = IssueKind(
    name="value-set-expression-language",
    severity="error",
    code="invalid",
    summary="The value of a filter is given by an expression in another language than FHIRPath.",
    why="Terminology servers evaluate FHIRPath only.",
    clause=CLAUSE,
    fix="Write the expression in FHIRPath, language text/fhirpath.",
    english="The language of the expression must be text/fhirpath",
    german="Die Sprache des Ausdrucks muss text/fhirpath sein",
    failing=EXAMPLE('{"language": "text/cql", "expression": "true"}'),
    passing=GOOD,
)
UNREADABLE = IssueKind(
    name="value-set-expression",
    severity="error",
    code="invalid",
    summary="The expression that gives the value of a filter is no FHIRPath.",
    why="The filter cannot be applied.",
    clause=CLAUSE,
    fix="Correct the expression.",
    english="The expression is no valid FHIRPath",
    german="Der Ausdruck ist kein gültiges FHIRPath",
    failing=EXAMPLE('{"language": "text/fhirpath", "expression": "$ and"}'),
    passing=GOOD,
)
UNKNOWN = IssueKind(
    name="value-set-expression-parameter",
    severity="error",
    code="invalid",
    summary="The expression of a filter refers to a parameter that the value set does not declare.",
    why="The parameter has no value, and the filter cannot be applied.",
    clause=CLAUSE,
    fix="Declare the parameter by the extension valueset-parameter, or correct its name.",
    english="The parameter {parameter} is not declared",
    german="Der Parameter {parameter} ist nicht deklariert",
    failing=EXAMPLE('{"language": "text/fhirpath", "expression": "%p-none"}'),
    passing=GOOD,
)
BOTH = IssueKind(
    name="value-set-filter-value-or-expression",
    severity="error",
    code="invalid",
    summary="A filter has both a value and an expression for it, or neither.",
    why="Which one holds is not defined.",
    clause=CLAUSE,
    fix="Give the value or the expression.",
    english="A filter needs either a value or an expression",
    german="Ein Filter braucht entweder einen Wert oder einen Ausdruck",
    failing='{"property": "inactive", "op": "="}',
    passing=GOOD,
)
UNUSED = IssueKind(
    name="value-set-parameter-unused",
    severity="warning",
    code="business-rule",
    summary="A value set declares a parameter that no filter uses.",
    why="Whoever sets it expects an effect.",
    clause=CLAUSE,
    fix="Use the parameter in a filter's expression, or remove it.",
    english="The parameter {parameter} is not used",
    german="Der Parameter {parameter} wird nicht benutzt",
    failing='{"resourceType": "ValueSet", "status": "draft", "extension": [{"url":'
    ' "http://hl7.org/fhir/tools/StructureDefinition/valueset-parameter", "extension": [{"url": "name",'
    ' "valueCode": "p-a"}]}]}',
    passing=GOOD,
)


class ValueSetParameters:
    """Parameters declared by a value set, and the expressions of its filters."""

    name = "value-set-parameters"
    summary = "Filter expressions are FHIRPath and use the parameters that the value set declares."
    clause = CLAUSE
    types: frozenset[str] | None = frozenset({"ValueSet"})
    kinds: tuple[IssueKind, ...] = (WRONG_LANGUAGE, UNREADABLE, UNKNOWN, BOTH, UNUSED)

    def check(self, subject: Subject) -> None:
        """Report expressions that cannot be evaluated, and parameters without use."""
        declared = list(_declared(subject))
        names = {name for name, _ in declared}
        used: set[str] = set()
        compose = subject.node.get("compose")
        for part in ("include", "exclude"):
            for include, where in objects(compose, part, f"{subject.expression}.compose"):
                for each, place in objects(include, "filter", where):
                    used |= _filter(subject, each, place, names)
        for name, where in declared:
            if name not in used:
                subject.findings.add(UNUSED, where, "ValueSet.extension", parameter=_shown(name))


def _declared(subject: Subject) -> Iterator[tuple[str, str]]:
    for each, where in objects(subject.node, "extension", subject.expression):
        if each.get("url") == PARAMETER:
            for part, _ in objects(each, "extension", where):
                if part.get("url") == "name":
                    yield text(part, "valueCode") or text(part, "valueString"), where


def _filter(subject: Subject, filter_: dict[str, Any], where: str, names: set[str]) -> set[str]:
    """Report on one filter; the parameters that it uses. The expression stands on the filter's value."""
    found = next((each for each in _extensions(filter_, where) if each[0].get("url") == EXPRESSION), None)
    if found is None:
        return set()
    if text(filter_, "value"):
        subject.findings.add(BOTH, where, "ValueSet.compose.include.filter.value")
        return set()
    return _expression(subject, found[0].get("valueExpression"), f"{found[1]}.value.ofType(Expression)", names)


def _extensions(filter_: dict[str, Any], where: str) -> Iterator[tuple[dict[str, Any], str]]:
    """(extension, expression) of the filter's value; the value itself, which is not there, is no step of its own."""
    return objects(filter_.get("_value"), "extension", where)


def _expression(subject: Subject, value: Any, where: str, names: set[str]) -> set[str]:
    from fhircheck.fhirpath import FhirPathError, parse

    if text(value, "language") != LANGUAGE:
        subject.findings.add(WRONG_LANGUAGE, where, "Expression.language")
        return set()
    expression = text(value, "expression")
    try:
        parse(expression)
    except (FhirPathError, RecursionError):
        subject.findings.add(UNREADABLE, where, "Expression.expression")
        return set()
    used = set()
    for match in _VARIABLE(_STRINGS.sub("''", expression)):
        name = match[1] or match[2] or match[3] or ""
        if name in names:
            used.add(name)
        elif name not in STANDARD and not name.startswith(("vs-", "ext-")):
            subject.findings.add(UNKNOWN, where, "Expression.expression", parameter=_shown(name))
    return used


def _shown(name: str) -> str:
    return f"'{name}'" if _NAMED(name) else "(name)"
