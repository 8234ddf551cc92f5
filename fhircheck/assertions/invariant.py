"""ElementDefinition.constraint: invariants as FHIRPath expressions (conformance-rules.html#constraints).

Those that stand on nearly every element have hand-written twins (see `invariant_twins`); a test proves
each twin equal to its expression.
"""

from typing import Any

from fhircheck.assertions.assertion import Spot, Surroundings
from fhircheck.assertions.invariant_evaluation import Holds, evaluation, of_values
from fhircheck.assertions.invariant_twins import DECIDED_ELSEWHERE, SURE, TWINS, is_something
from fhircheck.model.issue import IssueKind
from fhircheck.model.protocols import Gate

NAME = "invariant"
CLAUSE = "http://hl7.org/fhir/R4/conformance-rules.html#constraints"
KIND = IssueKind(
    name="invariant",
    severity="error",
    code="invariant",
    summary="A rule that the definition states about an element does not hold.",
    why="The rule ties values together that contradict each other here, or lack each other.",
    clause=CLAUSE,
    fix="Read the rule's text, and correct the values that it names.",
    english="Rule {key} does not hold: {rule}",
    german="Regel {key} ist verletzt: {rule}",
    failing='{"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "component":'
    ' [{"code": {"text": "y"}, "referenceRange": [{}]}]}',
    passing='{"resourceType": "Patient", "contact": [{"name": {"family": "A"}}]}',
)
WARNING = IssueKind(
    name="invariant-warning",
    severity="warning",
    code="invariant",
    summary="A rule that the definition states as advice does not hold.",
    why="The data is allowed, but its meaning is less clear than the authors of the definition ask for.",
    clause=CLAUSE,
    fix="Read the rule's text, and follow it where the source system can.",
    english="Rule {key} does not hold: {rule}",
    german="Regel {key} ist verletzt: {rule}",
    failing='{"system": "http://example.org/%20"}',
    passing='{"system": "http://example.org"}',
)
BEST_PRACTICE_KIND = IssueKind(
    name="best-practice",
    severity="information",
    code="invariant",
    summary="A rule of best practice is not followed.",
    why="The data is allowed; following the rule makes it safer to use.",
    clause=CLAUSE,
    fix="Follow the rule where the source system can, or set best practice to be ignored.",
    english="Best practice {key}: {rule}",
    german="Gute Praxis {key}: {rule}",
    failing='{"resourceType": "Patient", "active": true}',
    passing='{"resourceType": "Patient", "text": {"status": "generated", "div":'
    ' "<div xmlns=\\"http://www.w3.org/1999/xhtml\\">A</div>"}}',
)
KINDS = (KIND, WARNING, BEST_PRACTICE_KIND)
BEST_PRACTICE = "http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice"
BY_SEVERITY = {"error": KIND, "warning": WARNING, "information": BEST_PRACTICE_KIND}
OF_EVERY_ELEMENT = frozenset({"ele-1", "ext-1"})
BACKBONE = frozenset({"BackboneElement", "Element"})

Facet = list[list[Any]]
"""[key, severity, expression, human text, best practice?, type of the element or ""] of each invariant."""


def compile_invariants(definition: dict[str, Any], types: list[str], is_root: bool, has_children: bool) -> Facet | None:
    """The invariants of an ElementDefinition as plain data, or None.

    What every type's own definition says too (ele-1, ext-1) is left to it.
    """
    kept = is_root or not types or (has_children and bool(BACKBONE & set(types)))
    found = []
    for each in definition.get("constraint") or ():
        key, expression = str(each.get("key", "")), each.get("expression")
        if not expression or key in DECIDED_ELSEWHERE or (key in OF_EVERY_ELEMENT and not kept):
            continue
        advice = any(
            extension.get("url") == BEST_PRACTICE and extension.get("valueBoolean") is True
            for extension in each.get("extension") or ()
        )
        severity = "error" if each.get("severity") == "error" else "warning"
        found.append([key, severity, str(expression), str(each.get("human", "")), advice, _type(definition, types)])
    return found or None


