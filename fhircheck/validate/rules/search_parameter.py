"""A SearchParameter can be evaluated on the resource types it is for, and keeps to the one it is derived from."""

from collections.abc import Iterator

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, shown_term
from fhircheck.validate.lenient import objects, strings, text
from fhircheck.validate.rules.rule import Subject

CLAUSE = "http://hl7.org/fhir/R4/searchparameter-definitions.html#SearchParameter"
MISSING = "search-parameter-missing"
RESERVED = ".$|"
ANY_BASE = ("Resource", "DomainResource")

CODE = IssueKind(
    name="search-parameter-code",
    severity="warning",
    code="invalid",
    summary="The code of a SearchParameter has a character that means something else in a URL of FHIR.",
    why="A search by it cannot be written.",
    clause=f"{CLAUSE}.code",
    fix="Use letters, digits and hyphens.",
    english="The code has '{sign}', which has a meaning of its own in searches",
    german="Der Code enthält '{sign}', das in Suchen eine eigene Bedeutung hat",
    failing='{"resourceType": "SearchParameter", "code": "name.family"}',
    passing='{"resourceType": "SearchParameter", "code": "name-family"}',
)
EXPRESSION = IssueKind(
    name="search-parameter-expression",
    severity="error",
    code="invalid",
    summary="The expression of a SearchParameter is no FHIRPath, or leads nowhere in the resource types it is for.",
    why="A search by it finds nothing.",
    clause=f"{CLAUSE}.expression",
    fix="Begin each path with one of the base types, and use their element names.",
    english="The expression cannot be evaluated: {fault}",
    german="Der Ausdruck ist nicht auswertbar: {fault}",
    failing='{"resourceType": "SearchParameter", "base": ["Patient"], "expression": "Organization.name"}',
    passing='{"resourceType": "SearchParameter", "base": ["Organization"], "expression": "Organization.name"}',
)
BASE_UNKNOWN = IssueKind(
    name="search-parameter-origin-unknown",
    severity="warning",
    code="business-rule",
    summary="The SearchParameter that another is derived from is not known.",
    why="Whether the derivation holds could not be checked.",
    clause=f"{CLAUSE}.derivedFrom",
    fix="Load the SearchParameter with --package or --profile.",
    english="SearchParameter {origin} is not known: the derivation was not checked",
    german="SearchParameter {origin} ist nicht bekannt: die Ableitung wurde nicht geprüft",
    failing='{"resourceType": "SearchParameter", "derivedFrom": "http://example.org/SearchParameter/none"}',
    passing='{"resourceType": "SearchParameter",'
    ' "derivedFrom": "http://hl7.org/fhir/SearchParameter/Organization-name"}',
)
DIFFERS = IssueKind(
    name="search-parameter-differs-from-origin",
    severity="error",
    code="business-rule",
    summary="A derived SearchParameter has another type than the one it is derived from, or a base that it lacks.",
    why="It is not the same search, so clients that know the original are misled.",
    clause=f"{CLAUSE}.derivedFrom",
    fix="Keep type and base, or define a parameter of its own.",
    english="{element} {code} does not fit SearchParameter {origin}",
    german="{element} {code} passt nicht zu SearchParameter {origin}",
    failing='{"resourceType": "SearchParameter", "type": "string", "base": ["Patient"],'
    ' "derivedFrom": "http://hl7.org/fhir/SearchParameter/Organization-name"}',
    passing='{"resourceType": "SearchParameter", "type": "string", "base": ["Organization"],'
    ' "derivedFrom": "http://hl7.org/fhir/SearchParameter/Organization-name"}',
)
PATH_DIFFERS = IssueKind(
    name="search-parameter-other-expression",
    severity="warning",
    code="business-rule",
    summary="A derived SearchParameter has another expression than the one it is derived from.",
    why="It may find other resources.",
    clause=f"{CLAUSE}.derivedFrom",
    fix="Check that the derivation is meant.",
    english="The expression differs from that of SearchParameter {origin}",
    german="Der Ausdruck weicht von dem des SearchParameter {origin} ab",
    failing='{"resourceType": "SearchParameter", "expression": "Organization.alias",'
    ' "derivedFrom": "http://hl7.org/fhir/SearchParameter/Organization-name"}',
    passing='{"resourceType": "SearchParameter", "expression": "Organization.name | Organization.alias",'
    ' "derivedFrom": "http://hl7.org/fhir/SearchParameter/Organization-name"}',
)
NO_COMPONENTS = IssueKind(
    name="search-parameter-without-components",
    severity="error",
    code="business-rule",
    summary="A composite SearchParameter has fewer than two components.",
    why="A composite combines at least two parameters.",
    clause=f"{CLAUSE}.component",
    fix="State the components, or use another type.",
    english="A composite parameter needs at least two components, there {count:is|are} {count}",
    german="Ein zusammengesetzter Parameter braucht mindestens zwei Komponenten, vorhanden: {count}",
    failing='{"resourceType": "SearchParameter", "type": "composite", "component": [{}]}',
    passing='{"resourceType": "SearchParameter", "type": "composite", "component": [{}, {}]}',
)


