"""One process's validator: a question in, the answer to it out; definitions stay open and linked in between."""

import gc
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from fhircheck.definitions.definition_set import DefinitionRecipe, open_definitions
from fhircheck.first_pass import decisions_of, linker_for
from fhircheck.model.decision_facts import DecisionFacts
from fhircheck.model.issue import Issue, params
from fhircheck.model.path import shown_name, shown_term
from fhircheck.model.record import Piece, Record
from fhircheck.model.settings import DEFAULT_SETTINGS, CheckSettings
from fhircheck.serve.fhir.question import Question, Target, target_of
from fhircheck.serve.fhir.refusal import Refused
from fhircheck.transport.record_reader import RecordReader, locator_for
from fhircheck.validate.checked import Checked
from fhircheck.validate.fhir_version import KIND as FHIR_VERSION
from fhircheck.validate.fhir_version import NAMES
from fhircheck.validate.validator import Validator

SHOWN = 2_000
"""Findings of one answer; the rest is counted."""
LOCATED = 500
"""Findings of one answer whose line and column are looked up."""


@dataclass(frozen=True, slots=True)
class CheckPlan:
    """What a worker needs to know; picklable. asked: profiles that every resource of their type is checked against.

    show_values: whether answers show values of the data that was sent.
    """

    recipe: DefinitionRecipe
    asked: tuple[str, ...] = ()
    settings: CheckSettings = DEFAULT_SETTINGS
    show_values: bool = False


@dataclass(slots=True)
class Verdict:
    """What was found about one target. remarks: keys of words that stand beside the findings, with their severity,
    code and values. undecided: (reason, detail) -> how often. left_out: findings past the first SHOWN."""

    issues: list[Issue]
    remarks: list[tuple[str, str, str, dict[str, Any]]]
    undecided: Counter[tuple[str, str]]
    accepted: int = 0
    left_out: int = 0


class Checker:
    """Validates what one question after the other holds."""

    def __init__(self, plan: CheckPlan) -> None:
        now = datetime.now(UTC)
        self._plan = plan
        self._undecided: Counter[tuple[str, str]] = Counter()
        self._linker = linker_for(open_definitions(plan.recipe), self._count, None, plan.settings)
        self._validator = Validator(self._linker, plan.asked, locate=False)
        self._reader = RecordReader(self._linker.around.types, plan.settings.allow_comments)
        self._decisions = decisions_of(plan.settings, now)
        self._asked = plan.asked
        self.types = self._linker.around.types

    def warm(self) -> None:
        """Link all resource types, so that the first question waits for none; what is made now is kept for good."""
        for name in resource_types(self._linker.around.definitions):
            linked = self._linker.type(name)
            if linked is not None and linked.shape is not None:
                self._validator.clean(Record("", 0, {"resourceType": name}, name, b""))
        gc.collect()
        gc.freeze()

    def check(self, question: Question) -> tuple[Verdict, Target]:
        """What is to be said of the resource in `question`. Raises Refused where it cannot be validated."""
        record = self._read(question.body) if question.body.strip() else None
        if record is not None and record.node is None:
            raise Unread(record)
        target = target_of(record, question)
        verdict = Verdict([], [], Counter())
        if record is None or target.node is None:
            verdict.remarks.append(("delete", "information", "not-supported", {}))
            return verdict, target
        self._ask(target)
        self._judge(record, target, verdict)
        self._compare(target, question, verdict)
        return verdict, target

    def _count(self, reason: str, detail: str) -> None:
        self._undecided[reason, detail] += 1

    def _read(self, body: bytes) -> Record:
        return next(iter(self._reader.records(Piece("", "resource", body))))

    def _ask(self, target: Target) -> None:
        """Make sure that the nominated profiles can be used, and check against them from now on."""
        for url in target.profiles:
            linked = self._linker.profile(url)
            if linked is None:
                raise Refused(422, "not-found", "profile-unknown", profile=shown_term(url))
            if linked.compiled is None or linked.shape is None:
                raise Refused(422, "not-supported", "profile-unusable", profile=shown_term(url), fault=linked.fault)
        asked = tuple(dict.fromkeys((*self._plan.asked, *target.profiles)))
        if asked != self._asked:
            self._validator.ask(asked)
            self._asked = asked

    def _judge(self, record: Record, target: Target, verdict: Verdict) -> None:
        """All findings about the target's resource, with their places in the body."""
        self._undecided.clear()
        self._linker.around.terminology.prepare(target.node)
        facts = DecisionFacts()
        inner = replace(record, node=target.node, root=target.root, issues=[])
        issues = self._decisions.judge(record.issues, facts) if self._decisions else list(record.issues)
        for checked in self._validator.check(inner):
            if checked.version:
                issues.append(_of_version(checked))
                self._undecided["fhir-version", checked.version] += 1
            elif self._decisions:
                self._decisions.apply(checked, facts)
            issues += checked.issues
        verdict.accepted = sum(facts.accepted.values())
        verdict.left_out = max(len(issues) - SHOWN, 0)
        verdict.issues = _placed(issues[:SHOWN], record, target)
        verdict.undecided = Counter(self._undecided)

    def _compare(self, target: Target, question: Question, verdict: Verdict) -> None:
        """What the resource must be beside sound: of the type, the profile and the id that it is asked about."""
        node = target.node or {}
        kind = node.get("resourceType")
        found = shown_name(kind) if isinstance(kind, str) else "(type)"
        if question.type and question.type != kind:
            verdict.remarks.append(("other-type", "error", "invalid", {"expected": question.type, "found": found}))
        for url in target.profiles:
            linked = self._linker.profile(url)
            expected = linked.compiled.type if linked and linked.compiled else ""
            if expected not in (kind, "Resource", "DomainResource"):
                values = {"profile": shown_term(url), "expected": expected, "found": found}
                verdict.remarks.append(("other-profile-type", "error", "invalid", values))
        if target.mode == "update":
            verdict.remarks += _id_of(node, question.identity)
        if target.mode in ("create", "update", "delete"):
            verdict.remarks.append(("only-content", "information", "informational", {"mode": target.mode}))


