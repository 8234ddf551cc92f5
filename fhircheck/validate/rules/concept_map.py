"""ConceptMap: the codes it maps exist: http://hl7.org/fhir/R4/conceptmap.html."""

from typing import Any

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


class ConceptMapRule:
    """The codes on both sides of a concept map."""

    name = "concept-map"
    summary = "The codes that a concept map maps exist in their code systems."
    clause = "http://hl7.org/fhir/R4/conceptmap.html"
    types: frozenset[str] | None = frozenset({"ConceptMap"})
    kinds: tuple[IssueKind, ...] = (CODE,)

    def check(self, subject: Subject) -> None:
        """Report each code that its code system does not have."""
        number = 0
        for group, where in objects(subject.node, "group", subject.expression):
            source = text(group, "source"), text(group, "sourceVersion")
            target = text(group, "target"), text(group, "targetVersion")
            for element, place in objects(group, "element", where):
                number += 1
                if number > LIMIT:
                    return
                _code(subject, element, place, source, "element")
                for each, inner in objects(element, "target", place):
                    _code(subject, each, inner, target, "element.target")


def _code(subject: Subject, node: dict[str, Any], where: str, system: tuple[str, str], name: str) -> None:
    code = text(node, "code")
    if not system[0] or not code:
        return
    verdict = subject.around.terminology.check_code(system[0], code, system[1])
    if verdict.status is CodeStatus.UNKNOWN:
        definition = f"ConceptMap.group.{name}.code"
        subject.findings.add(CODE, f"{where}.code", definition, system=shown(system[0]), code=shown_code(code))
    elif verdict.status is CodeStatus.CANNOT_TELL and verdict.reason:
        subject.around.undecided(verdict.reason, verdict.detail)
