"""Made Bundles, beside the reference: ``python -m tests.conformance.bundled_examples``.

What holds of Bundles (full URLs, references between entries, what each type needs) shows in few published examples.
Here Bundles are made by chance. Runs are named by their numbers and are the same each time. Needs ../shared and Java;
a minute.
"""

import argparse
import json
from random import Random

from tests.conformance.agreement import checker
from tests.conformance.agreement_data import Group
from tests.conformance.agreement_reference import answers
from tests.conformance.broken_examples import Broken, Comparison, alone, as_compared, lines, said_by_reference
from tests.conformance.made_bundles import bundle

NAME = "made Bundles"


def run(number: int, first: int = 0) -> Comparison:
    """The comparison; the name of a case is its number, its change the Bundle's type."""
    made = [bundle(Random(f"bundle {count}")) for count in range(first, first + number)]
    inputs = tuple(("x.json", json.dumps(each).encode()) for each in made)
    said, check, found = answers(Group((), inputs), kept=False), checker(()), Comparison()
    for count, (node, (_, text), theirs) in enumerate(zip(made, inputs, said, strict=True), first):
        ours = [as_compared(each) for each in check("x.json", text)[1]]
        found.add(Broken(str(count), node["type"], b"", text), ours, [said_by_reference(each) for each in theirs])
    return found


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=1500)
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    parser.add_argument("--list", action="store_true", help="what is said by one of the two alone, and each difference")
    given = parser.parse_args()
    found = run(given.number, given.first)
    print(*lines({NAME: found}), sep="\n")
    if given.list:
        print(*alone({NAME: found}), sep="\n")
        for case, ours, theirs in found.differences:
            print(f"\n## {case.name}\n  ours {ours}\n  theirs {theirs}\n  {case.change}\n  {case.text.decode()}")


if __name__ == "__main__":
    main()
