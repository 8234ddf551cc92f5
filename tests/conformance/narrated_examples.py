"""Made narratives, beside the reference: ``python -m tests.conformance.narrated_examples``.

Published narratives are sound, and mostly plain. Here trees of XHTML are made by chance, with the faults of generators,
editors and attackers, and stand in resources and in sections of documents. Runs are named by their
numbers and are the same each time. Needs ../shared and Java; a minute.
"""

import json
from random import Random

from tests.conformance.example_places import Node
from tests.conformance.made_bundles import TEXT
from tests.conformance.made_comparison import Made, command, comparison_of
from tests.conformance.made_narratives import narrative

NAME = "made narratives"


def made(count: int) -> Made:
    """A resource with a narrative."""
    chance = Random(f"narrated {count}")
    text, change = narrative(chance)
    inner: Node = {"resourceType": "Patient", "id": "in", "active": True}
    node: Node = {"resourceType": "Patient", "id": "p", "text": text, "contained": [inner],
                  "managingOrganization": {"display": "x"},
                  "link": [{"other": {"reference": "#in"}, "type": "refer"}]}  # fmt: skip
    if chance.random() < 0.2:
        node = {"resourceType": "Composition", "id": "c", "status": "final", "date": "2024-01-01", "title": "x",
                "text": dict(TEXT),
                "type": {"coding": [{"system": "http://loinc.org", "code": "11503-0"}]}, "author": [{"display": "x"}],
                "subject": {"reference": "#in"}, "contained": [inner],
                "section": [{"title": "x", "text": text},
                            {"title": "y", "section": [{"title": "z", "text": text}]}]}  # fmt: skip
    if chance.random() < 0.2:
        node["language"] = chance.choice(("de", "en", "de-DE"))
    return Made(str(count), change, text["div"], (), json.dumps(node).encode())


run = comparison_of(made)

if __name__ == "__main__":
    command(__doc__, NAME, run, 1500)
