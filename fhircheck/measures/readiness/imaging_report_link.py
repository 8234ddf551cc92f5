"""imaging-report-link: does a report say what is to be seen in a study? (IMG-3)"""

from typing import Any

from fhircheck.measures.counted_measure import CountedMeasure, Judged, Merged
from fhircheck.measures.linked import Role, Wish, add_link, judge_wishes
from fhircheck.measures.pointing import listed, target_in
from fhircheck.measures.seen import Seen
from fhircheck.model.facts import Tally
from fhircheck.model.kahn import Category, Context, Subcategory
from fhircheck.model.record import Node

WISHES = {
    Role.STUDY: Wish(frozenset({Role.REPORTED_STUDY})),
    Role.STUDY_ORDER: Wish(frozenset({Role.REPORTED_ORDER})),
    Role.STUDY_PROCEDURE: Wish(frozenset({Role.REPORTED_PROCEDURE})),
}
_ROLES = {
    "DiagnosticReport": (("imagingStudy", Role.REPORTED_STUDY), ("basedOn", Role.REPORTED_ORDER)),
    "ImagingStudy": (("basedOn", Role.STUDY_ORDER), ("procedureReference", Role.STUDY_PROCEDURE)),
}


def observe(node: Node, seen: Seen, tally: Tally) -> None:
    """Note what a study or a report points to, and procedures with a report (R4 imagingstudy.html)."""
    kind = seen.kind
    if kind == "Procedure":
        if listed(node.get("report")):
            add_link(seen, seen.identity, Role.REPORTED_PROCEDURE)
        return
    if kind == "ImagingStudy":
        # a study that nothing can point at has a row of its own: it is judged too
        add_link(seen, seen.identity or 1, Role.STUDY)
    for name, role in _ROLES[kind]:
        for reference in _references(node.get(name)):
            add_link(seen, target_in(reference, seen)[0], role)


def _references(value: Any) -> list[Any]:
    return value if value.__class__ is list else [value]


def judge(merged: Merged) -> Judged:
    """Look for a report of each study."""
    return Judged(judge_wishes(merged, WISHES, "ImagingStudy"))


MEASURE = CountedMeasure(
    name="imaging-report-link",
    code="IMG-3",
    summary="Imaging studies that a report is linked with.",
    why="The report is the label: images without the finding that belongs to them teach a model nothing.",
    category=Category.CONFORMANCE,
    subcategory=Subcategory.RELATIONAL,
    context=Context.VERIFICATION,
    dimension="ai-readiness",
    formula="One item is an ImagingStudy (per resource). Studies that a DiagnosticReport names in imagingStudy, that "
    "are based on the same order (basedOn) as a DiagnosticReport, or whose procedure (procedureReference) names a "
    "report / studies. In a sample, a study without one is 'cannot tell'.",
    source="MII Bildgebung (links between ImagingStudy, Procedure and DiagnosticReport); the formula is ours",
    published=False,
    threshold=None,
    types=frozenset({"DiagnosticReport", "ImagingStudy", "Procedure"}),
    needs={"DiagnosticReport": frozenset({"basedOn", "imagingStudy"}), "Procedure": frozenset({"report"})},
    failing='[{"resourceType": "ImagingStudy", "id": "ct", "status": "available", "subject": {"reference": '
    '"Patient/1"}}, {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "CT"}}]',
    passing='[{"resourceType": "ImagingStudy", "id": "ct", "status": "available", "subject": {"reference": '
    '"Patient/1"}}, {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "CT"}, '
    '"imagingStudy": [{"reference": "ImagingStudy/ct"}]}]',
    observe=observe,
    judge=judge,
)
