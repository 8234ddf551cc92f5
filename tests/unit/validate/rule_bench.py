"""Asks one resource rule about one resource, with a few definitions around it and nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from fhircheck.assertions.assertion import Findings, Surroundings
from fhircheck.definitions.definition_set import DefinitionSet, load_definitions
from fhircheck.definitions.type_table import TypeTable
from fhircheck.model.scope import Scope
from fhircheck.terminology.codings import Coded
from fhircheck.terminology.membership import Answer, Membership
from fhircheck.validate.rules.rule import ResourceRule, Subject

Node = dict[str, Any]


@lru_cache(1)
def core() -> DefinitionSet:
    return load_definitions(offline=True)


class FewDefinitions:
    """The core, and loose definitions before it."""

    def __init__(self, loose: Iterable[Node]) -> None:
        self._loose = {(each["resourceType"], each["url"]): each for each in loose}

    def find(self, canonical: str, resource_type: str = "", referrer: str = "") -> Node | None:
        found = self._loose.get((resource_type, canonical.partition("|")[0]))
        return found or core().find(canonical, resource_type)

    def structure(self, type_or_url: str) -> Node | None:
        return core().structure(type_or_url)

    def find_version(self, canonical: str, resource_type: str = "", referrer: str = "") -> str:
        return ""

    def fingerprint(self) -> str:
        return "few"


@dataclass
class ListedTerminology:
    """Value sets as they are listed: canonical -> system -> codes; a system with None cannot be told."""

    sets: dict[str, dict[str, Any]] = field(default_factory=dict)

    def membership(self, value_set: str) -> Membership:
        listed = self.sets[value_set]
        known = {system: frozenset(codes) for system, codes in listed.items() if codes is not None}
        unknown = {system: "code-system-content" for system, codes in listed.items() if codes is None}
        return Membership.build(value_set, known, set(), unknown)

    def answer(self, codings: Sequence[Coded], members: Membership) -> Answer:
        (only,) = codings
        return members.answer(only.system, only.code)

    def member(self, node: Any, value_set: str) -> bool | None:
        return None

    def subsumes(self, node: Any, other: Any) -> bool | None:
        return None


@dataclass
class Bench:
    """Definitions and terminology for a rule, and what it could not tell."""

    loose: tuple[Node, ...] = ()
    terminology: Any = field(default_factory=ListedTerminology)
    undecided: list[tuple[str, str]] = field(default_factory=list)

    def findings(self, rule: ResourceRule, node: Node, **more: Any) -> Findings:
        definitions = FewDefinitions(self.loose)
        around = Surroundings(
            terminology=self.terminology,
            undecided=lambda reason, detail: self.undecided.append((reason, detail)),
            now=datetime(2024, 1, 1, tzinfo=UTC),
            definitions=definitions,
            types=TypeTable(definitions),
            **more,
        )
        name = str(node.get("resourceType"))
        scope = Scope(node, node, name)
        around.scope = scope
        found = Findings(resource=name)
        rule.check(Subject(node, name, scope, around, None, found))  # type: ignore[arg-type]
        return found

    def kinds(self, rule: ResourceRule, node: Node, **more: Any) -> list[tuple[str, str]]:
        """(kind, expression below the resource) of all findings."""
        issues = self.findings(rule, node, **more).issues
        root = str(node.get("resourceType"))
        return [(each.kind, each.place.expression.removeprefix(root).removeprefix(".")) for each in issues]
