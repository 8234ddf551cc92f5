"""Resources with made extensions, beside the reference: ``python -m tests.conformance.extended_examples``.

Runs are named by their numbers and are the same each time. Needs ../shared and Java; minutes.
"""

import json
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from tests.conformance.example_places import Node
from tests.conformance.made_bundles import BASE, TEXT
from tests.conformance.made_comparison import Made, command, comparison_of
from tests.conformance.made_constraints import MADE
from tests.conformance.made_extensions import Extension, extensions, profile

NAME = "resources with made extensions"
Put = Callable[[Node, str, Node], None]


class Where(NamedTuple):
    """A place in a resource. path: of the element, where contexts use it; types: what else it is to a context."""

    path: str
    types: tuple[str, ...]
    put: Put


def _at(node: Node, path: tuple[str | int, ...]) -> Node:
    for step in path:
        node = node[step]  # type: ignore[index]
    return node


def _into(*path: str | int) -> Put:
    """Into an object, by its path."""

    def put(node: Node, key: str, extension: Node) -> None:
        _at(node, path).setdefault(key, []).append(extension)

    return put


def _beside(name: str, *path: str | int) -> Put:
    """Beside a primitive value, by its name."""

    def put(node: Node, key: str, extension: Node) -> None:
        holder = _at(node, path)
        if isinstance(holder[name], list):
            holder.setdefault(f"_{name}", [{"extension": [extension]}])
        else:
            holder.setdefault(f"_{name}", {}).setdefault("extension", []).append(extension)

    return put


def patient() -> Node:
    """A patient."""
    return {"resourceType": "Patient", "id": "p", "text": dict(TEXT), "active": True,
            "contained": [{"resourceType": "Patient", "id": "in", "active": True}],
            "name": [{"use": "official", "family": "x", "given": ["y"]}], "gender": "male", "birthDate": "2000-01-01",
            "maritalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus",
                                          "code": "M"}], "text": "x"},
            "contact": [{"name": {"family": "z"}, "gender": "female"}], "link": [
                {"other": {"reference": "#in"}, "type": "seealso"}]}  # fmt: skip


def observation() -> Node:
    """An observation."""
    return {"resourceType": "Observation", "id": "o", "text": dict(TEXT), "status": "final",
            "contained": [{"resourceType": "Patient", "id": "in", "active": True}],
            "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]}, "subject": {"reference": "#in"},
            "effectiveDateTime": "2024-01-01", "performer": [{"display": "x"}],
            "valueQuantity": {"value": 1, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"},
            "component": [{"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
                           "valueString": "x"}]}  # fmt: skip


PLACES: dict[str, tuple[Where, ...]] = {
    "Patient": (
        Where("Patient", ("DomainResource", "Resource"), _into()),
        Where("Patient.name", ("HumanName",), _into("name", 0)),
        Where("Patient.birthDate", ("date",), _beside("birthDate")),
        Where("Patient.name.family", ("string", "HumanName.family"), _beside("family", "name", 0)),
        Where("Patient.name.given", ("string",), _beside("given", "name", 0)),
        Where("Patient.maritalStatus", ("CodeableConcept",), _into("maritalStatus")),
        Where("", ("Coding", "CodeableConcept.coding"), _into("maritalStatus", "coding", 0)),
        Where("", ("code",), _beside("code", "maritalStatus", "coding", 0)),
        Where("", ("string",), _beside("text", "maritalStatus")),
        Where("Patient.contact", ("BackboneElement",), _into("contact", 0)),
        Where("Patient.contact.name", ("HumanName",), _into("contact", 0, "name")),
        Where("Patient", ("DomainResource", "Resource"), _into("contained", 0)),
        Where("Patient.link.other", ("Reference",), _into("link", 0, "other")),
        Where("Patient.gender", ("code",), _beside("gender")),
        Where("Patient.contact.name.family", ("string", "HumanName.family"), _beside("family", "contact", 0, "name")),
        Where("Patient.text", ("Narrative",), _into("text")),
    ),
    "Observation": (
        Where("Observation", ("DomainResource", "Resource"), _into()),
        Where("Observation.code", ("CodeableConcept",), _into("code")),
        Where("", ("Coding", "CodeableConcept.coding"), _into("code", "coding", 0)),
        Where("Observation.component", ("BackboneElement",), _into("component", 0)),
        Where("Observation.component.code", ("CodeableConcept",), _into("component", 0, "code")),
        Where("", ("Coding", "CodeableConcept.coding"), _into("component", 0, "code", "coding", 0)),
        Where("Observation.component.value[x]", ("string",), _beside("valueString", "component", 0)),
        Where("Observation.value[x]", ("Quantity",), _into("valueQuantity")),
        Where("", ("string",), _beside("unit", "valueQuantity")),
        Where("Observation.subject", ("Reference",), _into("subject")),
        Where("Observation.status", ("code",), _beside("status")),
        Where("Patient", ("DomainResource", "Resource"), _into("contained", 0)),
        Where("", ("string",), _beside("reference", "subject")),
        Where("Observation.performer", ("Reference",), _into("performer", 0)),
    ),
}
MODIFIABLE = ("DomainResource", "BackboneElement")
STRAY = 0.15


def put(chance: Random, node: Node, extension: Extension, known: list[Extension]) -> None:
    """Use the extension somewhere, mostly where its definition says that it may stand."""
    key = "modifierExtension" if extension.modifier else "extension"
    if chance.random() < 0.05:
        key = "extension" if extension.modifier else "modifierExtension"
    places = PLACES[node["resourceType"]]
    if key == "modifierExtension" and chance.random() < 0.9:
        places = tuple(each for each in places if {*each.types} & {*MODIFIABLE})
    if chance.random() > STRAY:
        told = {expression for kind, expression in extension.contexts if kind == "element"}
        fitting = [each for each in places if "Element" in told or {each.path, *each.types} & told]
        if not fitting and all(kind == "element" for kind, _ in extension.contexts):
            return
        places = tuple(fitting) or places
    chance.choice(places).put(node, key, extension.used(known))


def made(count: int) -> Made:
    """A resource, its extensions and at times a profile."""
    chance = Random(f"extended {count}")
    known = extensions(chance, f"extended-{count}")
    node = chance.choice((patient, observation))()
    definitions = [each.definition() for each in known]
    shown = [[*each.contexts, each.invariant] for each in known]
    if chance.random() < 0.4:
        url = f"{MADE}StructureDefinition/extended-{count}-profile"
        definitions.append(profile(chance, url, node["resourceType"], known))
        node["meta"] = {"profile": [url]}
    for _ in range(chance.choice((1, 1, 2, 3))):
        put(chance, node, chance.choice(known), known)
    if chance.random() < 0.15:
        node = {"resourceType": "Bundle", "id": "b", "type": "collection",
                "entry": [{"fullUrl": f"{BASE}/{node['resourceType']}/{node['id']}", "resource": node}]}  # fmt: skip
    return Made(str(count), "", json.dumps(shown), definitions, json.dumps(node).encode())


run = comparison_of(made)

if __name__ == "__main__":
    command(__doc__, NAME, run, 1000)
