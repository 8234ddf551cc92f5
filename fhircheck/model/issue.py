"""One finding: what is wrong and where. Its text is made when it is rendered, never before."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

from fhircheck.model.path import without_indexes

Severity = Literal["fatal", "error", "warning", "information"]
SEVERITIES: tuple[Severity, ...] = ("fatal", "error", "warning", "information")
ERRORS: tuple[Severity, ...] = ("fatal", "error")
Param = tuple[str, str | int]
_SURROGATE = re.compile("[\ud800-\udfff]")


class Place(NamedTuple):
    """Where a finding is. A tuple: it is made by the million and sorts by itself.

    source: shown name of the file, archive member or URL.
    record: zero-based number of the record in its source.
    resource: ``Type/id`` of the innermost resource, ``Type`` without an id, or empty.
    expression: FHIRPath expression from the record's root.
    offset: byte offset of the record in its source.
    line, column: one-based place in the source, 0 where unknown.
    """

    source: str = ""
    record: int = 0
    resource: str = ""
    expression: str = ""
    offset: int = 0
    line: int = 0
    column: int = 0


class Issue(NamedTuple):
    """One finding.

    kind: name of an IssueKind, e.g. ``cardinality-min``.
    params: what the text needs and may always be shown (names, counts, canonical URLs); sorted.
    value: the instance's own value, shown only where the user opened values.
    definition: id of the ElementDefinition that was broken, e.g. ``Patient.birthDate``.
    profile: canonical URL (with ``|version`` where known) of the profile that was broken.
    """

    kind: str
    severity: Severity
    place: Place
    params: tuple[Param, ...] = ()
    value: str | None = None
    definition: str = ""
    profile: str = ""

    def at(self, place: Place) -> "Issue":
        """The same finding at `place`. Measured: a third of the time of _replace, which each finding takes twice."""
        return Issue(self.kind, self.severity, place, self.params, self.value, self.definition, self.profile)

    @property
    def fingerprint(self) -> str:
        """Stable over runs and machines: kind, definition, expression without indexes, profile."""
        return _fingerprint(self.kind, self.definition, self.place.expression, self.profile)


def has_error(issues: Iterable[Issue]) -> bool:
    """Whether one of `issues` is an error."""
    return any(issue.severity in ERRORS for issue in issues)


@lru_cache(4_096)
def _fingerprint(kind: str, definition: str, expression: str, profile: str) -> str:
    parts = (kind, definition, without_indexes(expression), profile)
    text = "\n".join(parts)
    if not text.isascii():
        text = _SURROGATE.sub("\ufffd", text)  # as every output shows it, so that it is the same when it is read again
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def params(**values: str | int) -> tuple[Param, ...]:
    """The params of an Issue in their stable order."""
    return tuple(sorted(values.items()))


@dataclass(frozen=True, slots=True)
class IssueKind:
    """A type of finding, which describes itself.

    name: what is wrong, in kebab-case. severity: its usual severity.
    code: OperationOutcome.issue.code (http://hl7.org/fhir/ValueSet/issue-type).
    summary: one sentence. why: why it matters. clause: URL of the clause it comes from.
    fix: how to mend it. english, german: text with ``{param}`` places; ``{value}`` is filled only
    where values may be shown. failing, passing: one JSON example each.
    """

    name: str
    severity: Severity
    code: str
    summary: str
    why: str
    clause: str
    fix: str
    english: str
    german: str
    failing: str = ""
    passing: str = ""
    tags: tuple[str, ...] = field(default=())
