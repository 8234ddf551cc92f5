"""The elements of a StructureDefinition, one by one: paths, types with their profiles, bindings, values, slicing."""

from collections.abc import Iterator
from typing import Any

from fhircheck.definitions.snapshot.differential import root_name
from fhircheck.model.issue import IssueKind
from fhircheck.model.path import child, item, shown_name, shown_term
from fhircheck.validate.lenient import PRIMITIVES, Node, member, numbered, strings, text
from fhircheck.validate.rules.rule import Subject

ELEMENT = "http://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition"
DEFINITION = "StructureDefinition.differential.element"
BINDABLE = frozenset({"code", "Coding", "CodeableConcept", "CodeableReference", "Quantity", "string", "uri"})
QUANTITIES = frozenset({"Quantity", "SimpleQuantity", "MoneyQuantity", "Age", "Count", "Distance", "Duration", "Money"})
TARGETED = frozenset({"Reference", "canonical", "CodeableReference"})
RANGED = QUANTITIES | frozenset(
    {"date", "dateTime", "instant", "time", "decimal", "integer", "integer64", "positiveInt", "unsignedInt"}
)

PATH = IssueKind(
    name="structure-path-root",
    severity="error",
    code="invalid",
    summary="The path of an element does not begin with the type that the StructureDefinition is about.",
    why="It names no element of that type.",
    clause=f"{ELEMENT}.path",
    fix="Begin the path with the type.",
    english="The path {path} does not begin with {type}",
    german="Der Pfad {path} beginnt nicht mit {type}",
    failing='{"type": "Patient", "differential": {"element": [{"path": "Observation.status"}]}}',
    passing='{"type": "Patient", "differential": {"element": [{"path": "Patient.name"}]}}',
)
ROOT_SLICED = IssueKind(
    name="structure-root-sliced",
    severity="error",
    code="invalid",
    summary="The root element of a StructureDefinition is sliced.",
    why="There is only one root, so there is nothing to slice.",
    clause="http://hl7.org/fhir/R4/profiling.html#slicing",
    fix="Remove the slicing, or slice an element below the root.",
    english="The root {path} must not be sliced",
    german="Die Wurzel {path} darf nicht gesliced werden",
    failing='{"differential": {"element": [{"path": "Extension", "slicing": {"rules": "open"}}]}}',
    passing='{"differential": {"element": [{"path": "Extension.extension", "slicing": {"rules": "open"}}]}}',
)
NOT_SLICEABLE = IssueKind(
    name="structure-single-sliced",
    severity="error",
    code="invalid",
    summary="An element that can be there only once is sliced, though it is no choice of types.",
    why="Slices tell several values of an element apart; here there is never more than one.",
    clause="http://hl7.org/fhir/R4/profiling.html#slicing",
    fix="Remove the slicing, and constrain the element itself.",
    english="The element {path} is there once at most, so it must not be sliced",
    german="Das Element {path} gibt es höchstens einmal, es darf nicht gesliced werden",
    failing='{"type": "Patient", "differential": {"element":'
    ' [{"path": "Patient.gender", "slicing": {"rules": "open"}}]}}',
    passing='{"type": "Patient", "differential": {"element":'
    ' [{"path": "Patient.name", "slicing": {"rules": "open"}}]}}',
)
IRRELEVANT = IssueKind(
    name="structure-facet-not-relevant",
    severity="error",
    code="invalid",
    summary="An element is bound, bounded or given targets, although none of its types can be.",
    why="What is asked for can never be checked.",
    clause=f"{ELEMENT}.binding",
    fix="Remove it, or choose a type that it is made for.",
    english="{facet} means nothing for the types {types}",
    german="{facet} bedeutet nichts für die Typen {types}",
    failing='{"path": "Patient.birthDate", "type": [{"code": "date"}], "binding": {"strength": "required"}}',
    passing='{"path": "Patient.gender", "type": [{"code": "code"}], "binding": {"strength": "required"}}',
)
PROFILE = IssueKind(
    name="structure-type-profile",
    severity="error",
    code="invalid",
    summary="A profile on the type of an element, or of what it refers to, is for something else.",
    why="No value can conform to both.",
    clause=f"{ELEMENT}.type.profile",
    fix="Name a profile of the element's type; one for resources among the targets of a reference.",
    english="Profile {profile} is for {found}, not for {expected}",
    german="Profil {profile} gilt für {found}, nicht für {expected}",
    failing='{"path": "Observation.valueQuantity", "type": [{"code": "Quantity", "profile":'
    ' ["http://hl7.org/fhir/StructureDefinition/Count"]}]}',
    passing='{"path": "Observation.valueQuantity", "type": [{"code": "Quantity", "profile":'
    ' ["http://hl7.org/fhir/StructureDefinition/SimpleQuantity"]}]}',
)
PROFILE_UNKNOWN = IssueKind(
    name="structure-type-profile-unknown",
    severity="warning",
    code="not-found",
    summary="A profile on the type of an element, or of what it refers to, is not known.",
    why="Whether it fits the element could not be checked.",
    clause=f"{ELEMENT}.type.profile",
    fix="Load the profile with --package or --profile, or correct the URL.",
    english="Profile {profile} is not known",
    german="Profil {profile} ist nicht bekannt",
    failing='{"type": [{"code": "Reference", "targetProfile": ["http://example.org/none"]}]}',
    passing='{"type": [{"code": "Reference", "targetProfile": ["http://hl7.org/fhir/StructureDefinition/Patient"]}]}',
)
NOT_VALUE_SET = IssueKind(
    name="structure-binding-not-value-set",
    severity="error",
    code="invalid",
    summary="An element is bound to something that is no value set.",
    why="Which codes are allowed cannot be told.",
    clause=f"{ELEMENT}.binding.valueSet",
    fix="Bind to a value set of the code system.",
    english="{canonical} is a {type}, no value set",
    german="{canonical} ist: {type}, kein Value Set",
    failing='{"binding": {"strength": "required", "valueSet": "http://hl7.org/fhir/administrative-gender"}}',
    passing='{"binding": {"strength": "required", "valueSet": "http://hl7.org/fhir/ValueSet/administrative-gender"}}',
)
VALUE_SET_UNKNOWN = IssueKind(
    name="structure-binding-unknown",
    severity="warning",
    code="not-found",
    summary="An element is bound to a value set that is not known.",
    why="Which codes are allowed cannot be told.",
    clause=f"{ELEMENT}.binding.valueSet",
    fix="Load the package that defines the value set, or correct the URL.",
    english="Value set {canonical} is not known",
    german="Value Set {canonical} ist nicht bekannt",
    failing='{"binding": {"strength": "required", "valueSet": "http://example.org/none"}}',
    passing='{"binding": {"strength": "required", "valueSet": "http://hl7.org/fhir/ValueSet/administrative-gender"}}',
)
NO_TYPE = IssueKind(
    name="structure-element-without-type",
    severity="error",
    code="invalid",
    summary="An element of a snapshot has neither types nor content by reference.",
    why="What its value may be cannot be told.",
    clause=f"{ELEMENT}.type",
    fix="State its types.",
    english="Element {element} has no type",
    german="Element {element} hat keinen Typ",
    failing='{"snapshot": {"element": [{"id": "Patient.birthDate", "path": "Patient.birthDate"}]}}',
    passing='{"snapshot": {"element": [{"path": "Patient.birthDate", "type": [{"code": "date"}]}]}}',
)
VALUE_TYPE = IssueKind(
    name="structure-value-type",
    severity="error",
    code="invalid",
    summary="A fixed value, pattern or default is of a type that the element does not allow.",
    why="No value can be equal to it.",
    clause=f"{ELEMENT}.fixed_x_",
    fix="Give the value in a type of the element.",
    english="The {what} has the type {type}, which is none of {types}",
    german="{what} hat den Typ {type}, der keiner von {types} ist",
    failing='{"path": "Patient.birthDate", "type": [{"code": "date"}], "fixedString": "a"}',
    passing='{"path": "Patient.birthDate", "type": [{"code": "date"}], "fixedDate": "2020-01-01"}',
)
DISCRIMINATOR = IssueKind(
    name="structure-discriminator-path",
    severity="error",
    code="invalid",
    summary="The path of a discriminator names nothing in the extension that is sliced.",
    why="The slices cannot be told apart.",
    clause=f"{ELEMENT}.slicing.discriminator.path",
    fix="Slice extensions by their url.",
    english="The discriminator {path} names no element of {element}",
    german="Der Diskriminator {path} benennt kein Element von {element}",
    failing='{"path": "Patient.extension", "slicing": {"discriminator": [{"type": "value", "path": "type"}]}}',
    passing='{"path": "Patient.extension", "slicing": {"discriminator": [{"type": "value", "path": "url"}]}}',
)


