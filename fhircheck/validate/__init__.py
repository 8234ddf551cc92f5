"""Stage: record + compiled profiles -> findings."""

from fhircheck.model.issue import IssueKind
from fhircheck.validate import fhir_version, profile_selection, resource_check, text_quality
from fhircheck.validate.rules import RESOURCE_RULES

KINDS: tuple[IssueKind, ...] = (
    *resource_check.KINDS,
    profile_selection.NOT_IN_FORCE,
    fhir_version.KIND,
    *text_quality.KINDS,
    *(kind for rule in RESOURCE_RULES for kind in rule.kinds),
)
