"""Extensions made by chance: contexts, types of values, parts, modifiers; and profiles that ask for them.

Where an extension may stand is said in many ways (an element, a type, a FHIRPath expression, another extension, an
invariant of the context), of which published definitions use two or three. Invariants do not name %extension: the
reference has no value for it.
"""

from random import Random
from typing import Any

from tests.conformance.example_places import CORE, Node
from tests.conformance.made_constraints import MADE, structure

CONTEXTS = (
    ("element", "Patient"), ("element", "Patient.name"), ("element", "HumanName"), ("element", "Element"),
    ("element", "Resource"), ("element", "DomainResource"), ("element", "Observation"), ("element", "Observation.code"),
    ("element", "Observation.component"), ("element", "Observation.value[x]"), ("element", "CodeableConcept"),
    ("element", "Coding"), ("element", "CodeableConcept.coding"), ("element", "string"), ("element", "date"),
    ("element", "Patient.birthDate"), ("element", "Quantity"), ("element", "BackboneElement"),
    ("element", "Patient.contact"), ("element", "Observation.component.code"), ("element", "Patient.contact.name"),
    ("element", "Reference"), ("element", "code"), ("element", "Patient.name.family"), ("element", "HumanName.family"),
    ("fhirpath", "Patient.name"), ("fhirpath", "Patient.name.where(use = 'official')"), ("fhirpath", "Observation"),
    ("fhirpath", "Patient.descendants()"), ("fhirpath", "Observation.component | Observation"),
    ("fhirpath", "Observation.value.ofType(Quantity)"), ("fhirpath", "descendants().where($this is Coding)"),
)  # fmt: skip
INVARIANTS = (
    "%resource is Patient", "%resource.is(Patient)", "exists()", "id.exists()", "family.exists()", "use = 'official'",
    "%resource.id.exists()", "extension.count() = 1",
    "%context.exists()", "active", "%resource.active = true", "false",
)  # fmt: skip
VALUES: dict[str, tuple[Any, ...]] = {
    "string": ("x", "y", ""), "boolean": (True, False), "code": ("male", "other", "x y"), "integer": (1, 0, -1),
    "date": ("2024-01-01", "2024"), "dateTime": ("2024-01-01T10:00:00Z", "2024-13-01"),
    "uri": ("http://example.org/x", "x"), "decimal": (1.5, 2), "positiveInt": (1, 0), "markdown": ("x",),
    "Quantity": ({"value": 1, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}, {"value": 1}),
    "Coding": ({"system": "http://hl7.org/fhir/administrative-gender", "code": "male"}, {"system": "x", "code": "y"}),
    "CodeableConcept": ({"coding": [{"system": "http://hl7.org/fhir/administrative-gender", "code": "female"}]},
                        {"text": "x"}),
    "Identifier": ({"system": "http://example.org/ids", "value": "1"},), "Period": ({"start": "2024"},),
    "Reference": ({"reference": "#in"}, {"display": "x"}, {"identifier": {"value": "1"}}),
    "HumanName": ({"family": "x"},), "Annotation": ({"text": "x"},),
}  # fmt: skip
BOUND = ("code", "Coding", "CodeableConcept")
GENDERS = CORE.replace("StructureDefinition", "ValueSet") + "administrative-gender"


