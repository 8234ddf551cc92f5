"""ConceptMap: the codes it maps exist: http://hl7.org/fhir/R4/conceptmap.html."""

from typing import Any, NamedTuple

from fhircheck.assertions.binding import shown_code
from fhircheck.model.issue import IssueKind
from fhircheck.terminology.code_verdict import CodeStatus
from fhircheck.validate.elements.extension_use import shown
from fhircheck.validate.rules.rule import Subject
from fhircheck.validate.terminology_resources.parts import objects, text

LIMIT = 10_000
EXAMPLE = (
    '{{"resourceType": "ConceptMap", "status": "draft", "group": [{{"source": "http://hl7.org/fhir/administrative-gender",'
    ' "element": [{{"code": "{}"}}]}}]}}'
).format
CODE = IssueKind(
    name="concept-map-code",
    severity="error",
    code="code-invalid",
    summary="A concept map maps from or to a code that its code system does not have.",
    why="Data with the code that was meant is not translated, or translated to nonsense.",
    clause="http://hl7.org/fhir/R4/conceptmap.html",
    fix="Correct the code, or the version of the code system.",
    english="The code system {system} has no code {code}",
    german="Das CodeSystem {system} hat keinen Code {code}",
    failing=EXAMPLE("m"),
    passing=EXAMPLE("male"),
)
SCOPE = IssueKind(
    name="concept-map-code-scope",
    severity="error",
    code="code-invalid",
    summary="A concept map maps from or to a code that is not in the value set it is said to map.",
    why="Whoever translates between the two value sets gets a code that the data may not have.",
    clause="http://hl7.org/fhir/R4/conceptmap-definitions.html#ConceptMap.source_x_",
    fix="Take the code out, or state the value set that has it.",
    english="The code {code} is not in the value set {valueset}",
    german="Der Code {code} ist nicht im ValueSet {valueset}",
    failing='{"sourceUri": "http://hl7.org/fhir/ValueSet/a", "group": [{"source": "http://hl7.org/fhir/b", "element":'
    ' [{"code": "of-b-but-not-in-a"}]}]}',
    passing='{"sourceUri": "http://hl7.org/fhir/ValueSet/a", "group": [{"source": "http://hl7.org/fhir/b", "element":'
    ' [{"code": "in-a"}]}]}',
)
NO_VALUE_SET = IssueKind(
    name="concept-map-scope-type",
    severity="error",
    code="invalid",
    summary="A concept map says that it maps the codes of something that is no value set.",
    why="Nobody can tell which codes the map is about; a code system is named in the group.",
    clause="http://hl7.org/fhir/R4/conceptmap-definitions.html#ConceptMap.source_x_",
    fix="Give the URL of a ValueSet, or leave it out and name the code system in group.source or group.target.",
    english="This is to name a ValueSet, but {url} is a {found}",
    german="Hier muss ein ValueSet genannt sein, aber {url} ist {found}",
    failing='{"resourceType": "ConceptMap", "status": "draft", "sourceUri": "http://hl7.org/fhir/administrative-gender"}',
    passing='{"resourceType": "ConceptMap", "status": "draft", "sourceUri":'
    ' "http://hl7.org/fhir/ValueSet/administrative-gender"}',
)


class _Side(NamedTuple):
    """One side of a group: the code system and its version, and the value set that the map is about."""

    system: str
    version: str
    scope: str
    element: str


class ConceptMapRule:
    """The codes on both sides of a concept map: in their code systems, and in the value sets that it maps."""

    name = "concept-map"
    summary = "The codes that a concept map maps exist, and are in the value sets that it is about."
    clause = "http://hl7.org/fhir/R4/conceptmap.html"
    types: frozenset[str] | None = frozenset({"ConceptMap"})
    kinds: tuple[IssueKind, ...] = (CODE, SCOPE, NO_VALUE_SET)

    def check(self, subject: Subject) -> None:
        """Report each scope that is no value set, and each code that its system or value set does not have."""
        for name in ("source", "target"):
            _scope_is_value_set(subject, name)
        number = 0
        for group, where in objects(subject.node, "group", subject.expression):
            source, target = (_side(subject, group, name) for name in ("source", "target"))
            for element, place in objects(group, "element", where):
                number += 1
                if number > LIMIT:
                    return
                _code(subject, element, place, source)
                for each, inner in objects(element, "target", place):
                    _code(subject, each, inner, target)


def _scope_is_value_set(subject: Subject, name: str) -> None:
    """What is loaded under the URL of a side is a value set: the canonical's target, and what the URI is to be."""
    for type_name in ("Uri", "Canonical"):
        url = text(subject.node, f"{name}{type_name}")
        if not url or url.startswith("#"):
            continue
        found = subject.around.definitions.find(url)
        if found is None or subject.around.definitions.find(url, "ValueSet") is not None:
            continue
        where = f"{subject.expression}.{name}.ofType({type_name.lower()})"
        kind = text(found, "resourceType")
        subject.findings.add(NO_VALUE_SET, where, f"ConceptMap.{name}[x]", url=shown(url), found=kind)


def _side(subject: Subject, group: dict[str, Any], name: str) -> _Side:
    scope = text(subject.node, f"{name}Uri") or text(subject.node, f"{name}Canonical")
    known = bool(scope) and subject.around.definitions.find(scope, "ValueSet") is not None
    system, _, version = text(group, name).partition("|")
    element = "ConceptMap.group.element" if name == "source" else "ConceptMap.group.element.target"
    return _Side(system, text(group, f"{name}Version") or version, scope if known else "", f"{element}.code")


def _code(subject: Subject, node: dict[str, Any], where: str, side: _Side) -> None:
    code = text(node, "code")
    if not side.system or not code:
        return
    terminology, add = subject.around.terminology, subject.findings.add
    verdict = terminology.check_code(side.system, code, side.version)
    if verdict.status is CodeStatus.UNKNOWN:
        add(CODE, f"{where}.code", side.element, system=shown(side.system), code=shown_code(code))
    elif verdict.status is CodeStatus.CANNOT_TELL and verdict.reason:
        subject.around.undecided(verdict.reason, verdict.detail)
    elif side.scope and verdict.status is CodeStatus.KNOWN:
        coding = {"system": side.system, "code": code} | ({"version": side.version} if side.version else {})
        if terminology.member(coding, side.scope) is False:
            add(SCOPE, f"{where}.code", side.element, code=shown_code(code), valueset=shown(side.scope))
