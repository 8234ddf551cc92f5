"""Fetching and checking at the same time: `python -m benchmarks.fetch_overlap [FOLDER]`.

A server on loopback, in a process of its own, replays pages of the NDJSON files below FOLDER (default: Synthea patients
in ../shared/data, again and again under other ids) with a delay that makes fetching about as slow as checking: the
hardest case. Measured in fresh
processes: fetching alone (the searches read, nothing checked), checking alone (the same resources out of files), and
`fhircheck validate URL`, which does both. Printed is the ratio of that to the longer of the two; the bar is 1.15.
Ends with 1 above the bar.
"""

import argparse
import gzip
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.process import FHIRCHECK, ROOT, measured

BAR = 1.15
CONCURRENCY = 4
DATA = ROOT.parent / "shared" / "data" / "pathling-testdata" / "ndjson-encoders"
FETCH = """
import sys
from fhircheck.sources import ReadOptions, open_sources
print(sum(len(piece.data) for chunk in open_sources(sys.argv[1:], ReadOptions()) for piece in chunk))
"""
SERVE = """
import json, sys, time
from pathlib import Path
from tests.servers.page_server import PageServer
folder, delay, page = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
known = {path.stem: [json.loads(line) for line in path.open()] for path in sorted(folder.glob("*.ndjson"))}
server = PageServer({name: len(nodes) for name, nodes in known.items()}, page, 0.0, lambda name, at: known[name][at])
for name, nodes in known.items():
    server.body(f"/fhir/{name}")
    for at in range(page, len(nodes), page):
        server.body(f"/fhir/{name}?at={at}")
server.delay = delay
print(server.base, flush=True)
time.sleep(3600)
"""


def copied(source: Path, folder: Path, limit: int) -> int:
    """One NDJSON file a type out of the files below `source`, until there are `limit` resources; their number."""
    known = [json.loads(line) for path in sorted(source.rglob("*.ndjson*")) for line in _lines(path)]
    files: dict[str, list[str]] = {}
    for number in range(limit):
        node = known[number % len(known)]
        turn = number // len(known)
        node = {**node, "id": f"{node['id'][:50]}-{turn}"} if turn else node
        files.setdefault(node["resourceType"], []).append(json.dumps(node))
    for name, found in files.items():
        (folder / f"{name}.ndjson").write_text("\n".join(found) + "\n")
    return limit


def _lines(path: Path) -> list[str]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [line for line in data.decode().splitlines() if line.strip()]


class Replay:
    """The server process; a context manager."""

    def __init__(self, folder: Path, delay: float, page: int) -> None:
        command = [sys.executable, "-c", SERVE, str(folder), str(delay), str(page)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.base = self._process.stdout.readline().strip()

    def __enter__(self) -> "Replay":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


def seconds(*command: str) -> float:
    """Wall time of a command."""
    found = measured(command)
    assert found.code in (0, 1), found.said
    return found.seconds


def compare(folder: Path, count: int, page: int, turns: int) -> list[float]:
    """The ratio of each turn, printed as it comes."""
    check = (*FHIRCHECK, "validate", "--format", "ndjson", "--output", "/dev/null")
    fetch = (sys.executable, "-c", FETCH)
    seconds(*check, str(folder))  # fills the caches
    with Replay(folder, 0.0, page) as server:
        bare, checking = seconds(*fetch, server.base), seconds(*check, str(folder))
    pages = sorted(sum(1 for _ in path.open()) / page for path in folder.glob("*.ndjson"))
    delay = max(checking - bare, 0.0) / max(pages[-1], sum(pages) / CONCURRENCY)  # the longest chain of pages decides
    ratios = []
    with Replay(folder, delay, page) as server:
        for _ in range(turns):
            checking, fetching = seconds(*check, str(folder)), seconds(*fetch, server.base)
            both = seconds(*check, server.base)
            ratios.append(both / max(checking, fetching))
            print(
                f"fetching {fetching:.2f} s, checking {checking:.2f} s, both {both:.2f} s: {ratios[-1]:.2f}", flush=True
            )
    print(f"{count} resources, {page} a page, {delay * 1000:.0f} ms a page, {CONCURRENCY} at a time")
    return ratios


def main(arguments: list[str]) -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    parser.add_argument("--resources", type=int, default=12_000)
    parser.add_argument("--page", type=int, default=100)
    parser.add_argument("--turns", type=int, default=3)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        count = copied(given.folder, Path(name), given.resources)
        ratio = statistics.median(compare(Path(name), count, given.page, given.turns))
    print(f"ratio {ratio:.2f} (bar {BAR})")
    return int(ratio > BAR)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
