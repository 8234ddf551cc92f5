"""A Measure names its parts so that a report can refer to them, and criteria that its libraries define."""

from typing import Any

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, item, shown_term
from fhircheck.validate.lenient import Node, member, numbered, objects, strings, text
from fhircheck.validate.measure.cql_names import names_of, split_name
from fhircheck.validate.rules.rule import Subject

CLAUSE = "http://hl7.org/fhir/R4/measure-definitions.html#Measure.group"
CQL = ("text/cql", "text/cql.identifier")
CRITERIA = "measure-criteria"

LIBRARY_UNKNOWN = IssueKind(
    name="measure-library-unknown",
    severity="information",
    code="not-found",
    summary="A Library that a Measure uses is not known.",
    why="Whether the criteria of the Measure are defined there could not be checked.",
    clause="http://hl7.org/fhir/R4/measure-definitions.html#Measure.library",
    fix="Load the Library with --package or --profile.",
    english="Library {library} is not known: criteria were not checked",
    german="Library {library} ist nicht bekannt: Kriterien wurden nicht geprüft",
    failing='{"resourceType": "Measure", "library": ["http://example.org/Library/none"]}',
    passing='{"resourceType": "Measure"}',
)
NO_PARTS = IssueKind(
    name="measure-without-parts",
    severity="warning",
    code="required",
    summary="A Measure has no group, or a group of it has no population.",
    why="Without them there is nothing to count.",
    clause=CLAUSE,
    fix="State the groups and their populations.",
    english="There is no {part}",
    german="Es fehlt: {part}",
    failing='{"resourceType": "Measure", "group": [{}]}',
    passing='{"resourceType": "Measure", "group": [{"population": [{}]}]}',
)
NO_CODE = IssueKind(
    name="measure-part-without-code",
    severity="warning",
    code="required",
    summary="One of several groups, populations or stratifiers of a Measure has no code.",
    why="A report can refer to it by its code only.",
    clause=f"{CLAUSE}.code",
    fix="Give each of them a code.",
    english="A {part} needs a code where there are several",
    german="Ohne Code, obwohl es mehrere davon gibt: {part}",
    failing='{"group": [{"population": [{}]}, {"population": [{}]}]}',
    passing='{"group": [{"code": {"text": "a"}, "population": [{}]}, {"code": {"text": "b"}, "population": [{}]}]}',
)
LANGUAGE = IssueKind(
    name="measure-criteria-language",
    severity="warning",
    code="required",
    summary="The criteria of a Measure are in a language that is not checked.",
    why="Whether they can be evaluated is not known.",
    clause="http://hl7.org/fhir/R4/measure-definitions.html#Measure.group.stratifier.criteria",
    fix="Use CQL, or check the expression where it is evaluated.",
    english="Criteria in the language {language} are not checked",
    german="Kriterien in der Sprache {language} werden nicht geprüft",
    failing='{"criteria": {"language": "text/plain", "expression": "older than 65"}}',
    passing='{"criteria": {"language": "text/cql.identifier", "expression": "Older Than 65"}}',
)
NOT_DEFINED = IssueKind(
    name="measure-criteria-not-defined",
    severity="error",
    code="invalid",
    summary="The criteria of a Measure name a CQL definition that none of its libraries has.",
    why="The Measure cannot be evaluated.",
    clause="http://hl7.org/fhir/R4/measure-definitions.html#Measure.library",
    fix="Name the library in Measure.library, and the definition as it is written there.",
    english="The CQL definition that the criteria name cannot be found: {problem}",
    german="Die CQL-Definition, die die Kriterien nennen, ist nicht zu finden: {problem}",
    failing='{"resourceType": "Measure", "group": [{"stratifier":'
    ' [{"criteria": {"language": "text/cql.identifier", "expression": "Older"}}]}]}',
    passing='{"resourceType": "Measure", "library": ["http://example.org/Library/ages"], "group": [{"stratifier":'
    ' [{"criteria": {"language": "text/cql.identifier", "expression": "Older"}}]}]}',
)


class MeasureRule:
    """Parts have codes; criteria are defined."""

    name = "measure"
    summary = "The parts of a Measure can be told apart by codes, and its criteria are defined in its libraries."
    clause = "http://hl7.org/fhir/R4/measure.html"
    types: frozenset[str] | None = frozenset({"Measure"})
    kinds: tuple[IssueKind, ...] = (LIBRARY_UNKNOWN, NO_PARTS, NO_CODE, LANGUAGE, NOT_DEFINED)

    def check(self, subject: Subject) -> None:
        """Check one Measure."""
        libraries = self._libraries(subject)
        groups = numbered(subject.node, "group")
        if not groups:
            subject.findings.add(NO_PARTS, subject.expression, "Measure", part="group")
        for index, group in groups:
            place = item(child(subject.expression, "group"), index)
            if len(groups) > 1 and "code" not in group:
                subject.findings.add(NO_CODE, place, "Measure.group", part="group")
            if not objects(group, "population"):
                subject.findings.add(NO_PARTS, place, "Measure.group", part="population")
            self._coded(subject, group, "population", place)
            for at, stratifier in self._coded(subject, group, "stratifier", place):
                _criteria(subject, member(stratifier, "criteria"), child(at, "criteria"), libraries)

    def _coded(self, subject: Subject, group: Node, name: str, place: str) -> list[tuple[str, Node]]:
        parts = [(item(child(place, name), index), each) for index, each in numbered(group, name)]
        for at, each in parts:
            if len(parts) > 1 and "code" not in each:
                subject.findings.add(NO_CODE, at, f"Measure.group.{name}", part=name)
        return parts

    def _libraries(self, subject: Subject) -> list[Node] | None:
        """The libraries of the Measure; None where one of them is not known."""
        found: list[Node | None] = []
        for canonical in strings(subject.node, "library"):
            library = subject.around.definitions.find(canonical, "Library")
            if library is None:
                subject.findings.add(
                    LIBRARY_UNKNOWN, subject.expression, "Measure.library", library=shown_term(canonical)
                )
            found.append(library)
        known = [each for each in found if each is not None]
        return known if len(known) == len(found) else None


def _criteria(subject: Subject, criteria: Node, place: str, libraries: list[Node] | None) -> None:
    """One criteria of a stratifier."""
    language = text(criteria, "language")
    if not language:
        return
    if language not in CQL:
        shown = language if len(language) <= 40 else "(language)"
        subject.findings.add(LANGUAGE, place, "Measure.group.stratifier.criteria", language=shown)
        return
    name = split_name(text(criteria, "expression"))
    if libraries is None or name is None:
        subject.around.undecided(CRITERIA, shown_term(text(subject.node, "url")))
        return
    problem = _problem(subject, name, libraries)
    if problem:
        subject.findings.add(NOT_DEFINED, place, "Measure.group.stratifier.criteria", problem=problem)


def _problem(subject: Subject, name: tuple[str, str], libraries: list[Node]) -> str:
    """Why the definition `name` (library, definition) is not there, empty where it is or where that cannot be told."""
    if not libraries:
        return "the Measure has no library"
    library, definition = name
    found: list[Any] = [each for each in libraries if text(each, "name") == library] if library else libraries
    if not found:
        return "no library of this name"
    if len(found) > 1:
        return "several libraries of this name" if library else "several libraries, but the criteria name none"
    names = names_of(found[0])
    if names is None:
        subject.around.undecided(CRITERIA, shown_term(text(subject.node, "url")))
        return ""
    return "" if definition in names else "not in the library"
