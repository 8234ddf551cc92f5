"""A set of data with a marker in every element that can hold something personal, made from R4's own definitions.

A marker is eight characters that are at once sound text, sound base64 and a sound FHIR id, so that it fits anywhere and
nobody else writes it. Numbers and days that stand for a person's own are markers too. Which element a marker was put in
is remembered, so that a leak has a name.

What is no marker, and why: ids of resources and references to them, and names of files (shown by design; --hash-ids
hides them), codes and their systems (messages need them), canonical URLs, versions, and when something happened.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from typing import Any

from fhircheck.definitions.definition_set import load_definitions
from fhircheck.definitions.type_table import Property, TypeInfo, TypeTable

Node = dict[str, Any]
LEAK = re.compile(r"zqx[0-9a-z]{5}|1893[-.]|618937|1893 07", re.IGNORECASE)
BORN, AT = "1893-07-17", "2024-03-05"
NUMBER = "618937"
DEEPEST = 7

# Types whose texts, days and numbers are a person's, and primitives that hold whatever somebody typed.
TYPED = frozenset({"string", "markdown", "base64Binary", "xhtml"})
COUNTED = frozenset({"decimal", "integer", "positiveInt", "unsignedInt"})
BIRTHDAYS = ("birthDate", "birthTime", "deceased", "born", "multipleBirth")
NO_MARKER: dict[str, str] = {
    "Coding.version": "names a version of a code system",
    "Reference.reference": "an id, shown by design",
    "Attachment.size": "a number of bytes",
    "Attachment.hash": "must be that of the data",
    "SampledData.dimensions": "a number of columns",
}
"""Elements of these types that hold nothing personal."""

DEFINING = frozenset(
    ("ActivityDefinition", "CapabilityStatement", "ChargeItemDefinition", "CodeSystem", "CompartmentDefinition",
     "ConceptMap", "EffectEvidenceSynthesis", "EventDefinition", "Evidence", "EvidenceVariable", "ExampleScenario",
     "GraphDefinition", "ImplementationGuide", "Library", "Measure", "MessageDefinition", "NamingSystem",
     "OperationDefinition", "PlanDefinition", "Questionnaire", "ResearchDefinition", "ResearchElementDefinition",
     "RiskEvidenceSynthesis", "SearchParameter", "SpecimenDefinition", "StructureDefinition", "StructureMap",
     "TerminologyCapabilities", "TestReport", "TestScript", "ValueSet", "ObservationDefinition",
     "SubstanceSpecification", "Parameters", "Bundle", "Binary", "OperationOutcome")
)  # fmt: skip
"""Resources that define things or carry others: not about people (those that carry others are made by hand)."""

PEOPLE = ("Patient", "RelatedPerson", "QuestionnaireResponse", "DocumentReference")


class Marks:
    """Makes markers, and knows where each was put."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}
        self._numbers = count()

    def make(self, place: str) -> str:
        """A new marker for the element `place`."""
        marker = f"Zqx{next(self._numbers):05d}"
        self.places[marker.lower()] = place
        return marker


@cache
def _types() -> TypeTable:
    """R4's types."""
    return TypeTable(load_definitions(offline=True))


def resource_types() -> list[str]:
    """All of R4's resource types that are about people, places or care."""
    definitions = load_definitions(offline=True)
    names = {url.rpartition("/")[2] for url in definitions.urls("StructureDefinition") if "/fhir/Structure" in url}
    types = TypeTable(definitions)
    return sorted(name for name in names if name.isalpha() and types.is_resource(name) and name not in DEFINING)


