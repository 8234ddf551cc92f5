"""Stage: record + compiled profiles -> findings.

KINDS, all kinds of findings of this stage, is made when it is first asked for: most runs need few of the rules.
"""

from collections.abc import Iterable
from typing import Any

from fhircheck.model.issue import IssueKind
from fhircheck.validate import claim_kinds, fhir_version, finding_limit, profile_selection, text_quality
from fhircheck.validate.rules import all_rules, loaded_rules
from fhircheck.validate.rules.rule import ResourceRule

KINDS: tuple[IssueKind, ...]


def kinds_in_use() -> tuple[IssueKind, ...]:
    """The kinds of findings that this process can have had so far."""
    return _kinds(loaded_rules())


def _kinds(rules: Iterable[ResourceRule]) -> tuple[IssueKind, ...]:
    return (
        *claim_kinds.KINDS,
        finding_limit.KIND,
        profile_selection.NOT_IN_FORCE,
        fhir_version.KIND,
        *text_quality.KINDS,
        *(kind for rule in rules for kind in rule.kinds),
    )


def __getattr__(name: str) -> Any:
    if name == "KINDS":
        return _kinds(all_rules())
    raise AttributeError(name)
