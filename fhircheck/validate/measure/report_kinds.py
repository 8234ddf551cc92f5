"""What can be wrong with a MeasureReport beside its Measure."""

from fhircheck.model.issue import IssueKind

REPORT = "http://hl7.org/fhir/R4/measurereport-definitions.html#MeasureReport"

NOT_NAMED = IssueKind(
    name="report-without-measure",
    severity="information",
    code="required",
    summary="A MeasureReport does not name its Measure.",
    why="Whether the report fits the Measure could not be checked.",
    clause=f"{REPORT}.measure",
    fix="State the canonical URL of the Measure.",
    english="No Measure is named: the report was not checked",
    german="Kein Measure ist genannt: der Bericht wurde nicht geprüft",
    failing='{"resourceType": "MeasureReport", "status": "complete"}',
    passing='{"resourceType": "MeasureReport", "status": "complete", "measure": "http://example.org/Measure/beds"}',
)
UNKNOWN = IssueKind(
    name="report-measure-unknown",
    severity="warning",
    code="not-found",
    summary="The Measure that a MeasureReport names is not known.",
    why="Whether the report fits the Measure could not be checked.",
    clause=f"{REPORT}.measure",
    fix="Load the Measure with --package or --profile.",
    english="Measure {measure} is not known: the report was not checked",
    german="Measure {measure} ist nicht bekannt: der Bericht wurde nicht geprüft",
    failing='{"resourceType": "MeasureReport", "measure": "http://example.org/Measure/none"}',
    passing='{"resourceType": "MeasureReport", "measure": "http://example.org/Measure/beds"}',
)
SCORING_UNKNOWN = IssueKind(
    name="report-scoring-unknown",
    severity="information",
    code="business-rule",
    summary="The Measure has no scoring, or one that FHIR does not define.",
    why="Whether the score is right in form could not be checked.",
    clause="http://hl7.org/fhir/R4/measure-definitions.html#Measure.scoring",
    fix="State a code of http://terminology.hl7.org/CodeSystem/measure-scoring in the Measure.",
    english="The scoring of the Measure is not known: scores were not checked",
    german="Die Bewertungsart des Measure ist nicht bekannt: Scores wurden nicht geprüft",
    failing='{"resourceType": "Measure", "status": "active"}',
    passing='{"resourceType": "Measure", "scoring": {"coding": [{"system":'
    ' "http://terminology.hl7.org/CodeSystem/measure-scoring", "code": "cohort"}]}}',
)
NO_CODE = IssueKind(
    name="report-part-without-code",
    severity="error",
    code="business-rule",
    summary="A group, population or stratifier of a MeasureReport has no usable code.",
    why="Which part of the Measure it reports on cannot be told.",
    clause=f"{REPORT}.group.code",
    fix="Repeat the code (with its system) from the Measure.",
    english="The {part} has no code to find it in the Measure by",
    german="Ohne Code, um es im Measure zu finden: {part}",
    failing='{"group": [{"population": [{"count": 1}]}]}',
    passing='{"group": [{"population": [{"code": {"coding": [{"system":'
    ' "http://terminology.hl7.org/CodeSystem/measure-population", "code": "numerator"}]}, "count": 1}]}]}',
)
UNKNOWN_PART = IssueKind(
    name="report-part-unknown",
    severity="error",
    code="business-rule",
    summary="A MeasureReport reports on a group, population or stratifier that its Measure does not have.",
    why="The number has no definition.",
    clause=f"{REPORT}.group",
    fix="Report on the parts of the Measure, with its codes.",
    english="The Measure has no {part} with this code",
    german="Das Measure kennt diesen Code nicht: {part}",
    failing='{"population": [{"code": {"text": "other"}}]}',
    passing='{"population": [{"code": {"coding": [{"system":'
    ' "http://terminology.hl7.org/CodeSystem/measure-population", "code": "initial-population"}]}}]}',
)
DUPLICATE = IssueKind(
    name="report-part-duplicate",
    severity="error",
    code="business-rule",
    summary="A MeasureReport reports twice on the same group, population or stratifier.",
    why="Which number counts cannot be told.",
    clause=f"{REPORT}.group",
    fix="Keep one of them.",
    english="There is more than one {part} with this code",
    german="Mehrfach mit demselben Code: {part}",
    failing='{"population": [{"code": {"text": "a"}, "count": 1}, {"code": {"text": "a"}, "count": 2}]}',
    passing='{"population": [{"code": {"text": "a"}, "count": 1}]}',
)
MISSING_PART = IssueKind(
    name="report-part-missing",
    severity="error",
    code="business-rule",
    summary="A MeasureReport leaves out a group, population or stratifier of its Measure.",
    why="A report without all its numbers cannot be compared or added up.",
    clause=f"{REPORT}.group",
    fix="Report on all parts of the Measure.",
    english="The {part} {code} of the Measure is not reported",
    german="Im Bericht fehlt aus dem Measure: {part} {code}",
    failing='{"resourceType": "MeasureReport", "group": []}',
    passing='{"resourceType": "MeasureReport", "group": [{"population": [{"count": 1}]}]}',
)
COUNT = IssueKind(
    name="report-count-mismatch",
    severity="error",
    code="business-rule",
    summary="The count of a population is not the number of subjects that are listed.",
    why="One of the two is wrong.",
    clause=f"{REPORT}.group.population.count",
    fix="Count again, or complete the list.",
    english="The count is {count}, but {listed} {listed:subject is|subjects are} listed",
    german="Angegeben sind {count}, aufgeführt {listed:ist|sind} {listed} {listed:Person|Personen}",
    failing='{"count": 2, "subjectResults": [{"reference": "Patient/1"}]}',
    passing='{"count": 1, "subjectResults": [{"reference": "Patient/1"}]}',
)
NO_SUBJECTS = IssueKind(
    name="report-subjects-listed",
    severity="error",
    code="business-rule",
    summary="A MeasureReport lists subjects, though its type is not subject-list.",
    why="A summary must not tell who was counted.",
    clause=f"{REPORT}.type",
    fix="Remove the subjects, or set the type to subject-list.",
    english="Subjects are listed in a report of type {type}",
    german="Personen sind in einem Bericht vom Typ {type} aufgeführt",
    failing='{"type": "summary", "group": [{"population": [{"subjectResults": {"reference": "List/1"}}]}]}',
    passing='{"type": "subject-list", "group": [{"population": [{"subjectResults": {"reference": "List/1"}}]}]}',
)
NO_COUNT = IssueKind(
    name="report-count-missing",
    severity="warning",
    code="business-rule",
    summary="A population of a MeasureReport has no count, though its type is not subject-list.",
    why="There is no number in the report.",
    clause=f"{REPORT}.group.population.count",
    fix="State the count.",
    english="The population has no count",
    german="Die Population hat keine Anzahl",
    failing='{"type": "summary", "group": [{"population": [{}]}]}',
    passing='{"type": "summary", "group": [{"population": [{"count": 10}]}]}',
)
SCORE_PROHIBITED = IssueKind(
    name="report-score-prohibited",
    severity="error",
    code="business-rule",
    summary="A MeasureReport has a score, or a unit of one, that its type or the scoring of its Measure excludes.",
    why="A cohort has no score, nor has collected data; a proportion has no unit.",
    clause=f"{REPORT}.group.measureScore",
    fix="Remove what does not belong there.",
    english="Not allowed where {reason}",
    german="Nicht erlaubt, denn: {reason}",
    failing='{"group": [{"measureScore": {"value": 10}}]}',
    passing='{"group": [{"population": [{"count": 10}]}]}',
)
SCORE_MISSING = IssueKind(
    name="report-score-missing",
    severity="error",
    code="required",
    summary="A MeasureReport has no score, though the scoring of its Measure asks for one.",
    why="The score is what the report is for.",
    clause=f"{REPORT}.group.measureScore",
    fix="State measureScore with its value.",
    english="A score with a value is needed where the scoring is {scoring}",
    german="Bei der Bewertungsart {scoring} ist ein Score mit Wert nötig",
    failing='{"group": [{"population": [{"count": 10}]}]}',
    passing='{"group": [{"population": [{"count": 10}], "measureScore": {"value": 0.5}}]}',
)
SCORE_RANGE = IssueKind(
    name="report-score-range",
    severity="error",
    code="value",
    summary="The score of a proportion is not between 0 and 1.",
    why="A proportion is a share; often percent were given.",
    clause=f"{REPORT}.group.measureScore",
    fix="Divide by 100 where the value is in percent.",
    english="A proportion is a number from 0 to 1",
    german="Ein Anteil ist eine Zahl von 0 bis 1",
    failing='{"measureScore": {"value": 50}}',
    passing='{"measureScore": {"value": 0.5}}',
)
SCORE_UNIT = IssueKind(
    name="report-score-unit",
    severity="error",
    code="code-invalid",
    summary="The unit of a score is not the one that the Measure fixes.",
    why="The number is read in the unit of the Measure.",
    clause="http://hl7.org/fhir/R4/extension-questionnaire-unit.html",
    fix="Convert the score into the unit of the Measure.",
    english="The Measure fixes the unit {unit}",
    german="Das Measure legt die Einheit {unit} fest",
    failing='{"measureScore": {"value": 5, "system": "http://unitsofmeasure.org", "code": "d"}}',
    passing='{"measureScore": {"value": 5, "system": "http://unitsofmeasure.org", "code": "h"}}',
)
NO_UNIT = IssueKind(
    name="report-score-without-unit",
    severity="warning",
    code="not-found",
    summary="A score has no unit, though its scoring makes one likely.",
    why="What the number counts is not said.",
    clause=f"{REPORT}.group.measureScore",
    fix="State system and code of the unit.",
    english="The score has no unit, the scoring is {scoring}",
    german="Der Score hat keine Einheit, die Bewertungsart ist {scoring}",
    failing='{"measureScore": {"value": 5}}',
    passing='{"measureScore": {"value": 5, "system": "http://unitsofmeasure.org", "code": "h"}}',
)
KINDS = (
    *(NOT_NAMED, UNKNOWN, SCORING_UNKNOWN, NO_CODE, UNKNOWN_PART, DUPLICATE, MISSING_PART, COUNT, NO_SUBJECTS),
    *(NO_COUNT, SCORE_PROHIBITED, SCORE_MISSING, SCORE_RANGE, SCORE_UNIT, NO_UNIT),
)
