"""A StructureDefinition fits the definition that it derives from: type, kind, and all that its differential says."""

from typing import Any

from fhircheck.definitions.canonical import TYPE_PREFIX
from fhircheck.definitions.snapshot.generator import SnapshotGenerator
from fhircheck.definitions.snapshot.node import flattened
from fhircheck.definitions.snapshot.review import Review, review
from fhircheck.model.errors import DefinitionUnusable
from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, item, shown_term
from fhircheck.model.plural import filled
from fhircheck.validate.lenient import Node, member, numbered, objects, strings, text
from fhircheck.validate.rules.rule import Subject

PROFILING = "http://hl7.org/fhir/R4/profiling.html"
CLAUSE = "http://hl7.org/fhir/R4/structuredefinition.html#derivation"
KEPT = "structure-definition-review"

BASE_UNKNOWN = IssueKind(
    name="structure-base-unknown",
    severity="warning",
    code="not-found",
    summary="The definition that a StructureDefinition derives from is not known.",
    why="Whether it fits its base could not be checked.",
    clause="http://hl7.org/fhir/R4/structuredefinition-definitions.html#StructureDefinition.baseDefinition",
    fix="Load the base with --package or --profile, or correct the URL.",
    english="Base {base} is not known: the differential was not checked",
    german="Basis {base} ist nicht bekannt: das Differential wurde nicht geprüft",
    failing='{"resourceType": "StructureDefinition", "baseDefinition": "http://example.org/none"}',
    passing='{"resourceType": "StructureDefinition", "baseDefinition":'
    ' "http://hl7.org/fhir/StructureDefinition/Patient"}',
)
DERIVATION = IssueKind(
    name="structure-derivation",
    severity="error",
    code="invalid",
    summary="Type, kind or derivation of a StructureDefinition do not fit its base.",
    why="What it is about is not clear, so nothing can be held to it.",
    clause=CLAUSE,
    fix="A constraint has the type and kind of its base; a specialization has a type of its own.",
    english="{property} is {stated}, but the base has {base}",
    german="{property} ist {stated}, aber die Basis hat {base}",
    failing='{"resourceType": "StructureDefinition", "derivation": "constraint", "type": "Observation",'
    ' "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient"}',
    passing='{"resourceType": "StructureDefinition", "derivation": "constraint", "type": "Patient",'
    ' "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient"}',
)
TYPE = IssueKind(
    name="structure-type",
    severity="error",
    code="invalid",
    summary="A StructureDefinition defines a type that it must not define, or constrains one that is not there.",
    why="FHIR's own names are for FHIR's own types; another type needs a URL.",
    clause="http://hl7.org/fhir/R4/structuredefinition-definitions.html#StructureDefinition.type",
    fix="Constrain the type of FHIR, or name a type of your own by a URL.",
    english="Type {type} is not allowed here: {reason}",
    german="Typ {type} ist hier nicht erlaubt: {reason}",
    failing='{"resourceType": "StructureDefinition", "kind": "logical", "type": "Boo"}',
    passing='{"resourceType": "StructureDefinition", "kind": "logical", "type": "http://example.org/Boo"}',
)
NAMESPACE = IssueKind(
    name="structure-type-namespace",
    severity="warning",
    code="invalid",
    summary="The type that a StructureDefinition defines has another namespace than its URL.",
    why="Who defines the type cannot be seen from its name.",
    clause="http://hl7.org/fhir/R4/structuredefinition-definitions.html#StructureDefinition.type",
    fix="Give type and url the same beginning.",
    english="The namespace of the type {type} is not that of the url {url}",
    german="Der Namensraum des Typs {type} ist nicht der der url {url}",
    failing='{"url": "http://example.org/a", "type": "http://example.com/a", "derivation": "specialization"}',
    passing='{"url": "http://example.org/a", "type": "http://example.org/a", "derivation": "specialization"}',
)
NO_SNAPSHOT = IssueKind(
    name="structure-no-snapshot",
    severity="error",
    code="exception",
    summary="No snapshot can be made of a StructureDefinition.",
    why="Nothing can be checked by it.",
    clause=f"{PROFILING}#snapshot",
    fix="Correct what the differential says of the element that is named.",
    english="No snapshot can be made: {fault}",
    german="Es lässt sich kein Snapshot bilden: {fault}",
    failing='{"differential": {"element": [{"path": "Observation.valueBla"}]}}',
    passing='{"differential": {"element": [{"path": "Observation.valueQuantity"}]}}',
)
UNMATCHED = IssueKind(
    name="structure-unmatched-element",
    severity="error",
    code="invalid",
    summary="An element of a differential matches nothing in its base, or stands out of its order.",
    why="What it asks for is never checked.",
    clause=f"{PROFILING}#snapshot",
    fix="Name an element of the base, and keep the order of the base.",
    english="Matches nothing in the base (the order matters): {what} of the differential",
    german="Ohne Entsprechung in der Basis (die Reihenfolge zählt): {what} des Differentials",
    failing='{"differential": {"element": [{"path": "Patient.birthDate"}, {"path": "Patient.name"}]}}',
    passing='{"differential": {"element": [{"path": "Patient.name"}, {"path": "Patient.birthDate"}]}}',
)
WIDER = IssueKind(
    name="structure-wider-than-base",
    severity="error",
    code="business-rule",
    summary="An element of a profile allows what its base does not allow.",
    why="What conforms to a profile must conform to its base; here it would not.",
    clause=f"{PROFILING}#profiling",
    fix="Only narrow what the base allows.",
    english="Element {element}: {facet} {stated} is wider than {base} in the base",
    german="Element {element}: {facet} {stated} ist weiter als {base} in der Basis",
    failing='{"differential": {"element": [{"path": "Observation.status", "min": 0}]}}',
    passing='{"differential": {"element": [{"path": "Observation.status", "min": 1}]}}',
)
FIXED = IssueKind(
    name="structure-fixed-value-changed",
    severity="error",
    code="value",
    summary="A profile fixes a value that its base fixes to another one.",
    why="Nothing can conform to both.",
    clause="http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.fixed_x_",
    fix="Keep the value of the base, or derive from another base.",
    english="Element {element} is fixed to another value than in the base",
    german="Element {element} ist auf einen anderen Wert festgelegt als in der Basis",
    failing='{"differential": {"element": [{"path": "Extension.url", "fixedUri": "http://example.org/derived"}]}}',
    passing='{"differential": {"element": [{"path": "Extension.url", "fixedUri": "http://example.org/base"}]}}',
)
SLICING = IssueKind(
    name="structure-slicing",
    severity="error",
    code="business-rule",
    summary="Slices of an element are not set up, there twice, or sliced again by other rules.",
    why="Which items of the data belong to which slice cannot be told.",
    clause=f"{PROFILING}#slicing",
    fix="Define slicing at the element first, name each slice once, slice again by the same rules.",
    english="Element {element}: {fault}",
    german="Element {element}: {fault}",
    failing='{"differential": {"element": [{"path": "Patient.identifier", "sliceName": "a"}]}}',
    passing='{"differential": {"element": [{"path": "Patient.identifier", "slicing": {"discriminator":'
    ' [{"type": "value", "path": "system"}], "rules": "open"}}, {"path": "Patient.identifier", "sliceName": "a"}]}}',
)


