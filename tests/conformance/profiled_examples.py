"""Sound examples against made profiles, beside the reference: ``python -m tests.conformance.profiled_examples``.

Published profiles use few of the ways in which a profile can constrain an element. Here each clinical example gets a
profile of its own (made_constraints), by its differential alone, so that snapshots, slicing, bindings and invariants
are compared as well. Runs are named by their numbers and are the same each time. Needs ../shared and Java; minutes.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.throughput import examples
from fhircheck.definitions.definition_set import DefinitionSet, load_definitions
from tests.conformance.agreement import ALWAYS, checker
from tests.conformance.agreement_data import Group
from tests.conformance.agreement_reference import answers
from tests.conformance.broken_examples import Broken, Comparison, alone, as_compared, lines, said_by_reference
from tests.conformance.example_places import DEEPEST, Node, below_it, place_of
from tests.conformance.made_constraints import CONSTRAINTS, MADE, Made, structure
from tests.fuzz import nodes
from tests.needs import SHARED
from tests.package_making import manifest, package_files, write_tgz

NAME = "clinical examples, a made profile each"
LARGEST = 20_000
LEFT_OUT = ("Measure", "TestScript")
"""Types of which the reference says much that depends on other resources."""


class Profiled(NamedTuple):
    """An example that claims a profile made for it. definitions: the profile first."""

    name: str
    definitions: list[Node]
    text: bytes


def made(chance: Random, definitions: DefinitionSet, node: Node, url: str) -> list[Node]:
    """A profile for the type of `node` with one or two constraints, and the definitions that it names."""
    root = place_of(definitions, node)
    below = [each for each in below_it(root) if each.path.count(".") <= DEEPEST]
    held = [each for each in below if each.values]
    making, used = Made(url), list[str]()
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


def profiled(number: int, first: int) -> Iterator[Profiled]:
    """So many examples, each with its profile; some are broken too."""
    every = examples(SHARED / "reference" / "clinical500.txt").items()
    pool = [(name, text) for name, text in every if len(text) < LARGEST and not name.startswith(LEFT_OUT)]
    definitions = load_definitions([str(SHARED / "packages" / name) for name in ALWAYS], offline=True)
    for count in range(first, first + number):
        chance = Random(f"profiled {count}")
        name, text = chance.choice(pool)
        node, url = json.loads(text), f"{MADE}StructureDefinition/made-{count}"
        own = made(chance, definitions, node, url)
        if chance.random() < 0.3:
            chance.choice((nodes.drop, nodes.repeat))(chance, node)
        node |= {"resourceType": json.loads(text)["resourceType"], "meta": {"profile": [url]}}
        yield Profiled(name, own, json.dumps(node).encode())


def run(number: int, first: int = 0) -> tuple[Comparison, dict[str, list[Node]]]:
    """The comparison, and the definitions by number and name of the example."""
    cases = list(profiled(number, first))
    found, definitions = Comparison(), dict[str, list[Node]]()
    with tempfile.TemporaryDirectory() as folder:
        every = [each for case in cases for each in case.definitions]
        package = str(write_tgz(Path(folder, "made.tgz"), package_files(manifest("made.profiles", "1.0.0"), every)))
        said = answers(Group((package,), tuple(("x.json", case.text) for case in cases)), kept=False)
        check = checker([package])
        for count, (case, theirs) in enumerate(zip(cases, said, strict=True), first):
            if any(each.message_id.startswith("exception:") for each in theirs):
                continue
            ours = [as_compared(each) for each in check("x.json", case.text)[1]]
            name = f"{count} {case.name}"
            definitions[name] = case.definitions
            facets = {key for each in case.definitions[0]["differential"]["element"] for key in each}
            sorts = ", ".join(sorted(facets - {"id", "path"}))
            found.add(Broken(name, sorts, b"", case.text), ours, [said_by_reference(each) for each in theirs])
    return found, definitions


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    parser.add_argument("--list", action="store_true", help="what is said by one of the two alone, and each difference")
    given = parser.parse_args()
    found, definitions = run(given.number, given.first)
    print(*lines({NAME: found}), sep="\n")
    if given.list:
        print(*alone({NAME: found}), sep="\n")
        for case, ours, theirs in found.differences:
            print("\n##", case.name, case.change, "\n  ours", ours, "\n  theirs", theirs)
            print("  ", json.dumps(definitions[case.name][0]["differential"]["element"][1:]))


if __name__ == "__main__":
    main()
