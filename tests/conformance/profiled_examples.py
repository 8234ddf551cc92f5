"""Sound examples against made profiles, beside the reference: ``python -m tests.conformance.profiled_examples``.

Published profiles use few of the ways in which a profile can constrain an element. Here each clinical example gets a
profile of its own (made_constraints), by its differential alone, so that snapshots, slicing, bindings and invariants
are compared as well. Runs are named by their numbers and are the same each time. Needs ../shared and Java; minutes.
"""

import json
from collections.abc import Iterator
from random import Random

from fhircheck.definitions.definition_set import DefinitionSet, load_definitions
from tests.conformance.agreement import ALWAYS
from tests.conformance.broken_examples import Comparison
from tests.conformance.example_places import DEEPEST, Node, below_it, place_of, small_examples
from tests.conformance.made_comparison import Made, command, compared
from tests.conformance.made_constraints import CONSTRAINTS, MADE, Profile, structure
from tests.fuzz import nodes
from tests.needs import SHARED

NAME = "clinical examples, a made profile each"


def profile_for(chance: Random, definitions: DefinitionSet, node: Node, url: str) -> list[Node]:
    """A profile for the type of `node` with one or two constraints, and the definitions that it names."""
    root = place_of(definitions, node)
    below = [each for each in below_it(root) if each.path.count(".") <= DEEPEST]
    held = [each for each in below if each.values]
    making, used = Profile(url), list[str]()
    wanted = chance.choice((1, 1, 2))
    for _ in range(60):
        place = chance.choice(held if chance.random() < 0.85 or not held else below)
        if len(used) == wanted or any(place.path.startswith(each) or each.startswith(place.path) for each in used):
            continue
        before = len(making.elements)
        chance.choice(CONSTRAINTS)(chance, place, making)
        if len(making.elements) > before:
            used.append(place.path)
    ordered = [element for _, element in sorted(making.elements, key=lambda each: each[0])]
    if len(used) == 2 and chance.random() < 0.4:  # in two steps: the second element's constraints in a derived profile
        later = [each for each in ordered if each["path"].startswith(used[1])]
        base = structure(f"{url}-base", root.path, [each for each in ordered if each not in later])
        return [structure(url, root.path, later, baseDefinition=f"{url}-base"), base, *making.others]
    return [structure(url, root.path, ordered), *making.others]


def profiled(number: int, first: int) -> Iterator[Made]:
    """So many examples, each claiming a profile made for it; some are broken too."""
    pool = small_examples()
    definitions = load_definitions([str(SHARED / "packages" / name) for name in ALWAYS], offline=True)
    for count in range(first, first + number):
        chance = Random(f"profiled {count}")
        name, text = chance.choice(pool)
        node, url = json.loads(text), f"{MADE}StructureDefinition/made-{count}"
        own = profile_for(chance, definitions, node, url)
        if chance.random() < 0.3:
            chance.choice((nodes.drop, nodes.repeat))(chance, node)
        node |= {"resourceType": json.loads(text)["resourceType"], "meta": {"profile": [url]}}
        elements = own[0]["differential"]["element"][1:]
        facets = ", ".join(sorted({key for each in elements for key in each} - {"id", "path"}))
        yield Made(f"{count} {name}", facets, json.dumps(elements), own, json.dumps(node).encode())


def run(number: int, first: int = 0) -> Comparison:
    """The comparison."""
    return compared(list(profiled(number, first)))


if __name__ == "__main__":
    command(__doc__, NAME, run, 1000)