def reviewed(subject: Subject) -> Review | None:
    """The review of the subject's differential; None where it has none to hold to a base. Made once a resource."""
    kept = subject.profiles.kept
    last = kept.get(KEPT)
    if isinstance(last, tuple) and last[0] is subject.node:
        found: Review | None = last[1]
        return found
    made = _review(subject)
    kept[KEPT] = (subject.node, made)
    return made


def _review(subject: Subject) -> Review | None:
    node = subject.node
    if text(node, "derivation") != "constraint" or not isinstance(node.get("differential"), dict):
        return None
    fault = _unreadable(node)
    if fault:
        return Review(fault)
    return review(node, subject.around.definitions, _generator(subject))


def _generator(subject: Subject) -> SnapshotGenerator:
    found = subject.profiles.kept.get(f"{KEPT}-generator")
    if not isinstance(found, SnapshotGenerator):
        found = subject.profiles.kept[f"{KEPT}-generator"] = SnapshotGenerator(subject.around.definitions)
    return found


def base_elements(subject: Subject) -> list[Node]:
    """The elements of what the subject derives from; none where that is not known."""
    try:
        return list(flattened(_generator(subject).base(subject.node)))
    except (DefinitionUnusable, TypeError, AttributeError, ValueError, KeyError):
        return []