def _type(definition: dict[str, Any], types: list[str]) -> str:
    """FHIR type of the element's value: the path for a backbone element, empty for a choice of several."""
    path = str(definition.get("path", ""))
    if not types:
        reference = str(definition.get("contentReference", "")).rpartition("#")[2]
        return reference or path
    if len(types) > 1:
        return ""
    if types[0] in BACKBONE and "." in path:
        return str(definition.get("base", {}).get("path") or path)
    return types[0]


def gate(facet: Facet, code: str, around: Surroundings, filled: bool = False) -> Gate | None:
    """True where all invariants hold for a value of type `code`, or where that cannot be told (which is counted).

    filled: an object without members was refused already, which is all that ele-1 asks. None where nothing is left.
    """
    checks = [check for _, check in _checks(facet, code, around)]
    if filled:
        checks = [each for each in checks if each is not is_something]
    if not checks:
        return None
    if len(checks) == 1:
        return checks[0]
    if len(checks) == 2:
        first, second = checks
        return lambda value: first(value) and second(value)
    every = tuple(checks)

    def all_hold(value: Any) -> bool:
        for check in every:  # noqa: SIM110 - a generator costs a frame for each value
            if not check(value):
                return False
        return True

    return all_hold


def _checks(facet: Facet, code: str, around: Surroundings) -> list[tuple[list[Any], Gate]]:
    """Each invariant that is judged, with its gate; put together once for a facet and a type."""
    key = id(facet), code
    known = around.invariant_checks.get(key)
    if known is None:
        made = [(each, _check(each, code, around)) for each in facet if _judged(each, around)]
        known = around.invariant_checks[key] = facet, made
    return known[1]


def _judged(each: list[Any], around: Surroundings) -> bool:
    return not each[4] or around.settings.best_practice != "ignore"


def _check(each: list[Any], code: str, around: Surroundings) -> Gate:
    key, _, expression, _, _, type_ = each
    twin = TWINS.get((key, expression))
    if twin is not None:
        return twin
    asked = key, expression, type_ if "." in type_ else code or type_
    gate = around.invariants.get(asked)
    if gate is None:
        gate = evaluation(*asked, around)
        sure = SURE.get((key, expression))
        if sure is not None:
            gate = _either(sure, gate)
        around.invariants[asked] = gate
    return gate


def _either(sure: Gate, exact: Gate) -> Gate:
    return lambda value: sure(value) or exact(value)


def explain(facet: Facet, code: str, value: Any, spot: Spot, around: Surroundings) -> None:
    """Report each invariant that does not hold."""
    for each, check in _checks(facet, code, around):
        if not check(value) and not (each[0] == "ele-1" and value == {}):  # which is said to be empty already
            _report(each, spot, around)


def _report(each: list[Any], spot: Spot, around: Surroundings) -> None:
    key, severity, _, human, advice, _ = each
    spot.add(BY_SEVERITY[around.settings.best_practice if advice else severity], key=key, rule=human)


def of_primitive(facet: Facet, code: str, around: Surroundings) -> list[tuple[list[Any], Holds]]:
    """The invariants of an element whose values are primitives of type `code`, each with its test of a value and what
    stands beside it: its id and extensions are part of what an invariant sees, and it may have no value at all."""
    return [(each, _of_primitive(each, code, around)) for each in facet if _judged(each, around)]


def _of_primitive(each: list[Any], code: str, around: Surroundings) -> Holds:
    asked = each[0], each[2], f"{code} primitive"
    known = around.invariants.get(asked)
    if known is None:
        known = around.invariants[asked] = of_values(each[0], each[2], code, around)
    return known


def explain_primitive(
    checks: list[tuple[list[Any], Holds]], value: Any, sibling: Any, spot: Spot, around: Surroundings
) -> None:
    """Report each invariant that does not hold for a primitive."""
    for each, holds in checks:
        if not holds(value, sibling):
            _report(each, spot, around)
