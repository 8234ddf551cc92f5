"""One assertion about values, asked twice: by its gate and by its explainer, which have to agree."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from fhircheck.assertions import VALUE_ASSERTIONS
from fhircheck.assertions.assertion import Findings, Spot, Surroundings
from fhircheck.compile.gates import passes
from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.type_table import TypeTable
from fhircheck.terminology.membership import Membership
from fhircheck.terminology.package_terminology import PackageTerminology
from tests.unit.terminology.definitions_double import Definitions

DEFINITIONS = load_definitions()
NOW = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)
SYSTEM = "http://a.org/system"
OPEN = "http://a.org/open"
CLOSED_SET, OPEN_SET, FOLDED_SET, UNKNOWN_SET = (
    "http://v/closed",
    "http://v/open",
    "http://v/folded",
    "http://v/unknown",
)
MEMBERSHIPS = {
    CLOSED_SET: Membership.build(CLOSED_SET, {SYSTEM: frozenset({"a", "b"})}, set(), {}),
    OPEN_SET: Membership.build(OPEN_SET, {SYSTEM: frozenset({"a"})}, set(), {OPEN: "code-system-content"}),
    FOLDED_SET: Membership.build(FOLDED_SET, {SYSTEM: frozenset({"Mg"})}, {SYSTEM}, {}),
    UNKNOWN_SET: Membership.build(UNKNOWN_SET, {}, set(), {"*": "value-set-missing"}),
}


class Sets(PackageTerminology):
    """Value sets of these tests, over no package at all."""

    def __init__(self) -> None:
        super().__init__(Definitions(), lambda key, make: make())

    def membership(self, value_set: str) -> Membership:
        return MEMBERSHIPS[value_set]


class Asked:
    """One assertion asked about one value: by its gate, and by its explainer."""

    def __init__(self, name: str, definition: dict[str, Any], value: Any, types: tuple[str, ...] = ()) -> None:
        assertion = VALUE_ASSERTIONS[name]
        self.undecided: Counter[tuple[str, str]] = Counter()
        around = Surroundings(Sets(), self._count, NOW, DEFINITIONS, TypeTable(DEFINITIONS))
        facet = assertion.compile(definition, list(types))
        self.passed = passes(assertion.gate(facet, around), value)
        self.open = dict(self.undecided)
        findings = Findings()
        assertion.explain(facet, value, Spot("X", "X", findings), around)
        self.issues = [(each.kind, each.place.expression, dict(each.params)) for each in findings.issues]
        assert self.passed is (not self.issues), "gate and explainer disagree"
        assert {issue.kind for issue in findings.issues} <= {kind.name for kind in assertion.kinds}

    def _count(self, reason: str, detail: str) -> None:
        self.undecided[reason, detail] += 1