class StructureDerivation:
    """Type, kind and differential against the base."""

    name = "structure-definition-derivation"
    summary = "A StructureDefinition fits its base, and only narrows it."
    clause = CLAUSE
    types: frozenset[str] | None = frozenset({"StructureDefinition"})
    kinds: tuple[IssueKind, ...] = (
        BASE_UNKNOWN, DERIVATION, TYPE, NAMESPACE, NO_SNAPSHOT, UNMATCHED, WIDER, FIXED, SLICING,
    )  # fmt: skip

    def check(self, subject: Subject) -> None:
        """Check one StructureDefinition."""
        _type(subject)
        fault = _unreadable(subject.node)
        if fault:
            subject.findings.add(NO_SNAPSHOT, subject.expression, "StructureDefinition", fault=fault)
            return
        canonical = text(subject.node, "baseDefinition")
        base = subject.around.definitions.find(canonical, "StructureDefinition") if canonical else None
        if base is None or canonical == subject.node.get("url"):
            shown = shown_term(canonical or "(none)")
            subject.findings.add(BASE_UNKNOWN, subject.expression, "StructureDefinition.baseDefinition", base=shown)
        elif _fits(subject, base):
            found = reviewed(subject)
            if found is not None:
                _report(subject, found)


def _type(subject: Subject) -> None:
    """What a StructureDefinition may define or constrain."""
    node, name = subject.node, text(subject.node, "type")
    if not name:
        return
    place = child(subject.expression, "type")
    url, derivation = text(node, "url"), text(node, "derivation")
    if ":" in name:
        if derivation == "specialization" and url.rpartition("/")[0] != name.rpartition("/")[0]:
            subject.findings.add(
                NAMESPACE, place, "StructureDefinition.type", type=shown_term(name), url=shown_term(url)
            )
        return
    reason = ""
    if "." in name and subject.around.types.type(name.partition(".")[0]) is not None:
        return  # an element by itself, as data element definitions name it
    if subject.around.definitions.structure(name) is None:
        reason = "FHIR defines no such type; another type needs a URL"
    elif derivation != "constraint" and url != TYPE_PREFIX + name:
        reason = "a type of FHIR can only be constrained"
    if reason:
        subject.findings.add(TYPE, place, "StructureDefinition.type", type=shown_term(name), reason=reason)


def _fits(subject: Subject, base: Node) -> bool:
    """Whether derivation, kind and type fit the base, so that the differential can be looked at."""
    node, before = subject.node, len(subject.findings.issues)
    derivation, kind, name = text(node, "derivation"), text(node, "kind"), text(node, "type")
    if not derivation:
        _misfit(subject, "derivation", "missing", f"the url {base.get('url')}")
    elif derivation == "specialization" and name and name == base.get("type"):
        _misfit(subject, "type", name, f"the same type {name}")
    elif derivation == "constraint":
        own = subject.around.definitions.structure(name) if name and ":" not in name else None
        if kind and kind != base.get("kind") and base.get("abstract") is not True:
            _misfit(subject, "kind", kind, str(base.get("kind")))
        if kind and own is not None and kind != own.get("kind"):
            _misfit(subject, "kind", kind, f"the type {name} of the kind {own.get('kind')}")
        if name and name != base.get("type"):
            _misfit(subject, "type", name, str(base.get("type")))
            fault = f"the base is for {shown_term(str(base.get('type')))}"
            subject.findings.add(NO_SNAPSHOT, subject.expression, "StructureDefinition", fault=fault)
    return len(subject.findings.issues) == before


def _misfit(subject: Subject, name: str, stated: str, base: str) -> None:
    place, definition = subject.expression, f"StructureDefinition.{name}"
    subject.findings.add(DERIVATION, place, definition, property=name, stated=shown_term(stated), base=base)


def _without_words(fault: str, node: Node) -> str:
    """`fault` without what stands in `node` in place of a path, a name or a URL: words may say anything."""
    elements = [each for _, each in numbered(member(node, "differential"), "element")]
    holders = [node, *elements, *(type_ for each in elements for _, type_ in numbered(each, "type"))]
    words = {each for holder in holders for each in holder.values() if each.__class__ is str and " " in each.strip()}
    for each in sorted(words, key=len, reverse=True):
        fault = fault.replace(each, "(text)")
    return fault


