"""One resource against its type and profiles: the gate first, the explainer where the gate says no."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from fhircheck.assertions.assertion import Findings, TooManyFindings
from fhircheck.assertions.resource_type import UNKNOWN
from fhircheck.compile.compiled_profile import CompiledElement
from fhircheck.compile.explainer import Explainer, type_shown
from fhircheck.compile.gates import NEVER, Members, passes
from fhircheck.compile.implication import Known, implies
from fhircheck.compile.linked import Linked
from fhircheck.compile.linker import Linker
from fhircheck.model.issue import Issue, has_error
from fhircheck.model.path import child, shown_name
from fhircheck.model.protocols import Gate
from fhircheck.model.scope import Scope
from fhircheck.validate import finding_limit
from fhircheck.validate.claim_kinds import PROFILE_TYPE, PROFILE_UNKNOWN, PROFILE_UNUSABLE
from fhircheck.validate.near_profiles import NearProfiles
from fhircheck.validate.reference_resolution import Resolver
from fhircheck.validate.resource_parts import claimed, entry_resources, label
from fhircheck.validate.rules import rules_for
from fhircheck.validate.rules.rule import ResourceRule, Subject
from fhircheck.validate.statements import is_of_form, not_said, statement
from fhircheck.validate.target_conformance import TargetConformance

Node = dict[str, Any]

DEEPEST = 24
"""So many resources within each other are looked into: R4 allows none in a contained one."""
ENDLESS = "it asks for itself without end, or the data is nested too deeply for it"


class ResourceCheck:
    """Checks resources, also those within others, each against its own type and claims."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self.explainer = Explainer(linker, self.explain_inner, self.explain_conformance)
        self._base = Members(self._base_gate)
        self._implied: dict[tuple[str, str], bool] = {}
        self._held: dict[tuple[int, int], tuple[Node, bool]] = {}
        self._explained: dict[tuple[int, str, str], tuple[Node, list[Issue]]] = {}
        self._ruled: dict[int, tuple[Node, str, list[Issue]]] = {}
        self._depth = 0
        self._rules: dict[str, tuple[ResourceRule, ...]] = {}
        self.kept: dict[str, object] = {}
        self._near = NearProfiles(linker.around.definitions)
        self.resolver = Resolver(linker.around.types)
        self.targets = TargetConformance(self.holds, self._forget_answers)
        linker.around.resolve = self.resolver.resolve
        linker.around.look_up = self.resolver.look_up
        linker.around.conforms = self._conforms
        linker.use_resource_gate(self.inner_gate, self.inner_conforms, lambda node: self._inner_scope(node, ""))

    def forget(self) -> None:
        """Let go of what was found out about the resources of one record: the next one comes."""
        self.resolver.forget()
        self.targets.forget()
        self._forget_answers()

    def _forget_answers(self) -> None:
        self.linker.answers.forget()
        self.explainer.forget()
        self._held.clear()
        self._explained.clear()
        self._ruled.clear()

    def _base_gate(self, name: str) -> Gate | None:
        if not self.linker.is_resource(name):
            return None
        linked = self.linker.type(name)
        return linked.shape.gate if linked and linked.shape else None

    def base_passes(self, node: Node) -> bool:
        """Whether `node` is sound as the resource type it says it is."""
        name = node.get("resourceType")
        return name.__class__ is str and self._asked_once(node, None, self._base[name])

    def sound(self, node: Node, claims: Sequence[str]) -> bool:
        """Whether `node` is sound as its type and holds all `claims` (canonicals of profiles).

        The profiles are asked first: one that only narrows its type answers for the type as well.
        """
        implied, name = False, node.get("resourceType")
        for url in claims:
            if not self._claim_holds(node, url):
                return False
            implied = implied or (name.__class__ is str and self._implies_base(url, str(name)))
        return implied or self.base_passes(node)

    def _implies_base(self, url: str, name: str) -> bool:
        """Whether the profile is one of the resource type `name` and only narrows it."""
        answer = self._implied.get((url, name))
        if answer is None:
            profile = self.linker.profile(url)
            root = self._type_root(name) if self._type_of(url) == name else None
            answer = bool(
                profile
                and profile.compiled
                and root
                and implies(profile.compiled.root, root, Known(self._type_root, self._type_of))
            )
            self._implied[url, name] = answer
        return answer

    def _type_root(self, code: str) -> CompiledElement | None:
        linked = self.linker.type(code)
        return linked.compiled.root if linked and linked.compiled else None

    def _type_of(self, url: str) -> str:
        linked = self.linker.profile(url)
        return linked.compiled.type if linked and linked.compiled else ""

    def known(self, name: object) -> bool:
        """Whether `name` is a resource type of R4."""
        return isinstance(name, str) and self._base[name] is not NEVER

    @contextmanager
    def at(self, scope: Scope) -> Iterator[None]:
        """While a resource is checked: `scope` is where it stands."""
        around = self.linker.around
        before, around.scope = around.scope, scope
        try:
            yield
        finally:
            around.scope = before

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    def inner_gate(self, node: Any) -> bool:
        """The gate of a resource within another: its type, its claims, its rules and, for a Bundle, its entries."""
        if node.__class__ is not dict:
            return False
        key = id(node), 0
        known = self._held.get(key)
        if known is None:
            known = self._held[key] = node, self._inner_holds(node)
        return known[1]

    def _inner_holds(self, node: Node) -> bool:
        if self._depth >= DEEPEST:
            return False
        scope = self._inner_scope(node, "")
        with self.at(scope), self._deeper():
            if not self.sound(node, claimed(node)) or self.by_rules(scope):
                return False
            return all(self.inner_gate(entry) for _, entry in entry_resources(node))

    def _conforms(self, node: Node, url: str, scope: Scope) -> bool | None:
        """Whether a resource, or a value of a datatype, conforms to the profile `url`."""
        if "resourceType" in node:
            return self.targets.conforms(node, url, scope)
        return self.linker.conforms(node, url)

    def inner_conforms(self, node: Node, url: str) -> bool:
        """Whether a resource within another conforms to the profile `url`; asked once for each."""
        return self.targets.conforms(node, url, self._inner_scope(node, "")) is not False

    def explain_conformance(self, node: Node, url: str, expression: str, findings: Findings) -> None:
        """Report why a resource within another does not conform to the profile `url`."""
        before, findings.resource = findings.resource, label(node)
        with self.at(self._inner_scope(node, expression)):
            self.explain_profile(node, url, expression, findings, claim=False)
        findings.resource = before

    def _inner_scope(self, node: Node, expression: str) -> Scope:
        """The scope of a resource within the one being checked: contained, an entry of a Bundle, a parameter."""
        outer = self.linker.around.scope
        container = outer.resource
        if container.get("resourceType") == "Bundle":
            index = self.resolver.indexes.of(container)
            number = index.position.get(id(node))
            if number is not None:
                expression = expression or f"{outer.expression}.entry[{number}].resource"
                return Scope(node, node, expression, container, number, index.full_url(number), outer)
        elif container.get("resourceType") == "Parameters":
            return Scope(node, node, expression, outer=outer)
        return Scope(node, outer.root, expression, outer.bundle, outer.entry, outer.full_url, outer.outer, outer.split)

    def rules(self, node: Node, scope: Scope, findings: Findings) -> None:
        """Ask the rules about whole resources that apply to the type of `node`."""
        name = node.get("resourceType")
        if name.__class__ is not str:
            return
        found = self._rules.get(name)
        if found is None:
            if not self.known(name):
                return
            found = rules_for(name)
            self._rules[name] = found
        try:
            for rule in found:
                rule.check(Subject(node, scope.expression, scope, self.linker.around, self, findings))
        except RecursionError:
            _endless(findings, scope.expression, shown_name(name))

    def holds(self, node: Node, canonical: str, scope: Scope) -> bool | None:
        """Whether `node` conforms to the profile and is sound as it stands: by its type, by the profiles that it claims
        and by the rules. None where the profile is not known or not usable. What is wrong by JSON's form alone is said
        where it stands, and not again of whatever leads there."""
        linked = self.linker.profile(canonical)
        if linked is None or linked.compiled is None:
            return None
        with self.at(scope):
            if has_error(self.by_rules(scope)):
                return False
            asked = dict.fromkeys((canonical, *claimed(node)))
            if self.sound(node, list(asked)):
                return True
            findings = Findings()
            with self.linker.quiet():
                findings.issues += self._base_issues(node, scope.expression, findings.resource)
                for each in asked:
                    self.explain_profile(node, each, scope.expression, findings, each != canonical, whole=True)
        return not has_error(each for each in findings.issues if not is_of_form(each))

    def _base_issues(self, node: Node, expression: str, resource: str) -> list[Issue]:
        """What is wrong with `node` as the type it says it is; asked once a record, however many profiles it is held
        against."""
        key = id(node), expression, resource
        known = self._explained.get(key)
        if known is None:
            findings = Findings(resource=resource)
            self.explain_base(node, expression, findings)
            known = self._explained[key] = node, findings.issues
        return known[1]

    def by_rules(self, scope: Scope) -> list[Issue]:
        """What the rules about whole resources say of the resource in `scope`; asked once a record."""
        node = scope.resource
        known = self._ruled.get(id(node))
        if known is None or known[1] != scope.expression:
            findings = Findings(resource=label(node))
            try:
                self.rules(node, scope, findings)
            except TooManyFindings:
                finding_limit.cut_off(findings, scope.expression)
            known = self._ruled[id(node)] = node, scope.expression, findings.issues
        return known[2]

    def element_gate(self, canonical: str) -> Gate | None:
        """The gate of a profile on a datatype (an extension); None where it is not known or not usable."""
        linked = self.linker.profile(canonical)
        return linked.shape.gate if linked and linked.compiled and linked.shape else None

    def explain_element(self, node: Any, canonical: str, expression: str, findings: Findings) -> None:
        """Report what is wrong with a value by a profile on its datatype, beside what is wrong by the type itself."""
        linked = self.linker.profile(canonical)
        if (
            linked is None
            or linked.compiled is None
            or linked.shape is None
            or self.explainer.passes(linked.shape.gate, node)
        ):
            return
        by_type, by_profile = Findings(), Findings(resource=findings.resource)
        base = self.linker.type(linked.compiled.type)
        if base is not None and base.shape is not None and not self.explainer.passes(base.shape.gate, node):
            self.explainer.root(node, base, expression, by_type)
        self.explainer.root(node, linked, expression, by_profile)
        findings.issues += not_said(by_profile.issues, {statement(issue) for issue in by_type.issues})

    def _claim_holds(self, node: Node, url: str) -> bool:
        linked = self.linker.profile(url)
        if linked is None:
            return self.linker.around.settings.unknown_profile == "ignore"
        if linked.compiled is None or linked.shape is None:
            return False
        if linked.compiled.type != node.get("resourceType"):
            return self._says_no_more(linked, node.get("resourceType"))
        return self._asked_once(node, linked, linked.shape.gate)

    def _says_no_more(self, linked: Linked, name: Any) -> bool:
        """Whether `linked` is the definition of a type that the resource type `name` is derived from."""
        compiled = linked.compiled
        if compiled is None or compiled.type == name or name.__class__ is not str:
            return False
        base = self.linker.type(compiled.type)
        return base is linked and self.linker.around.types.is_a(name, compiled.type)

    def _asked_once(self, node: Node, linked: Linked | None, gate: Gate) -> bool:
        """What `gate` says of a resource by `linked` (None: its own type): it may be asked as a claim, as an item of a
        slice, and as the target of references. The node is kept with its answer, so that no other takes its id."""
        key = id(node), id(linked)
        known = self._held.get(key)
        if known is None:
            try:
                known = node, passes(gate, node)
            except RecursionError:  # the explainer says so
                known = node, False
            self._held[key] = known
        return known[1]

    def explain_inner(self, node: Any, expression: str, findings: Findings) -> None:
        """Report all that is wrong with a resource within another."""
        if self._depth >= DEEPEST:
            _endless(findings, expression, type_shown(node.get("resourceType")))
            return
        before, findings.resource = findings.resource, label(node)
        scope = self._inner_scope(node, expression)
        first = len(findings.issues)
        with self.at(scope), self._deeper():
            self.explain_base(node, expression, findings)
            for url in claimed(node):
                self.explain_profile(node, url, expression, findings)
            own = len(findings.issues)
            self.rules(node, scope, findings)
            said = {statement(issue) for issue in findings.issues[first:own]}
            findings.issues[own:] = not_said(findings.issues[own:], said)
            for step, entry in entry_resources(node):
                self.explain_inner(entry, f"{expression}.{step}", findings)
        findings.resource = before

    def explain_base(self, node: Any, expression: str, findings: Findings, failed: bool = False) -> None:
        """Report what is wrong with `node` as the resource type it says it is. failed: its gate is known to say no."""
        name = node.get("resourceType") if node.__class__ is dict else None
        if not self.known(name):
            findings.add(UNKNOWN, expression, "", type=type_shown(name), hint=self._hint(name))
            return
        linked = self.linker.type(str(name))
        if linked is not None and (failed or not self.base_passes(node)):
            self._explain_root(node, linked, expression, findings, str(name))

    def _explain_root(self, node: Node, linked: Linked, expression: str, findings: Findings, shown: str) -> None:
        """Report what is wrong by `linked`; where that has no end (a profile that leads to itself), that."""
        first, profile, resource = len(findings.issues), findings.profile, findings.resource
        try:
            self.explainer.root(node, linked, expression, findings)
        except RecursionError:
            del findings.issues[first:]
            findings.profile, findings.resource = profile, resource
            _endless(findings, expression, shown)

    def _hint(self, name: object) -> str:
        if not isinstance(name, str) or not name:
            return ""
        near = name[:1].upper() + name[1:]
        if self.known(near):
            return f" ({near}?)"
        close = next(filter(self.known, self._near.types(name)), "")
        return f" ({close}?)" if close else ""

    def explain_profile(
        self, node: Node, url: str, expression: str, findings: Findings, claim: bool = True, whole: bool = False
    ) -> Linked | None:
        """Report what is wrong with `node` as an instance of the profile; the profile, where it could be used.

        What was already reported against the base or another profile is not said again, unless it is a rule of
        each of them (cardinality, slices, fixed values). claim: the resource names the profile itself. whole: the
        profile stands for the base too, so that nothing is said twice.
        """
        linked = self.linker.profile(url)
        shown = _shown_url(url)
        place = child(child(expression, "meta"), "profile")
        if linked is None:
            severity = self.linker.around.settings.unknown_profile
            if severity != "ignore":
                findings.add(PROFILE_UNKNOWN, place, "", severity=severity, profile=shown, hint=self._near.hint(url))
            return None
        if linked.compiled is None or linked.shape is None:
            findings.add(PROFILE_UNUSABLE, place, "", profile=shown, fault=linked.fault)
            return None
        name = node.get("resourceType")
        if self._says_no_more(linked, name) or not self.known(name):  # an unknown type is said by the base
            return linked
        if linked.compiled.type != name:
            at = place if claim else expression
            findings.add(PROFILE_TYPE, at, "", profile=shown, expected=linked.compiled.type, type=type_shown(name))
        elif not self._asked_once(node, linked, linked.shape.gate):
            said = {statement(issue, whole) for issue in findings.issues}
            first = len(findings.issues)
            self._explain_root(node, linked, expression, findings, shown)
            findings.issues[first:] = not_said(findings.issues[first:], said, whole)
        return linked


def _shown_url(url: str) -> str:
    """A canonical out of the data as it may be shown: not words that stand in its place."""
    if any(each.isspace() for each in url):
        return "(no URL)"
    return url if len(url) <= 200 else url[:200] + "..."


def _endless(findings: Findings, expression: str, profile: str) -> None:
    """Report that a check came to no end: what could not be checked never looks like valid."""
    findings.add(PROFILE_UNUSABLE, expression, "", severity="error", profile=profile, fault=ENDLESS)
