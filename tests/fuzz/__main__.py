"""``python -m tests.fuzz``: run the campaigns and print what went wrong; ends with 1 where something did."""

import argparse
import multiprocessing
import resource
import sys
import time
from pathlib import Path
from typing import Any

from tests.fuzz.campaigns import CAMPAIGNS, run_part
from tests.fuzz.watch import Tally


def arguments() -> argparse.Namespace:
    """What the command was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("campaign", nargs="*", choices=[*CAMPAIGNS, []], help="all where none is named")
    parser.add_argument("--runs", type=int, default=1_000, help="runs of each campaign")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first run")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="for each campaign, then it stops")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--page", action="store_true", help="write the figures to docs/fuzzing.md")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="write the figures as JSON, to be put together later")
    parser.add_argument("--kept", type=Path, nargs="+", metavar="FILE", help="put these together instead of running")
    return parser.parse_args()


def main() -> int:
    """Run, print, and say whether all went well."""
    asked = arguments()
    if asked.kept:
        from tests.fuzz.page import put_together, write

        write(*put_together(asked.kept))
        return 0
    tallies: dict[str, Tally] = {}
    for name in asked.campaign or list(CAMPAIGNS):
        start = time.monotonic()
        tally = tallies[name] = in_processes(name, asked)
        runs, faults = tally.said[f"{name}: runs"], tally.said[f"{name}: faults"]
        print(f"{name}: {runs} runs in {time.monotonic() - start:.0f} s, {faults} faults", flush=True)
        slowest = f"slowest run {tally.slowest[0]:.2f} s (number {tally.slowest[2]})"
        print(f"  {tally.seconds:.0f} s of processor time, {slowest}")
        for said, count in sorted(tally.said.items()):
            print(f"  {said}: {count}")
        for campaign, number, changes, what in tally.faults:
            print(f"  {campaign} --first {number} --runs 1: {changes}: {what}")
    peak = max(resource.getrusage(each).ru_maxrss for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024
    print(f"largest process: {peak} MB")
    if asked.keep:
        from tests.fuzz.page import keep

        keep(asked.keep, tallies, asked.seed, peak)
    if asked.page:
        from tests.fuzz.page import write

        write(tallies, asked.seed, peak)
    return 1 if any(each.faults for each in tallies.values()) else 0


def in_processes(name: str, asked: argparse.Namespace) -> Tally:
    """The runs of one campaign, dealt out to processes."""
    parts: list[Any] = [
        (name, range(asked.first + each, asked.first + asked.runs, asked.jobs), asked.seed, asked.minutes * 60)
        for each in range(asked.jobs)
    ]
    whole = Tally()
    if asked.jobs == 1:
        whole.add(run_part(*parts[0]))
        return whole
    with multiprocessing.get_context("spawn").Pool(asked.jobs) as pool:
        for each in pool.starmap(run_part, parts):
            whole.add(each)
    return whole


if __name__ == "__main__":
    sys.exit(main())
