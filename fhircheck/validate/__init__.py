"""Stage: record + compiled profiles -> findings."""

from fhircheck.model.issue import IssueKind
from fhircheck.validate import fhir_version, mojibake, resource_check

KINDS: tuple[IssueKind, ...] = (*resource_check.KINDS, fhir_version.KIND, mojibake.KIND)
