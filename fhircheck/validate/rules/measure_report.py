"""A MeasureReport against the Measure that it names."""

from collections.abc import Callable

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, item, shown_term
from fhircheck.validate.lenient import Node, member, numbered, objects, text, whole
from fhircheck.validate.measure import report_kinds as kinds
from fhircheck.validate.measure.coded_parts import codings, concepts, partner, same_code
from fhircheck.validate.measure.score import check_score, scoring_of
from fhircheck.validate.rules.rule import Subject

MISSING = "measure-missing"
SUBJECTS = "measure-subjects"
GROUP = "MeasureReport.group"
PERSONS = frozenset({"Patient", "Practitioner", "Person", "PractitionerRole", "RelatedPerson"})
OBSERVED = ("http://terminology.hl7.org/CodeSystem/measure-population", "measure-observation")

Inner = Callable[[Subject, Node, Node, Node, str], None]
"""(subject, measure, part of the report, part of the measure, expression)"""


class MeasureReportRule:
    """The numbers of a report are those that its Measure defines."""

    name = "measure-report"
    summary = "The groups, populations, stratifiers and scores of a MeasureReport are those that its Measure defines."
    clause = "http://hl7.org/fhir/R4/measurereport.html"
    types: frozenset[str] | None = frozenset({"MeasureReport"})
    kinds: tuple[IssueKind, ...] = kinds.KINDS

    def check(self, subject: Subject) -> None:
        """Check one report; one without a known Measure is said to be unchecked."""
        canonical = text(subject.node, "measure")
        measure = _measure(subject, canonical)
        if measure is None:
            kind = kinds.UNKNOWN if canonical else kinds.NOT_NAMED
            subject.findings.add(kind, subject.expression, "MeasureReport.measure", measure=shown_term(canonical))
            subject.around.undecided(MISSING, shown_term(canonical))
            return
        if not scoring_of(measure):
            place = child(subject.expression, "measure")
            subject.findings.add(kinds.SCORING_UNKNOWN, place, "MeasureReport.measure")
        defined = objects(measure, "group")
        groups = numbered(subject.node, "group")
        if len(defined) == len(groups) == 1:
            _only_group(subject, measure, groups[0], defined[0])
        elif defined:
            _parts(subject, measure, subject.node, defined, ("group", subject.expression), _group)


def _measure(subject: Subject, canonical: str) -> Node | None:
    if canonical.startswith("#"):
        for each in objects(subject.node, "contained"):
            if "#" + text(each, "id") == canonical and each.get("resourceType") == "Measure":
                return each
        return None
    return subject.around.definitions.find(canonical, "Measure") if canonical else None


def _only_group(subject: Subject, measure: Node, numbered_group: tuple[int, Node], defined: Node) -> None:
    """The only group may be without a code; where both have one they are the same."""
    index, group = numbered_group
    place = item(child(subject.expression, "group"), index)
    if "code" in group and "code" in defined:
        usable = any(system and code for each in concepts(group) for system, code in codings(each))
        if not usable:
            subject.findings.add(kinds.NO_CODE, place, GROUP, part="group")
        elif not same_code(group, defined):
            subject.findings.add(kinds.UNKNOWN_PART, place, GROUP, part="group")
    _group(subject, measure, group, defined, place)


def _parts(
    subject: Subject, measure: Node, holder: Node, defined: list[Node], at: tuple[str, str], inner: Inner
) -> None:
    """Each part of `holder` finds its definition by code, each once, and none is left out."""
    name, place = at
    seen: list[Node] = []
    for index, part in numbered(holder, name):
        expression = item(child(place, name), index)
        found = partner(part, defined, by_text=name == "stratifier")
        if not concepts(part):
            subject.findings.add(kinds.NO_CODE, expression, f"{GROUP}.{name}", part=name)
        elif found is None:
            subject.findings.add(kinds.UNKNOWN_PART, expression, f"{GROUP}.{name}", part=name)
        elif any(each is found for each in seen):
            subject.findings.add(kinds.DUPLICATE, expression, f"{GROUP}.{name}", part=name)
        else:
            seen.append(found)
            inner(subject, measure, part, found, expression)
    if name == "group" and text(subject.node, "type") == "data-collection":
        return
    for each in defined:
        if not any(each is other for other in seen) and not _may_be_missing(each, name):
            shown = ", ".join(code for concept in concepts(each) for _, code in sorted(codings(concept)))[:80]
            subject.findings.add(kinds.MISSING_PART, place, f"{GROUP}.{name}", part=name, code=shown)


def _may_be_missing(part: Node, name: str) -> bool:
    """The population of single observations need not be reported."""
    return name == "population" and any(OBSERVED in codings(concept) for concept in concepts(part))


def _group(subject: Subject, measure: Node, group: Node, defined: Node, place: str) -> None:
    _parts(subject, measure, group, objects(defined, "population"), ("population", place), _population)
    check_score(measure, subject.node, group, place, subject.findings)
    _parts(subject, measure, group, objects(defined, "stratifier"), ("stratifier", place), _nothing)


def _nothing(subject: Subject, measure: Node, part: Node, defined: Node, place: str) -> None:
    """Strata carry values that a Measure does not list."""


def _population(subject: Subject, measure: Node, population: Node, defined: Node, place: str) -> None:
    """Subjects are listed in lists of subjects only, and as many as were counted."""
    kind, definition = text(subject.node, "type"), f"{GROUP}.population"
    listed = population.get("subjectResults")
    count = whole(population.get("count"))
    if kind != "subject-list":
        if listed is not None:
            subject.findings.add(kinds.NO_SUBJECTS, place, definition, type=shown_term(kind) or "(none)")
        if "count" not in population:
            subject.findings.add(kinds.NO_COUNT, place, definition)
    elif count is not None:
        number = 0 if listed is None else _subjects(subject, member(population, "subjectResults"))
        if number is None:
            subject.around.undecided(SUBJECTS, shown_term(text(subject.node, "measure")))
        elif number != count:
            subject.findings.add(kinds.COUNT, place, definition, count=count, listed=number)


def _subjects(subject: Subject, reference: Node) -> int | None:
    """How many subjects a reference stands for: a person is one, a List has entries; None where it cannot be told."""
    literal = text(reference, "reference")
    found = subject.around.resolve(literal, subject.scope) if literal else None
    if found is None:
        parts = literal.split("/")
        return 1 if len(parts) == 2 and parts[0] in PERSONS else None
    name = found.node.get("resourceType")
    if name == "List":
        return len(objects(found.node, "entry"))
    return 1 if name in PERSONS else None
