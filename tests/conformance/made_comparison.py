"""Made cases beside the reference: both judge the same inputs by the same definitions; a command with the figures."""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.conformance.agreement import checker
from tests.conformance.agreement_data import Group
from tests.conformance.agreement_reference import answers
from tests.conformance.broken_examples import Broken, Comparison, alone, as_compared, lines, said_by_reference
from tests.package_making import manifest, package_files, write_tgz


class Made(NamedTuple):
    """A made input with the definitions it is judged by. change: what it is about; shown: the same in full."""

    name: str
    change: str
    shown: str
    definitions: Sequence[dict[str, Any]]
    text: bytes


def compared(cases: Sequence[Made]) -> Comparison:
    """Both judgements on all cases, each with the definitions of all."""
    found, inputs = Comparison(), tuple(("x.json", case.text) for case in cases)
    every = {each["url"]: each for case in cases for each in case.definitions}
    with tempfile.TemporaryDirectory() as folder:
        files = package_files(manifest("made.definitions", "1.0.0"), every.values())
        packages = (str(write_tgz(Path(folder, "made.tgz"), files)),)
        said, check = answers(Group(packages, inputs), kept=False), checker(packages)
        for case, theirs in zip(cases, said, strict=True):
            ours = [as_compared(each) for each in check("x.json", case.text)[1]]
            broken = Broken(case.name, case.change, case.shown.encode(), case.text)
            found.add(broken, ours, [said_by_reference(each) for each in theirs])
    return found


def comparison_of(made: Callable[[int], Made]) -> Callable[..., Comparison]:
    """The comparison of so many inputs of a maker, which is told the number of each: (number, first=0)."""

    def run(number: int, first: int = 0) -> Comparison:
        return compared([made(count) for count in range(first, first + number)])

    return run


def command(description: str | None, name: str, run: Callable[[int, int], Comparison], number: int) -> None:
    """Print the figures of `run`, which is told how many cases there shall be and the number of the first."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--number", type=int, default=number)
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    parser.add_argument("--list", action="store_true", help="what is said by one of the two alone, and each difference")
    given = parser.parse_args()
    found = run(given.number, given.first)
    print(*lines({name: found}), sep="\n")
    if given.list:
        print(*alone({name: found}), sep="\n")
        for case, ours, theirs in found.differences:
            print(f"\n## {case.name} {case.change}\n  ours {ours}\n  theirs {theirs}")
            print(f"  {case.sound.decode()}\n  {case.text.decode()}")
