"""The official R4 examples (hl7.fhir.r4.examples#4.0.1): what we call errors there, and whether the reference does."""

import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.first_pass import Plan, first_pass
from fhircheck.model.facts import Partial
from fhircheck.model.record import Piece
from tests.needs import SHARED

PACKAGE = SHARED / "packages" / "hl7.fhir.r4.examples-4.0.1.tgz"
NO_RESOURCE = ("package.json", ".index.json", "ig-r4.json")

# Errors of ours in the official examples, all of them raised by the reference validator 6.10.4 too (see
# `python -m tests.conformance.agreement`): (kind, definition) -> number of findings.
CONFIRMED = {
    ("cardinality-min", "ImplementationGuide.name"): 1,
    ("cardinality-min", "Observation.effective[x]"): 1,
    ("cardinality-min", "ImplementationGuide.status"): 1,
    ("cardinality-min", "Questionnaire.item.linkId"): 32,
    ("cardinality-min", "SearchParameter.base"): 10,
    ("primitive-format", "CodeSystem.concept.code"): 8,
    ("primitive-format", "SearchParameter.id"): 1,
}

STRUCTURAL = frozenset(
    {"array-expected", "array-unexpected", "cardinality-max", "cardinality-min", "choice-type", "empty-array",
     "empty-object", "null-alignment", "null-value", "object-expected", "primitive-format", "sibling-unexpected",
     "type-mismatch", "unknown-element", "unknown-resource-type"}
)  # fmt: skip
"""Kinds that every validator must agree on; the others stand beside the reference's own in docs/conformance.md."""

Finding = tuple[str, str, str, str]
"""file, kind, definition, expression"""


def pieces() -> Iterator[Piece]:
    """All resources of the package."""
    with tarfile.open(PACKAGE) as archive:
        for member in archive:
            name = Path(member.name).name
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None and name.endswith(".json") and name not in NO_RESOURCE:
                yield Piece(name, "resource", file.read())


def check() -> tuple[Partial, list[Finding]]:
    """Our run over all of them: what was counted, and the errors."""
    run = first_pass(Plan(load_definitions().recipe(), (), False, True, datetime.now(UTC)))
    merged, errors = Partial(), []
    for piece in pieces():
        partial = run([piece])
        errors += [
            (piece.source, issue.kind, issue.definition, issue.place.expression)
            for issue in partial.issues
            if issue.severity in ("fatal", "error")
        ]
        partial.issues = []
        merged.merge(partial)
    return merged, errors
