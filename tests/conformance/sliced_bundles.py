"""Made Bundles, sliced by made profiles, beside the reference: ``python -m tests.conformance.sliced_bundles``.

Slices by the target of a reference, by profile, by extension, of entries, of sections, and slices of slices
(`made_slices`). Runs are named by their numbers and are the same each time. Needs ../shared and Java; minutes.
"""

import json
from collections.abc import Sequence
from random import Random

from tests.conformance.example_places import Node
from tests.conformance.made_bundles import BASE, IDENTIFIER, TEXT
from tests.conformance.made_comparison import Made, command, comparison_of
from tests.conformance.made_slices import CATEGORIES, CATEGORY, CODES, IDENTIFIERS, PARTS, profiles

NAME = "made Bundles, sliced by made profiles"
PEOPLE = ("Patient", "Practitioner", "Organization")


class Making:
    """A Bundle under construction. claimed: URLs of profiles, by type. extensions: of observations, by path."""

    def __init__(self, chance: Random, claimed: dict[str, str]) -> None:
        self.chance, self.claimed = chance, claimed
        self.extensions = dict.fromkeys(("extension", "issued.extension", "identifier.extension"), "")
        self.known: list[tuple[str, str]] = []

    def reference(self, *codes: str) -> Node:
        """A reference to something of one of these types, if there is any; to nothing at times."""
        known = [each for each in self.known if each[0] in codes]
        if not known or self.chance.random() < 0.06:
            return {"reference": f"{self.chance.choice(codes)}/none", "display": "x"}
        code, number = self.chance.choice(known)
        return {"reference": self.chance.choice((f"{code}/{number}", f"{BASE}/{code}/{number}"))}

    def concept(self, codes: Sequence[tuple[str, str]] = CODES) -> Node:
        """A code, or two."""
        chosen = self.chance.sample(codes, self.chance.choice((1, 1, 2)))
        return {"coding": [{"system": system, "code": code} for system, code in chosen]}

    def identifiers(self) -> list[Node]:
        """Identifiers of some systems."""
        uses = self.chance.choices(("official", "usual"), k=3)
        chosen = self.chance.choices(IDENTIFIERS, k=self.chance.choice((0, 1, 1, 2)))
        found: list[Node] = [{"use": use, "system": one, "value": "1"} for use, one in zip(uses, chosen, strict=False)]
        url = self.extensions["identifier.extension"]
        for each in found if url else ():
            told = self.chance.choice(({"valueCode": "x"}, {"valueCode": "y"}, {"valueCode": "z"}, {}))
            each |= {"extension": [{"url": url, **told}]} if told else {}
        return found

    def entry(self, code: str, number: str) -> Node:
        """An entry with a resource."""
        node: Node = {"resourceType": code, "id": number, "text": TEXT}
        if code in self.claimed and self.chance.random() < 0.8:
            node["meta"] = {"profile": [self.claimed[code]]}
        own = self.identifiers()
        if own and code != "Composition":
            node["identifier"] = own
        elif own:
            node["identifier"] = own[0]
        self.filled(node)
        if self.known and self.chance.random() < 0.02:
            return {"fullUrl": f"{BASE}/{code}/{number}"}
        return {"fullUrl": f"{BASE}/{code}/{number}", "resource": node}

    def filled(self, node: Node) -> None:
        """What each type needs, and what is sliced."""
        chance, code = self.chance, node["resourceType"]
        if code == "Organization":
            node["name"] = "x"
        elif code in PEOPLE:
            node["active"] = True
        elif code == "Condition":
            node["subject"] = self.reference("Patient")
            if chance.random() < 0.7:
                node["code"] = self.concept()
        elif code == "Composition":
            entry = [self.reference("Observation", "Condition") for _ in range(chance.choice((1, 2)))]
            sections = [{"title": "One", "code": self.concept(), "text": TEXT, "entry": entry} for _ in range(2)]
            node |= {"status": "final", "type": {"text": "x"}, "subject": self.reference("Patient"), "title": "x",
                     "date": "2024-01-01", "author": [self.reference("Practitioner")],
                     "section": sections[: chance.choice((1, 2))]}  # fmt: skip
        else:
            self.observed(node)

    def observed(self, node: Node) -> None:
        """An observation."""
        chance = self.chance
        url, on_issued = self.extensions["extension"], self.extensions["issued.extension"]
        if url and chance.random() < 0.7:
            given = chance.choice(({"valueCode": "x"}, {"valueString": "x"},
                                   {"extension": [{"url": "a", "valueString": "x"}]},
                                   {"extension": [{"url": "b", "valueBoolean": True}, {"url": "c"}]}))  # fmt: skip
            node["extension"] = [{"url": url, **given}] * chance.choice((1, 1, 2))
        told = chance.choices(CATEGORIES, k=chance.choice((1, 2)))
        people = [self.reference(chance.choice(PEOPLE)) for _ in range(chance.choice((1, 2)))]
        node |= {"status": chance.choice(("final", "amended")), "code": self.concept(),
                 "category": [{"coding": [{"system": CATEGORY, "code": each}]} for each in told],
                 "subject": self.reference("Patient"), "effectiveDateTime": "2024-01-01",
                 "performer": people}  # fmt: skip
        if chance.random() < 0.3:
            code = chance.choice(("Practitioner", "Organization"))
            node["contained"] = [{"resourceType": code, "id": "in", "active": True}]
            if chance.random() < 0.5:
                node["contained"][0]["identifier"] = [{"system": chance.choice(IDENTIFIERS), "value": "1"}]
            node["performer"].append({"reference": "#in"})
        if on_issued:
            node["issued"] = "2024-01-01T10:00:00Z"
            given = chance.choice(({"valueCode": "x"}, {"valueCode": "x"}, {"valueString": "x"}, {}))
            if chance.random() < 0.8:
                node["_issued"] = {"extension": [{"url": on_issued, **given}] * chance.choice((1, 1, 2))}
        if chance.random() < 0.6:
            node["valueString"] = "x"
        values: tuple[Node, ...] = (
            {"valueString": "x"},
            {"valueQuantity": {"value": 1}},
            {"valueQuantity": {"value": 1}},
            {},
        )
        node["component"] = [
            {"code": self.concept(PARTS), **chance.choice(values)} for _ in range(chance.choice((0, 1, 2)))
        ]
        if not node["component"]:
            del node["component"]


