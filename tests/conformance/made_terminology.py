"""Code systems, value sets of all compositions, and codes, made by chance (see coded_examples)."""

from random import Random
from typing import Any

from tests.conformance.made_constraints import MADE, structure

LETTERS = "ab"
KINDS = ("x", "y")
CONTENT = (*("complete",) * 5, "fragment")
Node = dict[str, Any]


class Terms:
    """A code system of its own and the value sets over it. codes: code -> its display."""

    def __init__(self, chance: Random, number: int) -> None:
        self.chance = chance
        self.number = number
        self.system = f"{MADE}CodeSystem/made-{number}"
        self.codes: dict[str, str] = {}
        self.others: list[Node] = []
        self.concepts = [self._concept(letter, 0) for letter in LETTERS]

    def _concept(self, code: str, depth: int) -> Node:
        self.codes[code] = f"Term {code}"
        concept: Node = {"code": code, "display": self.codes[code]}
        concept["property"] = [{"code": "kind", "valueCode": self.chance.choice(KINDS)}]
        if self.chance.random() < 0.1:
            concept["property"].append({"code": "inactive", "valueBoolean": True})
        if self.chance.random() < 0.2:
            concept["designation"] = [{"language": "de", "value": f"Begriff {code}"}]
        if depth < 2 and self.chance.random() < 0.7:
            concept["concept"] = [self._concept(f"{code}{each}", depth + 1) for each in (1, 2)]
        return concept

    def code_system(self) -> Node:
        """The system, with its concepts and properties."""
        return {
            **_head("CodeSystem", f"made-{self.number}"), "content": self.chance.choice(CONTENT),
            "caseSensitive": self.chance.random() < 0.7, "hierarchyMeaning": "is-a", "concept": self.concepts,
            "property": [{"code": "kind", "type": "code"},
                         {"code": "inactive", "uri": "http://hl7.org/fhir/concept-properties#inactive",
                          "type": "boolean"}],
        }  # fmt: skip

    def value_set(self, name: str, depth: int = 0) -> Node:
        """A value set; others that it includes are added to `others`."""
        compose: Node = {"include": [self._include(name, depth) for _ in range(self.chance.choice((1, 1, 2)))]}
        if self.chance.random() < 0.25:
            compose["exclude"] = [self._part()]
        if self.chance.random() < 0.15:
            compose["inactive"] = False
        return {**_head("ValueSet", name), "compose": compose}

    def _include(self, name: str, depth: int) -> Node:
        include = self._part() if self.chance.random() < 0.8 or depth else {}
        if not include or (depth == 0 and self.chance.random() < 0.15):
            inner = self.value_set(f"{name}-{len(self.others)}", depth + 1)
            self.others.append(inner)
            include["valueSet"] = [inner["url"]]
        return include

    def _part(self) -> Node:
        part: Node = {"system": self.system}
        how = self.chance.random()
        if how < 0.3:
            part["concept"] = [{"code": each} for each in self.chance.sample(list(self.codes), 2)]
        elif how < 0.75:
            part["filter"] = [self._filter() for _ in range(self.chance.choice((1, 1, 1, 2)))]
        if self.chance.random() < 0.1:
            part["version"] = self.chance.choice(("1.0.0", "9.9.9"))
        return part

    def _filter(self) -> Node:
        code = self.chance.choice(list(self.codes))
        return self.chance.choice((
            {"property": "concept", "op": "is-a", "value": code},
            {"property": "concept", "op": "descendent-of", "value": code},
            {"property": "concept", "op": "is-not-a", "value": code},
            {"property": "kind", "op": "=", "value": self.chance.choice(KINDS)},
            {"property": "kind", "op": "in", "value": ",".join(self.chance.choice((KINDS, KINDS[:1])))},
            {"property": "kind", "op": "exists", "value": self.chance.choice(("true", "false"))},
            {"property": "code", "op": "regex", "value": self.chance.choice(("a.*", "b1?", "[ab]"))},
        ))  # fmt: skip

    def coding(self) -> Node:
        """A code, mostly one of the system."""
        code = self.chance.choice(list(self.codes)) if self.chance.random() < 0.85 else "zz"
        coding: Node = {"system": self.system, "code": code.upper() if self.chance.random() < 0.08 else code}
        if self.chance.random() < 0.3:
            coding["display"] = self.codes.get(code, "Term") if self.chance.random() < 0.7 else "Another"
        if self.chance.random() < 0.1:
            coding["version"] = self.chance.choice(("1.0.0", "9.9.9"))
        if self.chance.random() < 0.05:
            coding["system"] = "http://example.org/fhir/CodeSystem/nowhere"
        if self.chance.random() < 0.04:
            del coding["system"]
        return coding


def _head(kind: str, name: str) -> Node:
    return {"resourceType": kind, "id": name, "url": f"{MADE}{kind}/{name}", "version": "1.0.0", "name": "Made",
            "status": "active"}  # fmt: skip


def coded(chance: Random, number: int) -> tuple[list[Node], Node]:
    """(definitions, an Observation with a code that its profile binds)."""
    terms = Terms(chance, number)
    system = terms.code_system()
    bound = terms.value_set(f"made-{number}")
    url = f"{MADE}StructureDefinition/coded-{number}"
    strength = chance.choice(("required", "required", "extensible"))
    binding = {"strength": strength, "valueSet": bound["url"]}
    profile = structure(
        url, "Observation", [{"id": "Observation.code", "path": "Observation.code", "binding": binding}]
    )
    concept: Node = {"coding": [terms.coding() for _ in range(chance.choice((1, 1, 1, 2)))]}
    if chance.random() < 0.05:
        concept = {"text": "no code"}
    text = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'}
    node = {"resourceType": "Observation", "meta": {"profile": [url]}, "text": text, "status": "final", "code": concept,
            "subject": {"display": "x"}, "effectiveDateTime": "2024-01-01", "performer": [{"display": "y"}],
            "valueString": "z"}  # fmt: skip
    return [profile, system, bound, *terms.others], node
