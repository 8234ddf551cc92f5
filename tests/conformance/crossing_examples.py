"""Extensions that carry elements of other FHIR versions, beside the reference:
``python -m tests.conformance.crossing_examples``.

Their URLs name a version and an element: real ones, ones of other types, misspelt ones, ones that R4 has itself; with
values of the right and of other types, parts, at the element they belong to and elsewhere. Runs are named by their
numbers and are the same each time. Needs ../shared and Java; a minute.
"""

import json
from random import Random

from fhircheck.validate.elements.cross_version import table
from tests.conformance.example_places import Node
from tests.conformance.extended_examples import PLACES, observation, patient
from tests.conformance.made_comparison import Made, command, comparison_of
from tests.conformance.made_extensions import VALUES

NAME = "extensions of other FHIR versions"
TYPES = ("Patient", "Observation", "HumanName", "Coding", "CodeableConcept", "Quantity", "Reference", "Narrative")
VERSIONS = ("1.0", "3.0", "4.3", "4.4", "5.0", "4.0", "2.0", "9.9", "1.4", "4.6", "6.0")


def _entry(chance: Random, path: str) -> tuple[str, str, str]:
    """(version, path, what the table says) of an element of the type; any of the table where it knows none."""
    version = chance.choice([each for each in VERSIONS if each in table()])
    types = table()[version]
    name = path if path in types else chance.choice([each for each in TYPES if each in types])
    element, _, entry = chance.choice(types[name].split(";")).partition(":")
    return version, f"{name}.{element}", entry


def _value(chance: Random, entry: str) -> Node:
    kinds = [each for each in entry.strip("!=").split() if each in VALUES]
    kind = chance.choice(kinds) if kinds and chance.random() < 0.8 else chance.choice(sorted(VALUES))
    values = VALUES[kind][:1] if chance.random() < 0.8 else VALUES[kind]
    return {f"value{kind[0].upper()}{kind[1:]}": chance.choice(values)}


def extension(chance: Random, path: str) -> tuple[Node, str]:
    """(an extension, what the table says of it)."""
    version, element, entry = _entry(chance, path)
    how = chance.random()
    if how < 0.1:
        version = chance.choice(VERSIONS)
    elif how < 0.15:
        element += chance.choice(("x", ".nothing", "[x]"))
    url = f"http://hl7.org/fhir/{version}/StructureDefinition/extension-{element}"
    content = entry.strip("!=")
    if content.startswith("."):
        parts = chance.sample(content[1:].split(), min(2, len(content[1:].split())))
        inner = [{"url": part, **_value(chance, "")} for part in parts]
        if chance.random() < 0.1:
            inner.append({"url": "nothing", "valueString": "x"})
        return {"url": url, "extension": inner}, entry
    return {"url": url, **_value(chance, entry)}, entry


def made(count: int) -> Made:
    """A resource with one or two."""
    chance = Random(f"crossing {count}")
    node = chance.choice((patient, observation))()
    shown = []
    for _ in range(chance.choice((1, 1, 2))):
        where = chance.choice(PLACES[node["resourceType"]])
        path = chance.choice((where.path, *where.types)) if chance.random() < 0.9 else "Patient"
        made_one, entry = extension(chance, path.partition(".")[0] if chance.random() < 0.5 else path)
        key = "modifierExtension" if entry.startswith("!") and chance.random() < 0.8 else "extension"
        where.put(node, key, made_one)
        shown.append([where.path, *where.types, made_one["url"].partition("hl7.org/fhir/")[2], entry])
    return Made(str(count), "", json.dumps(shown), (), json.dumps(node).encode())


run = comparison_of(made)

if __name__ == "__main__":
    command(__doc__, NAME, run, 1500)