class Unread(Exception):
    """No resource could be read; `record` holds the findings that say why."""

    def __init__(self, record: Record) -> None:
        super().__init__("unread")
        self.record = record


def resource_types(definitions: Any) -> list[str]:
    """Names of the resource types that instances can have, sorted."""
    base = "http://hl7.org/fhir/StructureDefinition/"
    names = (url.removeprefix(base) for url in definitions.urls("StructureDefinition") if url.startswith(base))
    found = []
    for name in names:
        structure = definitions.structure(name) if name.isalnum() and name[:1].isupper() else None
        if (
            structure
            and structure.get("kind") == "resource"
            and not structure.get("abstract")
            and structure.get("derivation") == "specialization"
        ):
            found.append(name)
    return sorted(found)


def _id_of(node: dict[str, Any], identity: str) -> list[tuple[str, str, str, dict[str, Any]]]:
    """What is wrong with the id of a resource that is to be updated (http://hl7.org/fhir/R4/http.html#update)."""
    own = node.get("id")
    if not own:
        return [("id-missing" if identity else "id-needed", "error", "required", {})]
    return [("id-differs", "error", "invalid", {})] if identity and own != identity else []


def _of_version(checked: Checked) -> Issue:
    shown = params(version=NAMES.get(checked.version, checked.version), evidence=checked.evidence, count=1)
    return Issue(FHIR_VERSION.name, FHIR_VERSION.severity, checked.place(""), shown)


def _placed(issues: list[Issue], record: Record, target: Target) -> list[Issue]:
    """Findings with line and column in the body, and expressions that begin at the resource that was asked about."""
    locator: Any = None
    kind = str((target.node or {}).get("resourceType", ""))
    kind = kind if kind.isalnum() else target.root
    found = []
    for index, issue in enumerate(issues):
        place = issue.place
        if not place.line and index < LOCATED:
            locator = locator or locator_for(record)
            line, column = locator.in_source(record, place.expression)
            place = place._replace(line=line, column=column)
        if target.root != record.root and place.expression.startswith(target.root):
            place = place._replace(expression=kind + place.expression[len(target.root) :])
        found.append(issue._replace(place=place))
    return found
