"""The score of one group of a MeasureReport, by the scoring of the Measure (MeasureReport.group.measureScore)."""

from decimal import Decimal

from fhircheck.assertions.assertion import Findings
from fhircheck.model.path import child
from fhircheck.validate.lenient import Node, extension, member, number, objects, text
from fhircheck.validate.measure import report_kinds as kinds

DEFINITION = "MeasureReport.group.measureScore"
SCORINGS = ("proportion", "ratio", "continuous-variable", "cohort")
ALTERNATE = "http://hl7.org/fhir/us/davinci-deqm/StructureDefinition/extension-alternateScoreType"
UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"


def scoring_of(measure: Node) -> str:
    """The code of Measure.scoring, empty where it is none of FHIR's."""
    found = objects(member(measure, "scoring"), "coding")
    code = text(found[0], "code") if found else ""
    return code if code in SCORINGS else ""


def check_score(measure: Node, report: Node, group: Node, place: str, findings: Findings) -> None:
    """Whether the group has the score that it has to have, and none that it cannot have."""
    scoring, at = scoring_of(measure), child(place, "measureScore")
    score = group.get("measureScore")
    prohibited = ""
    if text(report, "type") == "data-collection":
        prohibited = "the type of the report is data-collection"
    elif scoring == "cohort":
        prohibited = "the scoring is cohort"
    if prohibited:
        if score is not None:
            findings.add(kinds.SCORE_PROHIBITED, at, DEFINITION, reason=prohibited)
    elif scoring and score.__class__ is not dict:
        findings.add(kinds.SCORE_MISSING, place, DEFINITION, scoring=scoring)
    elif scoring:
        _score(measure, member(group, "measureScore"), scoring, at, findings)


def _score(measure: Node, score: Node, scoring: str, at: str, findings: Findings) -> None:
    value = number(score.get("value"))
    if scoring == "proportion":
        for name in ("unit", "system", "code"):
            if name in score:
                findings.add(kinds.SCORE_PROHIBITED, child(at, name), DEFINITION, reason="the scoring is proportion")
    if not _has_value(score):
        findings.add(kinds.SCORE_MISSING, at, DEFINITION, scoring=scoring)
    elif scoring == "proportion" and value is not None and not Decimal(0) <= value <= Decimal(1):
        findings.add(kinds.SCORE_RANGE, child(at, "value"), DEFINITION, value=str(score["value"]))
    elif scoring != "proportion":
        _unit(extension(measure, UNIT), score, scoring, at, findings)


def _has_value(score: Node) -> bool:
    """A reason why there is no value stands at the value itself; a score of another type in an extension."""
    return "value" in score or "_value" in score or extension(score, ALTERNATE) is not None


def _unit(fixed: object, score: Node, scoring: str, at: str, findings: Findings) -> None:
    code, unit = text(score, "code"), text(fixed, "code")
    if not unit:
        if not code:
            findings.add(kinds.NO_UNIT, at, DEFINITION, scoring=scoring)
    elif not code:
        findings.add(kinds.SCORE_UNIT, at, DEFINITION, unit=unit)
    else:
        if code != unit:
            findings.add(kinds.SCORE_UNIT, child(at, "code"), DEFINITION, unit=unit)
        if text(score, "system") != text(fixed, "system"):
            findings.add(kinds.SCORE_UNIT, at, DEFINITION, unit=unit)
