"""Record + compiled profiles -> checked resources: the record's own and those of a Bundle's entries."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from fhircheck.assertions.assertion import LEAST_STEPS, MOST, STEPS_A_BYTE, Findings, TooManyFindings
from fhircheck.compile.gates import passes
from fhircheck.compile.linker import Linker
from fhircheck.model.issue import ERRORS, Issue, Place, has_error
from fhircheck.model.path import child, item, without_indexes
from fhircheck.model.record import Record
from fhircheck.model.scope import Scope
from fhircheck.transport.record_reader import locator_for
from fhircheck.validate import finding_limit, text_quality
from fhircheck.validate.checked import Checked, ProfileCheck, reject_misread, with_form
from fhircheck.validate.fhir_version import recognise
from fhircheck.validate.profile_selection import NOT_IN_FORCE, ProfileSelection, Selection
from fhircheck.validate.reading import ENTRY, Reading
from fhircheck.validate.resource_check import ResourceCheck
from fhircheck.validate.resource_parts import filled_entries, label
from fhircheck.validate.statements import OF_FORM, not_said, statement, without_echoes

SPLIT = "bundle-split"
PLAIN = ("resource", "ndjson")

Clean = tuple[str, tuple[tuple[str, str], ...]]
"""Resource type, and (canonical, how it was chosen) of the profiles that it holds."""


class Validator:
    """Checks records against their types, the profiles they claim and the profiles asked for.

    asked: canonicals; each applies to resources of its own type. locate: find line and column of
    findings. One object for each process.
    """

    def __init__(self, linker: Linker, asked: Iterable[str] = (), locate: bool = True) -> None:
        self._check = ResourceCheck(linker)
        self._around = linker.around
        self._linker = linker
        self._locate = locate
        self._selection = ProfileSelection(linker, asked, linker.around.settings)
        self._present: dict[str, Any] | None = None
        self._skips_unknown = linker.around.settings.unknown_profile == "ignore"

    def ask(self, profiles: Iterable[str]) -> None:
        """From the next record on, check resources against `profiles` instead of those asked for before."""
        self._selection = ProfileSelection(self._linker, profiles, self._around.settings)

    def check(self, record: Record) -> list[Checked]:
        """All resources of `record` with their findings; none where it could not be read as one."""
        if record.node is None:
            return []
        found = self._resources(record, record.node)
        kinds = {issue.kind for checked in found for issue in checked.issues}
        misformed = bool(kinds & OF_FORM) and finding_limit.KIND.name not in kinds
        if misformed:
            found = self._read_again(record, record.node, found)
        if text_quality.faulty(record.data, record.node):
            self._texts(record, found)
        if record.issues:
            reject_misread(record.issues, found)
        if self._locate:
            _locate(record, found)
            if misformed:
                for checked in found:
                    checked.issues.sort(key=lambda issue: (issue.place.line, issue.place.column))
        return found

    def _resources(self, record: Record, node: dict[str, Any]) -> list[Checked]:
        """The resources in `node`, which is what `record` holds."""
        self._begin(node, len(record.data))
        found: list[Checked] = []
        if record.form == "bundle-entries":
            self._split_entry(found, record, node)
        else:
            split = record.form == "bundle-shell"
            self._resource(found, record, Scope(node, node, record.root, split=split))
        return found

    def _read_again(self, record: Record, node: dict[str, Any], found: list[Checked]) -> list[Checked]:
        """The resources of a record whose form is wrong: what is wrong about its form, and about what can be read."""
        try:
            kind = ENTRY if record.form == "bundle-entries" else "Resource"
            reading = Reading(self._around.types, node, record.root, kind)
        except RecursionError:
            return found
        if reading.node == node:
            return found
        with self._linker.quiet():
            again = self._resources(record, reading.node)
        return with_form(found, again, reading.place)

    def clean(self, record: Record) -> list[Clean] | None:
        """The resources of a record about which nothing is to be said: type and claims of each; None for all others.

        The short way for validation alone: what it answers, `check` answers too.
        """
        node = record.node
        if node is None or record.issues or record.form not in PLAIN:
            return None
        self._begin(node, len(record.data))
        found: list[Clean] = []
        if not self._clean(Scope(node, node, record.root), found) or text_quality.faulty(record.data, node):
            return None
        return found

    def _begin(self, node: dict[str, Any], size: int) -> None:
        """Forget the record before, unless `node` is still the same: what `clean` found out serves `check`.

        size: of the record, in bytes.
        """
        if node is not self._present:
            self._around.steps = LEAST_STEPS + STEPS_A_BYTE * size
            self._present = node
            self._check.forget()

    def _is_sound(self, node: dict[str, Any], claims: Sequence[tuple[str, str]]) -> bool:
        return self._check.sound(node, [url for url, _ in claims])

    def _clean(self, scope: Scope, found: list[Clean]) -> bool:
        node = scope.resource
        self._around.scope = scope
        claims, outdated = self._selection.of(node, scope.bundle)
        if outdated or (self._skips_unknown and not all(self._usable(url) for url, _ in claims)):
            return False
        if not self._is_sound(node, claims) or self._check.by_rules(scope):
            return False
        name = node["resourceType"]
        found.append((name, claims))
        return name != "Bundle" or all(self._clean(each, found) for each in entry_scopes(scope))

    def _usable(self, url: str) -> bool:
        linked = self._linker.profile(url)
        return linked is not None and linked.compiled is not None

    def _resource(
        self, found: list[Checked], record: Record, scope: Scope, full_url: Any = None, bundle: int | None = None
    ) -> None:
        """Check the resource of `scope` and, for a Bundle, those of its entries; all are added to `found`."""
        node = scope.resource
        self._around.scope = scope
        checked = Checked(record.source, record.record, node, scope.expression, label(node), full_url, bundle)
        self._against_all(checked, scope, record.form == "bundle-shell")
        found.append(checked)
        first = len(found)
        for inner in entry_scopes(scope):
            self._resource(found, record, inner, inner.full_url or None, record.record)
        if checked.issues and len(found) > first:  # what a slice of the Bundle asks of an entry, the entry claims too
            said = {statement(issue) for entry in found[first:] for issue in entry.issues}
            checked.issues = [issue for issue in checked.issues if statement(issue) not in said]

    def _split_entry(self, found: list[Checked], record: Record, entry: dict[str, Any]) -> None:
        """One entry of a Bundle that was split while it was read."""
        base = self._linker.type("Bundle")
        shape = base.shape if base else None
        slot = shape.slots.get("entry") if shape else None
        checked = Checked(record.source, record.record, {}, record.root, "")
        if base is not None and slot is not None and not passes(self._linker.item_gate(slot, base), entry):
            findings = Findings(base.compiled.canonical if base.compiled else "", "")
            try:
                self._check.explainer.value(entry, slot, base, record.root, findings)
            except TooManyFindings:
                finding_limit.cut_off(findings, record.root)
            self._finish(checked, findings.issues)
        found.append(checked)
        inner = entry.get("resource")
        if inner.__class__ is dict:
            scope = Scope(inner, inner, f"{record.root}.resource", full_url=str(entry.get("fullUrl", "")), split=True)
            self._resource(found, record, scope, entry.get("fullUrl"), -1)

    def _against_all(self, checked: Checked, scope: Scope, split: bool) -> None:
        """Check against the type, then the claimed profiles, then those asked for, then by the rules."""
        self._against_definitions(checked, split)
        if checked.version:
            return
        issues = self._check.by_rules(scope)
        if issues:
            self._finish(checked, not_said(issues, {statement(issue) for issue in checked.issues}))
            checked.issues = without_echoes(checked.issues)

    def _against_definitions(self, checked: Checked, split: bool) -> None:
        node = checked.node
        claims, outdated = self._selection.of(node, self._around.scope.bundle)
        name = node.get("resourceType")
        if not outdated and self._is_sound(node, () if split else claims) and not (split and claims):
            checked.profiles.append(ProfileCheck(str(name), "base", True, True))
            checked.profiles += [ProfileCheck(url, how, known := self._usable(url), known) for url, how in claims]
            return
        findings = Findings(resource=checked.resource)
        with self._linker.quiet():
            try:
                self._explain(checked, str(name), Selection(claims, outdated), split, findings)
            except TooManyFindings:
                finding_limit.cut_off(findings, checked.root)
                self._linker.count_undecided(finding_limit.KIND.name, str(name))
                checked.profiles = [ProfileCheck(str(name), "base", True, False)]
                for url, how in claims:
                    self._linker.count_undecided(finding_limit.KIND.name, url)
                    checked.profiles.append(ProfileCheck(url, how, False, False))
        if findings.issues and not checked.version:
            self._finish(checked, findings.issues)

    def _explain(self, checked: Checked, name: str, chosen: Selection, split: bool, findings: Findings) -> None:
        """Report against the type, then against each profile chosen, then what is wrong about the choice."""
        alone = not chosen.claims and not chosen.outdated
        self._check.explain_base(checked.node, checked.root, findings, failed=alone)
        if findings.issues and self._other_version(checked, findings):
            return
        if self._check.known(name):
            checked.profiles.append(ProfileCheck(name, "base", True, not findings.issues))
        for url, how in chosen.claims:
            self._against_profile(checked, url, how, split, findings)
        for fault in chosen.outdated:
            findings.add(NOT_IN_FORCE, child(child(checked.root, "meta"), "profile"), "", **fault._asdict())

    def _against_profile(self, checked: Checked, url: str, how: str, split: bool, findings: Findings) -> None:
        if split:
            self._linker.count_undecided(SPLIT, url)
            checked.profiles.append(ProfileCheck(url, how, False, False))
            return
        base_valid = not has_error(findings.issues)
        before = len(findings.issues)
        whole = how in ("asked", "mapped")
        linked = self._check.explain_profile(checked.node, url, checked.root, findings, how == "meta", whole)
        valid = base_valid and not has_error(findings.issues[before:])
        checked.profiles.append(ProfileCheck(url, how, linked is not None, linked is not None and valid))

    def _other_version(self, checked: Checked, findings: Findings) -> bool:
        """Whether the resource is of another FHIR version: then that is all that is said of it."""
        unknown = [
            str(dict(issue.params)["name"])
            for issue in findings.issues
            if issue.kind == "unknown-element" and issue.place.expression == checked.root
        ]
        seen = recognise(checked.node, unknown)
        if seen is None:
            return False
        checked.version, checked.evidence = seen
        checked.valid = None
        return True

    def _finish(self, checked: Checked, issues: list[Issue]) -> None:
        """Give the findings their source, and the resource its verdict."""
        source, record = checked.source, checked.record
        for issue in issues:
            place = issue.place
            checked.issues.append(issue.at(Place(source, record, place.resource, place.expression)))
        checked.valid = not has_error(checked.issues)

    def _texts(self, record: Record, found: list[Checked]) -> None:
        """Report faults of texts, each at its innermost resource."""
        roots = sorted(found, key=lambda each: -len(each.root))
        for number, (expression, (kind, shown)) in enumerate(text_quality.find(record.node, record.root)):
            if number >= MOST:
                found[0].issues.append(finding_limit.cut(found[0].place(found[0].root)))
                found[0].reject()
                break
            owner = next((each for each in roots if expression.startswith(each.root)), None)
            if owner is None:
                continue
            place = owner.place("")._replace(expression=expression)
            definition = without_indexes(expression.replace(owner.root, owner.resource.partition("/")[0], 1))
            owner.issues.append(Issue(kind.name, kind.severity, place, shown, definition=definition))
            if kind.severity in ERRORS:
                owner.reject()


def entry_scopes(scope: Scope) -> Iterator[Scope]:
    """The scope of every entry's resource, where that of `scope` is a Bundle."""
    for index, entry in filled_entries(scope.resource):
        place, full_url = f"{item(child(scope.expression, 'entry'), index)}.resource", entry.get("fullUrl")
        resource, url = entry["resource"], full_url if full_url.__class__ is str else ""
        yield Scope(resource, resource, place, scope.resource, index, url, scope)


def _locate(record: Record, found: list[Checked]) -> None:
    """Look up line and column of every finding: the record's text is scanned once."""
    locator = None
    for checked in found:
        for index, issue in enumerate(checked.issues):
            source, number, resource, expression, _, line, _ = issue.place
            if line:
                continue
            locator = locator or locator_for(record)
            line, column = locator.in_source(record, expression)
            checked.issues[index] = issue.at(Place(source, number, resource, expression, record.offset, line, column))
