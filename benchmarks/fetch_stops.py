"""A fetch that is killed again and again: `python -m benchmarks.fetch_stops [--resources 50000] [--kills 20]`.

A server on loopback pages over made-up resources of three types. One run of `fhircheck fetch` is left alone; another is
killed (SIGKILL) at random moments and started again until it is done. Both folders have to hold the same: the same
resources (sorted lines), the same manifest (but for its times). Ends with 1 where they do not.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.servers.page_server import PageServer
from tests.servers.stops import canonical, stopped_and_gone_on


def main(arguments: list[str]) -> int:
    """Run both, print what came of it, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resources", type=int, default=50_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--page", type=int, default=100)
    parser.add_argument("--delay", type=float, default=0.01, help="seconds an answer is held back")
    parser.add_argument("--longest", type=float, default=4.0, help="seconds until a kill at most")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    share = given.resources // 10
    counts = {"Patient": share, "Condition": 2 * share, "Observation": given.resources - 3 * share}
    with tempfile.TemporaryDirectory() as name, PageServer(counts, given.page, given.delay) as server:
        whole, stopped = Path(name) / "whole", Path(name) / "stopped"
        started = time.monotonic()
        stopped_and_gone_on(server.base, whole, given.seed, 0, 0.0)
        alone, asked = time.monotonic() - started, len(server.asked)
        kills = stopped_and_gone_on(server.base, stopped, given.seed, given.kills, given.longest)
        more = len(server.asked) - 2 * asked
        same = canonical(whole) == canonical(stopped)
        count = sum(len((stopped / f"{kind}.ndjson").read_bytes().splitlines()) for kind in counts)
    print(f"unbroken: {given.resources} resources in {alone:.1f} s, {asked} requests")
    print(f"killed {kills} times: {count} resources, {more} more requests; {'the same' if same else 'NOT THE SAME'}")
    return int(not same)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
