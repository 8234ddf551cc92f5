"""Sound examples with one change each, beside the reference: ``python -m tests.conformance.broken_examples``.

Published data says little about what a validator finds: most of it is sound. Here a sound resource is changed at one
place by chance (an element dropped, renamed, given twice, swapped with another, given another code ...), and both are
asked: is it wrong, how often, and where? Examples that either of the two refuses as they are, are left out. Runs are
named by their numbers and are the same each time. Needs ../shared and Java; minutes.
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from random import Random
from typing import NamedTuple

from fhircheck.model.issue import Issue
from tests.conformance.agreement import checker
from tests.conformance.agreement_data import DATA_SETS, Group
from tests.conformance.agreement_reference import Said, answers
from tests.conformance.reading_places import place_of_reading
from tests.conformance.reference_places import place_in_reference
from tests.fuzz import nodes
from tests.needs import SHARED

CHANGES = (
    nodes.drop, nodes.drop, nodes.replace, nodes.text, nodes.text, nodes.spliced_text, nodes.wrap, nodes.unwrap,
    nodes.rename, nodes.sibling, nodes.only_sibling, nodes.repeat, nodes.swap, nodes.graft, nodes.odd_name,
    nodes.extension_chaos, nodes.narrative, nodes.coded,
)  # fmt: skip
SETS = {"hl7.fhir.r4.examples": 1200, "mii-testdata-2025": 400, "gematik-erezept-examples": 100}
"""Data set -> broken examples of each of its groups."""
LARGEST = 60_000


@cache
def _spelling() -> Callable[[str], str]:
    """How the suite's runner spells places before it compares them."""
    specification = spec_from_file_location("run_cases", SHARED / "conformance" / "run_cases.py")
    assert specification is not None
    assert specification.loader is not None
    module = module_from_spec(specification)
    specification.loader.exec_module(module)
    spelled: Callable[[str], str] = module.norm
    return spelled


class Broken(NamedTuple):
    """name: of the example. change: what was done to it."""

    name: str
    change: str
    sound: bytes
    text: bytes


class Difference(NamedTuple):
    """A broken example that the two do not judge alike: (place, kind) of our errors and of theirs."""

    case: Broken
    ours: list[tuple[str, str]]
    theirs: list[tuple[str, str]]


@dataclass
class Comparison:
    """How many broken examples were compared, how many alike in verdict, number and places of errors."""

    examples: int = 0
    wrong: int = 0
    verdict: int = 0
    number: int = 0
    places: int = 0
    differences: list[Difference] = field(default_factory=list)

    def add(self, case: Broken, ours: list[tuple[str, str]], theirs: list[tuple[str, str]]) -> None:
        """Compare one example."""
        same = bool(ours) == bool(theirs), len(ours) == len(theirs), _places(ours) == _places(theirs)
        self.examples += 1
        self.wrong += bool(theirs)
        self.verdict += same[0]
        self.number += same[1]
        self.places += same[2]
        if not all(same):
            self.differences.append(Difference(case, ours, theirs))


def _places(found: list[tuple[str, str]]) -> set[str]:
    return {place for place, _ in found}


def broken(group: Group, number: int, first: int) -> Iterator[Broken]:
    """So many examples of a group, each with a change."""
    pool = [(name, data) for name, data in group.inputs if name.endswith("json") and len(data) < LARGEST]
    for count in range(first, first + number if pool else first):
        chance = Random(f"broken {count}")
        name, data = chance.choice(pool)
        node, change = json.loads(data), chance.choice(CHANGES)
        sound = json.dumps(node).encode()
        try:
            change(chance, node)
            text = json.dumps(node)
        except (RecursionError, ValueError, TypeError):
            continue
        if len(text) < LARGEST and nodes.RAW not in text and not _is_unreadable(text):
            yield Broken(name, change.__name__, sound, text.encode())


def _is_unreadable(text: str) -> bool:
    """Whether the reference's parser would give up: control characters, lone surrogates."""
    return any(f"\\u{each}" in text for each in ("000", "001", "d80", "d83", "df"))


def compare(packages: tuple[str, ...], cases: Sequence[Broken], source: str, found: Comparison, kept: bool) -> None:
    """Both judgements on broken examples; those that either of the two refuses unchanged are left out.

    source: a file name that tells their form. kept: whether the reference's answers are kept for the next time.
    """
    inputs = tuple((source, text) for case in cases for text in (case.sound, case.text))
    said = answers(Group(packages, inputs), kept) if inputs else []
    check = checker(packages)
    for case, before, after in zip(cases, said[::2], said[1::2], strict=True):
        if before or check(source, case.sound)[1] or any(each.message_id.startswith("exception:") for each in after):
            continue
        ours = [as_compared(each) for each in check(source, case.text)[1]]
        found.add(case, ours, [said_by_reference(each) for each in after])


def as_compared(issue: Issue) -> tuple[str, str]:
    """(place, kind) of one of our errors, spelled as the reference spells places."""
    return _spelling()(place_in_reference(issue.kind, place_of_reading(issue.kind, issue.place))), issue.kind


def said_by_reference(said: Said) -> tuple[str, str]:
    """(place, kind) of an error of the reference."""
    return _spelling()(said.expression), said.message_id or said.message[:60]


def run(name: str, number: int, first: int = 0) -> Comparison:
    """The comparison on a data set."""
    found = Comparison()
    for group in DATA_SETS[name]():
        compare(group.packages, list(broken(group, number, first)), "x.json", found, kept=True)
    return found


def lines(results: dict[str, Comparison]) -> list[str]:
    """The figures as a table."""
    table = ["| data | examples | wrong to the reference | same verdict | same number | same places |"]
    table.append("|---|--:|--:|--:|--:|--:|")
    for name, each in results.items():
        parts = (f"{100 * part / max(1, each.examples):.1f} %" for part in (each.verdict, each.number, each.places))
        table.append(f"| {name} | {each.examples:,} | {each.wrong:,} | {' | '.join(parts)} |")
    return table


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", action="append", choices=sorted(SETS), help="only this one")
    parser.add_argument("--number", type=int, help="examples of each group")
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    parser.add_argument("--list", action="store_true", help="what is said by one of the two alone, most frequent first")
    given = parser.parse_args()
    results = {name: run(name, given.number or SETS[name], given.first) for name in given.set or SETS}
    print(*lines(results), sep="\n")
    if given.list:
        for line in alone(results):
            print(line)


def alone(results: dict[str, Comparison]) -> Iterator[str]:
    """Places that one of the two names alone, by kind, each with an example."""
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], str] = {}
    for each in results.values():
        for case, ours, theirs in each.differences:
            for who, mine, other in (("we", ours, theirs), ("the reference", theirs, ours)):
                for place, kind in mine:
                    if place not in _places(other):
                        counts[who, kind] += 1
                        examples.setdefault((who, kind), f"{case.name.rpartition('/')[2]} ({case.change}) {place}")
    for (who, kind), count in counts.most_common():
        yield f"{count:4} {who}: {kind}, as in {examples[who, kind]}"


if __name__ == "__main__":
    main()
