"""Stage: record + compiled profiles -> findings."""

from fhircheck.model.issue import IssueKind
from fhircheck.validate import fhir_version, resource_check, text_quality

KINDS: tuple[IssueKind, ...] = (*resource_check.KINDS, fhir_version.KIND, *text_quality.KINDS)
