"""Answers to made questionnaires, beside the reference: ``python -m tests.conformance.answered_questionnaires``.

Published data holds few QuestionnaireResponses. Here questionnaires are made by chance (items, types, options, limits,
conditions) with answers of which some do not fit. Runs are named by their numbers and are the same each time.
Needs ../shared and Java; a minute.
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
from tests.conformance.made_questionnaires import Node, questionnaire, response, terminology
from tests.package_making import manifest, package_files, write_tgz

NAME = "answers to made questionnaires"


def made(number: int, first: int) -> list[tuple[Node, Node]]:
    """So many questionnaires, each with answers."""
    pairs = []
    for count in range(first, first + number):
        chance = Random(f"questionnaire {count}")
        asked = questionnaire(chance, count)
        pairs.append((asked, response(chance, asked)))
    return pairs


def run(number: int, first: int = 0) -> Comparison:
    """The comparison; the name of a case is its number, its change the questionnaire's items."""
    pairs, found = made(number, first), Comparison()
    with tempfile.TemporaryDirectory() as folder:
        every = [*terminology(), *(asked for asked, _ in pairs)]
        package = str(write_tgz(Path(folder, "made.tgz"), package_files(manifest("made.forms", "1.0.0"), every)))
        inputs = tuple(("x.json", json.dumps(answered).encode()) for _, answered in pairs)
        said = answers(Group((package,), inputs), kept=False)
        check = checker([package])
        for count, ((asked, _), (_, text), theirs) in enumerate(zip(pairs, inputs, said, strict=True), first):
            ours = [as_compared(each) for each in check("x.json", text)[1]]
            case = Broken(str(count), json.dumps(asked["item"]), b"", text)
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
