"""Codes against made value sets, beside the reference: ``python -m tests.conformance.coded_examples``.

Published value sets mostly list codes or take whole systems. Here code systems (hierarchies, properties, fragments) and
value sets (filters, imports, exclusions, versions) are made by chance, and codes are held against them. Runs are named
by their numbers and are the same each time. Needs ../shared and Java; a minute.
"""

import argparse
import json
import tempfile
from pathlib import Path
from random import Random

from tests.conformance.agreement import checker
from tests.conformance.agreement_data import Group
from tests.conformance.agreement_reference import answers
from tests.conformance.broken_examples import Broken, Comparison, alone, as_compared, lines, said_by_reference
from tests.conformance.made_terminology import coded
from tests.package_making import manifest, package_files, write_tgz

NAME = "codes and made value sets"


def run(number: int, first: int = 0) -> Comparison:
    """The comparison; the name of a case is its number, its change the definitions."""
    made, found = [coded(Random(f"coded {count}"), count) for count in range(first, first + number)], Comparison()
    with tempfile.TemporaryDirectory() as folder:
        every = [each for definitions, _ in made for each in definitions]
        package = str(write_tgz(Path(folder, "made.tgz"), package_files(manifest("made.terms", "1.0.0"), every)))
        inputs = tuple(("x.json", json.dumps(node).encode()) for _, node in made)
        said = answers(Group((package,), inputs), kept=False)
        check = checker([package])
        for count, ((definitions, _), (_, text), theirs) in enumerate(zip(made, inputs, said, strict=True), first):
            ours = [as_compared(each) for each in check("x.json", text)[1]]
            case = Broken(str(count), json.dumps(definitions), b"", text)
            found.add(case, ours, [said_by_reference(each) for each in theirs])
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
        print(*(line[:160] for line in alone({NAME: found})), sep="\n")
        for case, ours, theirs in found.differences:
            print(f"\n## {case.name}\n  ours {ours}\n  theirs {theirs}\n  {case.change}\n  {case.text.decode()}")


if __name__ == "__main__":
    main()