class StructureElements:
    """Every element of differential and snapshot."""

    name = "structure-definition-elements"
    summary = "Elements of a StructureDefinition have paths, types, profiles, bindings and values that fit each other."
    clause = "http://hl7.org/fhir/R4/elementdefinition.html"
    types: frozenset[str] | None = frozenset({"StructureDefinition"})
    kinds: tuple[IssueKind, ...] = (
        PATH, ROOT_SLICED, NOT_SLICEABLE, IRRELEVANT, PROFILE, PROFILE_UNKNOWN, NOT_VALUE_SET, VALUE_SET_UNKNOWN,
        NO_TYPE, VALUE_TYPE, DISCRIMINATOR,
    )  # fmt: skip

    def check(self, subject: Subject) -> None:
        """Check one StructureDefinition."""
        root = root_name({"type": text(subject.node, "type")})
        for view in ("differential", "snapshot"):
            place = child(child(subject.expression, view), "element")
            for index, element in numbered(member(subject.node, view), "element"):
                _Element(subject, element, item(place, index), view == "snapshot").check(root)


class _Element:
    """One element as its rules see it."""

    def __init__(self, subject: Subject, element: Node, place: str, snapshot: bool) -> None:
        self._subject = subject
        self._element = element
        self._place = place
        self._snapshot = snapshot
        self._path = text(element, "path")
        self._codes = [text(each, "code") for _, each in numbered(element, "type") if text(each, "code")]

    def check(self, root: str) -> None:
        """Apply all rules; `root` is the type that paths begin with, empty where it is not known."""
        path = self._path
        if root and path and path != root and not path.startswith(f"{root}."):
            self._add(PATH, self._place, path=shown_term(path), type=shown_term(root))
        if path and "." not in path and "slicing" in self._element:
            self._add(ROOT_SLICED, self._place, path=shown_term(path))
        if "slicing" in self._element and _is_single(self._subject, path):
            self._add(NOT_SLICEABLE, child(self._place, "slicing"), path=shown_term(path))
        self._relevant()
        for index, type_ in numbered(self._element, "type"):
            self._type(type_, item(child(self._place, "type"), index))
        self._binding()
        self._discriminators()
        if self._snapshot and "." in text(self._element, "id"):
            self._values()

    def _add(self, kind: IssueKind, place: str, **shown: Any) -> None:
        self._subject.findings.add(kind, place, DEFINITION, **shown)

    def _relevant(self) -> None:
        """A facet needs a type that it is made for, where types are stated."""
        codes = {code for code in self._codes if ":" not in code}
        if not codes or len(codes) < len(set(self._codes)):
            return
        bound = "binding" in self._element
        if bound and not codes & (BINDABLE | QUANTITIES):
            self._irrelevant("binding", codes)
            if self._snapshot:
                self._add(
                    IRRELEVANT,
                    child(self._place, "binding"),
                    facet="binding",
                    types=", ".join(map(shown_term, sorted(codes))),
                )
        targets = any("targetProfile" in each for _, each in numbered(self._element, "type"))
        if targets and not codes & TARGETED:
            self._irrelevant("targetProfile", codes)
        bounds = any(name.startswith(("minValue", "maxValue")) for name in self._element)
        if bounds and not codes & RANGED:
            self._irrelevant("minValue, maxValue", codes)

    def _irrelevant(self, facet: str, codes: set[str]) -> None:
        self._add(IRRELEVANT, self._place, facet=facet, types=", ".join(map(shown_term, sorted(codes))))

    def _type(self, type_: Node, place: str) -> None:
        code = text(type_, "code")
        if not code or ":" in code:
            return
        for index, url in enumerate(strings(type_, "profile")):
            self._profile(code, url, item(child(place, "profile"), index))
        for index, url in enumerate(strings(type_, "targetProfile")):
            self._target(code, url, item(child(place, "targetProfile"), index))

    def _profile(self, code: str, url: str, place: str) -> None:
        line = list(_types_of(self._subject, url.partition("#")[0]))
        if not line:
            self._add(PROFILE_UNKNOWN, place, profile=shown_term(url))
        elif code not in line:
            self._add(PROFILE, place, profile=shown_term(url), found=line[0], expected=code)
        elif code == "Extension":
            self._modifier(url, place)

    def _modifier(self, url: str, place: str) -> None:
        """An extension that modifies stands among modifierExtension, and no other does."""
        tail = self._path.rpartition(".")[2]
        if tail not in ("extension", "modifierExtension"):
            return
        modifies = _is_modifier(self._subject, url)
        if modifies is not None and modifies != (tail == "modifierExtension"):
            found = "a modifier extension" if modifies else "an extension that is no modifier"
            self._add(PROFILE, place, profile=shown_term(url), found=found, expected=tail)

    def _target(self, code: str, url: str, place: str) -> None:
        if code not in TARGETED:
            self._add(IRRELEVANT, place, facet="targetProfile", types=shown_term(code))
            return
        line = list(_types_of(self._subject, url))
        if not line:
            self._add(PROFILE_UNKNOWN, place, profile=shown_term(url))
            return
        own = self._subject.around.definitions.structure(line[0]) if ":" not in line[0] else None
        if own is not None and own.get("kind") in ("complex-type", "primitive-type"):
            self._add(PROFILE, place, profile=shown_term(url), found=line[0], expected="a resource")

    def _binding(self) -> None:
        canonical = text(member(self._element, "binding"), "valueSet")
        if not canonical or canonical.startswith("#"):
            return
        find, place = self._subject.around.definitions.find, child(self._place, "binding")
        if find(canonical, "ValueSet") is not None:
            return
        other = find(canonical)
        if other is None:
            self._add(VALUE_SET_UNKNOWN, place, canonical=shown_term(canonical))
        else:
            self._add(NOT_VALUE_SET, place, canonical=shown_term(canonical), type=str(other.get("resourceType")))

    def _discriminators(self) -> None:
        """An extension has an url and a value; what its value is made of is not known here."""
        if self._path.rpartition(".")[2] not in ("extension", "modifierExtension"):
            return
        slicing = member(self._element, "slicing")
        place = child(child(self._place, "slicing"), "discriminator")
        for index, each in numbered(slicing, "discriminator"):
            path = text(each, "path")
            first = path.partition(".")[0]
            if first.isalpha() and first not in ("url", "value", "extension", "id"):
                self._add(DISCRIMINATOR, item(place, index), path=shown_term(path), element=shown_term(self._path))

    def _values(self) -> None:
        """In a snapshot all is known of an element: it has types, and its values are of these."""
        if not self._codes and "contentReference" not in self._element:
            self._add(NO_TYPE, self._place, element=shown_term(text(self._element, "id")))
            return
        if any(":" in code for code in self._codes):
            return
        for stem in ("defaultValue", "fixed", "pattern"):
            for name in self._element:
                kind = _type_of(name, stem)
                if kind and self._codes and kind not in self._codes:
                    place = f"{child(self._place, stem)}.ofType({kind})"
                    self._add(VALUE_TYPE, place, what=stem, type=kind, types=", ".join(map(shown_name, self._codes)))


