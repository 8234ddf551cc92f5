"""Rules about whole resources, one a file."""

from fhircheck.registry import Registry
from fhircheck.validate.rules.measure import MeasureRule
from fhircheck.validate.rules.measure_report import MeasureReportRule
from fhircheck.validate.rules.questionnaire_conditions import QuestionnaireConditions
from fhircheck.validate.rules.questionnaire_derivation import QuestionnaireDerivation
from fhircheck.validate.rules.questionnaire_response import QuestionnaireResponseRule
from fhircheck.validate.rules.rule import ResourceRule

RESOURCE_RULES: Registry[ResourceRule] = Registry(
    "resource rules",
    QuestionnaireResponseRule(),
    QuestionnaireDerivation(),
    QuestionnaireConditions(),
    MeasureReportRule(),
    MeasureRule(),
)