class Maker:
    """Makes resources with a marker in every place that can hold one.

    choice: which type of each choice element; beyond the first only these are filled. leaf: what becomes of a leaf (for
    defects).
    """

    def __init__(self, types: TypeTable, marks: Marks, choice: int = 0, leaf: Callable[[str, Any], Any] | None = None):
        self.types = types
        self.marks = marks
        self.choice = choice
        self.leaf = leaf or (lambda kind, value: value)
        self.seen: set[str] = set()

    def resource(self, name: str, number: int) -> Node:
        """One resource of type `name`, all elements filled."""
        self.seen = set()
        made = self.complex(name, name, (name,))
        return {"resourceType": name, **made, "id": f"r{number}"}

    def complex(self, kind: str, path: str, above: tuple[str, ...]) -> Node:
        """An object of type `kind`; a data type is filled to its depth once a resource, after that at its surface."""
        info = self.types.type(kind)
        assert info is not None, kind
        surface = kind in self.seen
        self.seen |= {kind} - {path}
        made: Node = {}
        for each in info.properties.values():
            if each.name in ("id", "contained", "modifierExtension", "implicitRules", "meta"):
                continue
            code = each.types[self.choice % len(each.types)] if each.choice else (each.types or ("",))[0]
            inner = self.types.type(code)
            own = len(above) == 1 or "." in kind
            if self.choice and own and not each.choice and not code.startswith(f"{kind}."):
                continue
            if surface and (inner is None or inner.kind != "primitive-type"):
                continue
            value = self._value(each, code, f"{path}.{each.name}", above)
            if value is not None:
                made[each.json_name(code)] = [value] if each.repeats else value
        return made

    def _value(self, element: Property, code: str, path: str, above: tuple[str, ...]) -> Any:
        info = self.types.type(code)
        if code == "Extension":
            return {
                "url": "https://klinik.example/own",
                **self._extension(above, path),
            }
        if info is not None and info.kind != "primitive-type":
            if code in above or len(above) > DEEPEST or info.kind == "resource":
                return None
            return self.complex(code, path, (*above, code))
        return self.leaf(code, self._leaf(element, code, path, above[-1]))

    def _extension(self, above: tuple[str, ...], path: str) -> Node:
        info = self.types.type("Extension")
        assert info is not None
        value = info.properties["value"]
        kinds = ("string", "HumanName", "Address", "ContactPoint", "Identifier", "Annotation", "Attachment", "date")
        code = kinds[(self.choice + len(path)) % len(kinds)]
        inner = self._value(value, code, f"{path}.value", (*above, "Extension"))
        return {value.json_name(code): inner} if inner is not None else {"valueString": self.marks.make(path)}

    def _leaf(self, element: Property, code: str, path: str, owner: str) -> Any:
        tail = element.name
        if f"{owner}.{tail}" in NO_MARKER or (owner == "Coding" and tail == "code"):
            return {"reference": "Patient/r1"}.get(tail, "1" if code == "string" else 1)
        if code not in TYPED and not (code == "url" and owner == "Attachment"):
            return self._plain(code, path)
        marker = self.marks.make(path)
        if code == "xhtml":
            return f'<div xmlns="http://www.w3.org/1999/xhtml"><p title="{marker}">{marker}</p></div>'
        return marker if code in TYPED else f"https://klinik.example/{marker}"

    def _plain(self, code: str, path: str) -> Any:
        own = any(word in path for word in BIRTHDAYS) or any(f".{each}." in path for each in ("name", "address"))
        day = BORN if own else AT
        plain: dict[str, Any] = {
            "boolean": True, "code": "active", "uri": "https://klinik.example/x", "canonical": "https://klinik.example/x",
            "oid": "urn:oid:1.2.3", "uuid": "urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "id": "x1",
            "date": day, "dateTime": f"{day}T03:04:05Z", "instant": f"{day}T03:04:05Z", "time": "03:04:05", "url": "https://klinik.example/x",
        }  # fmt: skip
        if code in COUNTED:
            return float(f"{NUMBER}.25") if code == "decimal" else int(NUMBER)
        return plain.get(code, "x")


def _wrapped(kind: str, text: str) -> Any:
    return {"value": text} if kind in TYPED | COUNTED | {"date", "dateTime"} else text


DEFECTS: dict[str, Callable[[str, Any], Any]] = {
    "object": lambda kind, value: {"value": value} if kind not in ("code", "uri", "id") else value,
    "array": lambda kind, value: [value, value] if kind not in ("code", "uri", "id") else value,
    "blank": lambda kind, value: f" {value}\t" if kind in TYPED else value,
    "control": lambda kind, value: f"{value}\x01\u202e" if kind in TYPED else value,
    "markup": lambda kind, value: f"<b onclick='{value}'>{value}</b><{value}>" if kind in TYPED else value,
    "mojibake": lambda kind, value: f"MÃ¼ller {value} Ã¤" if kind in TYPED else value,
    "number": lambda kind, value: {"boolean": NUMBER, "decimal": f"{NUMBER},25", "integer": f"{NUMBER}.5"}.get(
        kind, int(NUMBER) if kind in TYPED else value
    ),
    "day": {"date": "1893-02-31", "dateTime": "17.07.1893", "instant": "1893-07-17 03:04", "time": "1893"}.get,
    "null": lambda kind, value: None if kind in TYPED else value,
    "empty": lambda kind, value: "" if kind in TYPED else value,
}
"""What is wrong with every leaf of a resource, by name."""


def lines(marks: Marks, names: list[str], defects: tuple[str, ...] = ()) -> Iterator[str]:
    """NDJSON: a resource of each type, sound; one more for each choice; then each defect."""
    types, number = _types(), count(1)
    for name in names:
        info = types.type(name)
        assert info is not None
        for choice in range(_widest(types, info)):
            yield json.dumps(Maker(types, marks, choice).resource(name, next(number)))
        for defect in defects:
            yield json.dumps(Maker(types, marks, 0, DEFECTS[defect]).resource(name, next(number)), ensure_ascii=False)


def _widest(types: TypeTable, info: TypeInfo) -> int:
    """The number of types of the choice with the most, here or in a part of a part."""
    widest = 1
    for each in info.properties.values():
        if each.choice:
            widest = max(widest, len(each.types))
        elif each.types and each.types[0].startswith(f"{info.name}."):
            below = types.type(each.types[0])
            widest = max(widest, _widest(types, below) if below else 1)
    return widest


def spoilt(marks: Marks, names: list[str]) -> Iterator[str]:
    """NDJSON: every type sound, once for each choice, and with one of the defects; types about people with all."""
    defects = tuple(DEFECTS)
    for index, name in enumerate(names):
        yield from lines(marks, [name], defects if name in PEOPLE else (defects[index % len(defects)],))