class Extension:
    """A made extension. kinds: types of its value; empty where it has parts. parts: name -> type."""

    def __init__(self, chance: Random, url: str, others: "list[Extension]") -> None:
        self.chance, self.url = chance, url
        self.modifier = chance.random() < 0.15
        self.kinds: tuple[str, ...] = ()
        self.parts: dict[str, str] = {}
        if chance.random() < 0.7:
            self.kinds = tuple(chance.sample(sorted(VALUES), chance.choice((1, 1, 1, 2))))
        else:
            self.parts = {name: chance.choice(sorted(VALUES)) for name in ("a", "b")[: chance.choice((1, 2, 2))]}
        self.contexts = [*chance.sample(CONTEXTS, chance.choice((1, 1, 2)))]
        if others and chance.random() < 0.2:
            other = chance.choice(others)
            inner = f"#{chance.choice(sorted(other.parts))}" if other.parts and chance.random() < 0.5 else ""
            self.contexts = [("extension", other.url + inner)]
        self.invariant = chance.choice(INVARIANTS) if chance.random() < 0.2 else ""

    def definition(self) -> Node:
        """Its StructureDefinition."""
        chance = self.chance
        root: Node = {"id": "Extension", "path": "Extension"}
        if self.modifier:
            root |= {"isModifier": True, "isModifierReason": "made"}
        if chance.random() < 0.2:
            root["max"] = "1"
        elements = [root, *(self._of_parts() if self.parts else self._of_value())]
        more: Node = {"context": [{"type": kind, "expression": told} for kind, told in self.contexts]}
        if self.invariant:
            more["contextInvariant"] = [self.invariant]
        found = structure(self.url, "Extension", [], kind="complex-type", **more)
        return found | {"differential": {"element": elements}}

    def _of_value(self) -> list[Node]:
        value: Node = {"id": "Extension.value[x]", "path": "Extension.value[x]", "min": self.chance.choice((0, 1, 1)),
                       "type": [self._typed(each) for each in self.kinds]}  # fmt: skip
        if self.kinds[0] in BOUND and len(self.kinds) == 1 and self.chance.random() < 0.5:
            value["binding"] = {"strength": "required", "valueSet": GENDERS}
        return [
            {"id": "Extension.extension", "path": "Extension.extension", "max": "0"},
            {"id": "Extension.url", "path": "Extension.url", "fixedUri": self.url},
            value,
        ]

    def _typed(self, code: str) -> Node:
        target = {"targetProfile": [CORE + self.chance.choice(("Patient", "Practitioner"))]}
        return {"code": code, **(target if code == "Reference" and self.chance.random() < 0.7 else {})}

    def _of_parts(self) -> list[Node]:
        found: list[Node] = []
        for name, kind in self.parts.items():
            at = f"Extension.extension:{name}"
            found += [
                {"id": at, "path": "Extension.extension", "sliceName": name, "min": self.chance.choice((0, 1)),
                 "max": self.chance.choice(("1", "1", "*"))},
                {"id": f"{at}.extension", "path": "Extension.extension.extension", "max": "0"},
                {"id": f"{at}.url", "path": "Extension.extension.url", "fixedUri": name},
                {"id": f"{at}.value[x]", "path": "Extension.extension.value[x]", "min": self.chance.choice((0, 1)),
                 "type": [self._typed(kind)]},
            ]  # fmt: skip
        found.append({"id": "Extension.url", "path": "Extension.url", "fixedUri": self.url})
        found.append({"id": "Extension.value[x]", "path": "Extension.value[x]", "max": "0"})
        return found

    def used(self, others: "list[Extension]") -> Node:
        """The extension in a resource, mostly as it should be."""
        chance = self.chance
        url = self.url
        if chance.random() < 0.06:
            url = chance.choice((url + "x", f"{url}|1.0.0", "relative", "", f"{url}|2.0.0", "urn:uuid:x"))
        node: Node = {"url": url}
        if self.parts:
            names = [name for name in self.parts if chance.random() < 0.85]
            if chance.random() < 0.1:
                names += ["c", *names[:1]]
            parts = [{"url": name, **_value(chance, self.parts.get(name, "string"))} for name in names]
            node |= {"extension": parts} if parts else {}
            inside = chance.choice(parts) if parts else node
        else:
            node |= _value(chance, chance.choice(self.kinds))
            inside = node
        if chance.random() < 0.04:
            node |= _value(chance, "string")
        within = [each for each in others if any(kind == "extension" for kind, _ in each.contexts)]
        if within and chance.random() < 0.4:
            inside.setdefault("extension", []).append(chance.choice(within).used([]))
        if chance.random() < 0.03:
            del node["url"]
        return node


def _value(chance: Random, kind: str) -> Node:
    """A value of the type, at times of another one, at times none."""
    if chance.random() < 0.08:
        kind = chance.choice(sorted(VALUES))
    if chance.random() < 0.05:
        return {}
    values = VALUES[kind]
    value = values[0] if chance.random() < 0.8 else chance.choice(values)
    return {f"value{kind[0].upper()}{kind[1:]}": value}


def extensions(chance: Random, name: str) -> list[Extension]:
    """Some extensions that may belong to each other."""
    found: list[Extension] = []
    for number in range(chance.choice((1, 2, 3))):
        found.append(Extension(chance, f"{MADE}StructureDefinition/{name}-{number}", found))
    return found


def profile(chance: Random, url: str, code: str, known: list[Extension]) -> Node:
    """A profile that asks for some of the extensions, or forbids them."""
    elements: list[Node] = []
    for key in ("extension", "modifierExtension"):
        wanted = [each for each in known if each.modifier == (key == "modifierExtension")]
        for number, each in enumerate(wanted[: chance.choice((1, 2))]):
            bounds = chance.choice(({}, {"min": 1}, {"max": "1"}, {"max": "0"}, {"min": 1, "max": "1"}))
            elements.append({"id": f"{code}.{key}:e{number}", "path": f"{code}.{key}", "sliceName": f"e{number}",
                             **bounds, "type": [{"code": "Extension", "profile": [each.url]}]})  # fmt: skip
    if elements and chance.random() < 0.2:
        key = elements[0]["path"].rpartition(".")[2]
        told = {"discriminator": [{"type": "value", "path": "url"}], "rules": chance.choice(("open", "closed"))}
        elements.insert(0, {"id": f"{code}.{key}", "path": f"{code}.{key}", "slicing": told})
    return structure(url, code, elements)
