"""All types of finding, whichever stage they come from: one table for texts, explanations and tests."""

from importlib import import_module

from fhircheck.model.issue import IssueKind
from fhircheck.registry import Registry

STAGES = ("sources", "assertions", "validate")


def kinds_of(stage: str) -> tuple[IssueKind, ...]:
    """The kinds that the package of `stage` declares as ``KINDS``."""
    return tuple(import_module(f"fhircheck.{stage}").KINDS)


ISSUE_KINDS: Registry[IssueKind] = Registry("issue kinds", *(kind for stage in STAGES for kind in kinds_of(stage)))
