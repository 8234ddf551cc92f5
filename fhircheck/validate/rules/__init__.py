"""Rules about whole resources, one a file."""

from fhircheck.registry import Registry
from fhircheck.validate.rules.questionnaire_response import QuestionnaireResponseRule
from fhircheck.validate.rules.rule import ResourceRule

RESOURCE_RULES: Registry[ResourceRule] = Registry(
    "resource rules",
    QuestionnaireResponseRule(),
)