def _report(subject: Subject, found: Review) -> None:
    """Report what the review of the differential found."""
    add, root = subject.findings.add, subject.expression
    definition = "StructureDefinition.differential.element"
    if found.fault:
        add(NO_SNAPSHOT, root, "StructureDefinition", fault=_without_words(found.fault, subject.node))
        return
    for index in found.unmatched:
        add(UNMATCHED, _element(root, "differential", index), definition, what=f"Element {index}")
    if found.unmatched:
        add(
            UNMATCHED,
            root,
            definition,
            what=filled("{count} {count:element|elements}", {"count": len(found.unmatched)}),
        )
    for path, each in found.complaints:
        stated, base = shown_term(str(each.stated)), shown_term(str(each.base))
        add(WIDER, root, definition, element=shown_term(path), facet=each.facet, stated=stated, base=base)
    for path in found.conflicts:
        add(FIXED, path, definition, element=path)
    for path in found.resliced:
        add(SLICING, root, definition, element=path, fault="a slice is sliced by other rules than the element")
    _slices(subject, found)


def _slices(subject: Subject, found: Review) -> None:
    root, definition = subject.expression, "StructureDefinition.differential.element"
    for index in found.unsliced:
        path = str(found.snapshot[index].get("path"))
        place, fault = _element(root, "snapshot", index), "there is a slice without slicing"
        subject.findings.add(SLICING, place, definition, element=shown_term(path), fault=fault)
    for index in found.repeated:
        path = str(found.snapshot[index - 1].get("path"))
        add = subject.findings.add
        add(SLICING, root, definition, element=path, fault="two of its slices have one name")
        add(SLICING, root, definition, element=path, fault="two of its slices have one id")
        place = _element(root, "snapshot", index)
        add(SLICING, place, definition, element=path, fault="there is a slice of this name before it")


def _element(root: str, view: str, index: int) -> str:
    return item(child(child(root, view), "element"), index)


CODES: tuple[tuple[str, frozenset[str]], ...] = (
    ("status", frozenset({"draft", "active", "retired", "unknown"})),
    ("kind", frozenset({"primitive-type", "complex-type", "resource", "logical"})),
    ("derivation", frozenset({"specialization", "constraint"})),
)
DISCRIMINATORS = frozenset({"value", "exists", "pattern", "type", "profile", "position"})
RULES = frozenset({"open", "closed", "openAtEnd"})
STRENGTHS = frozenset({"required", "extensible", "preferred", "example"})
SEVERITIES = frozenset({"error", "warning"})
AGGREGATIONS = frozenset({"contained", "referenced", "bundled"})
REPRESENTATIONS = frozenset({"xmlAttr", "xmlText", "typeAttr", "cdaText", "xhtml"})


def _unreadable(node: Node) -> str:
    """A code that means nothing where the meaning of the whole definition depends on it, empty where there is none."""
    for name, allowed in CODES:
        if node.get(name) is not None and text(node, name) not in allowed:
            return f"the code of {name} has no meaning"
    for view in ("differential", "snapshot"):
        for index, element in numbered(member(node, view), "element"):
            wrong = _unreadable_element(element)
            if wrong:
                return f"the code of {wrong} in element {index} of the {view} has no meaning"
    return ""


def _unreadable_element(element: Node) -> str:
    slicing, binding = member(element, "slicing"), member(element, "binding")
    checks: list[tuple[str, Any, frozenset[str]]] = [
        ("slicing.rules", slicing.get("rules"), RULES),
        ("binding.strength", binding.get("strength"), STRENGTHS),
        *(
            ("slicing.discriminator.type", each.get("type"), DISCRIMINATORS)
            for each in objects(slicing, "discriminator")
        ),
        *(
            ("type.aggregation", mode, AGGREGATIONS)
            for each in objects(element, "type")
            for mode in strings(each, "aggregation")
        ),
        *(("constraint.severity", each.get("severity"), SEVERITIES) for each in objects(element, "constraint")),
        *(("representation", each, REPRESENTATIONS) for each in strings(element, "representation")),
    ]
    return next(
        (
            name
            for name, code, allowed in checks
            if code is not None and not (isinstance(code, str) and code in allowed)
        ),
        "",
    )