class SearchParameterRule:
    """Expressions and derivation of SearchParameters."""

    name = "search-parameter"
    summary = "A SearchParameter can be evaluated on its base types and keeps to the one it is derived from."
    clause = "http://hl7.org/fhir/R4/searchparameter.html"
    types: frozenset[str] | None = frozenset({"SearchParameter"})
    kinds: tuple[IssueKind, ...] = (CODE, EXPRESSION, BASE_UNKNOWN, DIFFERS, PATH_DIFFERS, NO_COMPONENTS)

    def check(self, subject: Subject) -> None:
        """Check one SearchParameter."""
        node, add, place = subject.node, subject.findings.add, subject.expression
        for sign in RESERVED:
            if sign in text(node, "code"):
                add(CODE, place, "SearchParameter.code", sign=sign)
        fault = fault_of(subject, text(node, "expression"), strings(node, "base"))
        if fault:
            add(EXPRESSION, child(place, "expression"), "SearchParameter.expression", fault=fault)
        origin = text(node, "derivedFrom")
        if origin:
            _derivation(subject, origin)
        components = len(objects(node, "component"))
        if node.get("type") == "composite" and components < 2:
            add(NO_COMPONENTS, place, "SearchParameter.component", count=components)


def _derivation(subject: Subject, canonical: str) -> None:
    node, place, shown = subject.node, subject.expression, shown_term(canonical)
    origin = subject.around.definitions.find(canonical, "SearchParameter")
    if origin is None:
        subject.findings.add(BASE_UNKNOWN, place, "SearchParameter.derivedFrom", origin=shown)
        subject.around.undecided(MISSING, shown)
        return
    allowed = strings(origin, "base")
    for base in strings(node, "base"):
        if base not in allowed and not set(ANY_BASE) & set(allowed):
            subject.findings.add(
                DIFFERS, place, "SearchParameter.base", element="base", code=shown_term(base), origin=shown
            )
    kind = text(node, "type")
    if kind and kind != text(origin, "type"):
        subject.findings.add(
            DIFFERS, place, "SearchParameter.type", element="type", code=shown_term(kind), origin=shown
        )
    mine, theirs = (_paths(text(each, "expression"), strings(node, "base")) for each in (node, origin))
    if mine and theirs and mine != theirs:
        subject.findings.add(PATH_DIFFERS, place, "SearchParameter.expression", origin=shown)


def _paths(expression: str, bases: list[str]) -> set[str]:
    """The alternatives of an expression that begin with one of `bases`, or with no type."""
    found = {"".join(each.split()).strip("()") for each in expression.split("|")}
    return {each for each in found if each and (not each[0].isupper() or each.partition(".")[0] in bases)}


def fault_of(subject: Subject, expression: str, bases: list[str]) -> str:
    """Why an expression cannot be evaluated on any of the types `bases`, empty where nothing tells that."""
    from fhircheck.fhirpath import FhirPathError, ast, parse

    if not expression:
        return ""
    try:
        tree = parse(expression)
    except FhirPathError as unparsed:
        return str(unparsed)
    except RecursionError:
        return "it is nested too deeply"
    if not bases or set(ANY_BASE) & set(bases):
        return ""
    for arm in _arms(tree, ast.Binary):
        fault = _fault_of_arm(subject, arm, bases)
        if fault:
            return fault
    return ""


def _arms(tree: object, binary: type) -> Iterator[object]:
    """The alternatives of a union."""
    if isinstance(tree, binary) and getattr(tree, "operator", "") == "|":
        yield from _arms(tree.left, binary)  # type: ignore[attr-defined]
        yield from _arms(tree.right, binary)  # type: ignore[attr-defined]
    else:
        yield tree


def _fault_of_arm(subject: Subject, arm: object, bases: list[str]) -> str:
    """The fault of one alternative: on all types that it may begin with."""
    from fhircheck.fhirpath import FhirPathError
    from fhircheck.fhirpath.navigation import navigator
    from fhircheck.fhirpath.static_check import check

    first = ""
    model = navigator(subject.around.types)
    for base in bases:
        if subject.around.types.type(base) is None:
            first = first or f"FHIR has no type {shown_term(base)}"
            continue
        try:
            check(arm, base, model)  # type: ignore[arg-type]
        except FhirPathError as fault:
            first = first or str(fault)
        else:
            return ""
    return first