def _is_single(subject: Subject, path: str) -> bool:
    """Whether the type itself has the element at `path` once at most; a choice can always be sliced by its types."""
    owner, _, tail = path.rpartition(".")
    if not owner or "[x]" in path:
        return False
    type_ = subject.around.types.type(owner)
    found = type_.properties.get(tail) if type_ is not None else None
    return found is not None and not found.repeats and not found.choice


def _type_of(name: str, stem: str) -> str:
    """The type in ``fixedString``, empty where the name is of another kind."""
    kind = name[len(stem) :]
    if not name.startswith(stem) or not kind[:1].isupper():
        return ""
    lower = kind[0].lower() + kind[1:]
    return lower if lower in PRIMITIVES else kind


def _types_of(subject: Subject, canonical: str) -> Iterator[str]:
    """The type that a profile is for, and the abstract types above it; nothing where the profile is not known."""
    seen = 0
    while canonical and seen < 20:
        found: dict[str, Any] | None = subject.around.definitions.find(canonical, "StructureDefinition")
        concrete = found is not None and found.get("abstract") is not True and found.get("derivation") != "constraint"
        if found is None or (seen and concrete):
            return
        yield str(found.get("type", ""))
        canonical, seen = str(found.get("baseDefinition") or ""), seen + 1


def _is_modifier(subject: Subject, canonical: str) -> bool | None:
    """Whether the extension modifies, None where that cannot be told."""
    found = subject.around.definitions.find(canonical, "StructureDefinition")
    for view in ("snapshot", "differential"):
        elements = numbered(member(found, view), "element") if found is not None else []
        if elements:
            return elements[0][1].get("isModifier") is True
    return None
