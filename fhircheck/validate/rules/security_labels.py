"""The labels of meta.security are a set (http://hl7.org/fhir/R4/resource.html#Meta)."""

from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, item
from fhircheck.validate.rules.rule import Subject

CLAUSE = "http://hl7.org/fhir/R4/resource.html#Meta"
REPEATED = IssueKind(
    name="security-label-repeated",
    severity="error",
    code="business-rule",
    summary="A security label is given twice.",
    why="Labels are a set of system and code; whoever takes one away leaves the other behind.",
    clause=CLAUSE,
    fix="Give each label once.",
    english="The security label is given before already",
    german="Die Sicherheitskennzeichnung ist vorher schon angegeben",
    failing='{"resourceType": "Patient", "meta": {"security": [{"system": "http://example.org/s", "code": "R"},'
    ' {"system": "http://example.org/s", "code": "R"}]}}',
    passing='{"resourceType": "Patient", "meta": {"security": [{"system": "http://example.org/s", "code": "R"}]}}',
)


class SecurityLabels:
    """No security label, told by its system and code, is given twice."""

    name = "security-labels"
    summary = REPEATED.summary
    clause = CLAUSE
    types: frozenset[str] | None = None
    kinds = (REPEATED,)

    def check(self, subject: Subject) -> None:
        """Report each label that was there before."""
        meta = subject.node.get("meta")
        labels = meta.get("security") if meta.__class__ is dict else None
        if labels.__class__ is not list or len(labels) < 2:
            return
        seen = set[tuple[str, str]]()
        for index, each in enumerate(labels):
            if each.__class__ is not dict:
                continue
            label = str(each.get("system")), str(each.get("code"))
            if label in seen:
                place = item(child(child(subject.expression, "meta"), "security"), index)
                subject.findings.add(REPEATED, place, "Meta.security")
            seen.add(label)
