"""Sound definitions with a fault each, beside the reference: ``python -m tests.conformance.broken_definitions``.

Published profiles, value sets, code systems, search parameters and questionnaires get a fault that their authors make
(`definition_changes`), and both are asked. Definitions that either of the two refuses as they are, are left out. Runs
are named by their numbers and are the same each time. Needs ../shared and Java; minutes.
"""

import json
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

from tests.conformance.agreement_data import MII, members, packages
from tests.conformance.broken_examples import LARGEST, Broken, Comparison, compare
from tests.conformance.definition_changes import BY_TYPE, Change
from tests.conformance.made_comparison import command
from tests.needs import SHARED

NAME = "definitions"
PACKAGES = (*MII, "hl7.fhir.us.core-4.0.0.tgz", "hl7.fhir.uv.sdc-4.0.0-ballot.tgz", "kbv.basis-1.7.0.tgz")
SOURCES = (*PACKAGES, "hl7.fhir.r4.core-4.0.1.tgz")
"""The packages whose definitions are broken."""


@cache
def pool(*types: str) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """(name, definition) by type, of these types; profiles by their differential alone."""
    found: dict[str, list[tuple[str, dict[str, Any]]]] = {name: [] for name in types}
    for source in packages(*SOURCES):
        for name, data in members(SHARED / "packages" / source):
            if not name.endswith(".json") or "/openapi/" in name or name.count("/") != 1:
                continue
            node = json.loads(data.decode("utf-8-sig"))
            if node.get("resourceType") not in found:
                continue
            if node.get("derivation") == "constraint" and node.get("differential"):
                node.pop("snapshot", None)
            if len(json.dumps(node)) < LARGEST:
                found[node["resourceType"]].append((f"{source} {name}", node))
    return found


def broken(changes: dict[str, tuple[Change, ...]], number: int, first: int) -> Iterator[Broken]:
    """So many definitions, each with a fault."""
    for count in range(first, first + number):
        chance = Random(f"definition {count}")
        kind = chance.choice(sorted(changes))
        name, node = chance.choice(pool(*changes)[kind])
        sound, change = json.dumps(node), chance.choice(changes[kind])
        node = json.loads(sound)
        try:
            change(chance, node)
        except ValueError:
            continue
        yield Broken(f"{count} {name}", change.__name__, sound.encode(), json.dumps(node).encode())


def run_with(changes: dict[str, tuple[Change, ...]], number: int, first: int) -> Comparison:
    """The comparison of the types of these changes."""
    found = Comparison()
    compare(packages(*PACKAGES), list(broken(changes, number, first)), "x.json", found, kept=True)
    return found


def run(number: int, first: int = 0) -> Comparison:
    """The comparison."""
    return run_with(BY_TYPE, number, first)


if __name__ == "__main__":
    command(__doc__, NAME, run, 1000)
