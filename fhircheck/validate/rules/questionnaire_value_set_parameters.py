"""A question whose value set has parameters gives a value for each of them (tools extensions valueset-parameter,
binding-parameter)."""

from typing import Any

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, item, shown_term
from fhircheck.validate.lenient import Node, extension, numbered, objects, text
from fhircheck.validate.rules.rule import Subject

CLAUSE = "http://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.answerValueSet"
PARAMETER = "http://hl7.org/fhir/tools/StructureDefinition/valueset-parameter"
GIVEN = "http://hl7.org/fhir/tools/StructureDefinition/binding-parameter"
DEFINITION = "Questionnaire.item.answerValueSet"
EXPANSION = frozenset(
    {"abstract", "activeOnly", "check-system-version", "check-valueset-version", "context", "contextDirection"}
    | {"count", "date", "default-valueset-version", "designation", "displayLanguage", "exclude-system"}
    | {"excludeNested", "excludeNotForUI", "excludePostCoordinated", "filter", "filterProperty"}
    | {"force-system-version", "force-valueset-version", "includeDefinition", "includeDesignations", "inferSystem"}
    | {"lenient-display-validation", "manifest", "offset", "property", "system-version", "useSupplement"}
    | {"valueset-membership-only"}
)
"""Parameters of the operations $expand and $validate-code: they may be given to any value set."""

MISSING = IssueKind(
    name="value-set-parameter-missing",
    severity="error",
    code="business-rule",
    summary="A question takes its answers from a value set with parameters, but leaves one of them open.",
    why="Without it nobody can say which answers there are.",
    clause=CLAUSE,
    fix="Add the extension binding-parameter with the name of the parameter.",
    english="Parameter {name} of the value set {valueset} is not given",
    german="Parameter {name} des ValueSet {valueset} ist nicht angegeben",
    failing='{"linkId": "1", "type": "choice", "answerValueSet": "http://example.org/ValueSet/with-parameter"}',
    passing='{"linkId": "1", "type": "choice", "answerValueSet": "http://example.org/ValueSet/without-parameter"}',
)
UNKNOWN = IssueKind(
    name="value-set-parameter-unknown",
    severity="warning",
    code="business-rule",
    summary="A question gives its value set a parameter that neither it nor the expansion of value sets has.",
    why="It has no effect.",
    clause=CLAUSE,
    fix="Correct the name of the parameter, or remove it.",
    english="The value set {valueset} has no parameter {name}",
    german="Das ValueSet {valueset} hat keinen Parameter {name}",
    failing='{"linkId": "1", "type": "choice", "answerValueSet": "http://example.org/ValueSet/with-parameter",'
    ' "_answerValueSet": {"extension": [{"url": "http://hl7.org/fhir/tools/StructureDefinition/binding-parameter",'
    ' "extension": [{"url": "name", "valueCode": "other"}]}]}}',
    passing='{"linkId": "1", "type": "choice", "answerValueSet": "http://example.org/ValueSet/without-parameter"}',
)


class QuestionnaireValueSetParameters:
    """Value sets of questions get their parameters."""

    name = "questionnaire-value-set-parameters"
    summary = "Each parameter of the value set of a question is given a value."
    clause = CLAUSE
    types: frozenset[str] | None = frozenset({"Questionnaire"})
    kinds: tuple[IssueKind, ...] = (MISSING, UNKNOWN)

    def check(self, subject: Subject) -> None:
        """Check all questions of one Questionnaire."""
        self._items(subject, subject.node, subject.expression)

    def _items(self, subject: Subject, holder: Node, expression: str) -> None:
        for index, node in numbered(holder, "item"):
            place = item(child(expression, "item"), index)
            canonical = text(node, "answerValueSet")
            if canonical and not canonical.startswith("#"):
                found = subject.around.definitions.find(canonical, "ValueSet")
                wanted = _names(found, PARAMETER)
                if wanted:
                    self._compare(subject, wanted, _names(node.get("_answerValueSet"), GIVEN), canonical, place)
            self._items(subject, node, place)

    def _compare(self, subject: Subject, wanted: list[str], given: list[str], canonical: str, place: str) -> None:
        for name in wanted:
            if name not in given:
                subject.findings.add(MISSING, place, DEFINITION, name=shown_term(name), valueset=shown_term(canonical))
        for name in given:
            if name not in wanted and name not in EXPANSION:
                subject.findings.add(UNKNOWN, place, DEFINITION, name=shown_term(name), valueset=shown_term(canonical))


def _names(node: Any, url: str) -> list[str]:
    """The names that the extensions `url` of `node` give."""
    parts = [each for each in objects(node, "extension") if each.get("url") == url]
    names = [extension(each, "name") for each in parts]
    return [each for each in names if each.__class__ is str]