def _is_for(definitions: Sequence[Node], path: str, url: str) -> bool:
    elements = [each for definition in definitions for each in definition["differential"]["element"]]
    return any(each["path"] == path and url in json.dumps(each) for each in elements)


def made(count: int) -> Made:
    """A Bundle with its profiles."""
    chance = Random(f"sliced {count}")
    found = profiles(chance, f"sliced-{count}")
    definitions = [each for own in found.values() for each in own]
    extensions = [each["url"] for each in definitions if each["type"] == "Extension"]
    claimed = {code: own[0]["url"] for code, own in found.items()}
    making = Making(chance, claimed)
    for path in making.extensions:
        used = [url for url in extensions if _is_for(definitions, f"Observation.{path}", url)]
        making.extensions[path] = "".join(used[:1])
    kind = chance.choice(("document", "collection", "collection"))
    plan = [
        "Patient",
        "Practitioner",
        "Organization",
        *chance.choices(("Observation", "Observation", "Condition"), k=3),
    ]
    plan = [each for each in plan if each == "Patient" or chance.random() < 0.85]
    if kind == "document":
        plan.insert(0, "Composition")
    making.known = [(code, str(number)) for number, code in enumerate(plan)]
    node: Node = {"resourceType": "Bundle", "id": "b", "type": kind}
    if "Bundle" in making.claimed:
        node["meta"] = {"profile": [making.claimed["Bundle"]]}
    if kind == "document":
        node |= {"identifier": IDENTIFIER, "timestamp": "2024-01-01T10:00:00Z"}
    node["entry"] = [making.entry(code, number) for code, number in making.known]
    shown = [[each["id"] for each in own[0]["differential"]["element"][1:]] for own in found.values()]
    return Made(str(count), kind, json.dumps(shown), definitions, json.dumps(node).encode())


run = comparison_of(made)

if __name__ == "__main__":
    command(__doc__, NAME, run, 1000)
