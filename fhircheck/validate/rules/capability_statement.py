"""CapabilityStatement: search parameters have the type of their definition."""

from fhircheck.assertions.binding import shown_code
from fhircheck.model.issue import IssueKind
from fhircheck.validate.elements.extension_use import shown
from fhircheck.validate.rules.rule import Subject
from fhircheck.validate.terminology_resources.parts import objects, text

CLAUSE = "http://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.rest.resource.searchParam"
EXAMPLE = (
    '{{"resourceType": "CapabilityStatement", "rest": [{{"resource": [{{"type": "Patient", "searchParam": [{{"name":'
    ' "name", "definition": "http://hl7.org/fhir/SearchParameter/Patient-name", "type": "{}"}}]}}]}}]}}'
).format
KIND = IssueKind(
    name="capability-search-type",
    severity="error",
    code="invalid",
    summary="A search parameter has another type in a CapabilityStatement than in its definition.",
    why="Clients write searches that the server does not understand.",
    clause=CLAUSE,
    fix="State the type of the SearchParameter, or another definition.",
    english="The search parameter is a {found}, its definition {parameter} says {expected}",
    german="Der Suchparameter ist vom Typ {found}, seine Definition {parameter} sagt {expected}",
    failing=EXAMPLE("token"),
    passing=EXAMPLE("string"),
)


class CapabilityStatementRule:
    """Search parameters of a server."""

    name = "capability-statement"
    summary = "Search parameters that a server offers are of the type that their definition says."
    clause = CLAUSE
    types: frozenset[str] | None = frozenset({"CapabilityStatement"})
    kinds: tuple[IssueKind, ...] = (KIND,)

    def check(self, subject: Subject) -> None:
        """Report each search parameter whose known definition has another type."""
        for rest, at in objects(subject.node, "rest", subject.expression):
            for resource, where in objects(rest, "resource", at):
                for each, place in objects(resource, "searchParam", where):
                    _parameter(subject, text(each, "definition"), text(each, "type"), place)


def _parameter(subject: Subject, canonical: str, found: str, place: str) -> None:
    definition = subject.around.definitions.find(canonical, "SearchParameter") if canonical else None
    expected = text(definition, "type")
    if expected and expected != found:
        subject.findings.add(
            KIND,
            place,
            "CapabilityStatement.rest.resource.searchParam",
            parameter=shown(canonical),
            expected=expected,
            found=shown_code(found),
        )
